from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ner.data.corpus import examine_file, read_file
from ner.data.entities import Entity, Sentence
from ner.data.formats.conll import write
from ner.data.read_options import ReadOptions
from ner.data.schemes import BIO, BMES, IO, IOB1, SCHEMES, Scheme
from ner.errors import InputError
from tests.helpers.annotated_texts import flat_sentences, spans


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sentences=flat_sentences(), scheme=st.sampled_from([s for s in SCHEMES.values() if s is not IO]))
def test_what_was_written_is_read(tmp_path: Path, sentences: list[Sentence], scheme: Scheme) -> None:
    path = tmp_path / "train.conll"
    losses = write(sentences, path, scheme)
    read = read_file(path, ReadOptions(strict=True)).sentences
    assert spans(read) == spans(sentences)
    pictures = str.maketrans("\0\t\n\r", "␀␉␊␍")
    assert [sentence.text for sentence in read] == [sentence.text.translate(pictures) for sentence in sentences]
    lost = [loss for loss in losses if loss.kind == "character written as another"]
    assert len(lost) == sum(any(c in s.text for c in "\0\t\n\r") for s in sentences)


def test_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.conll"
    sentences = [
        Sentence("王小明 来", (Entity(0, 3, "PER", "王小明"),), document="报 一"),
        Sentence("去", document="报 一"),
        Sentence("#", (Entity(0, 1, "X", "#"),), document="b"),
    ]
    assert write(sentences, path, BMES) == []
    assert path.read_text(encoding="utf-8") == (
        "# newdoc id = 报 一\n王\tB-PER\n小\tM-PER\n明\tE-PER\n \tO\n来\tO\n\n去\tO\n\n# newdoc id = b\n#\tS-X\n\n"
    )
    read = read_file(path).sentences
    assert [(sentence.text, sentence.document) for sentence in read] == [
        ("王小明 来", "报 一"),
        ("去", "报 一"),
        ("#", "b"),
    ]


def test_adjacent_entities_in_iob1(tmp_path: Path) -> None:
    path = tmp_path / "x.conll"
    sentence = Sentence("王李来", (Entity(0, 1, "PER", "王"), Entity(1, 2, "PER", "李")))
    write([sentence], path, IOB1)
    assert path.read_text(encoding="utf-8") == "王\tI-PER\n李\tB-PER\n来\tO\n\n"


def test_what_columns_cannot_hold_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.conll"
    sentences = [
        Sentence("北京大学\r\n\t", (Entity(0, 4, "ORG", "北京大学"), Entity(0, 2, "LOC", "北京")), "a.jsonl", 1),
        Sentence("", (), "a.jsonl", 2),
        Sentence("王", (Entity(0, 1, "人 名", "王"),), "a.jsonl", 3),
    ]
    assert [str(loss) for loss in write(sentences, path, BIO)] == [
        "a.jsonl:3: label '人 名' written as '人_名'",
        "a.jsonl:1: '北京' (LOC, 0 to 2) overlaps '北京大学' (ORG, 0 to 4)",
        "a.jsonl:1: 3 written as others: U+000D as ␍, U+000A as ␊, U+0009 as ␉",
        "a.jsonl:2: a text without characters",
    ]
    assert [sentence.text for sentence in read_file(path).sentences] == ["北京大学␍␊␉", "王"]
    assert spans(read_file(path).sentences) == [[(0, 4, "ORG")], [(0, 1, "人_名")]]


def test_io_merges_adjacent_entities_and_says_so(tmp_path: Path) -> None:
    sentence = Sentence("王李来", (Entity(0, 1, "PER", "王"), Entity(1, 2, "PER", "李")), "a.jsonl", 1)
    (loss,) = write([sentence], tmp_path / "x.conll", IO)
    assert str(loss) == "a.jsonl:1: '李' (PER, 1 to 2) follows another PER directly; IO reads them back as one"


# What examine_file tells about CoNLL files beyond faults


def test_documents(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text(
        "中 O\n\n-DOCSTART- O\n\n中 O\n\n国 O\n\n-DOCSTART- O\n\n人 O\n\n# newdoc\n# newdoc id = a b\n民 O\n\n"
        "# newdoc\n来 O\n\n去 O\n-DOCSTART-\n好 O\n",
        "utf-8",
    )
    assert [sentence.document for sentence in read_file(path).sentences] == [
        *("", "x-1", "x-1", "x-2", "a b", "", "", "x-3")
    ]


def test_sentences_of_no_document_stay_so(tmp_path: Path) -> None:
    path = tmp_path / "x.conll"
    documents = ["", "a", "", "", "b", "a", ""]
    write([Sentence("好", document=document) for document in documents], path, BIO)
    assert [sentence.document for sentence in read_file(path).sentences] == documents


def test_columns_and_comments_that_are_not_carried_over(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text(
        "# newdoc id = a\n# sent_id = 1\n# text = 中国\n中 NR 7 B-LOC\n国 NR - I-LOC\n\n"
        "# sent_id = 2\n#\n# a remark\n#another\n人 _ _ O\n民 NN _ O\n",
        "utf-8",
    )
    split = read_file(path)
    assert {loss.kind for loss in split.losses} == {"field left out"}
    assert [str(loss).removeprefix(str(path)) for loss in split.losses] == [
        ":2: comment '# sent_id' in 2 lines",
        ":3: comment '# text' in 1 line",
        ":4: column 2 in 3 lines",
        ":4: column 3 in 1 line",
        ":9: comment in 2 lines",
    ]


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("中 O\n国 O\n\n-DOCSTART- -X- O\n人 O\n", ReadOptions()),
        ("1\t中\tB-LOC\t-\t-\n2\t国\tI-LOC\t-\t-\n", ReadOptions()),
        ("1 中 B-LOC\n2 国 I-LOC\n", ReadOptions(token_column=-2)),
    ],
)
def test_columns_that_say_nothing_are_no_loss(tmp_path: Path, content: str, options: ReadOptions) -> None:
    path = tmp_path / "x.txt"
    path.write_text(content, "utf-8")
    assert read_file(path, options).losses == []


def test_mixed_delimiters(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("中\tO\n国 O\n\n人\tO\n民 O\n来\tO\n", "utf-8")
    assert [str(oddity) for oddity in read_file(path).oddities] == [
        f"{path}:2: spaces between columns, in 2 lines of this file; most lines use tabs"
    ]


def test_empty_sentences(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("\n\n中 O\n\n \n\n# comment\n\n国 O\n\n\n\n", "utf-8")
    assert [str(oddity) for oddity in read_file(path).oddities] == [
        f"{path}:5: a blank line after a blank line",
        f"{path}:6: a blank line after a blank line",
    ]


def test_lines_in_two_encodings(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(
        "王 B-PER\n来 O\n\n小 O\n明 O\n去 O\n看 O\n人 O\n".encode() + "张 B-PER\n".encode("gbk") + b"\n\xe4\xb8\xe4 O\n"
    )
    split = examine_file(path)
    assert [str(fault) for fault in split.faults] == [
        f"{path}:9: is GBK, in a file of UTF-8; write all of it in UTF-8",
        f"{path}:11: is not UTF-8 (byte 0xe4); fix it, or set `encoding` to the encoding of the file",
    ]
    assert [sentence.text for sentence in split.sentences] == ["王来", "小明去看人张", "\ufffd\ufffd"]


def test_sentences_with_a_fault_are_left_out_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("中 O\n国\n人 O\n\n民 O\n# lost\n来 O\n\n好 O\n", "utf-8")
    split = examine_file(path)
    assert [sentence.text for sentence in split.sentences] == ["好"]
    assert [fault.line for fault in split.faults] == [2, 6]


def test_an_unreadable_encoding_is_one_fault(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes("王 B-PER\n".encode("gbk"))
    split = examine_file(path)
    assert split.sentences == []
    assert [str(fault) for fault in split.faults] == [
        f"{path}:1: is not UTF-8; it looks like GBK: set `encoding` to gb18030"
    ]


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such file"):
        examine_file(tmp_path / "x.txt")


@pytest.mark.parametrize("options", [{"token_column": -1}, {"token_column": 2}, {"tag_column": 1}, {"tag_column": -2}])
def test_one_column_is_not_both(tmp_path: Path, options: dict[str, int]) -> None:
    (tmp_path / "x.conll").write_text("王 B-PER\n来 O\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"column -?\d of 2 has both tokens and tags: set `token_column` and `tag_col"):
        examine_file(tmp_path / "x.conll", ReadOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"PK\x03\x04\x00", "a zip archive"), (b"\x1f\x8b\x08", "packed")],
)
def test_what_is_packed_is_no_text(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "x.conll").write_bytes(content)
    with pytest.raises(InputError, match=rf"x\.conll: is {kind}"):
        examine_file(tmp_path / "x.conll")


def test_a_line_of_very_many_columns_is_one_fault(tmp_path: Path) -> None:
    (tmp_path / "x.conll").write_text("王/nr " * 100_000 + "\n", encoding="utf-8")
    (fault,) = examine_file(tmp_path / "x.conll", ReadOptions(format="conll")).faults
    assert fault.message == "100,000 columns, more than 1,000; each line holds one token"


def test_a_token_of_very_many_characters_is_one_fault(tmp_path: Path) -> None:
    (tmp_path / "x.conll").write_text(f"{'王' * 1001}\tO\n\n{'王' * 1000}\tO\n", encoding="utf-8")
    (fault,) = examine_file(tmp_path / "x.conll", ReadOptions(format="conll")).faults
    assert fault.message == "a token of 1,001 characters; each line holds one token"


def test_the_digits_of_weibo_ner_are_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "weiboNER_2nd_conll.train"
    path.write_text("科0\tO\n技1\tO\n北0\tB-GPE.NAM\n京1\tI-GPE.NAM\n\n\ufffd\ufffd0\tO\n10\tO\n", encoding="utf-8")
    split = examine_file(path)
    assert [sentence.text for sentence in split.sentences] == ["科技北京", "\ufffd\ufffd1"]
    assert split.sentences[0].entities == (Entity(2, 4, "GPE.NAM", "北京"),)
    assert [loss.message for loss in split.losses] == ["the digit after each character, its place in the word"]


@pytest.mark.parametrize("text", ["A1\tO\nA2\tO\n", "A0\tO\n\nA1\tO\n", "A0\tO\n年\tO\n", "0\tO\n1\tO\n"])
def test_other_tokens_with_digits_keep_them(tmp_path: Path, text: str) -> None:
    path = tmp_path / "train.conll"
    path.write_text(text, encoding="utf-8")
    written = "".join(line.partition("\t")[0] for line in text.split("\n"))
    assert "".join(sentence.text for sentence in examine_file(path).sentences) == written
