"""Searching the settings with which training does best on dev."""
