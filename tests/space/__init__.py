"""Tests of exporter/space."""
