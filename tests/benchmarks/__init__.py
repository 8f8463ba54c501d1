"""Benchmarks: time, by interleaved rounds; work done is what tests assert."""
