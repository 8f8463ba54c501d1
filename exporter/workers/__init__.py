"""Processes that share work: the executor, the worker pool, work in the background."""
