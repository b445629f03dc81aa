"""Rules: regular expressions whose matches are entities, for what has a form, such as telephone numbers.

RE2 matches them: its time is linear in the text, so no pattern can hang.
"""

import re
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from ner.data.text_encoding import decode, read_bytes
from ner.errors import InputError, raise_faults
from ner.extras import import_extra
from ner.lexicon.entries import Entry, Mode, find_faults

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LONGEST_PATTERN = 2000
"""Characters."""
MOST_RULES = 1000
_FIELDS = ("name", "type", "pattern", "mode", "weight")
_HEADER = re.compile(r"^[ \t]*\[\[\s*rule\s*\]\]", re.MULTILINE)
_LARGE = 1 << 53  # beyond it whole numbers are none of float
_MEMORY = 8 << 20  # bytes of a compiled pattern
# Full-width forms of ASCII, and the ideographic space.
_HALF_WIDTH = {**{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}, 0x3000: 0x20}


class Rule(NamedTuple):
    """A regular expression whose matches are entities.

    Args:
        entry: its type, mode and weight. Its term is the pattern, and its id the name of the rule.
        check: whether a match counts, by its characters in half width; None if all do.
    """

    entry: Entry
    check: Callable[[str], bool] | None = None


def read_rules(path: Path) -> list[Rule]:
    """Read a TOML file with a table `[[rule]]` for each rule.

    Raises:
        InputError: the file can't be read, or some rules are wrong. The message lists them with their lines.
    """
    text = decode(read_bytes(path), str(path), None)
    try:
        content = tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: expected TOML ({error})") from None
    tables = content.get("rule")
    if set(content) != {"rule"} or not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise InputError(f"{path}:1: expected only tables [[rule]], got {', '.join(content) or 'none'}")
    if len(tables) > MOST_RULES:
        raise InputError(f"{path}:1: expected at most {MOST_RULES:,} rules, got {len(tables):,}")
    lines = [text.count("\n", 0, found.start()) + 1 for found in _HEADER.finditer(text)]
    lines += [1] * (len(tables) - len(lines))  # rule = [{...}] has no headers
    rules, faults = [], []
    for line, table in zip(lines, tables, strict=False):
        entry = _entry(table, str(path), line)
        wrong = [*_faults_of_table(table), *([] if entry is None else _faults(entry))]
        faults += [f"{path}:{line}: {fault}" for fault in wrong]
        if entry is not None:
            rules.append(Rule(entry))
    raise_faults(faults)
    return rules


class RuleMatcher:
    """Finds the matches of rules.

    Args:
        rules: the rules.

    Raises:
        InputError: google-re2 is not installed.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = list(rules)
        self._compiled = [(rule, compile_pattern(rule.entry.term)) for rule in rules]

    def __reduce__(self) -> tuple[type["RuleMatcher"], tuple[list[Rule]]]:
        return RuleMatcher, (self._rules,)  # patterns of RE2 can't be pickled

    def find(self, text: str) -> Iterator[tuple[int, int, Entry]]:
        """The start, the end and the rule of each match. Patterns see ASCII in half width."""
        half = half_width(text)
        # For each match in a str, RE2 counts characters in Python: bytes and one table for all rules are faster.
        data = half.encode(errors="replace")
        places = array("I", accumulate((byte & 0xC0 != 0x80 for byte in data), initial=0))
        for rule, pattern in self._compiled:
            group = next(iter(pattern.groupindex.values()), 0)
            for match in pattern.finditer(data):
                first, last = match.span(group)
                if 0 <= first < last:
                    start, end = places[first], places[last]
                    if rule.check is None or rule.check(half[start:end]):
                        yield start, end, rule.entry


def half_width(text: str) -> str:
    """The text with full-width ASCII in half width, character by character.

    >>> half_width("Ａ１：x")
    'A1:x'
    """
    return text.translate(_HALF_WIDTH)


def compile_pattern(pattern: str) -> Any:
    """A pattern of RE2.

    Raises:
        ValueError: it is none. The message says why.
        InputError: google-re2 is not installed.
    """
    re2 = import_extra("re2", "rules", "rules")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else error
        raise ValueError(reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)) from None


def _entry(table: dict[str, Any], path: str, line: int) -> Entry | None:
    """The rule of a table if its values have the right types."""
    texts = [table.get(name, missing) for name, missing in (("pattern", ""), ("type", ""), ("mode", "prefer"))]
    weight, name = table.get("weight"), table.get("name", "")
    number = weight is None or isinstance(weight, float) or (type(weight) is int and abs(weight) < _LARGE)
    if not number or not all(isinstance(text, str) for text in (*texts, name)):
        return None
    pattern, type_, mode = texts
    return Entry(pattern, type_, mode, None if weight is None else float(weight), name, "", path, line)


def _faults_of_table(table: dict[str, Any]) -> Iterator[str]:
    for name, value in table.items():
        if name not in _FIELDS:
            yield f"expected only {', '.join(_FIELDS)}, got {name!r:.40}"
        elif name == "weight":
            if not isinstance(value, float) and (type(value) is not int or abs(value) >= _LARGE):
                yield f"expected weight to be a number, got {value!r:.40}"
        elif not isinstance(value, str):
            yield f"expected {name} to be a text, got {value!r:.40}"


def _faults(entry: Entry) -> Iterator[str]:
    yield from find_faults(entry._replace(term="x"))
    if entry.mode == "only":
        yield "only is for lists, not for rules"
    if not entry.term:
        yield "has no pattern"
    elif len(entry.term) > LONGEST_PATTERN:
        yield f"expected a pattern of at most {LONGEST_PATTERN:,} characters, got {len(entry.term):,}"
    else:
        try:
            compiled = compile_pattern(entry.term)
        except InputError:
            raise
        except ValueError as error:
            yield f"expected a regular expression of RE2 ({error})"
        else:
            if len(compiled.groupindex) > 1:
                yield f"expected one named group, which is the entity, got {', '.join(compiled.groupindex)}"


def built_in(name: str, type_: str, pattern: str, mode: Mode, check: Callable[[str], bool] | None = None) -> Rule:
    """A rule of this package."""
    return Rule(Entry(pattern, type_, mode, 20.0 if mode == "prefer" else None, name, "", "builtin"), check)
