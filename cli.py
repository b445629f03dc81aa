"""The entry for `python cli.py`."""

from ner.commands.app import run

if __name__ == "__main__":
    run()
