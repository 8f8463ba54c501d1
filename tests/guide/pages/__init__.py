"""Tests of exporter/guide/pages."""
