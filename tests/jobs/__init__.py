"""Tests of exporter/jobs."""
