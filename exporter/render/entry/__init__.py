"""How an entry looks without a template: sections, values, Rich Text, metadata."""
