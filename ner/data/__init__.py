"""Annotated text: entities, tag schemes, corpora, and the formats of files."""
