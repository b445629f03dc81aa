"""Training in several processes gives what one process gives."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from ner import InputError, TrainingSettings
from ner.classifying.classifier_training_settings import ClassifierSettings
from ner.runs.launched import require_one_process
from ner.training.ranks import RankBatches, Ranks, open_ranks
from tests.conftest import SENTENCES, conll
from tests.helpers import train_variants

ROOT = Path(__file__).parents[2]
ALMOST_NONE = 1e-9  # dropout that drops nothing, as R-Drop wants some
# The seven sentences leave a last batch of three, and of one with a batch size of six.
VARIANTS: dict[str, dict[str, Any]] = {
    "crf": {},
    "softmax": {"decoder": "softmax", "label_smoothing": 0.1, "batch_size": 6},
    "fgm": {"adversarial": "fgm", "accumulate": 2},
    "pgd": {"adversarial": "pgd"},
    "gradual": {"mode": "gradual", "adversarial": "fgm"},
    "frozen": {"mode": "frozen", "fusion": "attention"},
    "ema": {"ema": 0.9},
    "oversample": {"oversample": 0.5},
    "r-drop": {"r_drop": 1.0, "dropout": ALMOST_NONE},
}


def test_the_shares_of_a_batch_are_the_batch() -> None:
    batches = [[*RankBatches(range(11), 4, Ranks(rank, 2))] for rank in range(2)]  # type: ignore[arg-type]
    assert batches == [[[0, 2], [4, 6], [8, 10]], [[1, 3], [5, 7], [9]]]


def test_of_fewer_rows_than_ranks_each_learns_from_all() -> None:
    assert [Ranks(rank, 3).share([7, 8]) for rank in range(3)] == [[7, 8]] * 3


def test_one_process_needs_nobody() -> None:
    with open_ranks() as ranks:
        assert ranks.is_main
        assert ranks.from_main(lambda: 3) == 3
        assert ranks.total(2) == 2
        assert not ranks.any(False)


def test_what_several_processes_would_do_several_times_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(InputError, match="this uses one process: start it without torchrun"):
        require_one_process()
    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    with pytest.raises(InputError, match="start it without ACCELERATE_USE_FSDP"), open_ranks():
        pass


def test_the_end_of_another_process_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*args: object, **options: object) -> None:
        raise RuntimeError("[gloo/transport/tcp/pair.cc:547] Connection closed by peer [127.0.0.1]:5")

    monkeypatch.setattr("torch.distributed.all_reduce", closed)
    monkeypatch.setattr("torch.distributed.broadcast_object_list", closed)
    ranks = Ranks(0, 2)
    for work in (lambda: ranks.total(1), lambda: ranks.average([torch.ones(1)]), lambda: ranks.from_main(int)):
        with pytest.raises(InputError, match="another process of this run has ended, see its message; run it again"):
            work()


def _alone(plan: Path) -> list[dict[str, Any]]:
    """What this process sees of the runs of a plan."""
    return [train_variants.run(run, 0) for run in json.loads(plan.read_text(encoding="utf-8"))]


def _two_processes(plan: Path) -> list[list[dict[str, Any]]]:
    """What each of two processes has seen of the runs of a plan."""
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "STOPPED_RANK": "1"}
    command = [*launcher, str(ROOT / "tests" / "helpers" / "train_variants.py"), str(plan)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(plan.with_suffix(f".rank{rank}.json").read_text(encoding="utf-8")) for rank in range(2)]


@pytest.fixture
def planned(tmp_path: Path, quick: Callable[..., TrainingSettings]) -> Callable[..., Path]:
    """Writes a plan of runs, each of which is its changes to the settings, and what else `train_variants` takes."""
    data = tmp_path / "data"
    data.mkdir()
    for name, count in (("train", 7), ("dev", 8)):
        (data / f"{name}.txt").write_text(conll(SENTENCES[:count]), encoding="utf-8")
    without = {"dropout": 0.0, "encoder_dropout": 0.0, "layer_dropout": 0.0, "batch_size": 4, "epochs": 3}

    def write(name: str, runs: Mapping[str, Mapping[str, Any]], **more: Mapping[str, Any]) -> Path:
        path = tmp_path / f"{name}.json"
        plan = [
            {
                "data": str(data),
                "output": str(tmp_path / name / run),
                "settings": {key: value for key, value in vars(quick(**without | dict(changes))).items()},
                **more.get(run, {}),
            }
            for run, changes in runs.items()
        ]
        path.write_text(json.dumps(plan), encoding="utf-8")
        return path

    return write


@pytest.fixture
def classifier(tmp_path: Path, encoder_folder: Path) -> dict[str, Any]:
    """What makes a run of a plan that of a classifier."""
    data = tmp_path / "labelled"
    data.mkdir()
    for name in ("train", "dev"):
        rows = "".join(f"{'去看'[at % 2]}\t我{at}{'去看看'[at % 3]}\n" for at in range(7))
        (data / f"{name}.txt").write_text(rows, encoding="utf-8")
    settings = ClassifierSettings(
        encoder=str(encoder_folder), dropout=0.0, epochs=2, batch_size=4, max_length=16, balance=1.0, precision="fp32"
    )
    return {"classifier": True, "data": str(data), "settings": vars(settings)}


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(planned: Callable[..., Path], classifier: dict[str, Any]) -> None:
    runs: dict[str, dict[str, Any]] = {**VARIANTS, "classifier": {}}
    one = _alone(planned("one", runs, classifier=classifier))
    main, other = _two_processes(planned("two", runs, classifier=classifier))
    for name, alone, together, beside in zip(runs, one, main, other, strict=True):
        assert alone["losses"] == pytest.approx(together["losses"], rel=1e-5), name
        assert alone["steps"] == together["steps"] == beside["steps"], name
        scores = [[epoch["dev_f1"] for epoch in seen["epochs"]] for seen in (alone, together, beside)]
        assert scores[0] == scores[1] == scores[2], name
        assert together["weights"] == beside["weights"] == pytest.approx(alone["weights"], rel=1e-4), name


@pytest.mark.slow
def test_all_stop_together_and_another_number_resumes(planned: Callable[..., Path]) -> None:
    (whole,) = _alone(planned("whole", {"crf": {}}))
    # the rank that gets the signal is not the one that writes; a folder that holds a model is refused by both
    plan = planned("run", {"crf": {}, "../whole/crf": {}}, crf={"stop": 3})
    for stopped, refused in _two_processes(plan):
        assert "stopped after step 3 of 6" in stopped["error"]
        assert "already contains a model" in refused["error"]
    (resumed,) = _alone(planned("run", {"crf": {}}, crf={"resume": True}))
    assert resumed["weights"] == pytest.approx(whole["weights"], rel=1e-5)
