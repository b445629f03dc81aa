"""Rules that all messages of the library follow."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ner.commands.app import app

LIBRARY = Path(__file__).parents[1] / "ner"
OPTION = re.compile(r"(?<![\w-])--[a-z]")
HELP = ("Help", "Panel", "Parameter", "Text", "Unset")
"""Calls that declare what the command line shows."""


def modules() -> list[Path]:
    """The modules of the library, without the commands, which declare the options."""
    return [path for path in sorted(LIBRARY.rglob("*.py")) if path.relative_to(LIBRARY).parts[0] != "commands"]


def texts(source: str) -> Iterator[tuple[int, str]]:
    """The string literals of a module with their lines, without docstrings and help texts."""
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in HELP:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        waiting.extend(ast.iter_child_nodes(node))


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_no_message_of_the_library_names_an_option(path: Path) -> None:
    found = [
        f"{path}:{line}: {text!r}" for line, text in texts(path.read_text(encoding="utf-8")) if OPTION.search(text)
    ]
    assert found == [], "a Python caller knows no options: write the name of the parameter in backticks"


def test_options_in_messages_are_found() -> None:
    source = '"""Like --that."""\nfail(f"{x}: give --from")\nfail("not -- or a--b")\nHelp("--to", "")\n'
    assert [line for line, text in texts(source) if OPTION.search(text)] == [2]


def test_the_command_line_names_its_options(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("王 B-PER\n", encoding="utf-8")
    (tmp_path / "a.json").write_text("[]", encoding="utf-8")

    def refused(*arguments: object) -> str:
        return CliRunner().invoke(app, [str(argument) for argument in arguments]).stderr

    assert "from its name: set --to to one of conll, " in refused("convert", tmp_path / "a.txt", tmp_path / "b.json")
    assert refused("tag", tmp_path / "a.json").endswith(
        "a.json: set --from to the JSON format of the file, for example label-studio\n"
    )
