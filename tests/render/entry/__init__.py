"""Tests of exporter/render/entry."""
