import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.findings import Finding
from ner.data.formats.json_lines import read, read_doccano, write, write_doccano, write_doccano_old
from ner.data.formats.label_studio import write_predictions
from ner.data.read_options import ReadOptions
from ner.records.entity_writers import JsonLinesWriter
from ner.records.record import Record
from tests.helpers.annotated_texts import flat_sentences, overlapping_sentences

EMOJI = Sentence("😀王小明在北京", (Entity(1, 4, "PER", "王小明"), Entity(5, 7, "LOC", "北京")), document="d")


def read_lines(path: Path, *records: object) -> Split:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
    return read(path, ReadOptions())


def spans(split: Split) -> list[list[tuple[int, int, str]]]:
    return [[(e.start, e.end, e.label) for e in sentence.entities] for sentence in split.sentences]


def messages(findings: list[Finding], path: Path) -> list[str]:
    return [str(finding).removeprefix(str(path)) for finding in findings]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "train.jsonl"


# What is written


@pytest.mark.parametrize("writer", [write, write_doccano, write_doccano_old])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sentences=flat_sentences(documents=("", "报 一", "b")) | overlapping_sentences(), empty=st.booleans())
def test_what_was_written_is_read(
    path: Path, writer: Callable[[list[Sentence], Path], list[Finding]], sentences: list[Sentence], empty: bool
) -> None:
    sentences += [Sentence("")] * empty
    assert writer(sentences, path) == []
    split = read(path, ReadOptions())
    assert (split.faults, split.losses) == ([], [])
    expected = [Sentence(s.text, s.entities, str(path), n, s.document) for n, s in enumerate(sentences, 1)]
    assert split.sentences == expected


@pytest.mark.parametrize(
    ("writer", "line"),
    [
        (
            write,
            '{"text": "😀王小明在北京", "entities": [{"start": 1, "end": 4, "label": "PER", "text": "王小明"}, '
            '{"start": 5, "end": 7, "label": "LOC", "text": "北京"}], "document": "d"}\n',
        ),
        (write_doccano, '{"text": "😀王小明在北京", "label": [[2, 5, "PER"], [6, 8, "LOC"]], "document": "d"}\n'),
        (write_doccano_old, '{"text": "😀王小明在北京", "labels": [[2, 5, "PER"], [6, 8, "LOC"]], "document": "d"}\n'),
    ],
)
def test_the_file(path: Path, writer: Callable[[list[Sentence], Path], list[Finding]], line: str) -> None:
    writer([EMOJI], path)
    assert path.read_text("utf-8") == line


# What tools write


@pytest.mark.parametrize(
    "fields",
    [
        {"label": [[0, 3, "PER"], [4, 6, "LOC"]]},
        {"labels": [[4, 6, "LOC"], [0, 3, "PER"]]},
        {"entities": [[0, 3, "PER"], [4, 6, "LOC"]]},
        {"spans": [{"start": 0, "end": 3, "label": "PER"}, {"start": 4, "end": 6, "label": "LOC"}]},
        {"entities": [{"start": 0, "end": 3, "type": "PER"}, {"start": 4, "end": 6, "entity": "LOC", "text": "北京"}]},
        {
            "entities": [
                {"label": "PER", "start_offset": 0, "end_offset": 3},
                {"label": "LOC", "start_offset": 4, "end_offset": 6},
            ],
            "relations": [],
        },
        {"label": None, "entities": [[0, 3, "PER"], [4, 6, "LOC"]]},
    ],
)
@pytest.mark.parametrize("text_key", ["text", "data"])
def test_shapes(path: Path, fields: dict[str, object], text_key: str) -> None:
    split = read_lines(path, {text_key: "王小明在北京", **fields})
    assert (split.faults, split.losses) == ([], [])
    assert split.sentences == [
        Sentence("王小明在北京", (Entity(0, 3, "PER", "王小明"), Entity(4, 6, "LOC", "北京")), str(path), 1)
    ]


def test_labels_that_are_numbers(path: Path) -> None:
    annotations = [{"id": 7, "label": 12, "start_offset": 0, "end_offset": 3, "user": 1}]
    split = read_lines(path, {"id": 4, "text": "王小明", "annotations": annotations, "meta": {}})
    assert spans(split) == [[(0, 3, "12")]]
    assert messages(split.losses, path) == [
        ":1: field 'id' in 1 record",
        ":1: field 'annotations.id' in 1 record",
        ":1: field 'annotations.user' in 1 record",
    ]


def test_fields_that_are_not_carried_over(path: Path) -> None:
    split = read_lines(
        path,
        {"id": 1, "text": "王", "label": [], "Comments": []},
        {"id": 2, "text": "王", "label": [[0, 1, "PER"]], "Comments": ["?"], "meta": {"a": 1}},
        {"text": "王", "entities": [[0, 1, "PER"]], "label": "positive"},
    )
    assert spans(split) == [[], [(0, 1, "PER")], [(0, 1, "PER")]]
    assert messages(split.losses, path) == [
        ":1: field 'id' in 2 records",
        ":2: field 'Comments' in 1 record",
        ":2: field 'meta' in 1 record",
        ":3: field 'label' in 1 record",
    ]
    assert {loss.kind for loss in split.losses} == {"field left out"}


def test_what_tagging_writes(path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        JsonLinesWriter(file).write(Record("a.txt", 3, EMOJI.text), [Entity(1, 4, "PER", "王小明", 0.97)])
    split = read(path, ReadOptions())
    assert split.sentences == [Sentence(EMOJI.text, (Entity(1, 4, "PER", "王小明", 0.97),), str(path), 1)]
    assert split.losses == []
    write(split.sentences, path)
    assert read(path, ReadOptions()).sentences == split.sentences
    predictions = path.with_suffix(".json")
    write_predictions(split.sentences, predictions)
    assert json.loads(predictions.read_text("utf-8"))[0]["predictions"][0]["score"] == 0.97


@pytest.mark.parametrize("score", ["high", True, 97, -0.5])
def test_scores_that_are_no_probability_are_left_out(path: Path, score: object) -> None:
    split = read_lines(path, {"text": "王", "entities": [{"start": 0, "end": 1, "label": "PER", "score": score}]})
    assert [entity.score for entity in split.sentences[0].entities] == [None]
    assert messages(split.losses, path) == [":1: field 'entities.score' in 1 record"]


def test_documents(path: Path) -> None:
    split = read_lines(path, {"text": "一", "doc_id": 23}, {"text": "二", "document": "报"}, {"text": "三"})
    assert [sentence.document for sentence in split.sentences] == ["23", "报", ""]
    assert split.losses == []


def test_an_array_of_records(path: Path) -> None:
    path.write_text('[\n{"text": "王",\n "label": [[0, 1, "PER"]]},\n{"text": "来"}]', "utf-8")
    split = read(path, ReadOptions())
    assert [(sentence.text, sentence.line) for sentence in split.sentences] == [("王", 2), ("来", 4)]


# Units


@pytest.mark.parametrize(
    ("fields", "surface"),
    [
        ({"label": [[2, 5, "PER"]]}, "王小明"),
        ({"labels": [[2, 5, "PER"]]}, "王小明"),
        ({"entities": [{"start_offset": 2, "end_offset": 5, "label": "PER"}]}, "王小明"),
        ({"label": [[1, 4, "PER"]]}, "王小明"),  # 1 is within the emoji in UTF-16
        ({"entities": [[2, 5, "PER"]]}, "小明在"),
        ({"entities": [[2, 8, "PER"]]}, "王小明在北京"),  # 8 is beyond the 7 code points
        ({"entities": [{"start": 2, "end": 5, "label": "PER", "text": "王小明"}]}, "王小明"),
    ],
)
def test_offsets_of_doccano_count_utf_16_units(path: Path, fields: dict[str, object], surface: str) -> None:
    (sentence,) = read_lines(path, {"text": EMOJI.text, **fields}).sentences
    assert [entity.text for entity in sentence.entities] == [surface]


TIES = [{"label": [[2, 5, "PER"]]}, {"entities": [[2, 5, "PER"]]}]


@pytest.mark.parametrize("fields", TIES)
@pytest.mark.parametrize(
    ("reader", "name", "surface"), [(read, "jsonl", "小明在"), (read_doccano, "doccano", "王小明")]
)
def test_where_nothing_tells_the_named_format_does(
    path: Path, fields: dict[str, object], reader: Callable[[Path, ReadOptions], Split], name: str, surface: str
) -> None:
    read_lines(path, {"text": EMOJI.text, **fields})
    split = reader(path, ReadOptions(format=name))
    assert [entity.text for entity in split.sentences[0].entities] == [surface]
    assert "--from" not in "".join(split.notes)


def test_where_nothing_tells_the_note_says_so(path: Path) -> None:
    (note,) = read_lines(path, {"text": EMOJI.text, **TIES[0]}).notes
    assert note.endswith("; the file doesn't show it: set `format` to jsonl if they are code points")
    (note,) = read_lines(path, {"text": EMOJI.text, "label": [[6, 8, "LOC"]]}).notes
    assert note.endswith("(it matters in 1 record)")


@pytest.mark.parametrize(("reader", "name"), [(read, "jsonl"), (read_doccano, "doccano")])
def test_what_tells_overrules_the_named_format(
    path: Path, reader: Callable[[Path, ReadOptions], Split], name: str
) -> None:
    item = {"label": "PER", "text": "王小明"}
    for start in (1, 2):
        read_lines(path, {"text": EMOJI.text, "entities": [{"start": start, "end": start + 3, **item}]})
        (sentence,) = reader(path, ReadOptions(format=name)).sentences
        assert [(entity.start, entity.text) for entity in sentence.entities] == [(1, "王小明")]


# What may be wrong


@pytest.mark.parametrize(
    ("record", "faults"),
    [
        ({"id": 1, "txt": "王"}, ["expected a string in the field 'text', found the fields id, txt"]),
        ({}, ["expected a string in the field 'text', found the fields (none)"]),
        ({"text": 7}, ["expected a string in the field 'text', found 7"]),
        ({"text": "王", "label": "PER"}, ["expected a list of entities in the field 'label', found \"PER\""]),
        (
            {"text": "王", "label": ["entities", [0, 1]]},
            [
                'expected an entity as {"start": 0, "end": 3, "label": "PER"} or [0, 3, "PER"], found "entities"',
                'expected an entity as {"start": 0, "end": 3, "label": "PER"} or [0, 3, "PER"], found [0, 1]',
            ],
        ),
        (
            {"text": "王", "entities": [{"start": True, "end": 1, "label": "PER"}]},
            [
                'expected an entity as {"start": 0, "end": 3, "label": "PER"} or [0, 3, "PER"], '
                'found {"start": true, "end": 1, "label": "PER"}'
            ],
        ),
        (
            {"text": "王", "label": [[0, 1, ""]]},
            ['expected an entity as {"start": 0, "end": 3, "label": "PER"} or [0, 3, "PER"], found [0, 1, ""]'],
        ),
        (
            {"text": "王", "entities": [{"start": 0, "end": 1, "label": "PER", "text": ["王"]}]},
            ['expected the "text" of an entity as a string, found ["王"]'],
        ),
        ({"text": "王", "label": [[0, 2, "PER"]]}, ["PER at 0 to 2 is not within the text of 1 character"]),
    ],
)
def test_faults(path: Path, record: object, faults: list[str]) -> None:
    split = read_lines(path, {"text": "来"}, record, {"text": "去"})
    assert messages(split.faults, path) == [f":2: {fault}" for fault in faults]
    assert [sentence.text for sentence in split.sentences] == ["来", "去"]


def test_faults_come_in_the_order_of_lines(path: Path) -> None:
    path.write_text('{"text": "王", "label": [[0, 2, "PER"]]}\n{\n{"text": "王", "label": [[0, 2, "PER"]]}\n', "utf-8")
    assert [fault.line for fault in read(path, ReadOptions()).faults] == [1, 2, 3]


def test_what_nobody_has_annotated_is_kept_without_its_entities(path: Path) -> None:
    entity = {"start": 2, "end": 4, "label": "LOC"}
    split = read_lines(path, {"text": "我在上海看书", "entities": [entity], "unknown": [[3, 6], [0, 1]]})
    assert (split.sentences[0].unknown, split.faults, split.losses) == (((0, 1), (4, 6)), [], [])
    write(split.sentences, path)
    assert read(path, ReadOptions()).sentences[0].unknown == ((0, 1), (4, 6))


@pytest.mark.parametrize(
    ("unknown", "message"),
    [
        ([[0, 9]], ":1: the unknown part 0 to 9 is not within the text of 3 characters"),
        ([[1, 1]], ":1: the unknown part 1 to 1 is not within the text of 3 characters"),
        ([0, 1], ":1: expected unknown parts as [[3, 8]], with their starts and ends, found 0"),
    ],
)
def test_unknown_parts_that_are_none(path: Path, unknown: object, message: str) -> None:
    split = read_lines(path, {"text": "王小明", "entities": [], "unknown": unknown})
    assert messages(split.faults, path) == [message]
    assert not any(sentence.unknown for sentence in split.sentences)


def test_a_field_of_this_name_that_is_something_else_is_left_out(path: Path) -> None:
    split = read_lines(path, {"text": "王小明", "unknown": "no"})
    assert [str(loss.kind) for loss in split.losses] == ["field left out"]


def test_cmeee_has_the_last_character_and_nested_entities(path: Path) -> None:
    outer = {"start_idx": 2, "end_idx": 5, "type": "sym", "entity": "细胞下降"}
    inner = {"start_idx": 2, "end_idx": 3, "type": "bod", "entity": "细胞"}
    path.write_text(json.dumps([{"text": "儿童细胞下降", "entities": [outer, inner]}], ensure_ascii=False), "utf-8")
    split = read(path, ReadOptions())
    assert (split.faults, split.losses) == ([], [])
    assert split.sentences[0].entities == (Entity(2, 6, "sym", "细胞下降"), Entity(2, 4, "bod", "细胞"))


@pytest.mark.parametrize("type_", [{}, {"type": None}])
def test_the_text_of_an_entity_of_cmeee_is_never_its_type(path: Path, type_: dict[str, None]) -> None:
    entity = {"start_idx": 2, "end_idx": 5, "entity": "细胞下降", **type_}
    path.write_text(json.dumps([{"text": "儿童细胞下降", "entities": [entity]}], ensure_ascii=False), "utf-8")
    (fault,) = read(path, ReadOptions()).faults
    assert fault.message.startswith("expected an entity as")
