"""`bundle`: one file out of the guide, for reading without a browser's network or for apps."""
