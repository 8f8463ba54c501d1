"""Tests of exporter/render/markup."""
