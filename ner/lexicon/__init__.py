"""Spans that are known before a text is tagged."""
