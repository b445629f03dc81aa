"""Streams that are closed, full or read no further; odd names and inputs that never end."""

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path

import pytest

from tests.helpers.command_lines import TINY_ENCODER, data_and_encoder
from tests.helpers.forked_commands import ROOT
from tests.helpers.net import Net
from tests.helpers.outcome import Outcome, faults
from tests.robustness.conftest import Lab

_SMALL = ["--max-steps", "1", "--lstm-size", "8", "--max-length", "20"]


def lines(lab: Path) -> dict[str, list[object]]:
    """A command line for each command, with what it makes under `made`."""
    return {
        "--help": ["--help"],
        "--version": ["--version"],
        "train --help": ["train", "--help"],
        "no command": ["no-such-command"],
        "tag": ["tag", "--model", lab / "model", lab / "text.txt"],
        "tag -": ["tag", "--model", lab / "model", "-"],
        "tag - -": ["tag", "--model", lab / "model", "-", "-"],
        "tag nofile": ["tag", "nofile"],
        "check": ["check", lab / "data"],
        "check --report": ["check", lab / "data", "--report", "made"],
        "info": ["info", "--model", lab / "model"],
        "score": ["score", lab / "predictions.txt"],
        "score --report": ["score", lab / "predictions.txt", "--report", "made"],
        "evaluate --report": ["evaluate", "--model", lab / "model", "--data", lab / "data", "--report", "made"],
        "convert": ["convert", lab / "data-conll.conll", "made.jsonl"],
        "split": ["split", lab / "data-conll.conll", "--output", "made", "--dev", "0.4", "--test", "0.3"],
        "merge": ["merge", lab / "data-conll.conll", "--output", "made.jsonl"],
        "embed": ["embed", lab / "text.txt", "--encoder", lab / "encoder", "--output", "made.npy"],
        "train": ["train", *data_and_encoder(lab), "--output", "made", *_SMALL],
        "compare": ["compare", *data_and_encoder(lab), "--output", "made", "--seeds", "1", "--vary", "clip=1", *_SMALL],
        "tune": ["tune", *data_and_encoder(lab), "--output", "made", "--trials", "1", *_SMALL],
        "pretrain": ["pretrain", lab / "long.txt", "--output", "made", "--steps", "1", *TINY_ENCODER],
    }


MADE = {
    "check --report": "made/check.html",
    "score --report": "made/report.html",
    "evaluate --report": "made/report.html",
    "convert": "made.jsonl",
    "split": "made/train.conll",
    "merge": "made.jsonl",
    "embed": "made.npy",
    "train": "made/config.json",
    "compare": "made/comparison.json",
    "tune": "made/study.db",
    "pretrain": "made/config.json",
}
STREAMS = [
    *({"closed": closed} for size in (1, 2, 3) for closed in combinations((0, 1, 2), size)),
    {"stdout": "/dev/full"},
    {"stderr": "/dev/full"},
    {"stdout": "/dev/full", "stderr": "/dev/full"},
    {"stdout": "GONE"},
    {"stdout": "GONE", "stderr": "GONE"},
]


@contextmanager
def pipe_without_reader(path: Path) -> Iterator[str]:
    """A path that can be opened for writing like a pipe, and whose reader goes away as soon as something is written."""
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    ended = threading.Event()

    def leave() -> None:
        while not ended.is_set() and not select.select([reader], [], [], 0.02)[0]:
            pass
        os.close(reader)

    leaving = threading.Thread(target=leave)
    leaving.start()
    yield str(path)
    ended.set()
    leaving.join()


@pytest.mark.parametrize("name", lines(Path()))
def test_streams(name: str, lab: Lab, net: Net, tmp_path: Path) -> None:
    """What makes files makes them; a status of 0 is for work that is done and told."""
    wanted = 4 if name in ("train", "compare", "tune", "pretrain") else 12
    for number, streams in enumerate(net.sample(STREAMS, wanted)):
        work = tmp_path / str(number)
        work.mkdir()
        line = lines(lab.folder)[name]
        how = dict(streams)
        gone = [key for key, value in streams.items() if value == "GONE"]
        with pipe_without_reader(tmp_path / f"pipe-{number}") as pipe:
            how.update(dict.fromkeys(gone, str(pipe)))
            outcome, wrong = lab.run(*line, work=work, stdin="我不去。\n".encode(), seconds=30, **how)
        told = "stderr" not in how and 2 not in how.get("closed", ())
        if not told or "closed" in how:
            wrong = [one for one in wrong if not one.startswith("exit status 2 without a sentence")]
        if gone:  # its reader has seen enough: as for cat, SIGPIPE's status is right, and so is 0
            wrong = [one for one in wrong if one != "exit status 141"]
        if name in MADE and not (work / MADE[name]).exists():
            wrong.append(f"{MADE[name]} wasn't made, exit status {outcome.status}")
        if name in ("tag nofile", "no command", "tag - -") and outcome.status != 2:
            wrong.append(f"bad input, but exit status {outcome.status}")
        if outcome.status == 0 and how.get("stdout") == "/dev/full":
            wrong.append("exit status 0 though standard output is full")
        net.judge(f"{name} with {streams}: {outcome.status} {outcome.errors[:200]}", wrong)


def _shell(command: str, folder: Path) -> tuple[int, str, str]:
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "NO_COLOR": "1",
        "PYTHONUNBUFFERED": "",
    }
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


REAL = [
    ("ner", "score predictions.txt >&-"),
    ("ner", "score predictions.txt > /dev/full"),
    ("ner", "score predictions.txt | true"),
    ("ner", "score - <&-"),
    ("ner", "--help > /dev/full"),
    ("conlleval", "< predictions.txt > /dev/full"),
    ("conlleval", "< predictions.txt | true"),
    ("conlleval", "< predictions.txt >&-"),
    ("conlleval", "<&-"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("module", "rest"), REAL)
def test_streams_of_real_processes(module: str, rest: str, lab: Lab, net: Net) -> None:
    status, output, errors = _shell(f"{sys.executable} -m {module} {rest}", lab.folder)
    if rest.endswith("| true") and status == 128 + signal.SIGPIPE:  # as cat
        status = 0
    net.judge(
        f"python -m {module} {rest}: {status} {errors[:200]}",
        faults(Outcome((module,), status, output, errors), found=("conlleval",)),
    )


def _names() -> Iterator[bytes]:
    yield from (
        b"\xd6\xd0\xce\xc4.txt",
        b"a\nb.txt",
        b"\x1b[31mred.txt",
        b"-.txt",
        b"--output.txt",
        b" .txt",
        b"\xff",
        b"a\tb.txt",
    )
    yield from (
        ("字" * 80).encode() + b".txt",
        b"a'b\".txt",
        b"a=2.txt",
        b"%s.txt",
        b"{}.txt",
        b"\xe2\x80\xae.txt",
        b"*.txt",
    )


@pytest.mark.parametrize(
    "name", ["tag", "tag csv", "check", "convert", "evaluate", "score", "embed", "pretrain", "missing", "model"]
)
def test_odd_names(name: str, lab: Lab, net: Net, tmp_path: Path) -> None:
    for number, odd in enumerate(net.sample(list(_names()), 15)):
        work = tmp_path / str(number)
        work.mkdir()
        given = "./" + os.fsdecode(odd)
        conll = name in ("check", "convert", "evaluate")
        source = "predictions.txt" if name == "score" else "data/train.txt" if conll else "text.txt"
        if name == "model":
            os.symlink(lab.folder / "model", os.path.join(os.fsencode(work), odd))
        elif name != "missing":
            with open(os.path.join(os.fsencode(work), odd), "wb") as file:
                file.write((lab.folder / source).read_bytes())
        line: list[object] = {
            "tag": ["tag", "--model", lab.folder / "model", given],
            "tag csv": ["tag", "--model", lab.folder / "model", given, "--from", "people-daily", "--format", "csv"],
            "check": ["check", given, "--report", "made"],
            "convert": ["convert", given, "made", "--to", "brat"],
            "evaluate": ["evaluate", "--model", lab.folder / "model", "--data", given, "--report", "made"],
            "score": ["score", given, "--report", "made"],
            "embed": ["embed", given, "--encoder", lab.folder / "encoder", "--output", "made.jsonl"],
            "pretrain": ["pretrain", given, "--output", "made", "--steps", "1", *TINY_ENCODER],
            "missing": ["tag", given + "x"],
            "model": ["info", "--model", given],
        }[name]
        outcome, wrong = lab.run(*line, work=work)
        good = {0, 1} if name == "check" else {2} if name == "missing" else {0, 2}
        if outcome.status not in good and not wrong:
            wrong.append(f"exit status {outcome.status}")
        net.judge(f"{name} {odd!r}: {outcome.status} {outcome.errors[:200]}", wrong)


@pytest.mark.parametrize("command", ["tag", "check", "convert", "score", "embed", "evaluate", "pretrain", "train"])
def test_inputs_that_are_no_files(command: str, lab: Lab, net: Net, work: Path) -> None:
    """An input without end is refused before the memory is gone; a FIFO that nobody writes to may be waited for."""
    for source in net.sample(["/dev/zero", "/dev/null", ".", "/dev/urandom", "/proc/self/mem"], 5):
        line: list[object] = {
            "tag": ["tag", "--model", lab.folder / "model", source],
            "check": ["check", source],
            "convert": ["convert", source, "made.jsonl"],
            "score": ["score", source],
            "embed": ["embed", source, "--encoder", lab.folder / "encoder", "--output", "made.npy"],
            "evaluate": ["evaluate", "--model", lab.folder / "model", "--data", source],
            "pretrain": ["pretrain", source, "--output", "made", "--steps", "1"],
            "train": ["train", "--data", source, "--output", "made"],
        }[command]
        outcome, wrong = lab.run(*line, work=work, seconds=8, megabytes=1000)
        net.judge(f"{command} {source}: {outcome.status} {outcome.errors[:200]}", wrong)
