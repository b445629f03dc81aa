"""What is known of files when all have been read once."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from ner.records.record import Record
from ner.records.source_files import suffix

_SHOWN = 3
_MOST_ENDINGS = 8


@dataclass
class Survey:
    """What files hold.

    Args:
        texts: the number of texts.
        characters: the number of their characters.
        missing: the number of records without a text: a null, or a field that is not there.
        columns: the names of all fields, in the order in which they appear.
        empty: the files without a text.
        annotated: the files whose lines of text look like tokens with tags.
        encodings: the encoding of each text file that is not UTF-8.
        whole: whether all files could be read; standard input and pipes can be read once.
    """

    texts: int = 0
    characters: int = 0
    missing: int = 0
    columns: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    annotated: list[str] = field(default_factory=list)
    encodings: dict[str, str] = field(default_factory=dict)
    whole: bool = True
    _seen: set[str] = field(default_factory=set, repr=False)

    def count(self, record: Record) -> None:
        """Count a record and its columns."""
        self.texts += 1
        self.characters += len(record.text)
        self.missing += record.missing
        if new := record.fields.keys() - self._seen:
            self._seen |= new
            self.columns += [name for name in record.fields if name in new]

    def notes(self, left_out: Sequence[str] = (), *, chosen: bool = False) -> Iterator[str]:
        """What is not as one may expect: encodings other than UTF-8, empty files, files that are not read.

        Args:
            left_out: the files of folders that are not read.
            chosen: whether `include` has chosen those that are read.
        """
        for encoding in sorted({*self.encodings.values()}):
            names = [name for name, found in self.encodings.items() if found == encoding]
            yield f"note: read as {encoding}: {_listed(names)}; `encoding` chooses another"
        if self.empty:
            yield f"note: without text: {_listed(self.empty)}"
        if self.annotated:
            listed = _listed(self.annotated)
            yield f"note: read as lines of text, but looks like CoNLL: {listed}; `format` conll reads it"
        if left_out and chosen:
            yield f"note: left out, as they don't match `include`: {_by_ending(left_out)}"
        elif left_out:
            kinds = _by_ending(left_out)
            yield f"note: left out, as their names are not those of text files: {kinds}; `include` chooses what is read"
        if self.missing:
            yield f"note: records without a text, which are read as empty: {self.missing:,}"


def _by_ending(names: Sequence[str]) -> str:
    """The names if they are few, else how many there are of each kind."""
    if len(names) <= _SHOWN:
        return ", ".join(names)
    counts = Counter(suffix(name) or PurePath(name).name for name in names).most_common()
    shown = [f"{count:,} {ending}" for ending, count in counts[:_MOST_ENDINGS]]
    rest = sum(count for _, count in counts[_MOST_ENDINGS:])
    return ", ".join(shown) + (f" and {rest:,} more" if rest else "")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
