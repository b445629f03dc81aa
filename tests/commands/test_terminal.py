"""What commands say beside their result: all of it on standard error, as much as the user wants, plain if asked for."""

import logging
import os
import subprocess
from pathlib import Path

import pytest
import typer
from rich.cells import cell_len
from typer.testing import CliRunner

from ner.commands.app import app
from ner.commands.command import command
from ner.commands.exit_status import Commands
from ner.commands.terminal import Terminal

run = CliRunner().invoke


@command(zh="测试。", examples=[])
def work(learning_rate: float = 1.0, *, terminal: Terminal) -> None:
    """Work."""
    terminal.start("working", 3)
    terminal.advance(1, "so far")
    terminal.finish()
    terminal.note("note: try a lower `learning_rate` [red] :smile:")
    logger = logging.getLogger("ner")
    for level in (logging.WARNING, logging.INFO, logging.DEBUG):
        logger.log(level, "level %d", level)
    typer.echo("result")


@pytest.fixture
def program() -> typer.Typer:
    program = typer.Typer(cls=Commands)
    program.callback()(lambda: None)
    program.command("work")(work.run)
    return program


NOTE = "note: try a lower --learning-rate [red] :smile:\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], f"{NOTE}warning: level 30\n"),
        (["--verbose"], f"{NOTE}warning: level 30\ninfo: level 20\ndebug: level 10\n"),
        (["-v"], f"{NOTE}warning: level 30\ninfo: level 20\ndebug: level 10\n"),
        (["--quiet"], ""),
        (["-q"], ""),
    ],
)
def test_as_much_as_the_user_wants(program: typer.Typer, options: list[str], said: str) -> None:
    logger = logging.getLogger("ner")
    before = (logger.level, list(logger.handlers))
    result = run(program, ["work", *options])
    assert (result.exit_code, result.stdout, result.stderr) == (0, "result\n", said)
    assert (logger.level, logger.handlers) == before


def test_every_command_has_both_options() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    alone = [each for each in commands.values() if not hasattr(each, "commands")]
    below = [each for group in commands.values() for each in getattr(group, "commands", {}).values()]
    for each in [*alone, *below]:
        options = {option for parameter in each.params for option in parameter.opts}
        assert options >= {"--quiet", "-q", "--verbose", "-v"}


def test_quiet_commands_still_print_results(model_folder: Path, data_folder: Path) -> None:
    tag = ["tag", "--text", "张伟去上海。"]
    assert "built in" in run(app, tag).stderr
    quiet = run(app, [*tag, "--quiet"])
    assert (quiet.exit_code, quiet.stderr) == (0, "")
    assert quiet.stdout == run(app, tag).stdout


@pytest.mark.parametrize("switch", ["NO_COLOR", "FORCE_COLOR"])
def test_colours_are_left_out_if_asked_for(tmp_path: Path, switch: str, bert_ner: list[str]) -> None:
    (tmp_path / "train.txt").write_text("王 B-PER\n来 O\n去 I-PER\n", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    environment |= {switch: "1", "COLUMNS": "50", "TERM": "xterm", "TTY_COMPATIBLE": "1"}
    for line in (["check", str(tmp_path)], ["tag", "--help"]):
        done = subprocess.run([*bert_ner, *line], env=environment, capture_output=True, encoding="utf-8", check=False)
        assert ("\x1b[31m" in done.stdout or "\x1b[1;36m" in done.stdout) == (switch == "FORCE_COLOR")


def test_tables_fit_a_narrow_terminal(bert_ner: list[str]) -> None:
    environment = {**os.environ, "COLUMNS": "40"}
    shown = subprocess.run(
        [*bert_ner, "info"], env=environment, capture_output=True, encoding="utf-8", check=True
    ).stdout
    table = shown.split("\n\n", 1)[1]
    assert max(map(cell_len, table.splitlines())) <= 40
