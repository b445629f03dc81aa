"""Help in English and Chinese: nothing without its translation, nothing cut off, and at once."""

import json
import os
import re
import shlex
import subprocess
import sys
from typing import Any

import pytest
import typer
from rich.cells import cell_len

from ner.commands.app import GROUPS, app

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
CHINESE = re.compile("[\u4e00-\u9fff]")
FORMULAS = {"width / 64"}
WORDS_OF_TYPER = ("Usage", "Options", "Arguments", "Commands", "COMMAND", "ARGS", "default:", "required", "Example")

# Prints all texts of the help by where they stand, and the pages as a terminal of 80 columns shows them.
TEXTS = """
import io, json, sys
from contextlib import redirect_stdout
import typer
from ner.commands.app import app
group = typer.main.get_command(app)
texts, pages = {}, {}
for name, command in {"": group, **group.commands}.items():
    parent = None if command is group else typer.Context(group, info_name="bert-ner")
    context = typer.Context(command, parent=parent, info_name=name or "bert-ner")
    with redirect_stdout(io.StringIO()) as page:
        command.get_help(context)
    pages[name] = page.getvalue()
    texts[name, "help"] = command.help
    texts[name, "epilog"] = command.epilog.split("\\n")[0]
    texts[name, "usage"] = command.options_metavar
    texts[name, "group"] = getattr(command, "rich_help_panel", None)
    for parameter in command.get_params(context):
        texts[name, parameter.name] = parameter.help
        texts[name, parameter.name, "panel"] = getattr(parameter, "rich_help_panel", None)
        texts[name, parameter.name, "default"] = parameter.show_default
json.dump([[" ".join(key), text] for key, text in texts.items() if isinstance(text, str)], sys.stdout)
print()
json.dump(pages, sys.stdout)
"""


def run_in(language: str, *arguments: str, columns: int = 80) -> str:
    environment = {**os.environ, "BERT_NER_LANG": language, "COLUMNS": str(columns), "TERMINAL_WIDTH": str(columns)}
    return subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, encoding="utf-8", check=True
    ).stdout


@pytest.fixture(scope="module")
def printed() -> dict[str, list[str]]:
    return {language: run_in(language, "-c", TEXTS).splitlines() for language in ("en", "zh")}


def test_every_text_has_its_translation(printed: dict[str, list[str]]) -> None:
    english, chinese = (dict(json.loads(texts)) for texts, _ in printed.values())
    assert english.keys() == chinese.keys()
    assert len(english) > 400
    assert not [text for text in english.values() if CHINESE.search(text)]
    assert {text for text in chinese.values() if not CHINESE.search(text)} <= FORMULAS


def test_every_parameter_has_a_help() -> None:
    for name, command in COMMANDS.items():
        for parameter in command.params:
            assert parameter.help, f"{name} {parameter.name}"


def test_the_words_of_typer_are_translated_and_no_line_is_cut_off(printed: dict[str, list[str]]) -> None:
    for language, (_, pages) in printed.items():
        for name, page in json.loads(pages).items():
            assert [word for word in WORDS_OF_TYPER if language == "zh" and word in page] == [], name
            assert not re.search(r"\S *… *│", page.replace("……", "")), name
            assert max(map(cell_len, page.splitlines())) <= 80


@pytest.mark.slow
def test_a_narrow_terminal_is_obeyed() -> None:
    for language in ("en", "zh"):
        page = run_in(language, "-m", "ner", "tag", "--help", columns=60)
        assert max(map(cell_len, page.splitlines())) <= 60


@pytest.mark.slow
def test_commands_stand_in_their_groups() -> None:
    page = run_in("en", "-m", "ner", "--help")
    places = [page.index(f" {group.en} ") for group in GROUPS]
    assert places == sorted(places)
    listed = [command.name for commands in GROUPS.values() for command in commands]
    assert sorted(COMMANDS) == sorted(listed)
    assert re.findall(r"│ (\w[\w-]*)  ", page) == listed


@pytest.mark.parametrize("name", [*COMMANDS])
def test_examples_can_be_copied(name: str) -> None:
    _, *lines = COMMANDS[name].epilog.split("\n\n")
    assert 1 <= len(lines) <= 2
    for line in lines:
        assert cell_len(line) < 79, "is on one line of a terminal"
        program, command, *arguments = shlex.split(line)
        assert (program, command) == ("bert-ner", name)
        COMMANDS[name].make_context(name, arguments).close()  # refuses unknown and missing options


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs the times of a child process")
def test_help_comes_at_once() -> None:
    def seconds(*line: str) -> float:
        before = os.times()
        run_in("en", *line)
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    # Less than torch alone takes, which is timed beside it, as machines differ.
    assert min(seconds("-m", "ner", "--help") for _ in range(2)) < 0.6 * seconds("-c", "import torch")
