"""Tests of exporter/render/view."""
