"""Lists of terms as the service keeps them, and as it hands them to engine processes."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from ner.lexicon.builtin_rules import BUILTIN_RULES
from ner.lexicon.entries import COLUMNS, Entry
from ner.lexicon.lexicon import Lexicon
from ner.lexicon.rules import Rule


@dataclass(frozen=True)
class ServedLexicon:
    """A list that doesn't change: engines keep it under its version. Make one with `pack`.

    Args:
        version: a digest of the content.
        content: the list as JSON.
        entries: the number of its entries and rules.
        types: their types.
    """

    version: str
    content: bytes = field(repr=False, compare=False)
    entries: int
    types: tuple[str, ...]

    def rows(self) -> Iterator[dict[str, Any]]:
        """The entries as JSON objects, without empty fields."""
        columns = orjson.loads(self.content)["columns"]
        for values in zip(*columns, strict=True):
            yield {name: value for name, value in zip(COLUMNS, values, strict=False) if value not in ("", None)}


def pack(lexicon: Lexicon) -> ServedLexicon:
    """The list as the service keeps it."""
    rules = [[*rule.entry] for rule in lexicon.rules]
    columns = [lexicon.column(name) for name in Entry._fields]
    content = orjson.dumps({"columns": columns, "rules": rules, "any_script": lexicon.any_script})
    version = hashlib.sha256(content).hexdigest()
    return ServedLexicon(version, content, len(lexicon) + len(rules), tuple(lexicon.types))


def unpack(content: dict[str, Any]) -> Lexicon:
    """The list of a `content`."""
    lexicon = Lexicon.of_columns(content["columns"])
    lexicon.any_script = content["any_script"]
    builtin = {rule.entry: rule for rule in BUILTIN_RULES}  # these have checks
    entries = [Entry(*values) for values in content["rules"]]
    lexicon.rules = [builtin.get(entry, Rule(entry)) for entry in entries]
    return lexicon
