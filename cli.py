"""The entry for `python cli.py`."""

from ner.commands.app import app

if __name__ == "__main__":
    app()
