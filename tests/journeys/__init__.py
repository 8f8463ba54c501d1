"""Tests that involve several packages: histories, kills, recordings, the browser, the README."""
