"""Tests of exporter/reader in browsers."""
