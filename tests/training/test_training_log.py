"""What a run tells programs as it goes on."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ner.training.training_log import TrainingLog

UNUSED: Any = None


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_each_epoch_is_a_line_and_a_resumed_run_appends(tmp_path: Path) -> None:
    path = tmp_path / "new" / "log.jsonl"
    for epoch in (1, 2):
        log = TrainingLog(path, {"resume": epoch > 1})
        state: Any = SimpleNamespace(epoch=epoch, global_step=8 * epoch)
        log.on_train_begin(UNUSED, state, UNUSED)
        for loss in (3.0, 2.0) if epoch == 1 else ():
            log.on_log(UNUSED, state, UNUSED, logs={"loss": loss})
        metrics = {"eval_f1": 50.0, "eval_f1/地点/A": 40.0, "eval_recall/地点/A": 30.0, "eval_predicted": 7}
        log.on_log(UNUSED, state, UNUSED, logs=metrics)
        log.on_evaluate(UNUSED, state, UNUSED, metrics=metrics)
    first, epoch_1, second, epoch_2 = lines(path)
    assert (first["event"], first["resume"], second["resume"]) == ("begin", False, True)
    assert epoch_1.pop("seconds") >= 0
    dev = {"f1": 50.0, "types": {"地点/A": {"f1": 40.0, "recall": 30.0}}}
    assert epoch_1 == {"event": "epoch", "epoch": 1, "step": 8, "loss": 2.5, "dev": dev}
    assert (epoch_2["step"], epoch_2["loss"]) == (16, None)


def test_one_of_several_processes_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ner.training.training_log.process_number", lambda: 1)
    TrainingLog(tmp_path / "log.jsonl", {}).write("begin")
    assert not [*tmp_path.iterdir()]


def test_a_full_disk_is_named() -> None:
    with pytest.raises(OSError, match="No space left") as error:
        TrainingLog(Path("/dev/full"), {}).write("begin")
    assert error.value.filename == "/dev/full"
