import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.formats.cluener import read, write
from ner.data.read_options import ReadOptions
from tests.helpers.annotated_texts import flat_sentences, overlapping_sentences

BANK = "浙商银行企业信贷部叶老桂博士则从另一个角度对五道门槛进行了解读。"


def read_lines(path: Path, *records: object) -> Split:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
    return read(path, ReadOptions())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "train.json"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sentences=flat_sentences(documents=("", "报 一")))
def test_what_was_written_is_read(path: Path, sentences: list[Sentence]) -> None:
    sentences.append(Sentence(""))
    assert write(sentences, path) == []
    split = read(path, ReadOptions())
    assert (split.faults, split.losses) == ([], [])
    assert split.sentences == [
        Sentence(s.text, s.entities, str(path), n, s.document) for n, s in enumerate(sentences, 1)
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sentences=overlapping_sentences())
def test_overlapping_entities_are_held(path: Path, sentences: list[Sentence]) -> None:
    write(sentences, path)
    read_again = read(path, ReadOptions()).sentences
    assert [{*sentence.entities} for sentence in read_again] == [{*sentence.entities} for sentence in sentences]


def test_the_file(path: Path) -> None:
    entities = (Entity(0, 1, "name", "王"), Entity(2, 3, "name", "王"), Entity(3, 5, "address", "北京"))
    write([Sentence("王和王北京", entities), Sentence("去")], path)
    assert path.read_text("utf-8") == (
        '{"text": "王和王北京", "label": {"name": {"王": [[0, 0], [2, 2]]}, "address": {"北京": [[3, 4]]}}}\n'
        '{"text": "去", "label": {}}\n'
    )


def test_the_published_data(path: Path) -> None:
    split = read_lines(
        path,
        {"text": BANK, "label": {"name": {"叶老桂": [[9, 11]]}, "company": {"浙商银行": [[0, 3]]}}},
        {"id": 0, "text": "四川敦煌学"},
    )
    assert split.faults == []
    assert split.sentences == [
        Sentence(BANK, (Entity(0, 4, "company", "浙商银行"), Entity(9, 12, "name", "叶老桂")), str(path), 1),
        Sentence("四川敦煌学", (), str(path), 2),
    ]
    assert [str(loss) for loss in split.losses] == [f"{path}:2: field 'id' in 1 record"]


@pytest.mark.parametrize(
    ("label", "fault"),
    [
        (
            {"name": {"叶老": [[9, 11]]}},
            "name at 9 to 12 holds '叶老桂', not '叶老'",
        ),
        ({"name": {"无": [[9, 11]]}}, "name at 9 to 12 holds '叶老桂', not '无'"),
        ({"name": {"叶老桂": [9, 11]}}, "expected the places of '叶老桂' as [[first, last], ...], found [9, 11]"),
        ({"name": {"叶老桂": 9}}, "expected the places of '叶老桂' as [[first, last], ...], found 9"),
        (
            {"name": {"叶老桂": [[9, "11"]]}},
            "expected the places of '叶老桂' as [[first, last], ...], found [[9, \"11\"]]",
        ),
        (
            {"name": [[9, 11]]},
            'expected types with surface forms and their places, as in {"name": {"彭小军": [[0, 2]]}}, '
            "found [[9, 11]] in 'name'",
        ),
        (
            [[9, 12, "name"]],
            'expected types with surface forms and their places, as in {"name": {"彭小军": [[0, 2]]}}, '
            "found [[9, 12, \"name\"]] in 'label'",
        ),
    ],
)
def test_faults(path: Path, label: object, fault: str) -> None:
    split = read_lines(path, {"text": "来", "label": None}, {"text": BANK, "label": label})
    (found,) = split.faults
    assert found.line == 2
    assert found.message.startswith(fault)


def test_a_record_without_text(path: Path) -> None:
    (fault,) = read_lines(path, {"label": {}}).faults
    assert str(fault) == f"{path}:1: expected a string in the field 'text', found the fields label"
