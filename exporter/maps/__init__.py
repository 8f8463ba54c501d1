"""Maps of places: distances, projection, labels, outlines. Pure geometry, without files or templates."""
