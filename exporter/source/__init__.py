"""The network: what a space answers, as plain values."""
