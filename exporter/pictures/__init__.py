"""Pictures: kind and size, read from their files."""
