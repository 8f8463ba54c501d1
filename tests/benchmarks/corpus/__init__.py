"""The guide that the benchmarks build: its places and their texts, its items, and its answers to a client."""
