"""Tests of exporter/reader."""
