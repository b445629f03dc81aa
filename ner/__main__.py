"""The entry for `python -m ner`."""

from ner.commands.app import run

run()
