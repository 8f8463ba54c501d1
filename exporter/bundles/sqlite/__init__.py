"""The guide as an SQLite file for apps, with its full text in files beside it."""
