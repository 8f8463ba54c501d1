"""Shared by the tests: spaces, servers, histories, crashes."""
