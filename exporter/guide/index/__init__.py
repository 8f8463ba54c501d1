"""The index of items and pages: its records, tables and queries."""
