import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from ner.data.corpus import examine_file, read_file
from ner.data.entities import Entity, Sentence
from ner.data.formats.csv_spans import read, write
from ner.data.read_options import ReadOptions
from ner.errors import InputError
from tests.helpers.annotated_texts import flat_sentences, overlapping_sentences


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "train.csv"


def found(path: Path, content: str) -> list[tuple[str, list[tuple[int, int, str]]]]:
    path.write_text(content, encoding="utf-8")
    split = read_file(path)
    assert split.format == "csv-spans"
    return [(each.text, [(one.start, one.end, one.label) for one in each.entities]) for each in split.sentences]


def faults(path: Path, content: str) -> list[str]:
    path.write_text(content, encoding="utf-8")
    return [str(fault).removeprefix(f"{path}:") for fault in examine_file(path).faults]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sentences=flat_sentences(documents=("", "报 一")))
def test_what_was_written_is_read(path: Path, sentences: list[Sentence]) -> None:
    sentences += [Sentence(""), Sentence("=1+1", (Entity(0, 2, "X", "=1"),)), Sentence("重"), Sentence("重")]
    write(sentences, path)
    split = read(path, ReadOptions())
    assert (split.faults, split.losses) == ([], [])
    written = [(each.text.replace("\0", "␀"), each.document) for each in sentences]
    assert [(each.text, each.document) for each in split.sentences] == written
    spans = [[(one.start, one.end, one.label) for one in each.entities] for each in sentences]
    assert [[(one.start, one.end, one.label) for one in each.entities] for each in split.sentences] == spans


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sentences=overlapping_sentences())
def test_overlapping_entities_are_held(path: Path, sentences: list[Sentence]) -> None:
    write(sentences, path)
    read_again = read(path, ReadOptions()).sentences
    assert [len(sentence.entities) for sentence in read_again] == [len(sentence.entities) for sentence in sentences]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_rows_of_one_text_are_a_sentence(path: Path, separator: str) -> None:
    rows = ["text,start,end,label", "王小明在上海,0,3,PER", "王小明在上海,4,6,LOC", "去,,,", "上海,0,2,LOC"]
    content = "\n".join(row.replace(",", separator) for row in rows)
    assert found(path, content) == [
        ("王小明在上海", [(0, 3, "PER"), (4, 6, "LOC")]),
        ("去", []),
        ("上海", [(0, 2, "LOC")]),
    ]


def test_other_names_of_columns(path: Path) -> None:
    content = "id,content,start_offset,end_offset,type,note\n1,好,0,1,A,x\n2,好,0,1,B,\n"
    assert found(path, content) == [("好", [(0, 1, "A")]), ("好", [(0, 1, "B")])]
    (loss,) = read(path, ReadOptions()).losses
    assert loss.message == "column 'note' in 1 row"
    sentences = "file,line,start,end,label,text,score,sentence_start,sentence\na,1,2,4,LOC,上海,0.9,0,他在上海\n"
    assert found(path, sentences) == [("他在上海", [(2, 4, "LOC")])]


def test_wrong_rows_are_told_with_their_lines(path: Path) -> None:
    content = "text,start,end,label\n王来,0,1\n王来,0,,PER\n王来,0,1.5,PER\n王来,0,9,PER\n\n王来,0,1,PER\n"
    assert faults(path, content) == [
        "2: 3 columns; the header has 4",
        "3: expected a start, an end and a label, or none of them, found '0', '', 'PER'",
        "4: expected a start, an end and a label, or none of them, found '0', '1.5', 'PER'",
        "5: PER at 0 to 9 is not within the text of 2 characters",
    ]
    (wrong,) = faults(path, 'text,start,end,label\n"王"来,0,1,PER\n')
    assert wrong.startswith("2: can't be read from here on")


def test_the_entity_is_compared_with_the_text(path: Path) -> None:
    (wrong,) = faults(path, "text,start,end,label,entity\n王小明来,1,4,PER,王小明\n")
    assert wrong.startswith("2: PER at 1 to 4 ")


def test_a_table_without_the_texts_says_what_to_write_instead(path: Path) -> None:
    (wrong,) = faults(path, "file,line,start,end,label,text,score\na.txt,1,0,3,PER,王小明,0.9\n")
    assert wrong == (
        "1: has entities without the texts that they are in; bert-ner tag writes both into JSON lines (.jsonl), which "
        "can be read"
    )
    path.write_text("text,start\n王,0\n", encoding="utf-8")
    split = examine_file(path, ReadOptions(format="csv-spans"))
    assert [fault.message for fault in split.faults] == [
        "has the columns text, start; expected text, start, end, label"
    ]


def test_a_long_text_is_read(path: Path) -> None:
    limit = csv.field_size_limit()
    assert found(path, f"text,start,end,label\n{'长' * 2 * limit},0,1,A\n") == [("长" * 2 * limit, [(0, 1, "A")])]


def test_an_excel_file_says_how_to_save_it(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04...")
    with pytest.raises(InputError, match=r"a\.xlsx: is a zip archive, .*; save a sheet of Excel as CSV$"):
        examine_file(tmp_path / "a.xlsx")
