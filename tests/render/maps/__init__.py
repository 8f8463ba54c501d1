"""Tests of exporter/render/maps."""
