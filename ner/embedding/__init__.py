"""Vectors of characters, entities and texts from an encoder."""
