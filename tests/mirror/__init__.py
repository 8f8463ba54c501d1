"""Tests of exporter/mirror."""
