"""The benchmark of search."""
