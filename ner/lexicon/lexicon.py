"""Lists of terms that the entities of a text may come from."""

import logging
import math
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ner.choices import BUILTIN_RULES as BUILTIN_NAME
from ner.data.entities import Sentence, drop_overlaps
from ner.data.garbage_collection import pause_garbage_collection
from ner.errors import InputError, raise_faults
from ner.lexicon.builtin_rules import BUILTIN_RULES
from ner.lexicon.entries import COLUMNS, LONGEST_TERM, MODES, NO_TYPE, Entry, Mode, as_entries, find_faults
from ner.lexicon.read_lists import Rows, parse_rows, read_rows, rows_of_cells
from ner.lexicon.rules import Rule, read_rules

if TYPE_CHECKING:
    import pandas as pd

MOST_ENTRIES = 5_000_000
"""Entries: a million need about 400 MB."""
_LOGGER = logging.getLogger("ner")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Lexicon:
    """Terms with their types, for `Tagger.load` and `Tagger.with_lexicon`.

    >>> from ner import Lexicon, Tagger
    >>> lexicon = Lexicon()
    >>> lexicon.add("星海湾科技", "ORG", id="C17")
    >>> [(entity.text, entity.id) for entity in Tagger.load(lexicon=lexicon).tag("星海湾科技今天上市。")]
    [('星海湾科技', 'C17')]

    Args:
        entries: the first entries.

    Raises:
        InputError: some entries are wrong. The message lists them.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._columns: list[list[Any]] = [[] for _ in Entry._fields]
        self.rules: list[Rule] = []
        """Regular expressions whose matches entities may come from; see `add_rules`."""
        self.any_script = False
        """Whether terms match in simplified and in traditional characters. It needs opencc."""
        self.left_out = 0
        """The number of entries of HanLP's and jieba's files that were left out, because they are no names."""
        self.notes: list[str] = []
        """How files were read, where that may be a surprise: in another encoding than UTF-8, or with short rows."""
        given = list(entries)
        faults = [f"{entry.place}: {fault}" for entry in given for fault in find_faults(entry)]
        raise_faults(faults)
        for column, values in zip(self._columns, zip(*given, strict=True), strict=False):
            column.extend(values)

    @classmethod
    def read(
        cls, *paths: str | Path, type: str = "", encoding: str | None = None, any_script: bool = False
    ) -> "Lexicon":
        """Read lists.

        - `.csv` and `.tsv` have a header with `term` and `type`, and may have `mode`, `weight`, `id` and `alias_of`.
          The header may be in Chinese: 名称, 类型, 方式, 权重, 编号 and 标准名. Other columns are left out. `.xlsx` is
          read in the same way from its first sheet.
        - `.jsonl` has one object per line with these fields.
        - `.txt` has a term on each line, alone or followed by its type. The dictionary files of HanLP and jieba are
          read too: of these, names of persons (nr), places (ns) and organisations (nt) become PER, LOC and ORG, and
          the rest is left out.

        Args:
            *paths: the files.
            type: the type of terms that have none.
            encoding: the encoding of the files; None to recognise it.
            any_script: whether terms match in simplified and in traditional characters. It needs opencc.

        Raises:
            InputError: some lists can't be read, or have wrong entries. The message lists all of them, with lines.
        """
        return cls._read([(Path(path), type) for path in paths], encoding, any_script, "set `type` to one, such as ORG")

    @classmethod
    def read_typed(cls, lists: Iterable[tuple[Path, str]], *, any_script: bool = False) -> "Lexicon":
        """Read lists as `read` does, each with the type of its terms that have none, which users write as FILE=TYPE.

        Raises:
            InputError: as for `read`.
        """
        return cls._read(lists, None, any_script, "give them one, as in {}=ORG")

    @classmethod
    @pause_garbage_collection()
    def _read(
        cls, lists: Iterable[tuple[Path, str]], encoding: str | None, any_script: bool, how_to_type: str
    ) -> "Lexicon":
        lexicon = cls()
        lexicon.any_script = any_script
        faults: list[str] = []
        for path, type_ in lists:
            try:
                rows = read_rows(path, encoding)
            except InputError as error:
                faults.append(str(error))
                continue
            faults += lexicon._add_rows(rows, str(path), type_, how_to_type.format(path))
            lexicon.left_out += rows.left_out
            if rows.encoding:
                lexicon.notes.append(f"{path}: read as {rows.encoding}")
            if rows.short:
                lexicon.notes.append(
                    f"{path}: rows with fewer cells than the header, which are read as empty: {rows.short:,}"
                )
            if not (rows.lines or rows.faults or rows.left_out):
                _LOGGER.warning("%s: has no entry, so it changes nothing", path)
        raise_faults(faults)
        return lexicon

    @classmethod
    def parse(cls, data: bytes, name: str, *, type: str = "") -> "Lexicon":
        """Make a lexicon from the bytes of a list in UTF-8, but of no Excel file.

        Args:
            data: the bytes.
            name: the name in messages. Its ending tells the format, as for `read`.
            type: the type of terms that have none.

        Raises:
            InputError: as for `read`.
        """
        lexicon = cls()
        rows = parse_rows(data, Path(name))
        raise_faults(lexicon._add_rows(rows, name, type))
        lexicon.left_out = rows.left_out
        return lexicon

    @classmethod
    def from_frame(cls, frame: "pd.DataFrame", *, type: str = "") -> "Lexicon":
        """Make a lexicon from a table with the columns of `read`. Cells without a value count as empty.

        >>> import pandas as pd
        >>> len(Lexicon.from_frame(pd.DataFrame({"term": ["林晓东", "杭州"], "type": ["PER", "LOC"]})))
        2

        Raises:
            InputError: it is no table, or some rows are wrong. The message lists them, counted from 1.
        """
        if not hasattr(frame, "columns"):
            raise InputError(f"expected `frame` to be a DataFrame, got {frame!r:.60}")
        cells = frame.astype(object).where(frame.notna(), "").to_numpy().tolist()
        rows = rows_of_cells([*frame.columns], enumerate(cells, 1), "`frame`")
        lexicon = cls()
        raise_faults(lexicon._add_rows(rows, "row", type))
        return lexicon

    @classmethod
    def from_sentences(cls, sentences: Iterable[Sentence], *, least_length: int = 2) -> "Lexicon":
        """Make a lexicon of the entities of annotated sentences, each with its most frequent type.

        Args:
            sentences: the sentences.
            least_length: shorter entities are left out.
        """
        counts: dict[str, dict[str, int]] = {}
        for sentence in sentences:
            for entity in drop_overlaps(sentence.entities):
                if len(entity.text) >= least_length:
                    of_term = counts.setdefault(entity.text, {})
                    of_term[entity.label] = of_term.get(entity.label, 0) + 1
        types = {term: max(of_term, key=lambda label: of_term[label]) for term, of_term in counts.items()}
        found = (Entry(term, label) for term, label in types.items())
        return cls(entry for entry in found if not any(find_faults(entry)))

    @classmethod
    def of_columns(cls, columns: Iterable[list[Any]]) -> "Lexicon":
        """A lexicon from the values of each field of `Entry`, all of which have been checked by another lexicon."""
        lexicon = cls()
        lexicon._columns = [
            [*map(sys.intern, column)] if name in ("type", "mode", "file") else column
            for name, column in zip(Entry._fields, columns, strict=True)
        ]
        return lexicon

    def add(
        self,
        term: str,
        type: str = "",
        mode: Mode = "prefer",
        weight: float | None = None,
        id: str = "",
        alias_of: str = "",
    ) -> None:
        """Add an entry.

        Args:
            term: the characters.
            type: the type; it may be missing with mode `never`, which then excludes all types.
            mode: `prefer`: the term is more likely an entity of this type; `force`: it is one; `never`: it is none;
                `only`: entities of this type are in the list.
            weight: the log-odds that `prefer` adds; None for the default, which grows with the length.
            id: what the `id` of the entity will be.
            alias_of: the id or the term of the entry whose `id` the entity gets.

        Raises:
            InputError: a value is wrong.
        """
        values = [[value] for value in (term, type, mode, weight, id, alias_of)]
        raise_faults(self._add_rows(Rows([*values], [len(self) + 1], []), "entry", ""))

    def add_rules(self, path: str | Path) -> None:
        """Add the rules of a file, or those of this package.

        A file in TOML has a table `[[rule]]` for each rule, with `pattern` (a regular expression of RE2; a named group
        is the entity) and `type`, and if wanted `name`, `mode` and `weight`.

        >>> lexicon = Lexicon()
        >>> lexicon.add_rules("builtin")
        >>> [(entity.text, entity.label) for entity in Tagger.load(lexicon=lexicon).tag("电话：13800138000")]
        [('13800138000', 'PHONE')]

        Args:
            path: the file, or `builtin`: mobile numbers (PHONE), resident ids with their check digit (ID_CARD), EMAIL,
                URL, DATE, TIME, MONEY and licence plates (PLATE).

        Raises:
            InputError: the file can't be read, or some rules are wrong. The message lists them.
        """
        self.rules += BUILTIN_RULES if str(path) == BUILTIN_NAME else read_rules(Path(path))

    def __len__(self) -> int:
        return len(self._columns[0])

    def __iter__(self) -> Iterator[Entry]:
        return as_entries(self._columns)

    def __getitem__(self, place: int) -> Entry:
        return Entry._make(column[place] for column in self._columns)

    def __repr__(self) -> str:
        return f"Lexicon({len(self):,} entries: {', '.join(self.types)})"

    def __add__(self, other: "Lexicon") -> "Lexicon":
        """The entries of two lexicons."""
        both = Lexicon()
        both._columns = [[*one, *more] for one, more in zip(self._columns, other._columns, strict=True)]
        both.rules = [*self.rules, *other.rules]
        both.any_script = self.any_script or other.any_script
        both.left_out = self.left_out + other.left_out
        both.notes = [*self.notes, *other.notes]
        return both

    @property
    def terms(self) -> Sequence[str]:
        """The term of each entry."""
        return self._columns[0]

    def column(self, name: str) -> Sequence[Any]:
        """The values of one field of `Entry`, of each entry."""
        return self._columns[Entry._fields.index(name)]

    @property
    def types(self) -> list[str]:
        """The types of the entries and rules, sorted."""
        return sorted({*self._columns[1], *(rule.entry.type for rule in self.rules)} - {""})

    def _add_rows(self, rows: Rows, file: str, type_: str, how_to_type: str = "") -> list[str]:
        """Add rows if none is wrong; else say what is. `how_to_type` says how all terms get a type."""
        faults = [(line, fault) for line, fault in rows.faults]
        count = len(rows.lines)
        if len(self) + count > MOST_ENTRIES:
            return [f"{file}: expected at most {MOST_ENTRIES:,} entries in all, got {len(self) + count:,}"]
        columns: list[list[Any]] = []
        for name, cells in zip(COLUMNS, rows.columns, strict=True):
            if name == "weight":
                weights, wrong = _weights(cells, rows.lines)
                columns.append(weights)
                faults += wrong
                continue
            missing = {"type": type_, "mode": "prefer"}.get(name, "")
            if cells is None or not any(cells):
                columns.append([missing] * count)
                continue
            if {*map(type, cells)} == {str}:
                texts = [*map(str.strip, cells)]
            else:
                faults += [
                    (line, f"expected {name} to be a text, got {cell!r:.40}")
                    for line, cell in zip(rows.lines, cells, strict=True)
                    if cell is not None and not isinstance(cell, (str, int, float))
                ]
                texts = [*map(_as_text, cells)]
            if name in ("type", "mode"):
                texts = [sys.intern(text) if text else missing for text in texts]
            columns.append(texts)
        if faults or _any_doubt(columns):
            entries = map(Entry._make, zip(*columns, repeat(file), rows.lines, strict=False))
            faults += [(entry.line, fault) for entry in entries for fault in find_faults(entry)]
        if how_to_type and (untyped := [line for line, fault in faults if fault == NO_TYPE]):
            faults = [fault for fault in faults if fault[1] != NO_TYPE]
            faults.append((untyped[0], f"terms from here on without a type: {len(untyped):,}; {how_to_type}"))
        if faults:
            return [f"{file}:{line}: {fault}" for line, fault in sorted(faults)]
        for column, values in zip(self._columns, [*columns, [file] * count, rows.lines], strict=True):
            column.extend(values)
        return []


def _any_doubt(columns: Sequence[Sequence[Any]]) -> bool:
    """Whether some entries may be wrong; looking at all of them at once is ten times faster than at each one."""
    terms, types, modes, weights, *_ = columns
    if not terms:
        return False
    combined = {*zip(types, modes, weights, strict=True)}
    if not {*modes} <= {*MODES} or any(any(find_faults(Entry("x", *rest))) for rest in combined):
        return True
    return (
        not all(terms)
        or max(map(len, terms)) > LONGEST_TERM
        or "\n=" in (one := "\n" + "\n".join(terms))
        or bool(_CONTROL.search(one.replace("\n", "")))
        or one.count("\n") != len(terms)
    )


def _weights(cells: Sequence[Any] | None, lines: Sequence[int]) -> tuple[list[float | None], list[tuple[int, str]]]:
    if cells is None:
        return [None] * len(lines), []
    weights: list[float | None] = []
    faults = []
    for line, cell in zip(lines, cells, strict=True):
        weight: float | None = None
        if cell is not None and cell != "":
            try:
                weight = float(cell) if not isinstance(cell, bool) else math.nan
            except (TypeError, ValueError):
                faults.append((line, f"expected weight to be a number, got {cell!r:.40}"))
        weights.append(weight)
    return weights, faults


def _as_text(cell: Any) -> str:
    """A cell of a spreadsheet or of JSON as text: a whole number has no decimal point."""
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
