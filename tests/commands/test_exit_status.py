"""What commands say to options and arguments that they can't take, and whose words they say it in."""

from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from ner.commands.app import app
from ner.commands.exit_status import in_words_of_options

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--frob", "no such option: --frob (bert-ner --help shows all)"),
        ("evalute", "no such command 'evalute'"),
        ("train --epoch 3", "no such option: --epoch; did you mean --epochs? (bert-ner train --help shows all)"),
        ("train --output a", "missing option '--data' / '-d' (bert-ner train --help shows all)"),
        ("score", "missing argument 'file' (bert-ner score --help shows all)"),
        ("tag --format xml", "invalid value for '--format': 'xml' is not one of"),
        ("tag --nbest many", "invalid value for '--nbest': "),
    ],
)
def test_usage_errors_are_one_sentence(line: str, message: str) -> None:
    result = CliRunner().invoke(app, line.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.lower().startswith(f"bert-ner: {message}".lower())
    assert result.stderr.count("\n") == 1


def test_no_arguments_show_the_help() -> None:
    result = CliRunner().invoke(app, [])
    assert "Start here" in result.output
    assert "bert-ner: " not in result.output


def test_parameters_are_named_as_options_of_the_command() -> None:
    message = "try a lower `learning_rate`, another `output` or `no_such_thing`"
    assert in_words_of_options(message, COMMANDS["train"]) == (
        "try a lower --learning-rate, another --output or `no_such_thing`"
    )
    assert in_words_of_options(message, COMMANDS["info"]) == message
    assert in_words_of_options(message, None) == message
