"""Exported networks: their folder, and the runtimes that compute them."""
