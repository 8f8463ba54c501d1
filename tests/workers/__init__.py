"""Tests of exporter/workers."""
