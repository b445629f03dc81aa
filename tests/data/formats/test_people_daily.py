import tempfile
from pathlib import Path

import pytest
from hypothesis import given

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.formats.people_daily import read, write
from ner.data.read_options import ReadOptions
from tests.helpers.annotated_texts import flat_sentences, overlapping_sentences, spans

PICTURES = str.maketrans({"\0": "␀", "\t": "␉", "\n": "␊", "\r": "␍", " ": "␣"})


def read_text(folder: Path, text: str) -> Split:
    (folder / "x.txt").write_bytes(text.encode())
    return read(folder / "x.txt", ReadOptions())


def entities(split: Split) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(s.text, [(e.text, e.label) for e in s.entities]) for s in split.sentences]


def written_and_read(sentences: list[Sentence]) -> tuple[Split, list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.txt"
        losses = write(sentences, path)
        return read(path, ReadOptions()), [loss.kind for loss in losses]


# Round trips


@given(flat_sentences(documents=("", "19980101-01-001", "19980101-01-002")))
def test_what_was_written_is_read(sentences: list[Sentence]) -> None:
    split, losses = written_and_read(sentences)
    assert (split.faults, split.losses, split.oddities) == ([], [], [])
    assert spans(split.sentences) == spans(sentences)
    assert [s.text for s in split.sentences] == [s.text.translate(PICTURES) for s in sentences]
    assert [s.document for s in split.sentences] == [s.document for s in sentences]
    changed = [s for s in sentences if s.text.translate(PICTURES) != s.text]
    assert losses.count("character written as another") == len(changed)
    assert {*losses} <= {"character written as another", "label written as another"}


@given(overlapping_sentences())
def test_nested_entities_are_held_and_crossing_ones_are_losses(sentences: list[Sentence]) -> None:
    split, losses = written_and_read(sentences)
    read_spans = spans(split.sentences)
    assert all(set(found) <= set(given) for found, given in zip(read_spans, spans(sentences), strict=True))
    left_out = sum(map(len, spans(sentences))) - sum(map(len, read_spans))
    assert losses.count("crossing entity left out") == left_out


def test_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    article = "19980101-01-003"
    sentences = [
        Sentence("\ufeff王/明说", (Entity(1, 4, "PER", "王/明"),)),
        Sentence(
            "江小明李四在北京大学",
            (
                Entity(0, 3, "PER", "江小明"),
                Entity(3, 5, "PER", "李四"),
                Entity(6, 10, "ORG", "北京大学"),
                Entity(6, 8, "LOC", "北京"),
            ),
            document=article,
        ),
        Sentence("[a]{ni3}", (Entity(0, 3, "地名", "[a]"),), document=article),
    ]
    assert write(sentences, path) == []
    assert path.read_text(encoding="utf-8") == (
        "\n\ufeff/x  王/明/nr  说/x\n"
        "19980101-01-003-001/m  江小明/nr  [李四/x]nr  在/x  [北京/ns  大学/x]nt\n"
        "19980101-01-003-002/m  [[/x  a/x  ]/x]地名  {ni3}/x\n"
    )
    assert [(s.text, s.entities, s.document) for s in read(path, ReadOptions()).sentences] == [
        (s.text, s.entities, s.document) for s in sentences
    ]


def test_what_the_format_cannot_hold_is_told(tmp_path: Path) -> None:
    labels = ["nz", "nr", "_nr", "a/b]", "", "PER"]
    sentences = [
        Sentence("", path="a", line=1),
        Sentence("甲乙丙丁戊己", tuple(Entity(n, n + 1, label, "") for n, label in enumerate(labels)), "a", 2, "b"),
        Sentence("王 来", (Entity(0, 2, "X", "王 "), Entity(1, 3, "Y", " 来")), "a", 3, "c"),
    ]
    assert [str(loss) for loss in write(sentences, tmp_path / "x.txt")] == [
        "a:2: label 'nz' written as '_nz'",
        "a:2: label 'nr' written as '_nr'",
        "a:2: label '_nr' written as '_nr_'",
        "a:2: label 'a/b]' written as 'a_b_'",
        "a:2: label '' written as '_'",
        "a:2: 2 names left out; expected articles, such as 19980101-01-001",
        "a:1: a text without characters",
        "a:3: ' 来' (Y, 1 to 3) crosses '王 ' (X, 0 to 2)",
        "a:3: 1 written as others: U+0020 as ␣",
    ]
    assert spans(read(tmp_path / "x.txt", ReadOptions()).sentences) == [
        [(0, 1, "_nz"), (1, 2, "_nr"), (2, 3, "_nr_"), (3, 4, "a_b_"), (4, 5, "_"), (5, 6, "PER")],
        [(0, 2, "X")],
    ]


def test_paragraphs_beyond_a_thousand_keep_their_article(tmp_path: Path) -> None:
    write([Sentence("好", document="19980101-01-001")] * 1001, tmp_path / "x.txt")
    split = read(tmp_path / "x.txt", ReadOptions())
    assert {(s.text, s.document) for s in split.sentences} == {("好", "19980101-01-001")}


# Files as they are


def test_the_edition_of_1998(tmp_path: Path) -> None:
    split = read_text(
        tmp_path,
        "19980101-01-001-002/m  中共中央/nt  总书记/n  、/w  国家/n  主席/n  江/nr  泽民/nr  \r\n\r\n"
        "19980101-01-002-006/m  通过/p  [中央/n  人民/n  广播/vn  电台/n]nt  、/w  "
        "[中国/ns  国际/n  广播/vn  电台/n]nt  和/c  [雪中送炭/i  般/u]l  　/w  [/w  A/B/nx  ]/w  \r\n",
    )
    assert (split.faults, split.oddities) == ([], [])
    assert entities(split) == [
        ("中共中央总书记、国家主席江泽民", [("中共中央", "ORG"), ("江泽民", "PER")]),
        (
            "通过中央人民广播电台、中国国际广播电台和雪中送炭般　[A/B]",
            [("中央人民广播电台", "ORG"), ("中国国际广播电台", "ORG"), ("中国", "LOC")],
        ),
    ]
    assert [(s.document, s.line) for s in split.sentences] == [("19980101-01-001", 1), ("19980101-01-002", 3)]


def test_the_edition_of_2003(tmp_path: Path) -> None:
    split = read_text(
        tmp_path,
        "19980103-04-003-007/m  王/nrf  国维/nrg  李/nrf  鹏/nrg  在/p  上{shang5}/f  为{wei4}/p  和平{he2ping2}/n  "
        "[中国/ns  科学院/n  （/wkz  [中国/ns  社会/n  科学院/n]nt  ）/wky  研究所/n]nt  的/ud  {a1}/x  \n",
    )
    assert (split.faults, split.oddities) == ([], [])
    assert entities(split) == [
        (
            "王国维李鹏在上为和平中国科学院（中国社会科学院）研究所的{a1}",
            [
                ("王国维", "PER"),
                ("李鹏", "PER"),
                ("中国科学院（中国社会科学院）研究所", "ORG"),
                ("中国", "LOC"),
                ("中国社会科学院", "ORG"),
                ("中国", "LOC"),
            ],
        )
    ]


def test_tags_of_ictclas_and_hanlp(tmp_path: Path) -> None:
    split = read_text(
        tmp_path, "王/nr1 小明/nr2 奥巴马/nrf 普京/nrf 去/vf [清华/j 大学/nis]/ntu 吃/v 薯片/nf ，/wd 京都/nsf\n"
    )
    assert entities(split) == [
        (
            "王小明奥巴马普京去清华大学吃薯片，京都",
            [("王小明", "PER"), ("奥巴马", "PER"), ("普京", "PER"), ("清华大学", "ORG"), ("京都", "LOC")],
        )
    ]


def test_names_do_not_join_across_brackets(tmp_path: Path) -> None:
    split = read_text(
        tmp_path, "李/nr [王/nr 明/nr]nr 张/nr [江/nr 小明/nr 中学/n]nt 赵/nr [卡尔/nr ·/w 马克思/nr]nr 钱/nr\n"
    )
    assert entities(split)[0][1] == [
        ("李", "PER"),
        ("王明", "PER"),
        ("张", "PER"),
        ("江小明中学", "ORG"),
        ("江小明", "PER"),
        ("赵", "PER"),
        ("卡尔·马克思", "PER"),
        ("卡尔", "PER"),
        ("马克思", "PER"),
        ("钱", "PER"),
    ]


def test_long_rows_of_names_are_pointed_out(tmp_path: Path) -> None:
    split = read_text(tmp_path, "来/v\n江/nr 小明/nr 李/nr 四/nr 来/v\n")
    assert entities(split)[1] == ("江小明李四来", [("江小明李四", "PER")])
    assert [str(oddity) for oddity in split.oddities] == [
        f"{tmp_path / 'x.txt'}:2: '江小明李四' is read as one PER of 4 words"
    ]


def test_other_tags_are_types(tmp_path: Path) -> None:
    assert entities(read_text(tmp_path, "阿里/company 和/c [中国/n]GPE\n")) == [
        ("阿里和中国", [("阿里", "company"), ("中国", "GPE")])
    ]


# What may be wrong


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("江/nr 小明", "'小明'; expected a word, a slash and its tag, such as 国务院/nt"),
        ("/nr", "'/nr'; expected a word, a slash and its tag, such as 国务院/nt"),
        ("江/", "'江/'; expected a word, a slash and its tag, such as 国务院/nt"),
        ("江[1]/nr", "'江[1]/nr'; expected a word, a slash and its tag, such as 国务院/nt"),
        ("长" * 99, f"{'长' * 40!r}...; expected a word, a slash and its tag, such as 国务院/nt"),
        ("电台/n]nt", "'电台/n]nt' ends a compound; expected its [ before it"),
        (
            "和/c [中央/n 人民/n",
            "a compound without end, '中央人民'; expected a ] and its tag, such as ]nt",
        ),
    ],
)
def test_malformed_words(tmp_path: Path, line: str, message: str) -> None:
    split = read_text(tmp_path, f"好/a\n{line}\n来/v\n")
    assert [str(fault) for fault in split.faults] == [f"{tmp_path / 'x.txt'}:2: {message}"]
    assert [s.text for s in split.sentences] == ["好", "来"]


def test_a_paragraph_without_words_is_none(tmp_path: Path) -> None:
    assert read_text(tmp_path, "19980101-01-001-001/m\n\n \n").sentences == []
