"""Tests of exporter/mirror/twins."""
