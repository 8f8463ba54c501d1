"""The tests: laws and situations."""
