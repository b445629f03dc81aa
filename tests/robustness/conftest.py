"""What the generated cases have in common: a folder with good inputs and models that nothing may change."""

import shutil
import sys
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ner.data.entities import Sentence
from ner.data.formats.registry import FORMATS
from ner.data.rewriting import write_sentences
from ner.data.write_options import WriteOptions
from tests.conftest import SENTENCES
from tests.helpers.forked_commands import ForkedCommands
from tests.helpers.net import Net
from tests.helpers.outcome import Outcome, changes, faults, snapshot


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder; forks and signals are those of Linux."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("robustness")
            if sys.platform != "linux":
                item.add_marker(pytest.mark.skip(reason="uses fork and /proc"))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Let a test fail with all faults that its net has collected."""
    result = yield
    if isinstance(net := pyfuncitem.funcargs.get("net"), Net) and (told := net.close()):
        pytest.fail(told, pytrace=False)
    return result


@pytest.fixture
def net(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Net:
    """Collects the faults of the cases of a test."""
    return Net(request.node.name, tmp_path_factory.mktemp("kept"))


class Lab:
    """Good inputs and models, and a way to run command lines on them.

    `folder` holds data/ (a corpus), data.FORMAT (a sentence or two in each format), text.txt, records.jsonl,
    records.csv, tagged.csv, predictions.txt, encoder/, model/ and, when asked for, exported/.
    """

    def __init__(self, folder: Path, commands: ForkedCommands) -> None:
        self.folder, self.commands = folder, commands
        self.before = snapshot(folder)

    def run(
        self, *arguments: object, work: Path, written: Sequence[str] | None = None, **how: Any
    ) -> tuple[Outcome, list[str]]:
        """Run a command line in `work`, and tell what is wrong with its outcome and with the files afterwards.

        Args:
            *arguments: the command line.
            work: its folder.
            written: what it may make or change in there; anything but temporary files by default.
            **how: as for `ForkedCommands`.
        """
        before = snapshot(work)
        outcome = self.commands(*arguments, folder=work, **how)
        after = snapshot(work)
        may = list(after.keys() - before.keys()) if written is None else written
        wrong = faults(outcome) + changes(before, after, may) + changes(self.before, snapshot(self.folder))
        if snapshot(self.folder) != self.before:
            self.restore()
        return outcome, wrong

    def restore(self) -> None:
        """Make everything good again after a command has spoiled it."""
        shutil.rmtree(self.folder)
        shutil.copytree(self.folder.with_name("lab-copy"), self.folder, symlinks=True)


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkedCommands]:
    """Runs command lines; what they import is loaded once."""
    folder = tmp_path_factory.mktemp("warm-up")
    (folder / "a.txt").write_text("我 O\n", encoding="utf-8")
    (folder / "e.csv").write_text("我\n", encoding="utf-8")
    train = ["--output", str(folder / "m"), "--max-steps", "1", "--max-length", "20"]
    server = ForkedCommands(
        [
            ["tag", str(folder / "a.txt"), "--format", "html"],
            ["evaluate", "--data", str(folder / "a.txt"), "--report", str(folder / "r")],
            ["convert", str(folder / "a.txt"), str(folder / "a.parquet")],
            ["train", "--data", str(folder / "missing"), *train],
            ["embed", str(folder / "e.csv"), "--output", str(folder / "e.npy")],
        ]
    )
    yield server
    server.close()


@pytest.fixture(scope="session")
def sentences() -> list[Sentence]:
    return read_sentences_of_the_tests()


def read_sentences_of_the_tests() -> list[Sentence]:
    """The sentences of the tiny corpus with their entities."""
    made = []
    for text, tags in SENTENCES:
        starts = [index for index, tag in enumerate(tags.split()) if tag.startswith("B-")]
        spans = []
        for start in starts:
            end = start + 1
            while end < len(text) and tags.split()[end].startswith("I-"):
                end += 1
            spans.append((start, end, tags.split()[start][2:]))
        made.append(Sentence(text, spans))
    return made


@pytest.fixture(scope="session")
def lab(
    tmp_path_factory: pytest.TempPathFactory,
    commands: ForkedCommands,
    model_folder: Path,
    encoder_folder: Path,
    data_folder: Path,
) -> Lab:
    base = tmp_path_factory.mktemp("robustness")
    folder = base / "lab-copy"
    folder.mkdir()
    shutil.copytree(data_folder, folder / "data")
    shutil.copytree(encoder_folder, folder / "encoder")
    shutil.copytree(model_folder, folder / "model", ignore=shutil.ignore_patterns("evaluation"))
    for name, format_ in FORMATS.items():
        write_sentences(
            read_sentences_of_the_tests()[:3], folder / f"data-{name}{format_.suffix}", WriteOptions(format=name)
        )
    texts = "".join(f"{text}\n" for text, _ in SENTENCES)
    (folder / "text.txt").write_text(texts, encoding="utf-8")
    numbered = (f"{number}，{text}\n" for number in range(40) for text, _ in SENTENCES)  # enough to pretrain on
    (folder / "long.txt").write_text("".join(numbered), encoding="utf-8")
    (folder / "records.jsonl").write_text('{"text": "张伟去上海。", "id": 1}\n{"text": "我不去。"}\n', encoding="utf-8")
    (folder / "tagged.csv").write_text("file,line,label,text\na.txt,1,PER,张伟\n", encoding="utf-8")
    (folder / "records.csv").write_text("id,text\n1,张伟去上海。\n2,我不去。\n", encoding="utf-8")
    rows = "\n\n".join(
        "\n".join(f"{c} {t} {t}" for c, t in zip(text, tags.split(), strict=True)) for text, tags in SENTENCES
    )
    (folder / "predictions.txt").write_text(rows + "\n", encoding="utf-8")
    (folder / "types.csv").write_text("type,name\nLOC,PLACE\n", encoding="utf-8")
    shutil.copytree(folder, base / "lab")
    return Lab(base / "lab", commands)


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Path]:
    """A new folder, removed at once: there are many."""
    folder = tmp_path / "work"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def exported(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model for ONNX Runtime."""
    pytest.importorskip("onnxruntime")
    folder = tmp_path_factory.mktemp("exported")
    line = ("export", "--model", lab.folder / "model", "--output", folder / "model", "--to", "onnx")
    outcome = lab.commands(*line, folder=folder, seconds=120, megabytes=0)
    assert outcome.status == 0, outcome.errors
    return folder / "model"
