"""Errors and suspicions in a data set, and its statistics."""
