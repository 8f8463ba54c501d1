"""One page to bytes: Jinja, filters, the renderer."""
