"""Sync, render, build, status and check as functions that print nothing."""
