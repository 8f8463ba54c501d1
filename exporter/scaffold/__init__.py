"""A new guide: its files as a pure plan, written where nothing is yet; the CI files of an older version updated."""
