"""`bert-ner info`: what a model is."""

from pathlib import Path

from ner.choices import BUILT_IN_TAGGER
from ner.commands.command import command
from ner.commands.parameters import Json, Model
from ner.commands.terminal import Terminal


@command(
    zh="显示模型的结构、训练数据、分数，以及编码器各层的权重。",
    examples=["bert-ner info --model mini-zh-uner"],
)
def info(model: Model = Path(BUILT_IN_TAGGER), as_json: Json = False, *, terminal: Terminal) -> None:
    """Show the architecture, training data and scores of a model, and the weight of each encoder layer."""
    from rich.console import Console

    from ner.commands.printing import print_info, print_json
    from ner.tagging.model_info import model_info

    found = model_info(model)
    if as_json:
        print_json(found)
    else:
        print_info(found, Console())
