"""`bert-ner cite`: the entry for BibTeX."""

from ner.citation import bibtex
from ner.commands.command import command
from ner.commands.messages import say
from ner.commands.terminal import Terminal


@command(zh="打印引用 bert-ner 的 BibTeX 条目。", examples=["bert-ner cite"])
def cite(*, terminal: Terminal) -> None:
    """Print the BibTeX entry to cite bert-ner."""
    say(bibtex())
