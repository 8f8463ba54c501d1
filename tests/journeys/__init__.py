"""What crosses rooms: histories, kills, recordings, the browser, the README."""
