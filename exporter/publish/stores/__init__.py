"""Targets of each kind, behind one protocol."""
