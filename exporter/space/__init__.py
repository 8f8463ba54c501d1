"""The local Sync endpoint: one space in files, served as the Delivery API serves it."""
