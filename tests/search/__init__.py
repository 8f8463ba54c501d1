"""Search: tokens, documents, data files, and the browser's code."""
