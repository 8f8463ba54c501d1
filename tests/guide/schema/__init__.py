"""Tests of exporter/guide/schema."""
