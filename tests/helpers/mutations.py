"""Hypothesis strategies that spoil files: by bytes, by lines, and by the values of JSON."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

DEEP = 3000
"""More levels than Python's parser of JSON takes."""

ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1,
    3,
    1e9,
    10**9,
    2**31,
    2**63,
    10**30,
    0.5,
    -0.0,
    float("nan"),
    float("inf"),
    "",
    "x",
    "\ud800",
    "\0",
    "A" * 2000,
    "=1+1",
    [],
    {},
    [[]],
    [None],
    ["x"],
    [1, 2],
    {"": 0},
    {"a": None},
)
ODD_LINES = (
    b"",
    b" ",
    b"\t",
    b"\t\t\t",
    b"\r",
    b"\0",
    b"\x0b",
    b"\x1c",
    b"\x85",
    "\u2028".encode(),
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    "王".encode("gb18030"),
    "王小明/nr 在/p 北京/ns".encode(),
    b"-DOCSTART- -X- O O",
    b"# id = 1",
    b"x B-",
    b"x I-PER",
    b"x O extra",
    b"O",
    b"{",
    b"}",
    b"[",
    b"]",
    b"{}",
    b"[]",
    b"null",
    b"NaN",
    b"<",
    b"</PER>",
    b"<a>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"&b;",
    b"&#0;",
    b"T1\tPER 0 9999999",
    b"T1\tPER 0",
    b"T1\tPER 9 1\tx",
    b"T1\tPER " + b"9" * 5000 + b" 3\tx",
    b"R1\tx Arg1:T1 Arg2:T9",
    b"1" * 5000,
    b'"',
    b'""',
    b'"a',
    b",,,,",
    b"=1+1",
)
ODD_BYTES = (
    b"\0",
    b"\xff",
    b"\x80",
    b"\n",
    b"\r",
    b"\t",
    b'"',
    b"{",
    b"]",
    b"\\",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xa8",
    b"-1",
    b"9" * 40,
)


@st.composite
def spoiled_bytes(draw: st.DrawFn, content: bytes) -> bytes:
    """A file with some of its bytes changed, cut out, doubled or put in."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        kind = draw(st.sampled_from(["flip", "cut", "drop", "insert", "repeat"]))
        if kind == "flip" and start < len(content):
            content = content[:start] + bytes([content[start] ^ (1 << draw(st.integers(0, 7)))]) + content[start + 1 :]
        elif kind == "cut":
            content = content[:start]
        elif kind == "drop":
            content = content[:start] + content[start + draw(st.integers(1, 9)) :]
        elif kind == "insert":
            content = (
                content[:start] + draw(st.one_of(st.sampled_from(ODD_BYTES), st.binary(max_size=6))) + content[start:]
            )
        else:
            end = start + draw(st.integers(1, 60))
            content = content[:end] + content[start:end] * draw(st.integers(1, 3)) + content[end:]
    return content


@st.composite
def spoiled_lines(draw: st.DrawFn, content: bytes) -> bytes:
    """A file with some of its lines removed, doubled, swapped, joined or strange."""
    lines = content.split(b"\n")
    for _ in range(draw(st.integers(1, 4))):
        index = draw(st.integers(0, max(0, len(lines) - 1)))
        kind = draw(st.sampled_from(["remove", "double", "swap", "odd", "replace", "join", "repeat", "words"]))
        if kind == "remove":
            del lines[index : index + 1]
        elif kind == "double":
            lines[index:index] = lines[index : index + 1]
        elif kind == "swap":
            lines.reverse()
        elif kind == "odd":
            lines.insert(index, draw(st.sampled_from(ODD_LINES)))
        elif kind == "replace":
            lines[index : index + 1] = [draw(st.sampled_from(ODD_LINES))]
        elif kind == "join":
            lines[index : index + 2] = [b"".join(lines[index : index + 2])]
        elif kind == "repeat":
            lines[index : index + 1] = lines[index : index + 1] * draw(st.integers(2, 50))
        elif index < len(lines):
            words = lines[index].split(b" ")
            words[draw(st.integers(0, len(words) - 1))] = draw(st.sampled_from(ODD_LINES))
            lines[index] = b" ".join(words)
        lines = lines or [b""]
    return draw(st.sampled_from([b"\n", b"\n", b"\n", b"\r\n", b"\r"])).join(lines)


def json_paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all values in a value of JSON: the whole first."""
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from json_paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from json_paths(item, (*path, index))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The same with another value at a place."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


def without(value: Any, path: tuple[Any, ...]) -> Any:
    """The same with nothing at a place, which isn't the whole."""
    copy = dict(value) if isinstance(value, dict) else list(value)
    if len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = without(value[path[0]], path[1:])
    return copy


def deep_json(value: Any, path: tuple[Any, ...]) -> str:
    """JSON with very deep nesting at a place."""
    mark = "\x02deep\x03"
    return json.dumps(replaced(value, path, mark)).replace(json.dumps(mark), "[" * DEEP + "]" * DEEP)


@st.composite
def spoiled_json(draw: st.DrawFn, content: bytes) -> bytes:
    """A file of JSON, or of lines of JSON, with some values replaced by strange ones or removed."""
    text = content.decode()
    try:
        values, joint = [json.loads(text)], ""
    except ValueError:
        values, joint = [json.loads(line) for line in text.split("\n") if line.strip()], "\n"
    written = [json.dumps(value, ensure_ascii=False) for value in values]
    for _ in range(draw(st.integers(1, 3))):
        index = draw(st.integers(0, len(values) - 1))
        value = values[index]
        path = draw(st.sampled_from(list(json_paths(value))))
        kind = draw(st.sampled_from(["odd", "odd", "odd", "odd", "remove", "deep", "twice"]))
        if kind == "deep":
            written[index] = deep_json(value, path)
            continue
        if kind == "remove" and path:
            value = without(value, path)
        elif kind == "twice" and isinstance(value, list):
            value = value * 2
        else:
            value = replaced(value, path, draw(st.sampled_from(ODD_VALUES)))
        values[index], written[index] = value, json.dumps(value, ensure_ascii=draw(st.booleans()))
    return (joint or "\n").join(written).encode("utf-8", "surrogatepass")


def is_json(content: bytes) -> bool:
    try:
        return all(isinstance(json.loads(line), dict | list) for line in content.decode().split("\n") if line.strip())
    except ValueError:
        try:
            json.loads(content)
        except ValueError:
            return False
        return True


def spoiled(content: bytes) -> st.SearchStrategy[bytes]:
    """A file spoiled in one of the ways that it has, or in two."""
    ways = [spoiled_bytes(content), spoiled_lines(content), spoiled_lines(content).flatmap(spoiled_bytes)]
    if is_json(content):
        ways += [spoiled_json(content)] * 3
    return st.one_of(ways)
