"""Bring a host up to date with `site/`: what a manifest in the target says is there, compared with what stands here."""
