"""Tests of exporter/guide."""
