"""What travels to the reader's device: the publisher. FORMAT.md says what it writes; `client/` reads it."""
