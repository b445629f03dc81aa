"""A user's program that takes all public names passes mypy --strict."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mypy")

PROGRAM = """
from pathlib import Path

import ner
from ner import (
    Corpus, Embedder, Entity, Evaluation, FixedSpan, InputError, Pretrainer, PretrainingSettings, ReadOptions, Sentence,
    Tagger, Trainer, TrainingSettings, WriteOptions, check_corpus, compare_settings, convert_files, export_tagger,
    merge_sentences, read_corpus, read_sentences, split_sentences, tune_settings, write_sentences,
)


class Lines:
    def note(self, line: str) -> None: ...
    def start(self, task: str, total: float | None) -> None: ...
    def advance(self, done: float, status: str = "") -> None: ...
    def finish(self) -> None: ...


settings = TrainingSettings(epochs=3, fusion="mean", learning_rate=1e-4)
corpus: Corpus = read_corpus("data", options=ReadOptions(encoding="gb18030"))
trainer = Trainer(settings, train=corpus, output=Path("model"), progress=Lines())
tagger: Tagger = trainer.train(resume=True)
one: list[Entity] = tagger.tag("王小明在北京。", [FixedSpan(4, 6, "LOC")])
many: list[list[Entity]] = tagger.tag(text for text in ("王小明", "北京"))
result: Evaluation = trainer.evaluate(corpus.dev)
f1: float = result.f1
names: list[str] = result.per_type["type"].tolist()
result.write_report("report", train=corpus.train)
verdict: str = result.compare(Tagger.load().evaluate(corpus.dev)).verdict
sentences: list[Sentence] = read_sentences("a.jsonl")
parts: dict[str, list[Sentence]] = split_sentences(sentences, dev=0.2, test=0)
written = write_sentences(merge_sentences(parts.values(), types={"GPE": "LOC"}), "b.conll", WriteOptions(scheme="BMES"))
lost: list[str] = [finding.message for finding in (*written.losses, *convert_files("a.jsonl", "c.conll").losses)]
best: TrainingSettings = compare_settings(corpus, settings, {"fusion": ["last", "mean"]}, output="comparison").best
found: TrainingSettings = tune_settings(corpus, settings, trials=5, output="search").settings
fast: Tagger = export_tagger("model", "exported", to="openvino", precision="bf16")
size: int = Embedder.load("mini-zh").size
Pretrainer(PretrainingSettings(minutes=5), text=["laws.txt"], output="encoder").train()
version: str = ner.__version__
try:
    errors: int = check_corpus("data").count("error")
except InputError as error:
    print(error)
"""


@pytest.mark.slow  # without the cache that the check of types leaves, mypy reads all of torch's names
def test_a_program_of_a_user(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    root = Path(__file__).parents[1]
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(root / "pyproject.toml")]
    command += ["--cache-dir", str(root / ".mypy_cache"), str(tmp_path / "program.py")]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
