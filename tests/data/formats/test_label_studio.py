import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.findings import Finding
from ner.data.formats.label_studio import read, write, write_predictions
from ner.data.read_options import ReadOptions
from tests.helpers.annotated_texts import flat_sentences, overlapping_sentences

TEXT = "王小明在北京"


def region(start: int, end: int, *labels: str, text: str | None = None, **item: object) -> dict[str, object]:
    value = {"start": start, "end": end, "labels": [*labels]}
    if text is not None:
        value["text"] = text
    return {"id": "x", "from_name": "label", "to_name": "text", "type": "labels", "value": value, **item}


def task(text: str, *result: object, **fields: object) -> dict[str, object]:
    return {"id": 1, "data": {"text": text}, "annotations": [{"id": 7, "result": [*result]}], **fields}


def read_tasks(path: Path, *tasks: object) -> Split:
    path.write_text("[\n" + ",\n".join(json.dumps(t, ensure_ascii=False) for t in tasks) + "\n]", "utf-8")
    return read(path, ReadOptions())


def found(split: Split) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(s.text, [(e.text, e.label) for e in s.entities]) for s in split.sentences]


def messages(findings: list[Finding], path: Path) -> list[str]:
    return [str(finding).removeprefix(f"{path}:") for finding in findings]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "train.json"


# What is written


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sentences=flat_sentences(documents=("", "报 一", "b")) | overlapping_sentences())
def test_what_was_written_is_read(path: Path, sentences: list[Sentence]) -> None:
    sentences.append(Sentence(""))
    expected = [Sentence(s.text, s.entities, str(path), n, s.document) for n, s in enumerate(sentences, 2)]
    tasks = f"only predictions in {len(sentences):,} task{'s' * (len(sentences) > 1)}"
    for writer, losses in ((write, []), (write_predictions, [tasks])):
        assert writer(sentences, path) == []
        split = read(path, ReadOptions())
        assert (split.faults, [loss.message for loss in split.losses]) == ([], losses)
        assert split.sentences == expected


def test_annotations(path: Path) -> None:
    entities = (Entity(1, 4, "PER", "王小明"), Entity(5, 7, "LOC", "北京"))
    write([Sentence("😀王小明在北京", entities, document="d"), Sentence("去")], path)
    first, second = json.loads(path.read_text("utf-8"))
    assert first == {
        "data": {"text": "😀王小明在北京", "document": "d"},
        "annotations": [
            {
                "result": [
                    {
                        "id": "entity-1",
                        "from_name": "label",
                        "to_name": "text",
                        "type": "labels",
                        "value": {"start": 1, "end": 4, "text": "王小明", "labels": ["PER"]},
                    },
                    {
                        "id": "entity-2",
                        "from_name": "label",
                        "to_name": "text",
                        "type": "labels",
                        "value": {"start": 5, "end": 7, "text": "北京", "labels": ["LOC"]},
                    },
                ]
            }
        ],
    }
    assert second == {"data": {"text": "去"}, "annotations": [{"result": []}]}


def test_predictions(path: Path) -> None:
    scored = (Entity(0, 3, "PER", "王小明", 0.5), Entity(4, 6, "LOC", "北京", 1.0))
    write_predictions([Sentence(TEXT, scored), Sentence(TEXT, (replace(scored[0], score=None),))], path)
    (first,), (second,) = (record["predictions"] for record in json.loads(path.read_text("utf-8")))
    assert (first["model_version"], first["score"], len(first["result"])) == ("bert-ner", 0.75, 2)
    assert (second["model_version"], "score" in second, len(second["result"])) == ("bert-ner", False, 1)


# What Label Studio exports

EXPORTED = {
    "id": 8,
    "annotations": [
        {
            "id": 4,
            "completed_by": 1,
            "result": [
                {
                    "value": {"start": 0, "end": 3, "text": "王小明", "labels": ["PER"]},
                    "id": "DJ8lXOy2cz",
                    "from_name": "label",
                    "to_name": "text",
                    "type": "labels",
                    "origin": "manual",
                },
                {
                    "value": {"start": 4, "end": 6, "text": "北京", "labels": ["LOC"]},
                    "id": "k1f0Vb2nQe",
                    "from_name": "label",
                    "to_name": "text",
                    "type": "labels",
                    "origin": "manual",
                },
            ],
            "was_cancelled": False,
            "ground_truth": False,
            "created_at": "2024-03-05T08:47:31.442372Z",
            "lead_time": 13.3,
            "prediction": {},
            "result_count": 0,
        }
    ],
    "file_upload": "a1b2c3d4-tasks.json",
    "drafts": [],
    "predictions": [],
    "data": {"text": TEXT},
    "meta": {},
    "created_at": "2024-03-05T08:46:54.912339Z",
    "inner_id": 1,
    "project": 2,
}
MINIMAL = {
    "text": TEXT,
    "id": 8,
    "label": [
        {"start": 0, "end": 3, "text": "王小明", "labels": ["PER"]},
        {"start": 4, "end": 6, "text": "北京", "labels": ["LOC"]},
    ],
    "annotator": "1",
    "annotation_id": 4,
    "created_at": "2024-03-05T08:47:31.442372Z",
    "updated_at": "2024-03-05T08:47:31.442391Z",
    "lead_time": 13.3,
}
OLDER = {"id": 0, "data": {"text": TEXT}, "completions": EXPORTED["annotations"], "predictions": []}
PREDICTED = {
    "data": {"text": TEXT},
    "predictions": [{"model_version": "1", "result": OLDER["completions"][0]["result"]}],
}


@pytest.mark.parametrize(
    ("record", "losses"),
    [
        (EXPORTED, ["field 'id' in 1 task", "field 'file_upload' in 1 task"]),
        ({**EXPORTED, "meta": {"batch": 3}, "file_upload": ""}, ["field 'id' in 1 task", "field 'meta' in 1 task"]),
        (MINIMAL, ["field 'id' in 1 task"]),
        (OLDER, ["field 'id' in 1 task"]),
        (PREDICTED, ["only predictions in 1 task"]),
    ],
)
def test_exports(path: Path, record: object, losses: list[str]) -> None:
    split = read_tasks(path, record)
    assert (split.faults, [loss.message for loss in split.losses], split.notes) == ([], losses, [])
    entities = (Entity(0, 3, "PER", "王小明"), Entity(4, 6, "LOC", "北京"))
    assert split.sentences == [Sentence(TEXT, entities, str(path), 2)]


def test_several_labels_of_one_region(path: Path) -> None:
    split = read_tasks(path, task(TEXT, region(0, 3, "PER", "VIP"), region(0, 1, "NAME")))
    assert found(split) == [(TEXT, [("王小明", "PER"), ("王小明", "VIP"), ("王", "NAME")])]


def test_of_several_annotations_the_first_not_cancelled_is_taken(path: Path) -> None:
    annotations = [
        {"was_cancelled": True, "result": [region(0, 1, "A")]},
        {"result": [region(0, 3, "PER")]},
        {"result": [region(0, 1, "B")]},
    ]
    predictions = [{"result": [region(0, 1, "C")]}]
    split = read_tasks(
        path,
        task(TEXT, annotations=annotations, predictions=predictions),
        task(TEXT, annotations=annotations[:1], predictions=predictions),
        task(TEXT, completions=[{"skipped": True, "result": []}], annotations=[]),
        task(TEXT, annotations=[], predictions=predictions * 2),
    )
    assert found(split) == [(TEXT, [("王小明", "PER")]), (TEXT, [("王", "C")])]
    assert messages(split.losses, path) == [
        "2: further annotations in 2 tasks",
        "2: predictions beside annotations in 1 task",
        "2: field 'id' in 2 tasks",
        "3: only cancelled annotations in 2 tasks",
        "5: only predictions in 1 task",
    ]


def test_a_record_of_json_min_for_each_annotation(path: Path) -> None:
    split = read_tasks(path, MINIMAL, {**MINIMAL, "annotation_id": 5}, {**MINIMAL, "id": 9})
    assert [sentence.line for sentence in split.sentences] == [2, 4]
    assert messages(split.losses, path) == ["2: field 'id' in 2 tasks", "3: further annotations in 1 task"]


def test_tasks_that_nobody_annotated_are_left_out(path: Path) -> None:
    tasks = [{"data": {"text": TEXT}}, {"data": {"text": "去"}, "annotations": [], "predictions": []}]
    split = read_tasks(path, *tasks, {"data": {"text": "来"}, "annotations": [{"result": []}]})
    assert found(split) == [("来", [])]
    assert [(loss.kind, str(loss)) for loss in split.losses] == [
        ("task without annotations left out", f"{path}:2: no annotations in 2 tasks")
    ]


def test_predictions_that_nobody_has_seen_to_are_told(path: Path) -> None:
    tasks = [
        {"data": {"text": TEXT}, key: [{"result": [region(0, 3, "PER")]}]} for key in ("annotations", "predictions")
    ]
    split = read_tasks(path, *tasks, tasks[1])
    assert found(split) == [(TEXT, [("王小明", "PER")])] * 3
    assert [(loss.kind, str(loss)) for loss in split.losses] == [
        ("read from predictions", f"{path}:3: only predictions in 2 tasks")
    ]


def test_results_that_are_no_entities(path: Path) -> None:
    split = read_tasks(
        path,
        task(
            TEXT,
            region(0, 3, "PER"),
            region(4, 6),
            region(0, 1, "X", to_name="title"),
            {"type": "relation", "from_id": "a", "to_id": "b", "direction": "right"},
            {"type": "choices", "from_name": "c", "to_name": "text", "value": {"choices": ["a"]}},
            {"type": "choices", "from_name": "c", "to_name": "text", "value": {"choices": ["b"]}},
        ),
        task(TEXT, {"type": "relation", "from_id": "a", "to_id": "b"}),
    )
    assert found(split) == [(TEXT, [("王小明", "PER")]), (TEXT, [])]
    assert messages(split.losses, path) == [
        "2: regions without a label in 1 task",
        "2: regions on 'title' in 1 task",
        "2: results of type 'relation' in 2 tasks",
        "2: results of type 'choices' in 1 task",
        "2: field 'id' in 2 tasks",
    ]


# Which field holds the text


@pytest.mark.parametrize(
    ("data", "item"),
    [
        ({"text": TEXT, "title": "无"}, {}),
        ({"ner": TEXT, "page": 3}, {}),
        ({"body": TEXT, "text": "无"}, {"to_name": "body"}),
        ({"body": TEXT, "text": "无"}, {"to_name": "t", "source": "$body"}),
        ({"body": TEXT, "document": "d"}, {}),
    ],
)
def test_the_field_of_the_text(path: Path, data: dict[str, object], item: dict[str, object]) -> None:
    annotation = {"result": [region(0, 3, "PER", text="王小明", **item)]}
    first = {"data": data, "annotations": [annotation]}
    split = read_tasks(path, first, {**first, "annotations": [{"result": []}]})
    assert found(split) == [(TEXT, [("王小明", "PER")]), (TEXT, [])]
    assert [sentence.document for sentence in split.sentences] == [data.get("document", "")] * 2
    others = [key for key in data if data[key] not in (TEXT, "d")]
    assert messages(split.losses, path) == [f"2: field '{key}' in 2 tasks" for key in others]


def test_no_telling_which_field_holds_the_text(path: Path) -> None:
    data: list[dict[str, object]] = [{"title": "无", "body": TEXT}, {"image": 3}, {}]
    split = read_tasks(path, *({"data": fields, "annotations": [{"result": []}]} for fields in data))
    assert messages(split.faults, path) == [
        f"{line}: expected the text in a field 'text' of the data, found the fields {fields}; rename one"
        for line, fields in ((2, "title, body"), (3, "image"), (4, "(none)"))
    ]


# Offsets and the texts of regions


@pytest.mark.parametrize("text", ["王小明", None])
def test_offsets_in_code_points(path: Path, text: str | None) -> None:
    split = read_tasks(path, task(f"😀{TEXT}", region(1, 4, "PER", text=text)))
    assert found(split) == [(f"😀{TEXT}", [("王小明", "PER")])]
    assert (split.faults, split.notes) == ([], [])


def test_offsets_in_utf_16_units_as_older_versions_have_them(path: Path) -> None:
    split = read_tasks(path, task(f"😀{TEXT}", region(2, 5, "PER", text="王小明")))
    assert found(split) == [(f"😀{TEXT}", [("王小明", "PER")])]
    assert len(split.notes) == 1


@pytest.mark.parametrize(
    ("text", "start", "end", "shown"),
    [
        ("去\n王\r\n小明", 1, 7, "\\n王\\n\\n小明"),
        ("去 王  小\u3000明 来", 2, 8, "王 小 明"),
        ("去\\n王", 1, 4, "\\n王"),
    ],
)
@pytest.mark.parametrize(("before", "offset"), [("", 0), ("😀", 1), ("😀", 2)])
def test_white_space_in_the_text_of_a_region(
    path: Path, text: str, start: int, end: int, shown: str, before: str, offset: int
) -> None:
    split = read_tasks(path, task(before + text, region(start + offset, end + offset, "PER", text=shown)))
    assert split.faults == []
    assert found(split) == [(before + text, [(text[start:end], "PER")])]


@pytest.mark.parametrize(
    ("text", "start", "end", "shown", "surface"),
    [
        ("北京 大学", 0, 3, "北京", "北京"),
        ("去\n王", 1, 3, "王", "王"),
        ("去 \n王  小明\u3000来", 1, 9, "王 小明", "王  小明"),
        ("北京 大学", 0, 2, " 北京\\n", "北京"),
        ("北京 大学", 0, 3, "北京 ", "北京 "),
    ],
)
@pytest.mark.parametrize(("before", "offset"), [("", 0), ("😀", 1), ("😀", 2)])
def test_white_space_that_the_text_of_a_region_has_not_is_no_part_of_it(
    path: Path, text: str, start: int, end: int, shown: str, surface: str, before: str, offset: int
) -> None:
    split = read_tasks(path, task(before + text, region(start + offset, end + offset, "PER", text=shown)))
    assert split.faults == []
    assert found(split) == [(before + text, [(surface, "PER")])]


# What may be wrong


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        (
            task(
                "<p>王</p>", region(0, 1, "PER", value={"start": "/p[1]/text()[1]", "end": "/p[1]", "labels": ["PER"]})
            ),
            'expected a region with numbers for start and end, found "/p[1]/text()[1]" and "/p[1]"; '
            "label a Text, not a HyperText",
        ),
        (
            task("<p>王</p>", region(0, 1, type="hypertextlabels")),
            "a region of HyperText, with a place in the markup; label a Text, not a HyperText",
        ),
        (task(TEXT, region(0, 3, "")), 'expected the labels of a region as a list of strings, found [""]'),
        (
            task(TEXT, region(0, 3, value={"start": 0, "end": 3, "labels": "PER"})),
            'expected the labels of a region as a list of strings, found "PER"',
        ),
        (
            task(TEXT, region(0, 3, value={"start": 0, "end": 3, "text": ["王"], "labels": ["PER"]})),
            'expected the text of a region as a string, found ["王"]',
        ),
        (task(TEXT, "王"), "expected a list of objects in the field 'result', found [\"王\"]"),
        (task(TEXT, annotations={}), "expected a list of objects in the field 'annotations', found {}"),
        (task(TEXT, region(0, 9, "PER")), "PER at 0 to 9 is not within the text"),
        (task(TEXT, region(0, 2, "PER", text="王小明")), "PER at 0 to 2 holds '王小', not '王小明'"),
    ],
)
def test_faults(path: Path, record: object, fault: str) -> None:
    split = read_tasks(path, task("来"), record)
    (found,) = split.faults
    assert found.line == 3
    assert found.message.startswith(fault)
