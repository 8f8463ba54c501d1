"""Tests of exporter/space/http."""
