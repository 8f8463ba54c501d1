"""Tests of exporter/pictures."""
