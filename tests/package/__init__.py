"""Tests of the package as users install it."""
