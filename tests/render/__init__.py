"""Tests of exporter/render."""
