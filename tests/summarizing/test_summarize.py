"""Counts by hand of small files in all formats, and a second count of random ones in plain Python."""

import gzip
import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ner import InputError, SummarySettings, summarize
from ner.data.entities import Entity
from ner.records.output_formats import open_writer
from ner.records.record import Record
from ner.summarizing import count_tables, load_tagged
from ner.summarizing.summary import Repeated

pytest.importorskip("duckdb")
pytest.importorskip("opencc")

PER, LOC, ORG = "PER", "LOC", "ORG"
TEXTS: list[tuple[str, Mapping[str, Any], Sequence[tuple[str, str]]]] = [
    ("a.txt", {"source": "早报", "day": "2024-01-05"}, [("林晓东", PER), ("北京大学", ORG), ("林", PER)]),
    ("a.txt", {"source": "早报", "day": "2024/2/6"}, [("林", PER), ("北京大學", ORG)]),
    (
        "b.txt",
        {"source": "晚报", "day": "2024年2月7日 08:00"},
        [("=1+1", ORG), ("王刚", PER), ("王强", PER), ("王", PER)],
    ),
    ("b.txt", {"source": None, "day": "soon"}, []),
]


def write(path: Path, texts: Any = TEXTS, first: int = 1) -> Path:
    """Texts as `tag` writes them."""
    with open_writer(path, path.suffix[1:].removesuffix(".gz"), ["source", "day"]) as writer:  # type: ignore[arg-type]
        for line, (file, fields, names) in enumerate(texts, first):
            text = "，".join(name for name, _ in names)
            entities, at = [], 0
            for name, label in names:
                entities.append(Entity(at, at + len(name), label, name))
                at += len(name) + 1
            writer.write(Record(file, line, text, fields), entities)
    return path


def rows(frame: pd.DataFrame | None) -> list[tuple[Any, ...]]:
    assert frame is not None
    return [tuple(row) for row in frame.itertuples(index=False)]


@pytest.mark.parametrize("kind", ["jsonl", "csv", "xlsx", "parquet"])
def test_a_sentence_of_a_line_is_a_text(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"found.{kind}"
    with open_writer(path, kind, [], sentence=True) as writer:  # type: ignore[arg-type]
        found = [Entity(0, 2, PER, "林晓"), Entity(4, 6, LOC, "北京")]
        writer.write(Record("a.txt", 1, "林晓。在北京。"), found)
    counted = summarize(path)
    assert counted.texts == 2
    assert not rows(counted.pairs)


@pytest.mark.parametrize("kind", ["jsonl", "csv", "xlsx", "parquet"])
def test_tables_of_each_format(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path / f"found [1].{kind}")
    found = summarize(path, SummarySettings(by="source", date="day"))
    has_all_texts = kind == "jsonl"
    assert (found.texts, found.entities, found.files) == (4 if has_all_texts else 3, 9, 2)
    assert found.undated == has_all_texts
    assert rows(found.types) == [(PER, 6, 5, 3, 2), (ORG, 3, 2, 3, 2)]
    assert rows(found.names) == [
        (ORG, "北京大学", 2, 2, 1, "a.txt:1"),
        (PER, "林晓东", 2, 1, 1, "a.txt:1"),
        (ORG, "=1+1", 1, 1, 1, "b.txt:3"),
        (PER, "林", 1, 1, 1, "a.txt:2"),  # in a text without a full name
        (PER, "王", 1, 1, 1, "b.txt:3"),  # of two full names, nobody knows which
        (PER, "王刚", 1, 1, 1, "b.txt:3"),
        (PER, "王强", 1, 1, 1, "b.txt:3"),
    ]
    assert rows(found.variants) == [(ORG, "北京大学", "北京大學", 1), (PER, "林晓东", "林", 1)]
    assert (ORG, "北京大学", PER, "林晓东", 1) in rows(found.pairs)
    assert len(found.pairs) == 2 + 6
    assert rows(found.groups) == [
        ("早报", PER, 3, 2, "林晓东"),
        ("早报", ORG, 2, 2, "北京大学"),
        ("晚报", PER, 3, 1, "王"),
        ("晚报", ORG, 1, 1, "=1+1"),
    ]
    assert rows(found.periods)[:2] == [("2024-01-05", PER, 2, 1, "林晓东"), ("2024-01-05", ORG, 1, 1, "北京大学")]
    assert rows(found.names_by_period)[:3] == [
        ("2024-01-05", ORG, "北京大学", 1, 1),
        ("2024-02-06", ORG, "北京大学", 1, 1),
        ("2024-01-05", PER, "林晓东", 2, 1),
    ]


@pytest.mark.parametrize("kind", ["jsonl", "csv", "xlsx", "parquet"])
def test_the_source_is_that_of_each_mention(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"found.{kind}"
    with open_writer(path, kind, [], lexicon=("source", "id")) as writer:  # type: ignore[arg-type]
        found = [
            Entity(0, 2, LOC, "上海", source="model", id=""),
            Entity(3, 5, LOC, "北京", source="dictionary", id="7"),
            Entity(6, 8, LOC, "上海", source="dictionary", id="8"),
        ]
        writer.write(Record("a.txt", 1, "上海，北京，上海"), found)
    by_source = summarize(path, SummarySettings(by="source"))
    assert rows(by_source.groups) == [("dictionary", LOC, 2, 1, "上海"), ("model", LOC, 1, 1, "上海")]
    assert rows(by_source.names) == [(LOC, "上海", 2, 1, 1, "a.txt:1"), (LOC, "北京", 1, 1, 1, "a.txt:1")]
    by_id = summarize(path, SummarySettings(by="id"))
    assert rows(by_id.groups) == [("7", LOC, 1, 1, "北京"), ("8", LOC, 1, 1, "上海")]
    for setting in ("document", "date"):
        with pytest.raises(InputError, match=r"a column of texts, not of entities|no file has the column 'source'"):
            summarize(path, SummarySettings(**{setting: "source"}))


def test_a_field_of_the_text_comes_before_that_of_its_entities(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with open_writer(path, "jsonl", [], lexicon=("source", "id")) as writer:
        writer.write(Record("a", 1, "上海", {"source": "早报"}), [Entity(0, 2, LOC, "上海", source="model", id="")])
    assert rows(summarize(path, SummarySettings(by="source")).groups) == [("早报", LOC, 1, 1, "上海")]


@pytest.mark.parametrize("kind", ["jsonl", "csv", "xlsx", "parquet"])
def test_the_same_place_in_two_inputs_is_two_texts(tmp_path: Path, kind: str) -> None:
    inputs = []
    for month, name in (("jan", "上海"), ("feb", "北京")):
        (tmp_path / month).mkdir()
        inputs.append(
            write(tmp_path / month / f"e.{kind}", [("1.txt", {"source": month, "day": "2024"}, [(name, LOC)])])
        )
    found = summarize(inputs, SummarySettings(by="source"))
    assert (found.texts, found.entities, len(found.pairs)) == (2, 2, 0)
    assert rows(found.groups) == [("feb", LOC, 1, 1, "北京"), ("jan", LOC, 1, 1, "上海")]


@pytest.mark.parametrize("kind", ["jsonl", "csv", "xlsx", "parquet"])
def test_one_result_that_is_given_twice(tmp_path: Path, kind: str) -> None:
    (tmp_path / "again").mkdir()
    one, other = write(tmp_path / "a.jsonl"), write(tmp_path / "again" / f"b [1].{kind}")
    assert summarize(one).repeated is None
    found = summarize([one, other])
    assert found.entities == 2 * 9
    assert found.repeated == Repeated(3, "a.txt:1", str(one), str(other))  # the fourth text has no entities
    moved = [("c.txt", *rest) for _, *rest in TEXTS]
    assert summarize([one, write(tmp_path / f"c.{kind}", moved)]).repeated is None


@pytest.mark.parametrize("kind", ["jsonl", "csv", "xlsx", "parquet"])
def test_types_and_scores_that_are_counted(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"found.{kind}"
    with open_writer(path, kind, []) as writer:  # type: ignore[arg-type]
        found = [
            Entity(0, 2, LOC, "上海", score=0.9),
            Entity(3, 5, PER, "王刚", score=0.5),
            Entity(6, 8, PER, "王强"),
            Entity(9, 11, ORG, "商会", score=0.4),
        ]
        writer.write(Record("a.txt", 1, "上海，王刚，王强，商会"), found)

    def names(**settings: Any) -> set[str]:
        counted = summarize(path, SummarySettings(**settings))
        assert (counted.texts, counted.entities) == (1, len(counted.names))
        return {name for _, name, *_ in rows(counted.names)}

    assert names(min_score=0.5) == {"上海", "王刚", "王强"}
    assert names(min_score=0.51) == {"上海", "王强"}  # one without a score is counted
    assert names(types="PER, ORG") == {"王刚", "王强", "商会"}
    assert names(types="PER", min_score=0.9) == {"王强"}
    with pytest.raises(InputError, match="no entity has the type GPE: expected `types` to name some of LOC, ORG, PER"):
        names(types="PER,GPE")
    with pytest.raises(InputError, match="expected `types` to name types"):
        names(types=",")


def test_the_first_place_of_a_name(tmp_path: Path) -> None:
    texts = [(file, {"source": "", "day": ""}, [("上海", LOC)]) for file in [*"bbbbbbbbbbaaa"]]
    names = summarize(write(tmp_path / "a.jsonl", texts)).names
    assert names["first"].tolist() == ["a:11"]
    names = summarize(write(tmp_path / "b.csv", texts[:10])).names
    assert names["first"].tolist() == ["b:1"]  # as numbers: 1 comes before 10


def test_only_the_most_frequent_names_are_counted_over_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(count_tables, "MOST_OVER_TIME", 1)
    found = summarize(write(tmp_path / "a.csv"), SummarySettings(date="day")).names_by_period
    assert [row[1:3] for row in rows(found)] == [(ORG, "北京大学")] * 2 + [(PER, "林晓东")]


def test_without_merging_each_form_is_a_name(tmp_path: Path) -> None:
    found = summarize(write(tmp_path / "a.jsonl"), SummarySettings(merge=False))
    assert {(name, count) for _, name, count, *_ in rows(found.names)} >= {("林", 2), ("北京大學", 1), ("北京大学", 1)}
    assert found.variants.empty
    assert found.periods is found.groups is None


def test_short_forms_belong_to_the_document(tmp_path: Path) -> None:
    found = summarize(write(tmp_path / "a.jsonl"), SummarySettings(document="file"))
    assert (PER, "林晓东", 3, 2, 1, "a.txt:1") in rows(found.names)


def test_top_is_of_each_type(tmp_path: Path) -> None:
    found = summarize(write(tmp_path / "a.jsonl"), SummarySettings(top=1))
    assert [row[:2] for row in rows(found.names)] == [(ORG, "北京大学"), (PER, "林晓东")]
    assert len(found.pairs) == 2  # ORG with PER, PER with PER
    assert len(found.variants) == 2


def test_a_folder_of_shards_stands_for_its_shards(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    half = len(TEXTS) // 2
    write(folder / "part-00000.jsonl", TEXTS[:half])
    packed = write(tmp_path / "rest.jsonl", TEXTS[half:], half + 1).read_bytes()
    (folder / "part-00001.jsonl.gz").write_bytes(gzip.compress(packed))
    (folder / "errors.jsonl").write_text('{"error": "no text"}\n', encoding="utf-8")
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    sharded, whole = summarize(folder), summarize(write(tmp_path / "whole.jsonl"))
    assert {name: rows(table) for name, table in sharded.tables.items()} == {
        name: rows(table) for name, table in whole.tables.items()
    }


def test_random_files_against_a_count_in_python(tmp_path: Path) -> None:
    chance = random.Random(3)
    names = [(f"名{chance.choice('甲乙丙丁')}{number}", chance.choice([PER, LOC])) for number in range(30)]
    texts = [
        (f"{number % 7}.txt", {"source": str(number % 3), "day": "2024"}, chance.choices(names, k=chance.randrange(6)))
        for number in range(200)
    ]
    found = summarize([write(tmp_path / "a.jsonl", texts[:90]), write(tmp_path / "b.csv", texts[90:])])
    counts = Counter(name for *_, inside in texts for name in inside)
    in_texts = Counter(name for *_, inside in texts for name in {*inside})
    assert {(row[1], row[0]): row[2:4] for row in rows(found.names)} == {
        name: (count, in_texts[name]) for name, count in counts.items()
    }
    together = Counter(
        pair for *_, inside in texts for pair in combinations(sorted({(label, name) for name, label in inside}), 2)
    )
    assert {(row[:2], row[2:4]): row[4] for row in rows(found.pairs)} == together


def test_lists_of_names_are_left_out_of_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(count_tables, "MOST_TOGETHER", 3)
    pairs = summarize(write(tmp_path / "a.jsonl"), SummarySettings(merge=False)).pairs
    assert not {"王刚", "王强"} & {*pairs["name"], *pairs["other_name"]}
    assert len(pairs) == 3 + 1


@pytest.mark.parametrize(
    ("days", "period", "expected"),
    [
        (["2024-01-05", "2024-03-01"], "auto", ["2024-01-05", "2024-03-01"]),
        (["2024-01-05", "20240401"], "auto", ["2024-01", "2024-04"]),
        (["2024-01-05", "2024-03"], "auto", ["2024-01", "2024-03"]),
        (["1919", "2024-03-01"], "auto", ["1919", "2024"]),
        (["2024-01-05", "2024-03"], "day", ["2024-01-05"]),
        (["2024-01-05", "2024-13-01", "tomorrow", None], "year", ["2024"]),
    ],
)
def test_periods(tmp_path: Path, days: list[str | None], period: Any, expected: list[str]) -> None:
    texts = [("a.txt", {"source": "", "day": day}, [("上海", LOC)]) for day in days]
    found = summarize(write(tmp_path / "a.jsonl", texts), SummarySettings(date="day", period=period))
    assert found.periods is not None
    assert found.periods["period"].tolist() == expected
    assert found.undated == len(days) - len(expected)


@pytest.mark.parametrize(
    ("day", "period", "message"),
    [
        (None, "auto", r"no text has a date in 'day' that can be read \(it is empty\)"),
        ("北京", "auto", r"no text has a date in 'day' that can be read \(it has '北京', for example\)"),
        ("2024-03", "day", r"no text has a date in 'day' that can be read \(it has '2024-03', for example\)"),
    ],
)
@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_a_column_without_any_date(tmp_path: Path, kind: str, day: str | None, period: Any, message: str) -> None:
    path = write(tmp_path / f"a.{kind}", [("a.txt", {"source": "", "day": day}, [("上海", LOC)])])
    with pytest.raises(InputError, match=message):
        summarize(path, SummarySettings(date="day", period=period))


@pytest.mark.parametrize("kind", ["jsonl", "csv", "xlsx", "parquet"])
def test_fields_in_fields_in_each_format(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    with open_writer(path, kind, ["meta"]) as writer:  # type: ignore[arg-type]
        for line, meta in enumerate([{"date": "2024-05-31", "by": {"id": 7}}, {"date": "2024-06-01"}, "none"], 1):
            writer.write(Record("a", line, "上海", {"meta": meta}), [Entity(0, 2, LOC, "上海")])
    found = summarize(path, SummarySettings(date="meta.date", by="meta.by.id"))
    assert [row[0] for row in rows(found.periods)] == ["2024-05-31", "2024-06-01"]
    assert rows(found.groups) == [("7", LOC, 1, 1, "上海")]
    assert found.undated == 1


def test_fields_in_fields(tmp_path: Path) -> None:
    record = {
        "file": "a",
        "line": 1,
        "text": "上海",
        "meta": {"id": "007"},
        "entities": [{"label": LOC, "text": "上海"}],
    }
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    found = summarize(path, SummarySettings(by="meta.id"))
    assert rows(found.groups) == [("007", LOC, 1, 1, "上海")]
    assert found.groups is not None
    assert found.groups.columns[0] == "meta.id"


def test_no_entities_at_all(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    found = summarize([empty, write(tmp_path / "a.csv", TEXTS[3:])], SummarySettings(by="source", date="day"))
    assert (found.texts, found.entities) == (0, 0)
    assert all(table.empty for table in found.tables.values())
    found.write_report(tmp_path / "report")
    assert (tmp_path / "report" / "summary.html").is_file()


ENTITY = '{"file":"a","line":1,"text":"林","entities":[{"label":"PER","text":"林"}]}'


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", "林", r"a\.txt: expected a file that tag wrote, whose name ends in one of \.jsonl, \.csv, "),
        ("a.jsonl", '{"text": "林"}\n', r"a\.jsonl: has no entities, which files of tag have"),
        ("a.jsonl", f"{ENTITY}\n{{\n", r"a\.jsonl:2: expected what tag writes"),
        ("a.jsonl", f'{ENTITY}\n{{"entities": "no"}}\n', r"a\.jsonl:2: expected what tag writes \(Expected ARRAY"),
        ("a.jsonl", f'{ENTITY}\n\n{{"text": "林"}}\n', r"a\.jsonl:3: the record has no entities with label"),
        (
            "a.jsonl",
            '{"entities": [{"label": "PER"}]}\n',
            r"a\.jsonl:1: the record has no entities with label and text",
        ),
        ("a.jsonl", "[1]\n", r"a\.jsonl:1: expected one JSON object per line"),
        ("a.jsonl", "{}\n", r"a\.jsonl:1: expected one JSON object per line"),
        ("a.jsonl", "not JSON\n", r"a\.jsonl:1: expected one JSON object per line"),
        ("a.csv", "name,text\n林,林\n", r"a\.csv: has no file, line, label, which files of tag have"),
        ("a.csv", "file,line,label,text\na,1,PER\n", r"a\.csv.*"),
        ("a.parquet", "PAR1", r"a\.parquet: is not Parquet, or is damaged"),
        ("a.xlsx", "PK", r"a\.xlsx: "),
    ],
)
def test_files_that_tag_did_not_write(tmp_path: Path, name: str, content: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message) as error:
        summarize(path)
    assert "\n" not in str(error.value)


def test_a_record_has_a_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_tagged, "LARGEST_RECORD", 1 << 20)
    path = tmp_path / "a.jsonl"
    path.write_text(ENTITY.replace("林", "林" * 6_000_000) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.jsonl"):
        summarize(path)


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no-file"):
        summarize(tmp_path / "no-file.jsonl")
    with pytest.raises(InputError, match=r"no file in it ends in one of \.jsonl, "):
        summarize(tmp_path)
    path = write(tmp_path / "a.jsonl")
    with pytest.raises(InputError, match="no file has the column 'entities'; the columns: file, line, source, day"):
        summarize(path, SummarySettings(by="entities"))
    with pytest.raises(InputError, match="no file has the column 'id'; the columns: file, line, source, day"):
        summarize(path, SummarySettings(by="id"))
    with pytest.raises(InputError, match="no file has the column ''"):
        summarize(path, SummarySettings(by=""))
    with pytest.raises(InputError, match="no file has the column 'author'; the columns: file, line, source, day"):
        summarize(path, SummarySettings(by="author"))


def test_settings_that_do_not_fit() -> None:
    with pytest.raises(InputError, match="`period`"):
        SummarySettings(period="day")
    with pytest.raises(InputError, match="`document`"):
        SummarySettings(document="file", merge=False)
