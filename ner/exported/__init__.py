"""Exported taggers: their folder, and the runtimes of their networks, which need no torch."""
