"""The oracle of the net sees what it should: each kind of fault, and nothing wrong with a good outcome."""

import os
import signal
from pathlib import Path

import pytest

from tests.helpers.outcome import Outcome, changes, faults, snapshot
from tests.robustness.conftest import Lab


@pytest.mark.parametrize(
    ("command", "status", "errors"),
    [
        ("tag", 0, "note: types in train: LOC\n"),
        ("tag", 2, "bert-ner: nofile: no such file or folder\n"),
        ("tag", 130, "bert-ner: interrupted\n"),
        ("check", 1, ""),
        ("check", 2, ""),
    ],
)
def test_good_outcomes(command: str, status: int, errors: str) -> None:
    assert faults(Outcome((command,), status, "", errors)) == []


@pytest.mark.parametrize(
    ("outcome", "fault"),
    [
        (Outcome(("tag",), 1, "", ""), "exit status 1"),
        (Outcome(("tag",), 120, "", ""), "exit status 120"),
        (Outcome(("tag",), -11, "", ""), "ended by signal 11"),
        (Outcome(("tag",), -9, "", "", seconds=20, stopped=True), "takes more than 20 s"),
        (Outcome(("tag",), 2, "", ""), "exit status 2 without a sentence"),
        (Outcome(("tag",), 2, "", "bert-ner: a is damaged (KeyError: 'x')\n"), "KeyError on standard error"),
        (Outcome(("tag",), 0, "", "RuntimeWarning: invalid value\n"), "RuntimeWarning on standard error"),
        (Outcome(("tag",), 2, "", "bert-ner: \x1b[31m\n"), "control characters on standard error"),
        (Outcome(("tag",), 2, "", "bert-ner: x\n" * 200), "200 lines on standard error"),
        (Outcome(("tag",), 0, "", "", megabytes=9000), "takes 9000 MB"),
    ],
)
def test_bad_outcomes(outcome: Outcome, fault: str) -> None:
    assert [one.split(" | ")[0] for one in faults(outcome)] == [fault]


def test_a_signal_that_was_sent_may_end_a_command() -> None:
    assert faults(Outcome(("tag",), 128 + signal.SIGTERM, "", "", sent=signal.SIGTERM)) == []
    assert faults(Outcome(("tag",), 128 + signal.SIGTERM, "", "")) == ["exit status 143"]


def test_changes_of_files(tmp_path: Path) -> None:
    for name in ("input.txt", "old.jsonl", "gone.txt"):
        (tmp_path / name).write_text("a", encoding="utf-8")
    before = snapshot(tmp_path)
    for name in ("input.txt", "old.jsonl", "new.jsonl", ".new.jsonl-kcsdzem"):
        (tmp_path / name).write_text("b", encoding="utf-8")
    (tmp_path / "gone.txt").unlink()
    assert sorted(changes(before, snapshot(tmp_path), ["old.jsonl"])) == [
        "'gone.txt' is gone",
        "'input.txt' was changed",
        "'new.jsonl' was made",
        "a temporary file is left: '.new.jsonl-kcsdzem'",
    ]


def test_forks_see_what_a_process_sees(lab: Lab, tmp_path: Path) -> None:
    """A fork that crashes, that has no memory, that takes too long, and that is about to make something in /dev."""
    tag = ("tag", "--quiet", "--model", lab.folder / "model")
    good = lab.commands(*tag, lab.folder / "text.txt", folder=tmp_path)
    assert (good.status, good.output.count("\n"), good.errors) == (0, 8, "")
    full = lab.commands(*tag, lab.folder / "long.txt", "--output", "a.jsonl", folder=tmp_path, file_size=2000)
    assert full.status == 2
    assert faults(lab.commands(*tag, "-", stdin=str(_pipe(tmp_path)), folder=tmp_path, seconds=0.3))
    data = lab.folder / "data-conll.conll"
    assert lab.commands("convert", data, "/dev/no-such-device.jsonl", folder=tmp_path).status == 99
    fault = {"operation": "rename", "number": 1, "action": "kill", "log": str(tmp_path / "log")}
    assert lab.commands("convert", data, "b.jsonl", folder=tmp_path, fault=fault).status == -signal.SIGKILL
    assert not (tmp_path / "b.jsonl").exists()


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    os.open(folder / "pipe", os.O_RDWR)  # so that it can be opened, and never ends
    return folder / "pipe"
