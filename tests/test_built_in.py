"""The tagger in the package, which tags without any training."""

import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ner import Embedder, Entity, Tagger
from ner.built_in import ENCODER_FOLDER, TAGGER_FOLDER, model_folder
from ner.commands.app import app
from ner.data.corpus import read_split
from ner.model.model_folder import load_model
from ner.records.record import TaggedText
from ner.tagging.runtime_engine import ExportedEngine
from ner.tagging.torch_engine import NetworkEngine

DATA = Path(__file__).parents[1] / "data_demo"
MEGABYTE = 1_000_000
BINARY = {".safetensors", ".onnx"}


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger.load()


def test_its_name_is_that_of_its_folder_unless_there_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert model_folder(None) == model_folder("mini-zh-uner") == model_folder(Path("mini-zh-uner")) == TAGGER_FOLDER
    assert model_folder("models/mini-zh-uner") == Path("models/mini-zh-uner")
    Path("mini-zh-uner").write_text("a note")
    assert model_folder("mini-zh-uner") == TAGGER_FOLDER
    Path("mini-zh-uner").unlink()
    Path("mini-zh-uner").mkdir()
    assert model_folder("mini-zh-uner") == Path("mini-zh-uner")
    assert model_folder(None) == TAGGER_FOLDER


def test_it_finds_what_it_has_learned_to_find(tagger: Tagger) -> None:
    assert tagger.types == ["LOC", "ORG", "PER"]
    first, second = tagger.tag(["林晓东昨天从杭州赶到北京大学医院。", "今天天气不错，我们去散步吧。"])
    assert {(entity.text, entity.label) for entity in first} >= {("林晓东", "PER"), ("杭州", "LOC")}
    assert second == []


@pytest.mark.slow
def test_it_finds_most_entities_of_text_by_others(tagger: Tagger, tmp_path: Path) -> None:
    run = CliRunner().invoke(
        app, ["evaluate", "--model", "mini-zh-uner", "--data", str(DATA), "--report", str(tmp_path / "report")]
    )
    assert run.exit_code == 0, run.output
    assert "mini-zh-uner on " in run.stdout
    (numbers,) = (tmp_path / "report").glob("*.json")
    assert json.loads(numbers.read_text(encoding="utf-8"))["conlleval"]["f1"] > 50


def test_the_command_tags_without_a_model_and_says_by_what(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mini-zh-uner").mkdir()  # it isn't asked for
    run = CliRunner().invoke(app, ["tag", "--text", "林晓东住在杭州。"])
    assert run.exit_code == 0
    assert [entity["text"] for entity in json.loads(run.stdout)["entities"]] == ["林晓东", "杭州"]
    assert run.stderr.startswith("note: mini-zh-uner, built in, finds persons (PER), places (LOC) and organisations")
    assert "bert-ner train --init-from mini-zh-uner makes a better one" in run.stderr
    assert run.stderr.count("\n") == 1
    card = (TAGGER_FOLDER / "README.md").read_text(encoding="utf-8")
    for score in re.findall(r"\d\d\.\d\d", run.stderr):
        assert f"| {score} |" in card


@pytest.mark.slow
def test_its_graph_belongs_to_its_weights(tagger: Tagger) -> None:
    """If not: make graph."""
    texts = [sentence.text for split in ("dev", "test") for sentence in read_split(DATA, split).sentences]
    network = Tagger.load(precision="fp32", pytorch=True)
    assert type(tagger.engine) is not type(network.engine)
    for found, wanted in zip(tagger.emissions(texts), network.emissions(texts), strict=True):
        assert found == pytest.approx(wanted, abs=1e-3)
    assert [tuples(found) for found in tagger.tag(texts)] == [tuples(found) for found in network.tag(texts)]


def tuples(entities: list[Entity]) -> list[tuple[int, int, str]]:
    return [(entity.start, entity.end, entity.label) for entity in entities]


@pytest.mark.slow
@pytest.mark.parametrize("how", [["--text", "林晓东住在杭州。"], ["--text", "林晓东住在杭州。", "--nbest", "2"], ["-"]])
def test_the_command_imports_no_pytorch_for_little_text(how: list[str]) -> None:
    code = f"""
        import atexit, sys
        heavy = {{"torch", "transformers", "pandas", "matplotlib"}}
        atexit.register(lambda: print(*(heavy & {{*sys.modules}}) or ["none"]))
        from ner.commands.app import app
        app(["tag", *{how!r}])
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], input="林晓东住在杭州。\n", capture_output=True, text=True
    )
    found, imported = run.stdout.splitlines()
    assert [entity["text"] for entity in json.loads(found)["entities"]] == ["林晓东", "杭州"], run.stderr
    assert imported == "none"


@pytest.mark.parametrize(
    ("characters", "fast", "engine"),
    [(100, True, ExportedEngine), (200, True, NetworkEngine), (200, False, ExportedEngine)],
)
def test_the_command_takes_pytorch_for_much_text_on_fast_hardware(
    characters: int, fast: bool, engine: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ner.tagging.model_graph.MUCH_TEXT", 150)
    monkeypatch.setattr("ner.tagging.model_graph._is_hardware_fast", lambda: fast)
    tagged_by = []
    readings = Tagger.readings

    def spied(self: Tagger, *args: Any, **keywords: Any) -> Iterator[TaggedText]:
        tagged_by.append(type(self.engine))
        return readings(self, *args, **keywords)

    monkeypatch.setattr(Tagger, "readings", spied)
    (tmp_path / "texts.txt").write_text("林晓东住在杭州。。。\n" * (characters // 10), encoding="utf-8")
    run = CliRunner().invoke(app, ["tag", str(tmp_path / "texts.txt")])
    assert len(run.stdout.splitlines()) == characters // 10
    assert tagged_by == [engine]


def test_info_knows_it() -> None:
    run = CliRunner().invoke(app, ["info", "--model", "mini-zh-uner"])
    assert run.exit_code == 0
    assert "types       LOC, ORG, PER\n" in run.stdout


@pytest.mark.slow
def test_training_goes_on_from_it(data_folder: Path, tmp_path: Path) -> None:
    command = ["train", "--data", data_folder, "--output", tmp_path / "model", "--init-from", "mini-zh-uner"]
    run = CliRunner().invoke(app, [*map(str, command), "--max-steps", "1"])
    assert run.exit_code == 0, run.output
    assert "types that mini-zh-uner knew (LOC, ORG, PER): " in run.stderr


def test_its_encoder_is_that_of_the_package() -> None:
    """Its characters at least: the weights were fine-tuned."""
    assert Embedder.load("mini-zh-uner").size == Embedder.load("mini-zh").size
    model, table = load_model("mini-zh-uner")
    assert model.config.encoder_name == "mini-zh"
    vocabulary = (ENCODER_FOLDER / "vocab.txt").read_text(encoding="utf-8").splitlines()
    assert all(vocabulary[id_] == character for character, id_ in table.characters.items() if character in vocabulary)


def test_the_package_stays_small() -> None:
    sizes = [(folder / "model.safetensors").stat().st_size for folder in (ENCODER_FOLDER, TAGGER_FOLDER)]
    assert max(sizes) < 32 * MEGABYTE
    assert (TAGGER_FOLDER / "model.onnx").stat().st_size < 0.2 * MEGABYTE
    assert sum(sizes) < 64 * MEGABYTE


@pytest.mark.parametrize("folder", [ENCODER_FOLDER, TAGGER_FOLDER])
def test_no_text_in_it_names_a_place_of_its_making(folder: Path) -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.suffix not in BINARY}
    assert len(texts) >= 5
    assert {"README.md", "LICENSE"} <= {path.name for path in texts}
    for path, text in texts.items():
        assert not re.search(r"/(tmp|home|work|root|Users)/", text), path
