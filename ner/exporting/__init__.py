"""Exporting taggers, so that they run without PyTorch."""
