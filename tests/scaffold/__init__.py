"""A new guide: its plan, its files, and its CI run step by step."""
