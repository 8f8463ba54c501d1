"""Answers to what templates ask, and the reads that are recorded for each page."""
