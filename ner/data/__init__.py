"""Annotated text: entities, tag schemes, and the files that hold them. Needs nothing but the standard library."""
