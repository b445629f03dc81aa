"""`bert-ner serve`: which models it takes."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ner.commands.app import app
from ner.serving.lexicons import ListFiles


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--model a=x --model a=y", "two models have the name 'a': give one of them another name, as in NAME=FOLDER"),
        ("--model a=", "expected --model to be a folder or NAME=FOLDER, got 'a='"),
        ("--encoder =x", "expected --encoder to be a folder or NAME=FOLDER, got '=x'"),
        ("--model b/a --encoder c/a", "a model and an encoder have the name 'a': give one of them as NAME=FOLDER"),
    ],
)
def test_names_of_models(line: str, message: str) -> None:
    result = CliRunner().invoke(app, ["serve", *line.split()])
    assert (result.exit_code, result.stderr) == (2, f"bert-ner: {message}\n")


def test_lists_are_for_all_models_or_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[dict[str, ListFiles]] = []
    monkeypatch.setattr("ner.serving.server.serve", lambda service: served.append(service.lexicons.files))
    models = ["--model", "a=x", "--model", "b=y", "--model", "c=z"]
    for lists in (
        [],
        ["--dictionary", "all.csv", "--dictionary", "a:one.txt=ORG"],
        ["--rules", "b:builtin", "--any-script"],
    ):
        assert CliRunner().invoke(app, ["serve", *models, *lists]).exit_code == 0
    every = (Path("all.csv"), "")
    assert served == [
        {},
        {
            "a": ListFiles([every, (Path("one.txt"), "ORG")], []),
            "b": ListFiles([every], []),
            "c": ListFiles([every], []),
        },
        {"b": ListFiles([], ["builtin"], True)},
    ]


def test_an_encoder_alone_takes_no_list() -> None:
    result = CliRunner().invoke(app, ["serve", "--encoder", "x/bert", "--dictionary", "all.csv"])
    assert (result.exit_code, "nothing else has a use for --dictionary and --rules" in result.stderr) == (2, True)


def test_a_wrong_encoder_is_refused_before_anything_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.serving.server.serve", lambda service: pytest.fail("it was started"))
    result = CliRunner().invoke(app, ["serve", "--encoder", str(tmp_path)])
    assert (result.exit_code, f"{tmp_path} contains no encoder" in result.stderr) == (2, True)


def test_an_encoder_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").touch()
    result = CliRunner().invoke(app, ["serve", "--model", str(tmp_path)])
    assert result.exit_code == 2
    assert result.stderr.endswith("which finds no entities: train a tagger, or give it as --encoder\n")


def test_without_a_model_there_is_the_built_in_tagger_unless_there_is_an_encoder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served: list[tuple[str, str]] = []
    monkeypatch.setattr(
        "ner.serving.server.serve", lambda service: served.append((service.default, service.default_encoder))
    )
    for line in ([], ["--encoder", "bert=mini-zh"], ["--model", "y", "--encoder", "bert=mini-zh"]):
        assert CliRunner().invoke(app, ["serve", *line]).exit_code == 0
    assert served == [("mini-zh-uner", "mini-zh-uner"), ("bert", "bert"), ("y", "bert")]
