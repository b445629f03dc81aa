"""The texts of the sources that a person may read: sentences in Python, and what templates translate."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

_WITH_CHINESE = {"Text", "option", "argument", "Help", "Panel", "Unset"}
"""Calls that declare both languages."""
_NO_SENTENCE = re.compile(r"^SELECT |\\[bwdSs]|\(\?|\.\*|<[/!a-z]|\.j2$|\[\w+\[|\w\[\w+[\],]|\[\^|^/|^'|http|-src ")
_VALUES = r"\.format\([^\n]*?\)|(?: % \((?:(?!\}\}).)*?\)| % [\w.]+)\)"
_TRANSLATED = re.compile(rf'\{{\{{ \(?"([^"\n]+)"(?:{_VALUES})? \| t\b')
_VALUE = re.compile(r"\{[^}]*\}|%%|%[+.\d]*[fs]")
_WORD = re.compile(r"(?<![\w`\-.])[A-Za-z']+(?![\w`\-])")


def python_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of sentences in a module, with {} for each value, and where they stand."""
    tree = ast.parse(path.read_text("utf-8"))
    left_out: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # a docstring
            left_out.add(id(node.value))
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in _WITH_CHINESE:
            left_out.update(map(id, ast.walk(node)))
        elif isinstance(node, ast.JoinedStr):
            left_out.update(map(id, node.values))
        elif isinstance(node, ast.keyword) and node.arg in ("zh", "examples"):
            left_out.update(map(id, ast.walk(node)))
    for node in ast.walk(tree):
        if id(node) not in left_out and (text := _text(node)) is not None:
            yield from ((node.lineno, line.strip(" ")) for line in text.split("\n") if is_sentence(line.strip(" ")))


def template_lines(path: Path) -> Iterator[str]:
    """The texts that a template puts through the filter `t`, with {} for each value."""
    for text in _TRANSLATED.findall(path.read_text("utf-8")):
        yield _VALUE.sub(lambda found: "%" if found[0] == "%%" else "{}", text)


def is_sentence(text: str) -> bool:
    """Whether a text has two words or more, and is no path, pattern, type or markup."""
    return len(_WORD.findall(text)) >= 2 and not text.startswith("bert-ner ") and not _NO_SENTENCE.search(text)


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else _value(part) for part in node.values)
    return None


def _value(part: ast.AST) -> str:
    """What stands for a value: for `counted(n, "noun")` also the noun, as it is in the catalogue."""
    match part:
        case ast.FormattedValue(ast.Call(ast.Name("counted"), [_, ast.Constant(str(noun))])):
            return f"{{}} {noun[:-1]}ies" if noun.endswith("y") else f"{{}} {noun}{{}}"
    return "{}"
