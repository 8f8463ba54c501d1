"""Tests of exporter/guide/library."""
