import tempfile
from pathlib import Path

import pytest
from hypothesis import given

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.formats.inline_xml import read, write
from ner.data.read_options import ReadOptions
from tests.helpers.annotated_texts import flat_sentences, overlapping_sentences, spans

PICTURES = str.maketrans({"\0": "␀", "\x0b": "␋", "\x1c": "␜", "\uffff": "\ufffd"})


def read_text(folder: Path, text: str, encoding: str = "utf-8") -> Split:
    (folder / "x.xml").write_bytes(text.encode(encoding))
    return read(folder / "x.xml", ReadOptions(encoding=encoding))


def entities(split: Split) -> list[tuple[str, list[tuple[int, int, str]]]]:
    return [(s.text, [(e.start, e.end, e.label) for e in s.entities]) for s in split.sentences]


def written_and_read(sentences: list[Sentence]) -> tuple[Split, list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.xml"
        losses = write(sentences, path)
        return read(path, ReadOptions()), [loss.kind for loss in losses]


# Round trips


@given(flat_sentences(documents=("", "b", "a\t<\"'&>")))
def test_what_was_written_is_read(sentences: list[Sentence]) -> None:
    split, losses = written_and_read(sentences)
    assert (split.faults, split.losses) == ([], [])
    assert [(e.start, e.end, e.label) for s in split.sentences for e in s.entities] == [
        (e.start, e.end, e.label) for s in sentences for e in s.entities
    ]
    assert [s.text for s in split.sentences] == [s.text.translate(PICTURES) for s in sentences]
    assert [s.document for s in split.sentences] == [s.document for s in sentences]
    changed = [s for s in sentences if s.text.translate(PICTURES) != s.text]
    assert losses == ["character written as another"] * len(changed)


@given(overlapping_sentences())
def test_nested_entities_are_held_and_crossing_ones_are_losses(sentences: list[Sentence]) -> None:
    split, losses = written_and_read(sentences)
    read_spans = spans(split.sentences)
    assert all(set(found) <= set(given) for found, given in zip(read_spans, spans(sentences), strict=True))
    left_out = sum(map(len, spans(sentences))) - sum(map(len, read_spans))
    assert losses.count("crossing entity left out") == left_out
    for sentence, found in zip(sentences, read_spans, strict=True):
        for start, end, label in set(spans([sentence])[0]) - set(found):
            assert any(s < start < e < end or start < s < end < e for s, e, _ in found), (start, end, label)


def test_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    sentences = [
        Sentence("", document="报"),
        Sentence(
            "北京<大学>&\t]]>\r\n",
            (Entity(0, 6, 'a"<&\n', "北京<大学>"), Entity(0, 2, "LOC", "北京")),
            document="报",
        ),
        Sentence("王李", (Entity(0, 1, "PER", "王"), Entity(1, 2, "PER", "李"))),
    ]
    assert write(sentences, path) == []
    assert path.read_text(encoding="utf-8") == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<corpus>\n"
        '<document id="报">\n'
        "<sentence></sentence>\n"
        '<sentence><NAMEX TYPE=\'a"&lt;&amp;&#10;\'><NAMEX TYPE="LOC">北京</NAMEX>&lt;大学&gt;</NAMEX>'
        "&amp;&#9;]]&gt;&#13;&#10;</sentence>\n"
        "</document>\n"
        '<sentence><NAMEX TYPE="PER">王</NAMEX><NAMEX TYPE="PER">李</NAMEX></sentence>\n'
        "</corpus>\n"
    )
    split = read(path, ReadOptions())
    assert [(s.text, s.entities, s.document, s.line) for s in split.sentences] == [
        (s.text, s.entities, s.document, line) for s, line in zip(sentences, (4, 5, 7), strict=True)
    ]


def test_what_xml_cannot_hold_is_told(tmp_path: Path) -> None:
    sentences = [
        Sentence("甲乙丙丁", (Entity(0, 3, "X", "甲乙丙"), Entity(2, 4, "Y", "丙丁")), "a.jsonl", 1),
        Sentence("王\ud800\ufffe", (Entity(0, 1, "\0", "王"), Entity(1, 2, "", "\ud800")), "a.jsonl", 2, "报\0"),
    ]
    assert [str(loss) for loss in write(sentences, tmp_path / "x.xml")] == [
        "a.jsonl:2: label '\\x00' written as '_'",
        "a.jsonl:2: label '' written as '__'",
        "a.jsonl:1: '丙丁' (Y, 2 to 4) crosses '甲乙丙' (X, 0 to 3)",
        "a.jsonl:2: document '报\\x00' written as '报�'",
        "a.jsonl:2: 2 written as others: U+D800 as �, U+FFFE as �",
    ]


# Documents


def test_a_document_as_in_the_corpus_of_msra(tmp_path: Path) -> None:
    split = read_text(
        tmp_path,
        '<?xml version="1.0" encoding="GBK"?>\r\n<TEXT>\r\n<sentence>\r\n'
        '<w>我们</w> <w>在</w><NAMEX TYPE="LOCATION"><w>北京</w></NAMEX>，<TIMEX TYPE="DATE">今天</TIMEX>\r\n'
        "</sentence>\r\n<SENT></SENT></TEXT>\r\n",
        "gb18030",
    )
    assert (split.faults, split.losses) == ([], [])
    assert entities(split) == [("\n我们 在北京，今天\n", [(5, 7, "LOCATION"), (8, 10, "DATE")]), ("", [])]
    assert [(s.line, s.document) for s in split.sentences] == [(3, ""), (6, "")]


def test_documents_have_names(tmp_path: Path) -> None:
    split = read_text(
        tmp_path,
        '<corpus><DOC ID="a"><s>一</s><s>二</s></DOC>\n<document name="b"><p>三</p></document>'
        "<doc><line>四</line></doc><s>五</s></corpus>",
    )
    assert [(s.text, s.document) for s in split.sentences] == [
        ("一", "a"),
        ("二", "a"),
        ("三", "b"),
        ("四", ""),
        ("五", ""),
    ]


def test_sentences_without_a_root(tmp_path: Path) -> None:
    split = read_text(tmp_path, '<s>王</s>\n<s><ENAMEX type="PERSON">李</ENAMEX></s>\n')
    assert entities(split) == [("王", []), ("李", [(0, 1, "PERSON")])]
    assert [s.line for s in split.sentences] == [1, 2]


def test_paragraphs_around_sentences(tmp_path: Path) -> None:
    split = read_text(tmp_path, "<p>\n<s>一</s>\n<s>二</s>\n</p>\n<p>三<s>四</s></p>")
    assert [(s.text, s.line) for s in split.sentences] == [("一", 2), ("二", 3), ("三四", 5)]
    assert split.losses == []


def test_nested_elements(tmp_path: Path) -> None:
    split = read_text(
        tmp_path, '<s><A TYPE="X"><A TYPE="Y"><b>甲</b></A></A><ORG><LOC>北京</LOC>大学</ORG><NAMEX TYPE="Z"/></s>'
    )
    assert entities(split) == [("甲北京大学", [(0, 1, "X"), (0, 1, "Y"), (1, 5, "ORG"), (1, 3, "LOC")])]
    assert [str(loss) for loss in split.losses] == [f"{tmp_path / 'x.xml'}:1: Z has no text"]


def test_text_outside_of_sentences_is_a_loss(tmp_path: Path) -> None:
    split = read_text(tmp_path, "<doc>\n<title>\n标题 &amp; 副题</title>\n<s>一</s>\n尾" + "长" * 50 + "\n</doc>")
    assert [(loss.line, loss.message) for loss in split.losses] == [
        (3, "'标题 & 副题' is outside of all sentences"),
        (5, f"{'尾' + '长' * 39!r}... is outside of all sentences"),
    ]


# Lines


def test_lines(tmp_path: Path) -> None:
    split = read_text(
        tmp_path,
        ' <PER>王小明</PER>在<LOC>北京</LOC>。\r\n\r\n他说 "A &lt; B"\u2028。\n'
        '<ENAMEX TYPE="ORG"><地名>北京</地名>大学</ENAMEX>',
    )
    assert split.faults == []
    assert entities(split) == [
        (" 王小明在北京。", [(1, 4, "PER"), (5, 7, "LOC")]),
        ('他说 "A < B"\u2028。', []),
        ("北京大学", [(0, 4, "ORG"), (0, 2, "地名")]),
    ]
    assert [s.line for s in split.sentences] == [1, 3, 4]


def test_lines_in_documents_as_in_ontonotes(tmp_path: Path) -> None:
    split = read_text(
        tmp_path,
        '<DOC DOCNO="bc/cctv/00">\n<TEXT>\n<ENAMEX TYPE="GPE" S_OFF="1">中国</ENAMEX> 来\n</TEXT>\n</DOC>\n王\n',
    )
    assert split.faults == []
    assert [(s.text, s.document, s.line) for s in split.sentences] == [("中国 来", "bc/cctv/00", 3), ("王", "", 6)]


def test_malformed_lines_are_faults_and_the_next_are_read(tmp_path: Path) -> None:
    split = read_text(tmp_path, "<PER>王</LOC>\n<PER>王</PER>\nA & B\n<PER>王\n来</PER>\n<doc x>\n李\n")
    mend = "write & as &amp; and < as &lt; in text, and close each element"
    assert [str(fault).removeprefix(f"{tmp_path / 'x.xml'}") for fault in split.faults] == [
        f":1: is not well-formed XML: mismatched tag; {mend}",
        f":3: is not well-formed XML: not well-formed (invalid token); {mend}",
        f":4: is not well-formed XML: mismatched tag; {mend}",
        f":5: is not well-formed XML: mismatched tag; {mend}",
        f":6: is not well-formed XML: not well-formed (invalid token); {mend}",
    ]
    assert [s.line for s in split.sentences] == [2, 7]


# What may be wrong with a document


@pytest.mark.parametrize("prolog", ["", '<?xml version="1.0"?>'])
def test_a_malformed_document_is_read_up_to_its_fault(tmp_path: Path, prolog: str) -> None:
    split = read_text(tmp_path, f"{prolog}<c>\n<s>一</s>\n<s>二<br></s>\n<s>三</s></c>")
    assert [s.text for s in split.sentences] == ["一"]
    assert [(fault.line, fault.kind) for fault in split.faults] == [(3, "malformed XML")]


def test_entities_without_a_type(tmp_path: Path) -> None:
    split = read_text(tmp_path, '<c>\n<s><NAMEX>一</NAMEX></s>\n<s><x TYPE="">二</x></s>\n<s>三</s></c>')
    assert [str(fault).removeprefix(str(tmp_path)) for fault in split.faults] == [
        '/x.xml:2: NAMEX without a type; expected <NAMEX TYPE="...">',
        '/x.xml:3: x without a type; expected <x TYPE="...">',
    ]
    assert [s.text for s in split.sentences] == ["三"]


def test_a_document_without_sentences(tmp_path: Path) -> None:
    split = read_text(tmp_path, '<?xml version="1.0"?>\n<html>王</html>')
    assert [str(fault).removeprefix(str(tmp_path)) for fault in split.faults] == [
        "/x.xml: has none of the elements <sentence>, <sent>, <s>, <p>, <line>"
    ]
    assert [loss.message for loss in split.losses] == ["'王' is outside of all sentences"]


def test_entities_that_multiply_are_refused(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "王" * 100}">' for n in range(9))
    split = read_text(tmp_path, f"<!DOCTYPE c [{entities}]>\n<c><s>&e8;</s></c>")
    assert [fault.kind for fault in split.faults] == ["malformed XML"]
    assert split.sentences == []
