"""Tests of exporter/guide/index."""
