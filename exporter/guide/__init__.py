"""Pages out of the mirror: what they can ask, their addresses, how they are rendered."""
