import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ner.commands.app import app
from ner.data.corpus import Corpus, Source, read_corpus
from ner.data.read_options import ReadOptions
from ner.errors import InputError
from ner.tagging.tagger import Tagger
from ner.training.begun_run import read_begun_run
from ner.training.run_description import describe_run
from ner.training.run_output import prepare_output
from ner.training.training_settings import TrainingSettings


def begin(output: Path, settings: TrainingSettings, corpus: Corpus) -> None:
    source = asdict(corpus.source) if corpus.source else None
    prepare_output(output, describe_run(settings, corpus), resume=False, averaged=False, source=source)


@pytest.fixture
def begun(data_folder: Path, settings: TrainingSettings, tmp_path: Path) -> Path:
    options = ReadOptions(format="conll", tag_column=2)
    begin(tmp_path, settings, read_corpus(data_folder, seed=1, options=options))
    return tmp_path


def test_a_run_keeps_what_it_began_with(begun: Path, data_folder: Path, settings: TrainingSettings) -> None:
    found = read_begun_run(begun)
    assert found is not None
    assert found.settings == settings
    assert found.source == Source(str(data_folder), 1, ReadOptions(format="conll", tag_column=2))


def test_the_share_of_dev_is_kept(settings: TrainingSettings, tmp_path: Path) -> None:
    path = tmp_path / "all.txt"
    path.write_text("王 B-PER\n\n明 B-PER\n\n李 B-PER\n", encoding="utf-8")
    begin(tmp_path / "run", settings, read_corpus(path, dev_share=0.4))
    found = read_begun_run(tmp_path / "run")
    assert found is not None
    assert found.source is not None
    assert found.source.dev_share == 0.4


def test_a_tagger_is_not_loaded_from_an_unfinished_run(begun: Path) -> None:
    with pytest.raises(InputError, match="holds an unfinished run: finish it with bert-ner train and `resume`"):
        Tagger.load(begun)


def test_data_in_memory_have_no_source(corpus: Corpus, settings: TrainingSettings, tmp_path: Path) -> None:
    begin(tmp_path, settings, replace(corpus, source=None))
    found = read_begun_run(tmp_path)
    assert found is not None
    assert found.source is None


def test_without_a_run_there_is_nothing(tmp_path: Path) -> None:
    assert read_begun_run(tmp_path) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda run: run.pop("settings"),
        lambda run: run["settings"].update(epochs=0),
        lambda run: run["source"].pop("seed"),
        lambda run: run["source"]["options"].update(colour=1),
    ],
    ids=["no settings", "wrong value", "no seed", "unknown option"],
)
def test_a_damaged_description_has_a_way_out(begun: Path, spoil: Callable[[dict[str, Any]], object]) -> None:
    path = begun / "unfinished-run" / "run.json"
    run = json.loads(path.read_text(encoding="utf-8"))
    spoil(run)
    path.write_text(json.dumps(run), encoding="utf-8")
    with pytest.raises(InputError, match=r"run\.json is damaged .*start from the beginning"):
        read_begun_run(begun)


class Given(Exception):
    """Ends the command where training would begin."""


@pytest.mark.parametrize(
    ("arguments", "changes"),
    [([], {}), (["--dropout", "0.5"], {"dropout": 0.5}), (["--from", "jsonl"], {})],
    ids=["nothing", "a setting", "how data are read"],
)
def test_the_command_takes_from_the_run_what_it_is_not_given(
    begun: Path,
    data_folder: Path,
    settings: TrainingSettings,
    arguments: list[str],
    changes: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def train(corpus: Corpus, asked: TrainingSettings, output: Path, *, resume: bool, **rest: object) -> None:
        raise Given(corpus.source, asked, output, resume)

    monkeypatch.setattr("ner.training.train.train", train)
    raised = CliRunner().invoke(app, ["train", "--output", str(begun), "--resume", *arguments]).exception
    assert isinstance(raised, Given), raised
    source, asked, output, resume = raised.args
    assert (source.path, source.options.tag_column, output, resume) == (str(data_folder), 2, begun, True)
    assert asked == replace(settings, **changes)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ((), "has no unfinished run: leave out --resume, and give --data"),
        (("config.json",), "is finished: it has a model, and there is no run to continue"),
    ],
)
def test_there_is_nothing_to_continue(files: Sequence[str], said: str, tmp_path: Path) -> None:
    for name in files:
        (tmp_path / name).write_text("{}", "utf-8")
    result = CliRunner().invoke(app, ["train", "--output", str(tmp_path), "--resume"])
    assert result.exit_code == 2
    assert result.stderr == f"bert-ner: {tmp_path} {said}\n"


def test_a_run_that_is_refused_is_not_logged(begun: Path, settings: TrainingSettings, tmp_path: Path) -> None:
    checkpoint = begun / "unfinished-run" / "checkpoint-1"
    checkpoint.mkdir()
    (checkpoint / "trainer_state.json").write_text("{}", "utf-8")
    log = tmp_path.with_name("log.jsonl")
    arguments = ["--resume", "--epochs", str(settings.epochs + 1 if settings.epochs else 2), "--log-file", str(log)]
    result = CliRunner().invoke(app, ["train", "--output", str(begun), *arguments])
    assert (result.exit_code, "started with --epochs" in result.stderr) == (2, True), result.output
    assert not log.exists()
