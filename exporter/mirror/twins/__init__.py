"""Markdown twins: front matter, bodies, Rich Text as Markdown."""
