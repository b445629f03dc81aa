"""SIGINT, SIGTERM and SIGHUP at random moments: what is whole stays, temporary files go, and it can be run again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers.command_lines import TINY_ENCODER, data_and_encoder
from tests.helpers.forked_commands import ROOT
from tests.helpers.net import Net
from tests.helpers.outcome import Outcome, faults, snapshot
from tests.robustness.conftest import Lab

if sys.platform != "linux":
    pytest.skip("forks and signals are those of Linux", allow_module_level=True)

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SMALL = ["--lstm-size", "8", "--max-length", "20", "--batch-size", "2", "--quiet"]


def _lines(lab: Path, work: Path) -> dict[str, list[object]]:
    long = work / "long.txt"
    return {
        "tag": ["tag", "--model", lab / "model", long, "--output", "made.jsonl"],
        "tag html": ["tag", "--model", lab / "model", long, "--format", "html", "--output", "made.html"],
        "embed": ["embed", long, "--encoder", lab / "encoder", "--output", "made.npy"],
        "evaluate": ["evaluate", "--model", lab / "model", "--data", work / "long.conll", "--report", "made"],
        "check": ["check", work / "long.conll", "--report", "made", "--fix", "fixed"],
        "convert": ["convert", work / "long.conll", "made.jsonl"],
        "split": ["split", work / "long.conll", "--output", "made"],
        "train": ["train", *data_and_encoder(lab), "--output", "made", "--epochs", "300", *_SMALL],
        "pretrain": ["pretrain", long, "--output", "made", "--steps", "5000", *TINY_ENCODER],
        "compare": [
            "compare",
            *data_and_encoder(lab),
            "--output",
            "made",
            "--seeds",
            "20",
            "--vary",
            "clip=1,2",
            "--epochs",
            "2",
            *_SMALL,
        ],
        "tune": ["tune", *data_and_encoder(lab), "--output", "made", "--trials", "50", "--epochs", "2", *_SMALL],
    }


NAMES = list(_lines(Path(), Path()))


def _make_long_files(lab: Lab, work: Path) -> None:
    (work / "long.txt").write_bytes((lab.folder / "text.txt").read_bytes() * 2000)
    (work / "long.conll").write_bytes(((lab.folder / "data" / "train.txt").read_bytes() + b"\n") * 400)


@pytest.mark.parametrize("name", NAMES)
def test_signals(name: str, lab: Lab, net: Net, tmp_path: Path) -> None:
    moments = [0.2, 0.4, 0.8, 1.5, 2.5, 4.0]
    cases = [(number, moment) for number in SIGNALS for moment in moments]
    for index, (number, moment) in enumerate(net.sample(cases, 4)):
        work = tmp_path / str(index)
        work.mkdir()
        _make_long_files(lab, work)
        line = _lines(lab.folder, work)[name]
        outcome, wrong = lab.run(
            *line, work=work, seconds=30, signal_after=(number, moment * net.chance.uniform(0.8, 1.2))
        )
        if outcome.status == -number:
            wrong.append("died of the signal, without a sentence")
        if outcome.status == 128 + number and not outcome.errors.strip():
            wrong.append("was stopped without a sentence")
        after = snapshot(work)
        whole = {"made.jsonl", "made.html", "made.npy", "made", "fixed"}
        if (
            outcome.status
            and name in ("tag", "tag html", "embed", "convert", "split")
            and (left := whole & after.keys())
        ):
            wrong.append(f"was stopped, but something is left | {sorted(left)}")
        net.judge(
            f"{name}, {signal.Signals(number).name} after {moment} s: {outcome.status} {outcome.errors[:150]}", wrong
        )


@pytest.mark.parametrize("name", ["train", "pretrain"])
def test_a_stopped_run_goes_on(name: str, lab: Lab, net: Net, work: Path) -> None:
    _make_long_files(lab, work)
    number = net.chance.choice(SIGNALS)
    line = _lines(lab.folder, work)[name]
    if name == "train":
        line[line.index("300")] = "40"
    outcome, wrong = lab.run(*line, work=work, seconds=40, signal_after=(number, 1.5))
    net.judge(f"{name}: {outcome.status} {outcome.errors[:200]}", wrong)
    if outcome.status and (work / "made" / "unfinished-run").exists():
        line = [*line, "--resume"]
        outcome, wrong = lab.run(*line, work=work, written=["made"], seconds=60, signal_after=(signal.SIGINT, 5))
        wrong += [f"can't be resumed: exit status {outcome.status}"] if outcome.status not in (0, 130) else []
        net.judge(f"{name} --resume: {outcome.status} {outcome.errors[:200]}", wrong)


@pytest.mark.slow
@pytest.mark.parametrize("number", SIGNALS)
def test_a_real_process(number: int, lab: Lab, net: Net, work: Path) -> None:
    _make_long_files(lab, work)
    before = set(os.listdir(work))
    line = ["tag", "--model", lab.folder / "model", "long.txt", "--output", "made.jsonl"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "ner", *map(str, line)], cwd=work, env=environment, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while set(os.listdir(work)) == before and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.02)  # until it writes
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    outcome = Outcome(tuple(map(str, line)), process.returncode, "", errors, sent=number)
    left = set(os.listdir(work)) - before
    wrong = faults(outcome) + ([f"something is left | {left}"] if left else [])
    if process.returncode == -number:
        wrong.append("died of the signal, without a sentence")
    net.judge(f"tag, signal {number}: {process.returncode} {errors[:200]}", wrong)
