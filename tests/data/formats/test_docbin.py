import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.formats import docbin
from ner.data.formats.docbin import read, write
from ner.data.read_options import ReadOptions
from ner.errors import InputError

HARD = "中a \t\n\r\0\x1c\x85\"'#<&>[]/\\7\u3000\u2028\ufeff𠀀e\u0301-"
LABELS = ["PER", "LOC", "地名", "x-y", "name with space"]
OPTIONS = ReadOptions()


@st.composite
def annotated(draw: st.DrawFn) -> list[Sentence]:
    """Texts of characters that formats have trouble with, and spans of any kind, adjacent, nested, overlapping."""
    sentences = []
    for text in draw(st.lists(st.text(HARD, max_size=12), max_size=4)):
        cuts = st.integers(0, len(text))
        drawn = draw(st.sets(st.tuples(cuts, cuts, st.sampled_from(LABELS)), max_size=6))
        entities = [Entity(start, end, label, text[start:end]) for start, end, label in drawn if start < end]
        document = draw(st.sampled_from(["", "报 一"]))
        sentences.append(Sentence(text, tuple(entities), document=document))
    return sentences


def contents(sentences: list[Sentence]) -> list[tuple[str, list[tuple[int, int, str]], str]]:
    return [(s.text, sorted((e.start, e.end, e.label) for e in s.entities), s.document) for s in sentences]


def saved(path: Path, *docs: object) -> Split:
    """What is read from documents that spaCy saves."""
    from spacy.tokens import DocBin

    DocBin(docs=docs, store_user_data=True).to_disk(path)
    return read(path, OPTIONS)


# The first example imports spaCy, which takes longer than a test may.
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sentences=annotated())
def test_what_was_written_is_read(tmp_path: Path, sentences: list[Sentence]) -> None:
    pytest.importorskip("spacy")
    path = tmp_path / "new" / "x.spacy"
    assert write(sentences, path) == []
    split = read(path, OPTIONS)
    assert contents(split.sentences) == contents(sentences)
    assert (split.faults, split.losses) == ([], [])
    assert [(s.path, s.line) for s in split.sentences] == [(str(path), n + 1) for n in range(len(sentences))]
    assert [p.name for p in path.parent.iterdir()] == ["x.spacy"]


def test_the_documents(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    from spacy.tokens import DocBin

    path = tmp_path / "x.spacy"
    entities = (Entity(0, 4, "ORG", "北京大学"), Entity(0, 2, "LOC", "北京"), Entity(4, 6, "ORG", "清华"))
    write([Sentence("北京大学清华", entities, document="报"), Sentence("来 ", ())], path)
    first, second = DocBin().from_disk(path).get_docs(spacy.blank("zh").vocab)
    assert [token.text for token in first] == list("北京大学清华")
    assert [(e.text, e.label_) for e in first.ents] == [("北京大学", "ORG"), ("清华", "ORG")]
    assert [(s.text, s.label_) for s in first.spans["sc"]] == [("北京大学", "ORG"), ("北京", "LOC"), ("清华", "ORG")]
    assert first.user_data == {"title": "报"}
    assert (second.text, second.ents, dict(second.spans), second.user_data) == ("来 ", (), {}, {})
    assert [token.ent_iob_ for token in second] == ["O", "O"]


def test_documents_of_words(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    nlp = spacy.blank("en")
    doc = nlp("𠀀 Apple  Inc. is in San Francisco")
    doc.ents = [doc.char_span(2, 13, "ORG"), doc.char_span(20, 33, "GPE")]
    doc.spans["sc"] = [doc.char_span(2, 7, "FRUIT"), doc.char_span(2, 13, "ORG")]
    doc.spans["other"] = [doc.char_span(2, 7, "FRUIT")]
    split = saved(tmp_path / "train.spacy", doc, nlp("No entities"))
    assert split.sentences == [
        Sentence(
            doc.text,
            (
                Entity(2, 13, "ORG", "Apple  Inc."),
                Entity(2, 7, "FRUIT", "Apple"),
                Entity(20, 33, "GPE", "San Francisco"),
            ),
            str(tmp_path / "train.spacy"),
            1,
        ),
        Sentence("No entities", (), str(tmp_path / "train.spacy"), 2),
    ]
    assert split.losses == []


def test_what_a_sentence_cannot_hold_is_told(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    from spacy.tokens import Span

    path = tmp_path / "x.spacy"
    doc = spacy.blank("xx")("Berlin is big")
    doc.ents = [Span(doc, 0, 1, "LOC", kb_id="Q64")]
    doc.spans["candidates"] = [doc[0:2]]
    doc.cats = {"travel": 1.0, "sport": 0.0}
    doc.user_data["title"] = 7
    split = saved(path, doc)
    assert contents(split.sentences) == [("Berlin is big", [(0, 6, "LOC")], "")]
    assert [str(loss) for loss in split.losses] == [
        f"{path}:1: 'Berlin' at 0 is linked to Q64",
        f"{path}:1: 'Berlin is' at 0 has no label",
        f"{path}:1: the categories travel, sport",
    ]


def test_an_empty_span_is_a_fault(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    from spacy.tokens import Span

    doc = spacy.blank("xx")("Berlin is big")
    doc.spans["sc"] = [Span(doc, 1, 1, "X")]
    (fault,) = saved(tmp_path / "x.spacy", doc).faults
    assert str(fault).startswith(f"{tmp_path / 'x.spacy'}:1: X at ")


@pytest.mark.parametrize("content", [b"", "中 O\n".encode(), zlib.compress(b"text"), zlib.compress(b"\x81\xa1a\x01")])
def test_what_is_not_a_docbin(tmp_path: Path, content: bytes) -> None:
    pytest.importorskip("spacy")
    path = tmp_path / "x.spacy"
    path.write_bytes(content)
    split = read(path, OPTIONS)
    assert split.sentences == []
    assert [str(fault).split("; ")[0] for fault in split.faults] == [f"{path}: is not a DocBin of spaCy, or is damaged"]


def test_a_missing_file(tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    with pytest.raises(InputError, match=r"x\.spacy: no such file"):
        read(tmp_path / "x.spacy", OPTIONS)


def test_without_spacy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy.tokens", None)
    message = r'x\.spacy: spacy is not installed; pip install .*\[spacy\]"$'
    with pytest.raises(InputError, match=message):
        read(tmp_path / "x.spacy", OPTIONS)
    with pytest.raises(InputError, match=message):
        write([], tmp_path / "x.spacy")


def test_what_unpacks_to_much_more_than_a_data_set_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("spacy")
    monkeypatch.setattr(docbin, "ALWAYS_BYTES", 2_000_000)
    (tmp_path / "x.spacy").write_bytes(zlib.compress(b"\0" * 3_000_000))
    (fault,) = read(tmp_path / "x.spacy", OPTIONS).faults
    assert fault.message == "unpacks to more than 2,000,000 bytes; write it with DocBin.to_disk"
