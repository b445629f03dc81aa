"""New names for entity types: a table from a file or from an option, and the entities under their new names."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from ner.data.entities import Entity
from ner.data.text_encoding import decode, read_bytes, refuse_packed
from ner.errors import InputError

TypeTable = Mapping[str, str | None]
"""The new name for each type, None for a type that is removed. Types that are not in it keep their names."""

KEEP_TYPES: TypeTable = MappingProxyType({})
"""The table that changes nothing."""

_HEADER = ("from", "to")
_DROPPED = ("", "-")


def read_type_table(path: str | Path) -> dict[str, str | None]:
    """Read the new names of entity types from a file with two columns, `from` and `to`.

    The columns are separated by commas or tabs. A header is optional. An empty `to` or "-" removes the type.

    Returns:
        The new name for each type, None for a type that is removed.

    Raises:
        InputError: there is no such file, or lines of it are wrong. The message lists all wrong lines.
    """
    path = Path(path)
    faults: list[str] = []
    data = read_bytes(path)
    refuse_packed(data, str(path))
    text = decode(data, str(path), None)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in text else ",")
    table: dict[str, str | None] = {}
    for row in reader:
        cells = [cell.strip() for cell in row]
        if not any(cells) or (not table and tuple(cell.lower() for cell in cells) == _HEADER):
            continue
        place = f"{path}:{reader.line_num}"
        if len(cells) != 2 or not cells[0]:
            faults.append(f"{place}: expected a type and its new name, as in PERSON,PER; found {', '.join(cells)}")
            continue
        old, new = cells[0], None if cells[1] in _DROPPED else cells[1]
        if table.setdefault(old, new) != new:
            faults.append(f"{place}: {old} becomes {new or 'nothing'} here, {table[old] or 'nothing'} above; keep one")
    if not table and not faults:
        faults.append(f"{path}: has no types; expected two columns, as in PERSON,PER")
    if faults:
        raise InputError("\n".join(faults))
    return table


def parse_types_map(text: str) -> dict[str, str | None]:
    """Read new names of entity types from a text `NAME=PER,TITLE=`; without a new name, the type is removed.

    >>> parse_types_map("NAME=PER,TITLE=")
    {'NAME': 'PER', 'TITLE': None}

    Raises:
        InputError: a part is no type with its new name, or a type has two.
    """
    table: dict[str, str | None] = {}
    for part in text.split(","):
        old, equals, new = (piece.strip() for piece in part.partition("="))
        if not old or not equals or old in table:
            raise InputError(f"expected `types_map` to be TYPE=NEW,TYPE=NEW with each type once, got {text!r:.60}")
        table[old] = new or None
    return table


def map_types(entities: Iterable[Entity], table: TypeTable) -> tuple[Entity, ...]:
    """The entities with their new types. If two types of one span become the same, one entity is left."""
    renamed = ((entity, table.get(entity.label, entity.label)) for entity in entities)
    return tuple(dict.fromkeys(replace(entity, label=label) for entity, label in renamed if label is not None))
