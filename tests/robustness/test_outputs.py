"""Outputs that are an input, a part of the model, a link, a device, a folder, or have no place: nothing gets lost."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers.command_lines import TINY_ENCODER
from tests.helpers.net import Net
from tests.helpers.outcome import snapshot
from tests.robustness.conftest import Lab

# Each command reads these files of its folder, and writes to what stands for OUT.
LINES: dict[str, list[str]] = {
    "tag": ["tag", "--model", "model", "text.txt", "--output", "OUT"],
    "tag html": ["tag", "--model", "model", "text.txt", "--format", "html", "--output", "OUT"],
    "embed": ["embed", "records.jsonl", "--encoder", "encoder", "--output", "OUT"],
    "convert": ["convert", "data-conll.conll", "OUT", "--to", "jsonl"],
    "convert folder": ["convert", "data", "OUT", "--to", "jsonl"],
    "convert --losses": ["convert", "data-conll.conll", "made.jsonl", "--losses", "OUT"],
    "split": ["split", "data-conll.conll", "--output", "OUT", "--dev", "0.4", "--test", "0.3"],
    "split --losses": [
        "split",
        "data-conll.conll",
        "--output",
        "made",
        "--dev",
        "0.4",
        "--test",
        "0.3",
        "--losses",
        "OUT",
    ],
    "merge": [
        "merge",
        "data-conll.conll",
        "data-jsonl.jsonl",
        "--types",
        "types.csv",
        "--to",
        "jsonl",
        "--output",
        "OUT",
    ],
    "merge --losses": [
        "merge",
        "data-conll.conll",
        "--types",
        "types.csv",
        "--output",
        "made.jsonl",
        "--losses",
        "OUT",
    ],
    "score --report": ["score", "predictions.txt", "--report", "OUT"],
    "evaluate --report": ["evaluate", "--model", "model", "--data", "data", "--report", "OUT"],
    "check --report": ["check", "data", "--report", "OUT"],
    "check --fix": ["check", "data", "--fix", "OUT"],
    "train": [
        "train",
        "--data",
        "data",
        "--encoder",
        "encoder",
        "--max-steps",
        "1",
        "--lstm-size",
        "8",
        "--output",
        "OUT",
    ],
    "compare": [
        "compare",
        "--data",
        "data",
        "--encoder",
        "encoder",
        "--max-steps",
        "1",
        "--lstm-size",
        "8",
        "--vary",
        "clip=1",
        "--seeds",
        "1",
        "--output",
        "OUT",
    ],
    "tune": ["tune", "--data", "data", "--encoder", "encoder", "--max-steps", "1", "--trials", "1", "--output", "OUT"],
    "pretrain": ["pretrain", "long.txt", "--steps", "1", *TINY_ENCODER, "--output", "OUT"],
    "export": ["export", "--model", "model", "--to", "onnx", "--output", "OUT"],
}


def _link(name: str) -> Callable[[Path], str]:
    def make(work: Path) -> str:
        (work / "link").symlink_to(name)
        return "link"

    return make


def _hard_link(name: str) -> Callable[[Path], str]:
    def make(work: Path) -> str:
        os.link(work / name, work / "hard")
        return "hard"

    return make


def _folder_with(name: str) -> Callable[[Path], str]:
    def make(work: Path) -> str:
        (work / "own").mkdir()
        (work / "own" / name).write_text("of the user\n", encoding="utf-8")
        return "own"

    return make


def _made(name: str, make: Callable[[Path], object]) -> Callable[[Path], str]:
    def run(work: Path) -> str:
        make(work / name)
        return name

    return run


INPUTS = [
    "text.txt",
    "records.jsonl",
    "data-conll.conll",
    "data-jsonl.jsonl",
    "predictions.txt",
    "types.csv",
    "data",
    "model",
    "encoder",
    "data/train.txt",
    "data/new",
    "model/config.json",
    "model/model.safetensors",
    "model/new",
    "encoder/vocab.txt",
    ".",
    "data/../text.txt",
]
PLACES: dict[str, Callable[[Path], str]] = {
    **{name: lambda _, name=name: name for name in INPUTS},
    **{
        f"link to {name}": _link(name)
        for name in ("text.txt", "data-conll.conll", "data", "model", "model/config.json")
    },
    **{f"hard link to {name}": _hard_link(name) for name in ("text.txt", "data-conll.conll", "predictions.txt")},
    "link to nothing": _link("nothing"),
    "link to itself": _link("link"),
    "empty folder": _made("empty", Path.mkdir),
    **{
        f"folder with {name}": _folder_with(name)
        for name in ("types.csv", "check.json", "notes.txt", "train.txt", ".hidden")
    },
    "a file": _made("a-file", lambda path: path.write_text("of the user\n", encoding="utf-8")),
    "below a file": lambda work: "text.txt/below",
    "below nothing": lambda work: "no/such/folder/made",
    "the empty name": lambda work: "",
    "-": lambda work: "-",
    "a slash at the end": lambda work: "made/",
    "a long name": lambda work: "字" * 200,
    "a name with ESC": lambda work: "a\x1b[31mb\nc",
    "a name like an option": lambda work: "./--output",
    "a name in no encoding": lambda work: "\udcd6\udcd0.jsonl",
    "with NUL": lambda work: "a\0b",
}
CASES = [(line, place) for line in LINES for place in PLACES]
_OFTEN = ("train", "compare", "tune", "pretrain", "export")


_REPLACES = ("tag", "tag html", "embed")  # may write over a file that they don't read, as a shell's > does


def _wrong_changes(
    name: str, target: str, before: dict[str, str], after: dict[str, str], used: set[str]
) -> Iterator[str]:
    """What a command changed though it reads it, or though nobody said that it may: `target` is its output."""

    def is_used(path: str) -> bool:
        return any(path == one or path.startswith(f"{one}/") for one in used)

    for path, seen in before.items():
        if after.get(path) != seen and (is_used(path) or name not in _REPLACES or path != target):
            yield f"{'an input' if is_used(path) else 'another file'} was changed or removed | {path}"
    for path in after.keys() - before.keys():
        if is_used(path):
            yield f"something was put into a folder that is read | {path}"


@pytest.mark.parametrize("name", LINES)
def test_outputs(name: str, lab: Lab, net: Net, tmp_path: Path) -> None:
    places = list(PLACES) if name not in _OFTEN else net.sample(list(PLACES), 12)
    if name not in _OFTEN:
        places = net.sample(places, 18)
    for number, place in enumerate(places):
        work = tmp_path / str(number)
        shutil.copytree(lab.folder, work)
        output = PLACES[place](work)
        line = [output if one == "OUT" else one for one in LINES[name]]
        before = snapshot(work)
        target = os.path.relpath(os.path.realpath(work / output), work) if "\0" not in output else output
        used = {one for one in LINES[name] if (lab.folder / one).exists()}
        outcome, wrong = lab.run(*line, work=work, seconds=30, written=list(before))
        wrong = [one for one in wrong if "was made" not in one]
        wrong += _wrong_changes(name, target, before, snapshot(work), used)
        if outcome.status == 0 and place != "-" and not os.path.lexists(work / output):
            wrong.append("exit status 0, but there is no output")
        net.judge(f"{name} to {place}: {outcome.status} {outcome.errors[:200]}", wrong)
        shutil.rmtree(work)


@pytest.mark.parametrize("name", ["tag", "convert --losses"])
def test_a_pipe_as_output(name: str, lab: Lab, net: Net, work: Path) -> None:
    """A FIFO is written into, and stays a FIFO; or it is refused."""
    shutil.copytree(lab.folder, work, dirs_exist_ok=True)
    os.mkfifo(work / "pipe")
    reader = os.open(work / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        outcome, wrong = lab.run(*("pipe" if one == "OUT" else one for one in LINES[name]), work=work, seconds=15)
        got = b""
        while part := _read(reader):
            got += part
    finally:
        os.close(reader)
    if not (work / "pipe").is_fifo():
        wrong.append("the FIFO was replaced by a file")
    elif outcome.status == 0 and not got and name == "tag":
        wrong.append("exit status 0, but nothing came through the FIFO")
    net.judge(f"{name} to a FIFO", wrong)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except BlockingIOError:
        return b""


# Only devices made in the folder of the test: as root, a command that replaces its output would replace the machine's.
DEVICES = {"null": (1, 3), "full": (1, 7)}


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", ["tag", "embed", "convert --losses"])
def test_a_device_stays_a_device(name: str, device: str, lab: Lab, net: Net, work: Path) -> None:
    shutil.copytree(lab.folder, work, dirs_exist_ok=True)
    path = work / f"{device}.jsonl"
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(*DEVICES[device]))
        os.close(os.open(path, os.O_WRONLY))
    except OSError:
        pytest.skip("devices can't be made here")
    outcome, wrong = lab.run(*(path.name if one == "OUT" else one for one in LINES[name]), work=work)
    if not path.is_char_device():
        wrong.append("the device was replaced by a file")
    elif device == "full" and outcome.status == 0 and name != "convert --losses":
        wrong.append("exit status 0 on a full device")
    net.judge(f"{name} to {device}: {outcome.status} {outcome.errors[:200]}", wrong)
