"""What every room speaks: errors, the model of items, names on disk, JSON, files."""
