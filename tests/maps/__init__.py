"""Tests of exporter/maps."""
