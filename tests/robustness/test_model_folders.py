"""Folders of models whose files are damaged: each value of their JSON replaced, their weights cut and flipped."""

import json
import os
import shutil
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.mutations import deep_json, json_paths, replaced, without
from tests.helpers.net import Net
from tests.robustness.conftest import Lab

VALUES: list[Any] = [None, -1, 10**9, "", [], {}]
WHOLE = ["", "null", "[]", "1", '"x"', "{}", "{", "\xff\xfe", "[" * 100_000, "NaN", "\0" * 50]


def _paths(content: Any) -> Iterator[tuple[Any, ...]]:
    """The places of a file, but only the first few of a long table."""
    for path in json_paths(content):
        if path and not (len(path) > 1 and isinstance(path[-1], int) and path[-1] > 2):
            yield path


def _damaged(content: Any) -> list[tuple[str, str]]:
    cases = [(f"the whole is {text[:20]}", text) for text in WHOLE]
    for path in _paths(content):
        where = "/".join(map(str, path))
        cases += [(f"{where} is {value!r}", json.dumps(replaced(content, path, value))) for value in VALUES]
        cases += [
            (f"{where} is missing", json.dumps(without(content, path))),
            (f"{where} is deep", deep_json(content, path)),
        ]
        cases.append((f"{where} is NaN", json.dumps(replaced(content, path, float("nan")))))
    return cases


def _lines(model: Path, lab: Path) -> dict[str, list[object]]:
    return {
        "tag": ["tag", "--model", model, lab / "text.txt", "--nbest", "2"],
        "info": ["info", "--model", model],
        "evaluate": ["evaluate", "--model", model, "--data", lab / "data", "--report", "report"],
        "embed": ["embed", lab / "text.txt", "--encoder", model, "--output", "made.npy"],
    }


def _try(net: Net, lab: Lab, work: Path, model: Path, case: str, uses: tuple[str, ...]) -> None:
    for use in uses:
        outcome, wrong = lab.run(*_lines(model, lab.folder)[use], work=work, seconds=5)
        net.judge(f"{use}: {case}: {outcome.errors[:150]}", wrong)
        for made in ("report", "made.npy"):
            path = work / made
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("file", "uses", "number"),
    [
        ("config.json", ("tag",), 150),
        ("config.json", ("info", "embed"), 20),
        ("training.json", ("info", "evaluate"), 30),
        ("characters.json", ("tag",), 80),
    ],
)
def test_json_of_a_model(file: str, uses: tuple[str, ...], number: int, lab: Lab, net: Net, work: Path) -> None:
    model = work / "model"
    shutil.copytree(lab.folder / "model", model)
    content = json.loads((model / file).read_text(encoding="utf-8"))
    for case, text in net.sample(_damaged(content), number):
        (model / file).write_bytes(text.encode("utf-8", "surrogatepass"))
        _try(net, lab, work, model, f"{file}: {case}", uses)


def test_types_that_are_not_those_of_the_labels(lab: Lab, net: Net, work: Path) -> None:
    model = work / "model"
    shutil.copytree(lab.folder / "model", model)
    content = json.loads((model / "config.json").read_text(encoding="utf-8"))
    types = content["types"]
    for odd in (
        types[::-1],
        [types[0]] * len(types),
        types[:-1],
        [*types, "X"],
        "".join(types),
        [1, 2, 3],
        [None, *types[1:]],
    ):
        (model / "config.json").write_text(json.dumps(content | {"types": odd}), encoding="utf-8")
        outcome, wrong = lab.run(*_lines(model, lab.folder)["tag"], work=work)
        net.judge(f"types {odd}", [*wrong, *(["exit status 0 with wrong types"] if outcome.status == 0 else [])])


def _header(content: bytes) -> tuple[dict[str, Any], bytes]:
    size = struct.unpack("<Q", content[:8])[0]
    return json.loads(content[8 : 8 + size]), content[8 + size :]


def _with_header(header: Any, rest: bytes) -> bytes:
    text = (header if isinstance(header, str) else json.dumps(header)).encode()
    return struct.pack("<Q", len(text)) + text + rest


def _with_weight(content: bytes, name: str, value: float) -> bytes:
    header, rest = _header(content)
    start = header[name]["data_offsets"][0]
    return _with_header(header, rest[:start] + struct.pack("<f", value) + rest[start + 4 :])


@pytest.mark.slow
def test_weights(lab: Lab, net: Net, work: Path) -> None:
    model = work / "model"
    shutil.copytree(lab.folder / "model", model)
    path = model / "model.safetensors"
    good = path.read_bytes()
    header, rest = _header(good)
    head = len(good) - len(rest)
    cases: list[tuple[str, bytes]] = [
        (f"cut at {size}", good[:size]) for size in (0, 1, 8, 9, 50, head, head + 1, len(good) - 1)
    ]
    for _ in range(40):
        place, bit = net.chance.randrange(head + 200), net.chance.randrange(8)
        cases.append(
            (f"bit {bit} of byte {place} flipped", good[:place] + bytes([good[place] ^ 1 << bit]) + good[place + 1 :])
        )
    for size in (0, 1, 2**31, 2**63, 2**64 - 1):
        cases.append((f"a header of {size} bytes", struct.pack("<Q", size) + good[8:]))
    for name in header.keys() - {"__metadata__"}:
        cases.append(
            (f"{name} is missing", _with_header({key: item for key, item in header.items() if key != name}, rest))
        )
        for value in (float("nan"), float("inf"), -float("inf"), 1e38):
            cases.append((f"{name} has {value}", _with_weight(good, name, value)))
    for place in net.sample([place for place in json_paths(header) if place], 30):
        for value in VALUES:
            cases.append((f"header: {place} is {value!r}", _with_header(replaced(header, place, value), rest)))
    cases += [(f"header: {text[:20]}", _with_header(text, rest)) for text in WHOLE[:9]]
    for case, content in net.sample(cases, 120):
        path.write_bytes(content)
        _try(net, lab, work, model, f"model.safetensors: {case}", ("tag",))
    chain = [name for name in header if "transitions" in name or "temperature" in name]
    for name in chain:
        for value in (float("nan"), float("inf")):
            path.write_bytes(_with_weight(good, name, value))
            outcome, wrong = lab.run(*_lines(model, lab.folder)["tag"], work=work)
            net.judge(
                f"{name} has {value}", [*wrong, *([f"exit status 0 with {value}"] if outcome.status == 0 else [])]
            )


def _fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


THINGS: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "garbage": lambda path: path.write_bytes(bytes(range(256)) * 20),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "a FIFO": _fifo,
    "a link to nothing": lambda path: (path.unlink(), path.symlink_to("nothing")),
    "a link to itself": lambda path: (path.unlink(), path.symlink_to(path)),
}


@pytest.mark.parametrize("thing", THINGS)
def test_files_that_are_something_else(thing: str, lab: Lab, net: Net, work: Path) -> None:
    model = work / "model"
    for file in net.sample(["config.json", "training.json", "characters.json", "model.safetensors"], 4):
        shutil.rmtree(model, ignore_errors=True)
        shutil.copytree(lab.folder / "model", model)
        THINGS[thing](model / file)
        _try(net, lab, work, model, f"{file} is {thing}", ("tag", "info"))


@pytest.mark.parametrize("file", ["exported.json", "characters.json"])
def test_json_of_an_exported_model(file: str, exported: Path, lab: Lab, net: Net, work: Path) -> None:
    model = work / "exported"
    shutil.copytree(exported, model)
    content = json.loads((model / file).read_text(encoding="utf-8"))
    for case, text in net.sample(_damaged(content), 60):
        (model / file).write_bytes(text.encode("utf-8", "surrogatepass"))
        _try(net, lab, work, model, f"{file}: {case}", ("tag",))


def test_network_of_an_exported_model(exported: Path, lab: Lab, net: Net, work: Path) -> None:
    model = work / "exported"
    shutil.copytree(exported, model)
    path = model / "model.onnx"
    good = path.read_bytes()
    contents = [b"", good[:1], good[: len(good) // 2], good[:-1], b"\xff" * 1000]
    for _ in range(10):
        place = net.chance.randrange(min(2000, len(good)))
        contents.append(good[:place] + bytes([good[place] ^ 1 << net.chance.randrange(8)]) + good[place + 1 :])
    for content in net.sample(contents, 15):
        path.write_bytes(content)
        _try(net, lab, work, model, f"model.onnx of {len(content)} bytes", ("tag",))
