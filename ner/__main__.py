"""The entry for `python -m ner`."""

from ner.commands.app import app

app()
