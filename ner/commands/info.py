"""`bert-ner info`: what a model is."""

from pathlib import Path

from ner.choices import BUILT_IN_TAGGER
from ner.commands.options import Model


def info(model: Model = Path(BUILT_IN_TAGGER)) -> None:
    """Tell what a model is, what it was trained on, and how much each layer of its encoder counts."""
    from rich.console import Console

    from ner.commands.printing import print_info
    from ner.tagging.model_info import model_info

    print_info(model_info(model), Console())
