"""Search on the reader's device: tokens, the documents of pages, and the data files that are searched."""
