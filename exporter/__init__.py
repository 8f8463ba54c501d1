"""Bring a Contentful space down by delta and render it as a guide that needs no network."""

from __future__ import annotations

__version__ = "0.1.0"
