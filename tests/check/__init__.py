"""Tests of exporter/check."""
