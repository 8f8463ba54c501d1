"""Places in templates: maps as drawings, what is near, walks, places as map applications read them."""
