"""Tests of exporter/core."""
