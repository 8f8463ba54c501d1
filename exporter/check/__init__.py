"""The check of the mirror and of the built site. It takes no lock and writes nothing to the project."""
