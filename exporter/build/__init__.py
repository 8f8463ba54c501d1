"""The run that brings site/ up to date."""
