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
        ("train --offline", "--offline stands before the command: bert-ner --offline train"),
        ("lexicon check --device cpu", "--device stands before the command: bert-ner --device ... lexicon check"),
        ("train --epoch 3", "no such option: --epoch; did you mean --epochs? (bert-ner train --help shows all)"),
        ("train --lr 3", "no such option: --lr; did you mean --learning-rate? (bert-ner train --help shows all)"),
        ("train --learning_rate 3", "no such option: --learning_rate; did you mean --learning-rate? ("),
        ("nfo", "no such command 'nfo'; did you mean 'info'? (bert-ner --help shows all)"),
        ("info a", "got unexpected extra argument (a); did you mean --model a? (bert-ner info --help shows all)"),
        ("train a -o b", "got unexpected extra argument (a); did you mean --data a? (bert-ner train --help shows all)"),
        ("info -m a b", "got unexpected extra argument (b) (bert-ner info --help shows all)"),
        ("info a b", "got unexpected extra arguments (a b) (bert-ner info --help shows all)"),
        ("check --report", "option '--report' requires an argument (bert-ner --help shows all)"),
        ("score", "missing argument 'file...' (bert-ner score --help shows all)"),
        ("tag --format xml", "invalid value for '--format': 'xml' is not one of"),
        ("tag --nbest many", "invalid value for '--nbest': expected a whole number, got 'many' (bert-ner tag --help"),
        ("tag --nbest=-3", "invalid value for '--nbest': expected at least 0, got '-3' (bert-ner tag --help"),
    ],
)
def test_usage_errors_are_one_sentence(line: str, message: str) -> None:
    result = CliRunner().invoke(app, line.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.lower().startswith(f"bert-ner: {message}".lower())
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("PORT", "abc", "expected a whole number, got 'abc'"),
        ("LOG_FORMAT", "xml", "'xml' is not one of 'plain', 'json'"),
    ],
)
def test_a_wrong_environment_variable_is_named(
    variable: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"BERT_NER_SERVE_{variable}", value)
    result = CliRunner().invoke(app, ["serve"])
    expected = f"bert-ner: invalid value for BERT_NER_SERVE_{variable}: {message} (bert-ner serve --help shows all)\n"
    assert (result.exit_code, result.stderr) == (2, expected)


@pytest.mark.parametrize(
    ("line", "option", "times"),
    [
        ("tag - --text-column a --text-column=b", "--text-column", 2),
        ("tag - -m a -m b --model c", "--model", 3),
        ("--device cpu --device cpu info", "--device", 2),
        ("classify train --data a --data b", "--data", 2),
    ],
)
def test_an_option_with_one_value_is_given_once(line: str, option: str, times: int) -> None:
    result = CliRunner().invoke(app, line.split())
    message = f"bert-ner: {option} takes one value, and is given {times} times: give it once\n"
    assert (result.exit_code, result.stderr) == (2, message)


def test_options_with_several_values_and_flags_may_be_repeated() -> None:
    line = ["tag", "--text", "一", "--text", "二", "--raw", "--raw"]
    assert "--raw is about CSV files" in CliRunner().invoke(app, line).stderr


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
