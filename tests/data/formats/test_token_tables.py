"""CSV and Parquet: tables with a row a token, or a row a sentence."""

import json
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.findings import Finding
from ner.data.formats import csv_table, parquet
from ner.data.read_options import ReadOptions
from ner.data.schemes import BIO, BMES, IO, SCHEMES, Scheme
from ner.errors import InputError

HARD = "中a \t\n\r\0\x1c\x85\"',;#<&>[]/\\7\u3000\u2028\ufeff𠀀e\u0301-"
KAGGLE = """Sentence #,Word,POS,Tag
Sentence: 1,王,NR,B-PER
,小明,NR,I-PER
,来,VV,O
Sentence: 2,NA,NN,O
,null,NN,O
,\"\"\"\",PU,O
,\",\",PU,O
"""


@st.composite
def flat_sentences(draw: st.DrawFn) -> list[Sentence]:
    """Texts of characters that formats have trouble with, and spans that don't overlap."""
    sentences = []
    for text in draw(st.lists(st.text(HARD, max_size=12), max_size=4)):
        cuts = sorted(draw(st.sets(st.integers(0, len(text)))))
        labels = [draw(st.sampled_from(["PER", "地名", "x-y", "name with space", 'a,"\n', ""])) for _ in cuts[1:]]
        entities = [
            Entity(start, end, label, text[start:end])
            for (start, end), label in zip(pairwise(cuts), labels, strict=True)
            if label
        ]
        document = draw(st.sampled_from(["", "报 一", "=b", "'=b"]))
        sentences.append(Sentence(text, tuple(entities), document=document))
    return sentences


def contents(sentences: list[Sentence]) -> list[tuple[str, list[tuple[int, int, str]], str]]:
    return [(s.text, [(e.start, e.end, e.label) for e in s.entities], s.document) for s in sentences]


def read_csv(path: Path, content: str | bytes, **options: Any) -> Split:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return csv_table.read(path, ReadOptions(**options))


def messages(findings: list[Finding], path: Path) -> list[str]:
    return [str(finding).removeprefix(str(path)) for finding in findings]


schemes = st.sampled_from([scheme for scheme in SCHEMES.values() if scheme is not IO])
# The first example imports pyarrow, which takes longer than a test may.
in_one_folder = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


# CSV


@in_one_folder
@given(sentences=flat_sentences(), scheme=schemes, name=st.sampled_from(["x.csv", "x.tsv"]))
def test_csv_that_was_written_is_read(tmp_path: Path, sentences: list[Sentence], scheme: Scheme, name: str) -> None:
    losses = csv_table.write(sentences, tmp_path / name, scheme)
    split = csv_table.read(tmp_path / name, ReadOptions(strict=True))
    held = [(text.replace("\0", "␀"), spans, document) for text, spans, document in contents(sentences) if text]
    assert (contents(split.sentences), split.faults) == (held, [])
    assert len(losses) == sum(not s.text or "\0" in s.text for s in sentences)


def test_the_csv_file(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    sentence = Sentence('王,"\n', (Entity(0, 1, "PER", "王"),))
    assert csv_table.write([sentence, Sentence("来")], path, BMES) == []
    assert path.read_bytes().decode() == (
        'sentence,token,tag\r\n1,王,S-PER\r\n1,",",O\r\n1,"""",O\r\n1,"\n",O\r\n2,来,O\r\n'
    )
    assert [s.line for s in csv_table.read(path, ReadOptions()).sentences] == [2, 7]


def test_what_csv_cannot_hold_is_told(tmp_path: Path) -> None:
    sentences = [
        Sentence("北京大学\0", (Entity(0, 4, "ORG", "北京大学"), Entity(0, 2, "LOC", "北京")), "a.jsonl", 1),
        Sentence("", (), "a.jsonl", 2),
        Sentence("王李", (Entity(0, 1, "P\0", "王"), Entity(1, 2, "P\0", "李")), "a.jsonl", 3),
    ]
    assert [str(loss) for loss in csv_table.write(sentences, tmp_path / "x.csv", IO)] == [
        "a.jsonl:3: label 'P\\x00' written as 'P_'",
        "a.jsonl:1: '北京' (LOC, 0 to 2) overlaps '北京大学' (ORG, 0 to 4)",
        "a.jsonl:1: 1 written as others: U+0000 as ␀",
        "a.jsonl:2: a text without characters",
        "a.jsonl:3: '李' (P_, 1 to 2) follows another P_ directly; IO reads them back as one",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_number_in_the_first_row_of_a_sentence_alone(tmp_path: Path, encoding: str, newline: str) -> None:
    content = KAGGLE.replace("\n", newline).encode(encoding)
    split = read_csv(tmp_path / "ner.csv", content, encoding=encoding.removesuffix("-sig"))
    assert split.faults == []
    assert split.sentences == [
        Sentence("王小明来", (Entity(0, 3, "PER", "王小明"),), str(tmp_path / "ner.csv"), 2),
        Sentence('NAnull",', (), str(tmp_path / "ner.csv"), 5),
    ]


@pytest.mark.parametrize(
    "header",
    ["sentence,token,tag", "sentence_id,word,ner_tag", "sent_id, Char ,LABEL", "Sentence #,character,ner"],
)
def test_names_of_columns(tmp_path: Path, header: str) -> None:
    split = read_csv(tmp_path / "x.csv", f"{header}\n0,中,B-LOC\n0,国,I-LOC\n1,人,O\n")
    assert contents(split.sentences) == [("中国", [(0, 2, "LOC")], ""), ("人", [], "")]


def test_the_column_of_entities_is_preferred_to_that_of_parts_of_speech(tmp_path: Path) -> None:
    split = read_csv(tmp_path / "x.csv", "ner,tag,sentence,token\nB-LOC,NR,1,中\n")
    assert contents(split.sentences) == [("中", [(0, 1, "LOC")], "")]


def test_a_new_document_is_a_new_sentence(tmp_path: Path) -> None:
    split = read_csv(tmp_path / "x.tsv", "doc_id\tsentence\ttoken\ttag\na\t1\t中\tO\na\t1\t国\tO\n\nb\t1\t人\tO\n")
    assert contents(split.sentences) == [("中国", [], "a"), ("人", [], "b")]


def test_faults_of_csv_and_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    split = read_csv(
        path,
        'sentence,token,tag\n1,"\n",O\n1,,O\n2,国,PER\n3,人,B_PER\n4,民\n5,,,O\n6,好,B-X\n7,"吗,O\n8,了,O\n',
    )
    assert messages(split.faults, path) == [
        ":4: the token is empty",
        ":5: unknown tag 'PER'; expected O, or one of B, I, E, S, M, L, U with a hyphen and a type (B-PER)",
        ":6: unknown tag 'B_PER'; expected O, or one of B, I, E, S, M, L, U with a hyphen and a type (B-PER); "
        "did you mean B-PER?",
        ":7: 2 columns; the header has 3",
        ":8: 4 columns; the header has 3",
        ":10: can't be read from here on (unexpected end of data); put a token with a quote in quotes, and "
        "double the quote",
    ]
    assert [fault.mended for fault in split.faults] == ["", "", "read as B-PER", "", "", ""]
    # The last good sentence is left out too, for the broken row may be part of it.
    assert contents(split.sentences) == [("人", [(0, 1, "PER")], "")]


def test_strict_reaches_the_tags(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    content = "sentence,token,tag\n1,国,B-LOC\n1,人,I-PER\n"
    split = read_csv(path, content)
    assert messages(split.repairs, path) == [":3: I-PER after B-LOC; expected B-PER or B-LOC or I-LOC"]
    split = read_csv(path, content, strict=True)
    assert messages(split.faults, path) == [
        ":3: I-PER after B-LOC; expected B-PER or B-LOC or I-LOC (without `strict` it is repaired)"
    ]


def test_missing_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    assert messages(read_csv(path, "id,tokens,tag\n1,中,O\n").faults, path) == [
        ":1: has the columns id, tokens, tag; expected a header with sentence (sentence_id, sent_id, sentence #), "
        "token (word, char, character, text)"
    ]


def test_chinese_names_of_columns_are_shown(tmp_path: Path) -> None:
    (fault,) = read_csv(tmp_path / "x.csv", "句子,字," + "标" * 99 + "\n1,中,O\n").faults
    assert fault.message.startswith("has the columns 句子, 字, 标标标")
    assert "标标...; expected a header with sentence (" in fault.message


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("suffix", ["csv", "tsv"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_the_delimiter_is_that_of_the_header(tmp_path: Path, delimiter: str, suffix: str, quote: str) -> None:
    header = delimiter.join(f"{quote}{name}{quote}" for name in ("sentence", "token", "tag"))
    rows = [("1", "王", "B-PER"), ("1", "，", "O"), ("2", "来", "O")]
    content = "".join(f"{line}\r\n" for line in (header, *map(delimiter.join, rows)))
    split = read_csv(tmp_path / f"x.{suffix}", content)
    assert (split.faults, split.losses) == ([], [])
    assert contents(split.sentences) == [("王，", [(0, 1, "PER")], ""), ("来", [], "")]


def test_columns_that_are_not_carried_over(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    split = read_csv(path, "\nid,sentence,token,pos,tag,note\n0,1,中,NR,B-LOC,\n1,1,国,,I-LOC,\n2,2,人,NN,O,\n")
    assert {loss.kind for loss in split.losses} == {"field left out"}
    assert messages(split.losses, path) == [":2: column 'id' in 3 rows", ":2: column 'pos' in 2 rows"]


def test_a_header_that_is_no_csv(tmp_path: Path) -> None:
    (fault,) = read_csv(tmp_path / "x.csv", 'sentence,"token,tag\n1,中,O\n').faults
    assert (fault.line, fault.message[:32]) == (1, "can't be read from here on (unex")


@pytest.mark.parametrize("content", ["", "\n\n", "sentence,token,tag\n"])
def test_csv_without_sentences(tmp_path: Path, content: str) -> None:
    split = read_csv(tmp_path / "x.csv", content)
    assert (split.sentences, split.faults) == ([], [])


def test_csv_in_another_encoding_is_one_fault(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    assert messages(read_csv(path, KAGGLE.encode("gbk")).faults, path) == [
        ":2: is not UTF-8; it looks like GBK: set `encoding` to gb18030"
    ]
    mixed = KAGGLE.encode() + "Sentence: 3,王,,B-PER\n".encode("gbk")
    split = read_csv(path, mixed)
    assert messages(split.faults, path) == [":9: is GBK, in a file of UTF-8; write all of it in UTF-8"]
    assert len(split.sentences) == 3


# Parquet


@pytest.fixture
def write_parquet(tmp_path: Path) -> Callable[..., Path]:
    """Writes a table of these columns, with features as Hugging Face's datasets keep them."""
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow.parquet import write_table

    def write(columns: dict[str, list[Any]], features: object = None) -> Path:
        table = pyarrow.table(columns)
        if features:
            table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
        write_table(table, tmp_path / "train.parquet")
        return tmp_path / "train.parquet"

    return write


@in_one_folder
@given(sentences=flat_sentences(), scheme=schemes)
def test_parquet_that_was_written_is_read(tmp_path: Path, sentences: list[Sentence], scheme: Scheme) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / "new" / "x.parquet"
    assert parquet.write(sentences, path, scheme) == []
    split = parquet.read(path, ReadOptions(strict=True))
    assert (contents(split.sentences), split.faults) == (contents(sentences), [])
    assert [s.line for s in split.sentences] == [*range(1, len(sentences) + 1)]
    assert [p.name for p in path.parent.iterdir()] == ["x.parquet"]


def test_the_parquet_file(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / "x.parquet"
    sentence = Sentence("北京大学", (Entity(0, 4, "ORG", "北京大学"), Entity(0, 2, "LOC", "北京")), "a.jsonl", 1)
    (loss,) = parquet.write([sentence], path, BIO)
    assert str(loss) == "a.jsonl:1: '北京' (LOC, 0 to 2) overlaps '北京大学' (ORG, 0 to 4)"
    assert pandas.read_parquet(path).map(list).to_dict("records") == [
        {"tokens": list("北京大学"), "tags": ["B-ORG", "I-ORG", "I-ORG", "I-ORG"]}
    ]


CLASSES = {"names": ["O", "B-LOC", "I-LOC"], "_type": "ClassLabel"}


@pytest.mark.parametrize(
    "feature", [{"feature": CLASSES, "_type": "Sequence"}, {"feature": CLASSES, "_type": "List"}, [CLASSES]]
)
def test_integers_with_names(write_parquet: Callable[..., Path], feature: object) -> None:
    columns = {"id": ["0", "1"], "tokens": [["中", "国", "人"], []], "ner_tags": [[1, 2, 0], []]}
    split = parquet.read(write_parquet(columns, {"ner_tags": feature}), ReadOptions())
    assert contents(split.sentences) == [("中国人", [(0, 2, "LOC")], ""), ("", [], "")]
    assert [loss.message for loss in split.losses] == ["column 'id' in 2 rows"]


@pytest.mark.parametrize("features", [None, {"tokens": {}}, {"ner_tags": []}, {"ner_tags": {"_type": "Sequence"}}])
def test_integers_without_names(write_parquet: Callable[..., Path], features: object) -> None:
    path = write_parquet({"tokens": [["中"]], "ner_tags": [[1]]}, features)
    assert messages(parquet.read(path, ReadOptions()).faults, path) == [
        ": column ner_tags has integers, and the file has no names for them; expected tags such as B-PER, "
        "or a ClassLabel saved by Hugging Face's datasets"
    ]


def test_a_row_a_token_in_parquet(write_parquet: Callable[..., Path]) -> None:
    columns = {
        "Sentence #": [1.0, None, 2.0, float("nan")],
        "Word": ["中", "国", "NA", "null"],
        "Tag": ["B-LOC", "I-LOC", "O", "O"],
        "document": ["a", "a", "b", "b"],
    }
    split = parquet.read(write_parquet(columns), ReadOptions())
    assert contents(split.sentences) == [("中国", [(0, 2, "LOC")], "a"), ("NAnull", [], "b")]
    assert [s.line for s in split.sentences] == [1, 3]
    assert split.losses == []
    columns["POS"] = ["NR", None, None, None]
    (loss,) = parquet.read(write_parquet(columns), ReadOptions()).losses
    assert (loss.line, loss.kind, loss.message) == (0, "field left out", "column 'POS' in 1 row")
    columns["Tag"] = [1, 2, 0, 0]
    assert parquet.read(write_parquet(columns, {"Tag": CLASSES}), ReadOptions()).sentences == split.sentences


def test_faults_of_parquet_and_their_rows(write_parquet: Callable[..., Path]) -> None:
    columns = {
        "words": [["中"], ["国", "人"], None, ["民", None], ["好"], ["吗"]],
        "labels": [["O"], ["O"], ["O"], ["O", "O"], ["X"], ["O"]],
    }
    path = write_parquet(columns)
    split = parquet.read(path, ReadOptions())
    assert messages(split.faults, path) == [
        ":2: 2 tokens and 1 tags; expected a tag for each token",
        ":3: expected a list of tokens and a list of tags",
        ":4: the token is empty",
        ":5: unknown tag 'X'; expected O, or one of B, I, E, S, M, L, U with a hyphen and a type (B-PER)",
    ]
    assert [(s.text, s.line) for s in split.sentences] == [("中", 1), ("吗", 6)]
    path = write_parquet({"tokens": [["中"]], "ner_tags": [[-100]]}, {"ner_tags": [CLASSES]})
    (fault,) = parquet.read(path, ReadOptions()).faults
    assert "unknown tag '-100'" in fault.message


def test_missing_columns_of_parquet(write_parquet: Callable[..., Path]) -> None:
    path = write_parquet({"tokens": [["中"]], "spans": [[1]]})
    assert messages(parquet.read(path, ReadOptions()).faults, path) == [
        ": has the columns tokens, spans; expected a header with sentence (sentence_id, sent_id, sentence #), "
        "token (word, char, character, text), ner_tag (ner, tag, label), "
        "or with lists tokens (words), ner_tags (tags, labels)"
    ]


@pytest.mark.parametrize("content", [b"", b"PAR1abcPAR1", "中 O\n".encode()])
def test_what_is_not_parquet(tmp_path: Path, content: bytes) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / "x.parquet"
    path.write_bytes(content)
    (fault,) = parquet.read(path, ReadOptions()).faults
    assert str(fault).startswith(f"{path}: is not Parquet, or is damaged (")


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"x\.csv: no such file"):
        csv_table.read(tmp_path / "x.csv", ReadOptions())
    pytest.importorskip("pyarrow")
    with pytest.raises(InputError, match=r"x\.parquet: no such file"):
        parquet.read(tmp_path / "x.parquet", ReadOptions())


def test_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    message = r'x\.parquet: pyarrow is not installed; pip install .*\[parquet\]"$'
    with pytest.raises(InputError, match=message):
        parquet.read(tmp_path / "x.parquet", ReadOptions())
    with pytest.raises(InputError, match=message):
        parquet.write([], tmp_path / "x.parquet", BIO)
