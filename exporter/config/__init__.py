"""site.yaml: its schema, its settings, URL patterns."""
