import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.formats.token_lists import read, write
from ner.data.read_options import ReadOptions
from ner.data.schemes import BIO, BMES, IO, SCHEMES, Scheme
from tests.helpers.annotated_texts import flat_sentences


def read_text(path: Path, content: str, strict: bool = False) -> Split:
    path.write_text(content, "utf-8")
    return read(path, ReadOptions(strict=strict))


def found(split: Split) -> list[tuple[str, list[tuple[int, int, str]]]]:
    return [(s.text, [(e.start, e.end, e.label) for e in s.entities]) for s in split.sentences]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "train.jsonl"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sentences=flat_sentences(documents=("", "报 一", "b")),
    scheme=st.sampled_from([scheme for scheme in SCHEMES.values() if scheme is not IO]),
)
def test_what_was_written_is_read(path: Path, sentences: list[Sentence], scheme: Scheme) -> None:
    assert write(sentences, path, scheme) == []
    split = read(path, ReadOptions(strict=True))
    assert (split.faults, split.losses) == ([], [])
    assert split.sentences == [
        Sentence(s.text, s.entities, str(path), n, s.document) for n, s in enumerate(sentences, 1)
    ]


def test_the_file(path: Path) -> None:
    sentences = [Sentence("小明 来", (Entity(0, 2, "人 名", "小明"),), document="d"), Sentence("去")]
    write(sentences, path, BMES)
    assert path.read_text("utf-8") == (
        '{"tokens": ["小", "明", " ", "来"], "tags": ["B-人 名", "E-人 名", "O", "O"], "document": "d"}\n'
        '{"tokens": ["去"], "tags": ["O"]}\n'
    )


def test_what_lists_cannot_hold_is_told(path: Path) -> None:
    sentences = [
        Sentence("", (), "a.jsonl", 1),
        Sentence("北京大学", (Entity(0, 4, "ORG", "北京大学"), Entity(0, 2, "LOC", "北京")), "a.jsonl", 2),
        Sentence("王李", (Entity(0, 1, "PER", "王"), Entity(1, 2, "PER", "李")), "a.jsonl", 3),
    ]
    assert [str(loss) for loss in write(sentences, path, IO)] == [
        "a.jsonl:1: a text without characters",
        "a.jsonl:2: '北京' (LOC, 0 to 2) overlaps '北京大学' (ORG, 0 to 4)",
        "a.jsonl:3: '李' (PER, 1 to 2) follows another PER directly; IO reads them back as one",
    ]
    assert found(read(path, ReadOptions())) == [("北京大学", [(0, 4, "ORG")]), ("王李", [(0, 2, "PER")])]


@pytest.mark.parametrize(
    "content",
    [
        '{"tokens": ["北京", "人"], "tags": ["B-LOC", "O"]}\n{"tokens": ["去"], "tags": ["O"]}\n',
        '[{"words": ["北京", "人"], "ner_tags": ["B-LOC", "O"]}, {"chars": ["去"], "labels": ["O"]}]',
        '{"tokens": [["北京", "人"], ["去"]],\n"tags": [["B-LOC", "O"], ["O"]]}',
    ],
)
def test_shapes(path: Path, content: str) -> None:
    split = read_text(path, content, strict=True)
    assert found(split) == [("北京人", [(0, 2, "LOC")]), ("去", [])]
    assert (split.scheme, split.faults) == (BIO, [])


def test_documents_and_other_fields(path: Path) -> None:
    split = read_text(
        path,
        '{"id": "0", "tokens": ["王"], "tags": ["O"], "document": "d"}\n{"id": "1", "tokens": ["来"], "tags": ["O"]}\n',
    )
    assert [sentence.document for sentence in split.sentences] == ["d", ""]
    assert [str(loss) for loss in split.losses] == [f"{path}:1: field 'id' in 2 records"]


def test_tags_of_no_legal_sequence(path: Path) -> None:
    content = '{"tokens": ["来"], "tags": ["O"]}\n{"tokens": ["王", "李"], "tags": ["B-PER", "I-LOC"]}\n'
    split = read_text(path, content)
    assert found(split)[1] == ("王李", [(0, 1, "PER"), (1, 2, "LOC")])
    assert [repair.line for repair in split.repairs] == [2]
    assert [fault.line for fault in read_text(path, content, strict=True).faults] == [2]


def test_a_sentence_of_no_tokens_is_odd(path: Path) -> None:
    split = read_text(path, '{"tokens": [], "tags": []}\n{"tokens": ["去"], "tags": ["O"]}\n')
    assert found(split) == [("去", [])]
    assert [str(oddity) for oddity in split.oddities] == [f"{path}:1: a sentence without tokens"]


@pytest.mark.parametrize(
    ("record", "faults"),
    [
        ({"tokens": ["王", "来"], "tags": ["O"]}, ["2 tokens and 1 tags; expected a tag for each token"]),
        (
            {"tokens": ["王", "来"], "tags": ["B_LOC", "Q-PER"]},
            [
                f"unknown tag '{tag}'; expected O, or one of B, I, E, S, M, L, U with a hyphen and a type (B-PER){hint}"
                for tag, hint in (("B_LOC", "; did you mean B-LOC?"), ("Q-PER", ""))
            ],
        ),
        ({"tokens": ["王"], "ner_tags": [3]}, ["expected a tag as a string, found 3; write names instead of numbers"]),
        ({"tokens": ["", "王"], "tags": ["O", "O"]}, ['expected a token as a string that is not empty, found ""']),
        ({"tokens": [7], "tags": ["O"]}, ["expected a token as a string that is not empty, found 7"]),
        ({"tokens": "王", "tags": ["O"]}, ['expected a list of tokens and a list of tags, found "王"']),
        ({"tokens": ["王"], "tags": "O"}, ['expected a list of tokens and a list of tags, found "O"']),
        (
            {"tokens": ["王"], "pos": ["NR"]},
            ["expected the tags in a field tags or ner_tags or labels, found the fields tokens, pos"],
        ),
        ({}, ["expected the tokens in a field tokens or words or chars, found the fields (none)"]),
        (
            {"tokens": [["王"], ["来"], ["去"]], "tags": [["O"], ["O", "O"]]},
            [
                "sentence 2: 1 tokens and 2 tags; expected a tag for each token",
                "sentence 3: expected a list of tokens and a list of tags, found null",
            ],
        ),
    ],
)
def test_faults(path: Path, record: object, faults: list[str]) -> None:
    good = '{"tokens": ["好"], "tags": ["O"]}\n'
    split = read_text(path, f"{good}{json.dumps(record, ensure_ascii=False)}\n{good}")
    assert [(fault.line, fault.message) for fault in split.faults] == [(2, fault) for fault in faults]
    assert [s.line for s in split.sentences if s.text == "好"] == [1, 3]


def test_tags_that_are_almost_right_are_mended(path: Path) -> None:
    split = read_text(path, '{"tokens": ["王", "来"], "tags": ["B_PER", "0"]}\n')
    assert [(fault.kind, fault.mended) for fault in split.faults] == [
        ("unknown tag", "read as O"),
        ("unknown tag", "read as B-PER"),
    ]
    assert found(split) == [("王来", [(0, 1, "PER")])]


def test_the_sentences_beside_a_faulty_one_are_read(path: Path) -> None:
    split = read_text(path, '{"tokens": [["王"], ["来"], ["去"]], "tags": [["O"], ["X"], ["O"]]}')
    assert [sentence.text for sentence in split.sentences] == ["王", "去"]
