"""Draw one flat, poster-style picture for each place of the demo guide to Lisbon."""
