"""What the guide knows: the content model understood, rows, pages, recorded reads."""
