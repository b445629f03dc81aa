import tempfile
from pathlib import Path

import pytest
from hypothesis import given

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.formats.brat import read, write
from ner.data.read_options import ReadOptions
from ner.errors import InputError
from tests.helpers.annotated_texts import flat_sentences, overlapping_sentences, spans

PICTURES = str.maketrans({"\0": "␀", "\t": "␉", "\n": "␊", "\r": "␍"})


def read_folder(folder: Path, **files: str) -> Split:
    """Reads a folder with these files, whose names have "_" for the dot."""
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_bytes(content.encode())
    return read(folder, ReadOptions())


def entities(split: Split) -> list[list[tuple[str, str]]]:
    return [[(e.text, e.label) for e in sentence.entities] for sentence in split.sentences]


# Round trips


@given(flat_sentences(documents=("", "b", "新闻")))
def test_what_was_written_is_read(sentences: list[Sentence]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        losses = write(sentences, path)
        split = read(path, ReadOptions())
    assert (split.faults, split.losses) == ([], [])
    assert spans(split.sentences) == spans(sentences)
    assert [s.text for s in split.sentences] == [s.text.translate(PICTURES) for s in sentences]
    assert [s.document for s in split.sentences] == [s.document or "a" for s in sentences]
    assert {loss.kind for loss in losses} <= {"character written as another", "label written as another"}
    changed = [s for s in sentences if s.text.translate(PICTURES) != s.text]
    assert sum(loss.kind == "character written as another" for loss in losses) == len(changed)


@given(overlapping_sentences())
def test_overlapping_entities_are_held(sentences: list[Sentence]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(sentences, Path(folder) / "a")
        assert spans(read(Path(folder) / "a", ReadOptions()).sentences) == spans(sentences)


def test_the_files(tmp_path: Path) -> None:
    people = (Entity(0, 3, "PER", "王小明"), Entity(4, 5, "PER", "李"))
    sentences = [
        Sentence("王小明和李", people, document="报/一"),
        Sentence("  ", document="报/一"),
        Sentence("😀北京大学", (Entity(1, 5, "ORG", "北京大学"), Entity(1, 3, "LOC", "北京")), document="报/一"),
        Sentence("\ufeff去", (Entity(1, 2, "V", "去"),), "a.jsonl", 9),
    ]
    losses = write(sentences, tmp_path / "out")
    assert [loss.message for loss in losses] == ["document '报/一' written as '报_一'"]
    contents = {file.name: file.read_text(encoding="utf-8") for file in (tmp_path / "out").iterdir()}
    assert contents == {
        "报_一.txt": "王小明和李\n  \n😀北京大学\n",
        "报_一.ann": "T1\tPER 0 3\t王小明\nT2\tPER 4 5\t李\nT3\tORG 10 14\t北京大学\nT4\tLOC 10 12\t北京\n",
        "out.txt": "\n\ufeff去\n",
        "out.ann": "T1\tV 2 3\t去\n",
    }


def test_documents_that_come_again_or_differ_in_case_alone_get_files_of_their_own(tmp_path: Path) -> None:
    sentences = [Sentence(text, document=name) for text, name in (("一", "a"), ("二", "A"), ("三", "a"), ("四", ".."))]
    losses = write(sentences, tmp_path / "out")
    assert [loss.message for loss in losses] == [
        "document 'A' written as 'A-2'",
        "document 'a' written as 'a-3'",
        "document '..' written as '_'",
    ]
    split = read(tmp_path / "out", ReadOptions())
    assert sorted((s.text, s.document) for s in split.sentences) == [
        ("一", "a"),
        ("三", "a-3"),
        ("二", "A-2"),
        ("四", "_"),
    ]


def test_long_names_are_cut(tmp_path: Path) -> None:
    assert len(write([Sentence("一", document="长" * 300)], tmp_path / "out")) == 1
    assert read(tmp_path / "out", ReadOptions()).sentences[0].document == "长" * 66


def test_empty_texts_and_what_a_line_cannot_hold_are_losses(tmp_path: Path) -> None:
    sentences = [
        Sentence("", path="a.jsonl", line=1),
        Sentence("王\n小\ud800", (Entity(0, 3, "人 名", "王\n小"),), "a.jsonl", 2),
    ]
    assert [str(loss) for loss in write(sentences, tmp_path / "out")] == [
        "a.jsonl:2: label '人 名' written as '人_名'",
        "a.jsonl:1: a text without characters",
        "a.jsonl:2: 2 written as others: U+000A as ␊, U+D800 as �",
    ]


def test_a_folder_with_other_documents_is_left_alone(tmp_path: Path) -> None:
    write([Sentence("一", document="a")], tmp_path)
    write([Sentence("二", document="a")], tmp_path)
    assert read(tmp_path, ReadOptions()).sentences[0].text == "二"
    with pytest.raises(InputError, match=r"has other documents \(a\.ann\); move them away, or choose a new folder"):
        write([Sentence("三", document="b")], tmp_path)
    assert not (tmp_path / "b.txt").exists()


# Files as brat writes them


def test_a_folder_of_documents(tmp_path: Path) -> None:
    split = read_folder(
        tmp_path,
        b_txt="王小明去北京。\r\n\r\n他来了。\r\n张三也来了。",
        b_ann="T1\tPER 0 3\t王小明\r\nT2\tLOC 4 6\t北京\r\nT10\tPER 17 19\t张三\r\n",
        a_txt="没有实体。\n",
        a_ann="",
        annotation_conf="[entities]\nPER\n",
    )
    a, b = str(tmp_path / "a.txt"), str(tmp_path / "b.txt")
    assert split == Split(
        str(tmp_path),
        [
            Sentence("没有实体。", (), a, 1, "a"),
            Sentence("王小明去北京。", (Entity(0, 3, "PER", "王小明"), Entity(4, 6, "LOC", "北京")), b, 1, "b"),
            Sentence("他来了。", (), b, 3, "b"),
            Sentence("张三也来了。", (Entity(0, 2, "PER", "张三"),), b, 4, "b"),
        ],
    )
    assert read(tmp_path / "b.ann", ReadOptions()).sentences == split.sentences[1:]
    assert read(tmp_path / "b.txt", ReadOptions()).sentences == split.sentences[1:]


def test_lines_that_an_entity_runs_across_are_one_sentence(tmp_path: Path) -> None:
    text = "第一行\n中华人民\n共和国\n成立\n末行\n"
    for ann in (
        "T1\tLOC 4 8;9 12\t中华人民 共和国\n",
        "T1\tLOC 4 12\t中华人民 共和国\n",
        "T1\tLOC 4 8;9 12\t中华人民共和国\n",
    ):
        split = read_folder(tmp_path, x_txt=text, x_ann=ann + "T2\tV 13 15\t成立\n")
        assert (split.faults, split.losses) == ([], [])
        assert [(s.text, s.line) for s in split.sentences] == [
            ("第一行", 1),
            ("中华人民\n共和国", 2),
            ("成立", 4),
            ("末行", 5),
        ]
        assert entities(split) == [[], [("中华人民\n共和国", "LOC")], [("成立", "V")], []]
        assert split.sentences[1].entities[0].start == 0


def test_an_entity_that_holds_the_line_end(tmp_path: Path) -> None:
    split = read_folder(tmp_path, x_txt="北京\r\n", x_ann="T1\tLOC 0 4\t北京\n")
    assert entities(split) == [[("北京\r\n", "LOC")]]


def test_offsets_in_utf_16(tmp_path: Path) -> None:
    split = read_folder(tmp_path, x_txt="😀王小明\n😀北\n京\n", x_ann="T1\tPER 2 5\t王小明\nT2\tLOC 8 9;10 11\t北 京\n")
    assert entities(split) == [[("王小明", "PER")], [("北\n京", "LOC")]]
    assert (split.faults, split.losses, len(split.notes)) == ([], [], 1)


def test_what_a_sentence_cannot_hold_is_a_loss(tmp_path: Path) -> None:
    split = read_folder(
        tmp_path,
        x_txt="北京和上海大学\n",
        x_ann=(
            "T1\tORG 0 2;5 7\t北京 大学\nT2\tORG 3 7\t上海大学\n"
            "R1\tIn Arg1:T1 Arg2:T2\t\nR2\tIn Arg1:T2 Arg2:T1\t\nE1\tFound:T2 Agent:T1\nA1\tNew T1\nM1\tOld T2\n"
            "N1\tReference T1 Wikidata:Q1\tx\n#1\tAnnotatorNotes T1\t想一想\n*\tEquiv T1 T2\n"
        ),
    )
    assert entities(split) == [[("上海大学", "ORG")]]
    assert split.faults == []
    ann = tmp_path / "x.ann"
    assert [str(loss) for loss in split.losses] == [
        f"{ann}:1: ORG at 0 2;5 7 has a gap; expected an entity without gaps",
        f"{ann}:3: relations left out: 2, of which this is the first",
        f"{ann}:5: events left out: 1, of which this is the first",
        f"{ann}:6: attributes left out: 2, of which this is the first",
        f"{ann}:8: normalizations left out: 1, of which this is the first",
        f"{ann}:9: notes left out: 1, of which this is the first",
        f"{ann}:10: equivalences left out: 1, of which this is the first",
    ]
    assert [loss.kind for loss in split.losses][:2] == ["discontinuous entity left out", "relations left out"]


def test_an_entity_without_its_text(tmp_path: Path) -> None:
    assert entities(read_folder(tmp_path, x_txt="王来\n", x_ann="T1\tPER 0 1\n")) == [[("王", "PER")]]


def test_overlapping_lines_join_once(tmp_path: Path) -> None:
    split = read_folder(tmp_path, x_txt="甲\n乙\n丙\n丁\n", x_ann="T1\tX 0 3\t甲 乙\nT2\tX 2 5\t乙 丙\n")
    assert [(s.text, s.line) for s in split.sentences] == [("甲\n乙\n丙", 1), ("丁", 4)]


# What may be wrong


@pytest.mark.parametrize(
    "line",
    ["T1 PER 0 3 王小明", "T1\tPER 0\t王小明", "T1\tPER zero 3\t王小明", "T1\tPER 0 3;\t王小明", "王小明", "X1\tY T1"],
)
def test_malformed_lines(tmp_path: Path, line: str) -> None:
    split = read_folder(tmp_path, x_txt="王小明\n好\n", x_ann=f"\n{line}\n")
    assert [str(fault) for fault in split.faults] == [
        f"{tmp_path / 'x.ann'}:2: {line!r}; expected an annotation, such as 'T1\\tPER 0 3\\t王小明'"
    ]
    tells_where = "PER 0" in line
    assert [fault.mended for fault in split.faults] == ["" if tells_where else "the annotation is left out"]
    assert [s.text for s in split.sentences] == ["王小明"] * (not tells_where) + ["好"]


LINES = "一二三\n四五六\n\n七八九\n"
"""Four lines that begin at 0, 4, 8 and 9; the text ends at 13."""


@pytest.mark.parametrize(
    ("ann", "left", "mended"),
    [
        ("T1\tX 4 5\t无", "一七", ""),
        ("T1\tX 2 6\t无", "七", ""),  # from the first line into the second
        ("T1\tX 3 4\t无", "一四七", "the annotation is left out"),  # a line end, which is of no sentence
        ("T1\tX 7 10\t无", "一四", ""),
        ("T1\tX 5 5\t", "一七", ""),
        ("T1\tX 6 4\t四五", "一四七", "taken at 4 to 6"),
        ("T1\tX 11 9\t无", "一四", ""),
        ("T1\tX 10 99\t八九", "一四七", "taken at 10 to 12"),
        ("T1\tX 10 99\t无", "一四", ""),
        ("T1\tX 90 99\t无", "一四七", "the annotation is left out"),
        ("T1\tX 13 14\t无", "一四七", "the annotation is left out"),
        ("T1 X 4 5 四", "一七", ""),
        ("T1 X 90 91 四", "一四七", "the annotation is left out"),
    ],
)
def test_only_the_lines_that_a_faulty_annotation_touches_are_left_out(
    tmp_path: Path, ann: str, left: str, mended: str
) -> None:
    split = read_folder(tmp_path, x_txt=LINES, x_ann=f"{ann}\nT2\tGOOD 9 10\t七\n")
    assert "".join(s.text[0] for s in split.sentences) == left
    assert [(fault.line, fault.mended) for fault in split.faults] == [(1, mended)]
    assert [("七", "GOOD") in found for found in entities(split)].count(True) == ("七" in left)


def test_a_faulty_annotation_behind_an_emoji(tmp_path: Path) -> None:
    ann = "T1\tPER 2 5\t王小明\nT2\tLOC 6 8\t无\nT3\tLOC 9 11\t北京\n"
    split = read_folder(tmp_path, x_txt="😀王小明\n上海\n北京\n", x_ann=ann)
    assert entities(split) == [[("王小明", "PER")], [("北京", "LOC")]]


def test_wrong_offsets_are_faults_with_their_line(tmp_path: Path) -> None:
    split = read_folder(tmp_path, x_txt="王小明来\n", x_ann="T1\tPER 1 4\t王小明\nT2\tV 30 31\t来\n")
    assert [(fault.place, fault.mended) for fault in split.faults] == [
        (f"{tmp_path / 'x.ann'}:1", "taken at 0 to 3"),
        (f"{tmp_path / 'x.ann'}:2", "the annotation is left out"),
    ]
    assert entities(split) == [[("王小明", "PER")]]


def test_no_text(tmp_path: Path) -> None:
    (fault,) = read_folder(tmp_path, x_ann="T1\tPER 0 1\t王\n").faults
    assert str(fault) == f"{tmp_path / 'x.ann'}: has no text: expected x.txt beside it"
    assert fault.mended == "the annotations are left out"


def test_texts_that_nobody_annotated_are_left_out(tmp_path: Path) -> None:
    split = read_folder(
        tmp_path, README_txt="关于这些文件\n", x_txt="王来\n", x_ann="T1\tPER 0 1\t王\n", y_txt="去\n", y_ann=""
    )
    assert [s.text for s in split.sentences] == ["王来", "去"]
    assert [(loss.kind, str(loss)) for loss in split.losses] == [
        ("document without annotations left out", f"{tmp_path / 'README.txt'}: has no README.ann beside it")
    ]
    assert split.faults == []


def test_nothing_annotated(tmp_path: Path) -> None:
    text = "for the annotations; an empty .ann file means that a text has no entities"
    with pytest.raises(InputError, match=rf"has no \.ann files {text}"):
        read_folder(tmp_path, x_txt="王来\n")
    with pytest.raises(InputError, match=rf"x\.txt: has no x\.ann beside it {text}"):
        read(tmp_path / "x.txt", ReadOptions())


def test_other_encodings(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes("王小明来\n".encode("gb18030"))
    (tmp_path / "x.ann").write_bytes("T1\tPER 0 3\t王小明\n".encode("gb18030"))
    split = read(tmp_path, ReadOptions())
    assert [str(fault) for fault in split.faults] == [
        f"{tmp_path / 'x.txt'}:1: is not UTF-8; it looks like GBK: set `encoding` to gb18030",
        f"{tmp_path / 'x.ann'}:1: is not UTF-8; it looks like GBK: set `encoding` to gb18030",
    ]
    assert {fault.mended for fault in split.faults} == {"the document is left out"}
    assert split.sentences == []
    assert entities(read(tmp_path, ReadOptions(encoding="gb18030"))) == [[("王小明", "PER")]]


def test_other_paths(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        read(tmp_path / "nowhere", ReadOptions())
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(InputError, match=r"expected a folder with brat's \.txt and \.ann files"):
        read(tmp_path / "x.json", ReadOptions())


@pytest.mark.parametrize(
    "line", ["T1\tPER 0 {}\t王", "T1\tPER {} {}\t王", "T1\tPER 0 1;1 {}\t王", "T1 PER {} {}", "T1 PER 0 {}"]
)
def test_endless_offsets_are_a_fault(tmp_path: Path, line: str) -> None:
    (tmp_path / "x.txt").write_text("王来\n", encoding="utf-8")
    (tmp_path / "x.ann").write_text(line.replace("{}", "9" * 5000) + "\n", encoding="utf-8")
    (fault,) = read(tmp_path / "x.ann", ReadOptions()).faults
    assert len(str(fault)) < 400
