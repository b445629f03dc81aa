"""Lists of terms and rules, as the command line names them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ner.commands.parameters import option
from ner.commands.terminal import Terminal

if TYPE_CHECKING:
    from ner.lexicon.lexicon import Lexicon
    from ner.tagging.tagger import Tagger

Dictionaries = Annotated[
    list[str] | None,
    option(
        "List of terms (.csv, .tsv, .xlsx, .jsonl, .txt) that entities may come from. FILE=TYPE gives a type to terms "
        "that have none. You can give this option several times.",
        "词表（.csv、.tsv、.xlsx、.jsonl、.txt），实体可来自其中。FILE=TYPE 给没有写类型的词指定类型。可多次使用。",
        "--dictionary",
        metavar="FILE",
    ),
]


def dictionary_paths(names: Sequence[str]) -> list[Path]:
    """The files of lists."""
    return [_split(name)[0] for name in names]


def read_lexicon(names: Sequence[str]) -> "Lexicon":
    """Read lists.

    Raises:
        InputError: some lists have errors. The message lists all of them.
    """
    from ner.lexicon.lexicon import Lexicon

    return Lexicon.read_typed([_split(name) for name in names])


def note_lexicon(tagger: "Tagger", lexicon: "Lexicon", terminal: Terminal) -> None:
    """Say what the user may not expect of a list."""
    if lexicon.left_out:
        terminal.note(f"note: {lexicon.left_out:,} terms were left out: their parts of speech are not nr, ns or nt")
    if new := [type_ for type_ in lexicon.types if type_ not in tagger.engine.types]:
        known = ", ".join(tagger.engine.types)
        terminal.note(f"note: the model has {known}; only the list has {', '.join(new)}")


def _split(name: str) -> tuple[Path, str]:
    if "=" in name and not Path(name).exists():
        path, _, type_ = name.rpartition("=")
        return Path(path), type_
    return Path(name), ""
