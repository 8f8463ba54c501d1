"""Benchmarks: they measure time in interleaved rounds, whereas the tests assert the amount of work done."""
