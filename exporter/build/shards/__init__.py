"""Rendering in parts: shards that other processes or machines render, and their outcomes put together again."""
