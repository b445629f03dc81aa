"""Exported networks: their folder, and the runtimes that run them."""
