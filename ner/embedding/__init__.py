"""Vectors of characters, entities and texts, as an encoder gives them."""
