"""Searching for the settings with the best dev F1."""
