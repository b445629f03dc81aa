import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ner.data.findings import Finding
from ner.data.formats.json_records import Fields, Malformed, kind_of_record, read_document_name, read_objects, values_of
from ner.data.read_options import ReadOptions

Found = tuple[list[tuple[int, Fields]], list[str]]


def read(path: Path, content: str | bytes) -> Found:
    """The objects with their lines, and the faults, which must all begin with the path."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    objects, faults = read_objects(path, ReadOptions(), lambda fields, line: (line, fields))
    assert all(fault.path == str(path) for fault in faults)
    return objects, [str(fault).removeprefix(str(path)) for fault in faults]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "train.json"


# What a file may look like


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ('{"a": 1}\n{"a": 2}\n', [1, 2]),
        ('\n \t\n{"a": 1}\r\n\r\n  {"a": 2}', [3, 5]),
        ('\ufeff{"a": 1}\n{"a": 2}', [1, 2]),
        ('[{"a": 1}, {"a": 2}]', [1, 1]),
        ('\n[\n{"a":\n 1},\n\n{"a": 2}\n]\n', [3, 6]),
        ('[\n  {\n    "a": 1\n  },\n  {"a": 2}]\n', [2, 5]),
    ],
)
def test_lines_and_arrays(path: Path, content: str, lines: list[int]) -> None:
    assert read(path, content) == ([(lines[0], {"a": 1}), (lines[1], {"a": 2})], [])


@pytest.mark.parametrize("indent", [0, 2])
def test_one_object_over_many_lines(path: Path, indent: int) -> None:
    fields: Fields = {"a": [{"b": {}}, {}]}
    assert read(path, "\n" + json.dumps(fields, indent=indent) + "\n") == ([(2, fields)], [])
    assert read(path, '{\n "a": [\n  {"b": 1}\n ]\n}\n') == ([(1, {"a": [{"b": 1}]})], [])


@pytest.mark.parametrize("content", ["", "\n \t\r\n", "[]", "[\n]\n"])
def test_nothing(path: Path, content: str) -> None:
    assert read(path, content) == ([], [])


def test_only_a_newline_ends_a_line(path: Path) -> None:
    text = "中\u2028\u2029\u0085国\x1c"
    line = json.dumps({"text": text}, ensure_ascii=False).replace("\\u001c", "")
    assert read(path, f'{line}\n{{"a": "\u2028"}}\n') == ([(1, {"text": text[:-1]}), (2, {"a": "\u2028"})], [])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    objects=st.lists(st.dictionaries(st.text(max_size=3), JSON, max_size=3), max_size=5),
    indent=st.sampled_from([None, 0, 2]),
    escaped=st.booleans(),
    as_array=st.booleans(),
)
def test_what_was_written_is_read(
    path: Path, objects: list[Fields], indent: int | None, escaped: bool, as_array: bool
) -> None:
    if as_array:
        content = json.dumps(objects, ensure_ascii=escaped, indent=indent)
    else:
        content = "".join(json.dumps(fields, ensure_ascii=escaped) + "\n" for fields in objects)
    found, faults = read(path, content)
    assert faults == []
    assert [fields for _, fields in found] == objects
    assert as_array or [line for line, _ in found] == [*range(1, len(objects) + 1)]


# What may be wrong with it


def test_a_broken_line_is_left_out(path: Path) -> None:
    assert read(path, '{"a": 1}\n{"a": 1\n{"a" 1}\n{"a": 1} {"b": 1}\n7\n{"a": 2}\n') == (
        [(1, {"a": 1}), (6, {"a": 2})],
        [
            ":2: is not JSON (Expecting ',' delimiter at column 8); fix it, or write it with a JSON library",
            ":3: is not JSON (Expecting ':' delimiter at column 6); fix it, or write it with a JSON library",
            ':4: expected nothing after the object, found "{\\"b\\": 1}"',
            ":5: expected a JSON object such as {...}, found 7",
        ],
    )


def test_a_broken_first_line(path: Path) -> None:
    objects, faults = read(path, '{"a"\n{"a": 2}\n')
    assert objects == [(2, {"a": 2})]
    assert [fault.split(" (")[0] for fault in faults] == [":1: is not JSON"]


@pytest.mark.parametrize(
    ("content", "count", "fault"),
    [
        ('[{"a": 1},\n{"a"}\n]', 1, ":2: is not JSON (Expecting ':' delimiter at column 5)"),
        ('[{"a": 1},\n{"a":\n}]', 1, ":2: is not JSON (Expecting value at column 1 of line 3)"),
        ('[{"a": 1}\n{"a": 2}]', 1, ':2: expected "," or "]" after a record of the array'),
        ('[{"a": 1},\n', 1, ":2: is not JSON (Expecting value at column 1)"),
        ('[{"a": 1}', 1, ':1: expected "," or "]" after a record of the array'),
        ('[{"a": 1}]\n\n[]', 1, ':3: expected nothing after the array, found "[]"'),
        ('[{"a": 1},\n7,\n{"a": 2}]', 2, ":2: expected a JSON object such as {...}, found 7"),
        ('{\n "a": [\n  {"b": 1}\n ],\n}', 0, ":1: is not JSON ("),
        ("王 B-PER\n", 0, ":1: is not JSON (Expecting value at column 1)"),
        ("[" * 100_000, 0, ":1: is JSON that can't be read: "),
    ],
)
def test_faults(path: Path, content: str, count: int, fault: str) -> None:
    objects, (found,) = read(path, content)
    assert len(objects) == count
    assert found.startswith(fault)


def test_half_a_character(path: Path) -> None:
    message = "half a character: an escape \\ud800 to \\udfff without its pair"
    lines = ['{"a": "\\ud83d"}', '{"a": "\\uD83D\\uDE00"}', '{"\\ude00": 1}', '{"a": "\\\\ud83d"}']
    good = [{"a": "😀"}, {"a": "\\ud83d"}]
    assert read(path, "\n".join(lines)) == ([(2, good[0]), (4, good[1])], [f":1: {message}", f":3: {message}"])
    assert read(path, f"[{', '.join(lines)}]") == ([(1, good[0]), (1, good[1])], [f":1: {message}"] * 2)


def test_a_key_that_stands_twice(path: Path) -> None:
    assert read(path, '{"label": {"name": 1, "name": 2}}\n') == (
        [],
        [":1: is JSON that can't be read: the key 'name' occurs twice in an object"],
    )


def test_an_encoding(path: Path) -> None:
    objects, faults = read(path, '{"a": "中国人民"}'.encode("gbk"))
    assert objects == []
    assert faults == [":1: is not UTF-8; it looks like GBK: set `encoding` to gb18030"]


def test_what_a_format_finds_malformed(path: Path) -> None:
    def parse(fields: Fields, line: int) -> int:
        if line == 1:
            raise Malformed("first", "second")
        return line

    path.write_text("{}\n{}\n", "utf-8")
    assert read_objects(path, ReadOptions(), parse) == (
        [2],
        [Finding(str(path), 1, "malformed record", "first"), Finding(str(path), 1, "malformed record", "second")],
    )


def test_fifty_thousand_lines_are_read_in_a_moment(path: Path) -> None:
    line = json.dumps({"text": "王小明在北京大学看书。" * 4, "label": [[0, 3, "PER"], [4, 8, "ORG"]]}) + "\n"
    start = time.process_time()
    objects, _ = read(path, line * 50_000)
    assert len(objects) == 50_000
    assert time.process_time() - start < 5


# What the formats share


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ({"text": "", "entities": []}, "jsonl"),
        ({"text": "", "label": [[0, 1, "PER"]]}, "jsonl"),
        ({"text": "", "label": []}, "jsonl"),
        ({"id": 1, "data": "", "label": []}, "jsonl"),
        ({"text": "", "annotations": [{"label": 1}]}, "jsonl"),
        ({"text": "", "tokens": [{"text": "a"}], "spans": []}, "jsonl"),
        ({"text": "", "tokens": ["a"], "labels": [[0, 1, "PER"]]}, "jsonl"),
        ({"id": 0, "text": ""}, "jsonl"),
        ([], "jsonl"),
        ({"text": "", "label": {"name": {"a": [[0, 0]]}}}, "cluener"),
        ({"text": "", "label": {}}, "cluener"),
        ({"tokens": ["a"], "tags": ["O"]}, "lists"),
        ({"words": [], "ner_tags": []}, "lists"),
        ({"chars": [["a"]], "labels": [["O"]]}, "lists"),
        ({"data": {"text": ""}, "annotations": []}, "label-studio"),
        ({"data": {"text": ""}, "predictions": []}, "label-studio"),
        ({"data": {"text": ""}}, "label-studio"),
        ({"text": "", "ner": [{"start": 0, "end": 1, "labels": ["PER"]}]}, "label-studio"),
        ({"text": "", "annotation_id": 1}, "label-studio"),
    ],
)
def test_the_kind_of_a_record(record: object, kind: str) -> None:
    assert kind_of_record(record) == kind


def test_the_name_of_a_document() -> None:
    assert [read_document_name(fields) for fields in ({}, {"document": "a"}, {"document": None, "doc_id": 7})] == [
        "",
        "a",
        "7",
    ]
    with pytest.raises(Malformed, match=r"expected the name of a document, found \[\]"):
        read_document_name({"document": []})


def test_a_key_that_occurs_twice_among_very_many_is_found_at_once() -> None:
    fields = ",".join(f'"{number}": 1' for number in range(50_000))
    ((_, value),) = values_of(f'{{{fields}, "49999": 2}}')
    assert str(value) == "is JSON that can't be read: the key '49999' occurs twice in an object"


def test_deep_nesting_is_one_fault() -> None:
    for text in ("[" * 100_000, '{"text": ' + "[" * 500 + "]" * 500 + "}"):
        ((_, value),) = values_of(text)
        assert str(value) == "is JSON that can't be read: it is nested more than 100 deep"
