"""A disk that is full at the n-th write, and a process that is killed at the n-th write, rename or fsync.

Afterwards what was whole is whole, and the same command again ends well.
"""

import os
import shutil
from pathlib import Path

import pytest

from tests.helpers.command_lines import TINY_ENCODER, data_and_encoder
from tests.helpers.net import SCALE, Net
from tests.helpers.outcome import Outcome, faults, snapshot
from tests.robustness.conftest import Lab

_SMALL = ["--lstm-size", "8", "--max-length", "20", "--batch-size", "4", "--max-steps", "4", "--epochs", "2", "--quiet"]


def _lines(lab: Path) -> dict[str, list[object]]:
    return {
        "tag": ["tag", "--model", lab / "model", lab / "text.txt", "--output", "made.jsonl"],
        "tag html": ["tag", "--model", lab / "model", lab / "text.txt", "--format", "html", "--output", "made.html"],
        "embed npy": ["embed", lab / "text.txt", "--encoder", lab / "encoder", "--output", "made.npy"],
        "embed npz": ["embed", lab / "text.txt", "--encoder", lab / "encoder", "--output", "made.npz"],
        "embed parquet": ["embed", lab / "text.txt", "--encoder", lab / "encoder", "--output", "made.parquet"],
        "convert": ["convert", lab / "data", "made", "--to", "jsonl"],
        "convert brat": ["convert", lab / "data-conll.conll", "made", "--to", "brat"],
        "convert parquet": ["convert", lab / "data-conll.conll", "made.parquet"],
        "convert docbin": ["convert", lab / "data-conll.conll", "made.spacy"],
        "split": ["split", lab / "data-conll.conll", "--output", "made", "--dev", "0.4", "--test", "0.3"],
        "merge": ["merge", lab / "data", "--output", "made"],
        "check": ["check", lab / "data", "--report", "made"],
        "check --fix": ["check", lab / "data", "--fix", "made"],
        "score": ["score", lab / "predictions.txt", "--report", "made"],
        "evaluate": ["evaluate", "--model", lab / "model", "--data", lab / "data", "--report", "made"],
        "train": ["train", *data_and_encoder(lab), "--output", "made", *_SMALL],
        "pretrain": ["pretrain", lab / "long.txt", "--output", "made", "--steps", "3", *TINY_ENCODER, "--quiet"],
        "export": ["export", "--model", lab / "model", "--output", "made", "--to", "onnx"],
    }


NAMES = list(_lines(Path()))
SIZES = [2000, 4096, 9000, 30_000, 60_000, 100_000]  # standard error is a file, too, and needs some room
ALL = 100  # the scale from which every n is tried
SLOW = ("train", "pretrain", "export", "evaluate", "score")
WAYS = (
    ("write", "ENOSPC"),
    ("write", "EIO"),
    ("write", "kill"),
    ("rename", "ENOSPC"),
    ("rename", "kill"),
    ("fsync", "EIO"),
    ("fsync", "kill"),
)
PLACES = ("made.jsonl", "made.html", "made.npy", "made.npz", "made.parquet", "made.spacy", "made")


def _run(lab: Lab, work: Path, line: list[object], **how: object) -> Outcome:
    return lab.commands(*line, folder=work, seconds=120, **how)  # type: ignore[arg-type]


def _whole(work: Path) -> dict[str, str]:
    return {path: seen for path, seen in snapshot(work).items() if path != ".log" and "tfevents" not in path}


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """The name of the command line. The network of an export is converted before: a conversion takes long."""
    if request.param == "export":
        request.getfixturevalue("exported")
    return str(request.param)


def _count(lab: Lab, folder: Path, line: list[object]) -> tuple[dict[str, int], dict[str, str]]:
    """How many writes, renames and fsyncs a command needs, and what it makes."""
    folder.mkdir()
    fault = {"number": 0, "action": "count", "log": str(folder / ".log")}
    outcome = _run(lab, folder, line, fault=fault)
    assert outcome.status in (0, 1), outcome.errors
    letters = (folder / ".log").read_text(encoding="ascii")
    return {operation: letters.count(operation[0]) for operation in ("write", "rename", "fsync")}, _whole(folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES, indirect=True)
def test_faults(name: str, lab: Lab, net: Net, tmp_path: Path) -> None:
    line = _lines(lab.folder)[name]
    counts, good = _count(lab, tmp_path / "good", line)
    cases = [(operation, action, number + 1) for operation, action in WAYS for number in range(counts[operation])]
    for index, (operation, action, number) in enumerate(
        net.sample(cases, 3 if name in SLOW else 6) if SCALE < ALL else cases
    ):
        work = tmp_path / str(index)
        work.mkdir()
        fault = {"operation": operation, "number": number, "action": action, "log": str(work / ".log")}
        outcome = _run(lab, work, line, fault=fault)
        (work / ".log").unlink(missing_ok=True)
        case = f"{name}, {operation} {number} of {counts[operation]}: {action}: {outcome.status} {outcome.errors[:200]}"
        net.judge(case, _judge(name, outcome, action, work, good))
        if outcome.status == 0:  # a library did without what it couldn't write
            shutil.rmtree(work)
            continue
        again = list(line)
        if (work / "made" / "unfinished-run").exists() and name in ("train", "pretrain"):
            again.append("--resume")
        outcome = _run(lab, work, again)
        wrong = faults(outcome)
        if outcome.status not in (0, 1):
            wrong.append(f"the same command again ends with {outcome.status} | {outcome.errors[:200]}")
        elif missing := sorted(good.keys() - _whole(work).keys()):
            wrong.append(f"the same command again makes less | {missing[:3]}")
        net.judge(f"again after {case}", wrong)
        shutil.rmtree(work)


def _judge(name: str, outcome: Outcome, action: str, work: Path, good: dict[str, str]) -> list[str]:
    """What is wrong after a fault: temporary files may stay only if the process was killed."""
    left = _whole(work)
    if action == "kill":
        wrong = [] if outcome.status in (-9, 0, 1) else [f"exit status {outcome.status} in place of SIGKILL"]
    else:
        wrong = faults(outcome)
        wrong += [f"a temporary file is left | {path}" for path in left if os.path.basename(path).startswith(".")]
        may_stay = ("train", "pretrain", "check", "score", "evaluate")  # runs go on; a report is made of many files
        made = set(PLACES) & left.keys()
        if made and name not in may_stay and outcome.status not in (0, 1):
            wrong.append(f"failed, but something is left that looks whole | {sorted(made)}")
    for place in set(PLACES) & left.keys():
        if place in good and place != "made" and left[place] != good[place] and not place.endswith((".npz", ".spacy")):
            wrong.append(f"{place} is not whole")
    if "made/config.json" in left and not {"made/model.safetensors"} <= left.keys():
        wrong.append("half a model looks whole: config.json without model.safetensors")
    return wrong


@pytest.mark.parametrize("name", ["tag", "train", "pretrain", "export", "convert", "evaluate"], indirect=True)
def test_old_outputs_survive(name: str, lab: Lab, net: Net, tmp_path: Path) -> None:
    """Files that can't become larger than some bytes: for what is written from C++ and Rust, too."""
    line = [lab.folder / "long.txt" if one == lab.folder / "text.txt" else one for one in _lines(lab.folder)[name]]
    for index, size in enumerate(net.sample(SIZES, 2 if name in SLOW else 4)):
        work = tmp_path / str(index)
        work.mkdir()
        outcome = _run(lab, work, line, file_size=size)
        wrong = _judge(name, outcome, "EFBIG", work, {})
        net.judge(f"{name} with files of {size} bytes at most: {outcome.status} {outcome.errors[:200]}", wrong)
        shutil.rmtree(work)
