"""Tests of exporter/source."""
