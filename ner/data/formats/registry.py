"""All formats by name, and which one a file is in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ner.data.entities import Sentence
from ner.data.findings import Finding
from ner.data.formats import conll
from ner.data.schemes import Scheme
from ner.data.split import ReadOptions, Split
from ner.errors import InputError


@dataclass(frozen=True)
class Format:
    """A format: how it is read and written, and the suffix that its files get ("" for a folder).

    `write` returns what the format can't hold; `tagged` formats have a tag for each character, in the scheme that
    `write` is given, which means nothing to others.
    """

    name: str
    suffix: str
    tagged: bool
    read: Callable[[Path, ReadOptions], Split]
    write: Callable[[Sequence[Sentence], Path, Scheme], list[Finding]]


FORMATS: dict[str, Format] = {
    format_.name: format_ for format_ in (Format("conll", ".conll", True, conll.read, conll.write),)
}
"""The formats by name."""


def format_of(path: Path, options: ReadOptions) -> Format:
    """The format to read `path` in: the one that `options` name, or else the one it seems to be in.

    Raises InputError if there is no format of that name, no such file, or an option that the format doesn't have.
    """
    name = options.format or "conll"
    if name not in FORMATS:
        raise InputError(f"unknown format {name!r}: expected one of {', '.join(FORMATS)}")
    if name != "conll" and (options.token_column or options.tag_column):
        raise InputError(
            f"{path}: is {name}, which has no columns to choose: leave out --token-column and --tag-column"
        )
    return FORMATS[name]
