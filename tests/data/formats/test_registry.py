"""All formats together: which one a file is in, and the way from any to any other and back."""

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ner.data.corpus import examine_file, read_file
from ner.data.entities import Sentence
from ner.data.formats.registry import FORMATS
from ner.data.read_options import ReadOptions
from ner.data.schemes import BIO, IO, SCHEMES, Scheme
from ner.errors import InputError
from tests.helpers.annotated_texts import flat_sentences, spans

NUMBERS: Iterator[int] = count()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(
    sentences=flat_sentences(),
    first=st.sampled_from(sorted(FORMATS)),
    second=st.sampled_from(sorted(FORMATS)),
    scheme=st.sampled_from([scheme for scheme in SCHEMES.values() if scheme is not IO]),
)
def test_from_any_format_to_any_other_and_back(
    tmp_path: Path, sentences: list[Sentence], first: str, second: str, scheme: Scheme
) -> None:
    if {first, second} & {"parquet", "docbin"}:
        pytest.importorskip("pyarrow")
        pytest.importorskip("spacy")
    read = sentences
    for name in (first, second, first):
        path = tmp_path / f"{next(NUMBERS)}{FORMATS[name].suffix}"
        FORMATS[name].write(read, path, scheme)
        read = read_file(path, ReadOptions(format=name, strict=True)).sentences
    assert spans(read) == spans(sentences)
    assert [len(sentence.text) for sentence in read] == [len(sentence.text) for sentence in sentences]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sentences=flat_sentences(partial=True),
    name=st.sampled_from(sorted(FORMATS)),
    scheme=st.sampled_from([scheme for scheme in SCHEMES.values() if scheme is not IO]),
)
def test_what_is_unknown_is_read_again_or_reported(
    tmp_path: Path, sentences: list[Sentence], name: str, scheme: Scheme
) -> None:
    if name in ("parquet", "docbin"):
        pytest.importorskip("pyarrow")
        pytest.importorskip("spacy")
    path = tmp_path / f"{next(NUMBERS)}{FORMATS[name].suffix}"
    losses = FORMATS[name].write(sentences, path, scheme)
    read = read_file(path, ReadOptions(format=name, strict=True)).sentences
    assert spans(read) == spans(sentences)
    lost = [loss for loss in losses if loss.kind == "unknown tags lost"]
    if FORMATS[name].keeps_unknown:
        assert [sentence.unknown for sentence in read] == [sentence.unknown for sentence in sentences]
        assert lost == []
    else:
        assert not any(sentence.unknown for sentence in read)
        assert len(lost) == sum(bool(sentence.unknown) for sentence in sentences)


SAMPLE = '{"text": "王小明来", "entities": [{"start": 0, "end": 3, "label": "PER"}]}\n'


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_what_is_written_is_recognised(tmp_path: Path, name: str) -> None:
    (tmp_path / "source").write_text(SAMPLE, encoding="utf-8")
    sentences = read_file(tmp_path / "source").sentences
    kin = {"doccano": "jsonl", "doccano-old": "jsonl", "label-studio-predictions": "label-studio"}
    for suffix in {FORMATS[name].suffix, "" if name not in ("csv", "parquet", "docbin") else FORMATS[name].suffix}:
        path = tmp_path / f"target{suffix}"
        FORMATS[name].write(sentences, path, BIO)
        split = read_file(path)
        assert split.format == kin.get(name, name)
        assert spans(split.sentences) == [[(0, 3, "PER")]]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", "王 B-PER\n来 O\n", "conll"),
        ("a.txt", "", "conll"),
        ("a.txt", "[ O\n{ O\n", "conll"),
        ("a.txt", "< O\nb O\n> O\n\n/ O\n", "conll"),
        ("a.tsv", "王\tB-PER\n来\tO\n", "conll"),
        ("a.tsv", "sentence\ttoken\ttag\n1\t王\tB-PER\n", "csv"),
        ("a.txt", "\ufeff19980101-01-001-001/m  迈向/v  [中国/ns  政府/n]nt\n\n新/a  世纪/n\n", "people-daily"),
        ("a.txt", "<PER>王</PER>来\n去\n<LOC>上海</LOC>\n", "xml"),
        ("a", "<DOC>\n<s>王来</s>\n</DOC>\n", "xml"),
        ("a.txt", '\n[\n  {"text": "王"}]', "jsonl"),
        ("a.json", "[]", "jsonl"),
        ("a.txt", '{"tokens": ["王"], "tags": ["O"]}', "lists"),
    ],
)
def test_formats_are_told_by_the_content(tmp_path: Path, name: str, content: str, expected: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert examine_file(tmp_path / name).format == expected


def test_detection_reads_the_given_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(SAMPLE.encode("utf-16"))
    assert examine_file(tmp_path / "a.txt", ReadOptions(encoding="utf-16")).format == "jsonl"


def test_wrong_options(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(SAMPLE, encoding="utf-8")
    with pytest.raises(InputError, match="unknown format 'connl': expected one of conll, jsonl, doccano, "):
        examine_file(tmp_path / "a.jsonl", ReadOptions(format="connl"))
    with pytest.raises(
        InputError, match=r"a\.jsonl: is jsonl, which has no columns to choose: leave out `token_column`"
    ):
        examine_file(tmp_path / "a.jsonl", ReadOptions(tag_column=2))


@pytest.mark.parametrize("end", ["", "\n"])
def test_words_with_tags_are_recognised_by_the_beginning_of_a_long_line(tmp_path: Path, end: str) -> None:
    path = tmp_path / "x.txt"
    path.write_text("  ".join(["王小明/nr", "来/v"] * 20_000) + end, encoding="utf-8")
    split = examine_file(path)
    assert (split.format, len(split.sentences), split.faults) == ("people-daily", 1, [])
    assert len(split.sentences[0].entities) == 20_000


@pytest.mark.parametrize(
    "text", ["<" + "a" * 99_999, "<a" * 50_000, "a/" * 50_000, "[" * 99_999, "<a>" * 30_000, "{" * 99_999]
)
def test_no_head_takes_long_to_recognise(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.txt").write_text(text, encoding="utf-8")
    began = time.perf_counter()
    assert examine_file(tmp_path / "x.txt").faults
    assert time.perf_counter() - began < 3
