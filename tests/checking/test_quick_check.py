from ner.checking.check import check
from ner.checking.quick_check import gravest_findings
from ner.data.data_split import Split
from ner.data.entities import Sentence

TWICE = Sentence("王明在上海。", [(0, 2, "PER")], "a.txt", 1)
SPLITS = {
    "train": Split("a.txt", [TWICE, Sentence("李强，来了", [(0, 3, "per")], "a.txt", 2)]),
    "dev": Split(
        "b.txt", [Sentence("王明在上海。", [(0, 2, "PER")], "b.txt", 1), Sentence("明天\u200b见", (), "b.txt", 2)]
    ),
    "test": Split("c.txt", [Sentence("今天见", (), "c.txt", 1)]),
}


def test_the_three_gravest_are_told() -> None:
    found = list(gravest_findings(SPLITS))
    assert found == [
        "no entities: 1; the first is c.txt: no entities; sentences: 1",
        "invisible character: 1; the first is b.txt:2: U+200B ZERO WIDTH SPACE, 1 time in 1 sentence; "
        "first at offset 2: 明天【\\u200b】见",
        "types whose names differ only in case or width: 1; the first is a.txt:2: type per (1) and type PER (2)",
        "bert-ner check says what to do, and finds more",
    ]


def test_they_are_findings_of_the_whole_check() -> None:
    whole = [str(finding) for finding in check(SPLITS, None, 100).findings]
    assert all(line.split("the first is ")[1] in whole for line in [*gravest_findings(SPLITS)][:-1])


def test_nothing_is_told_of_good_data() -> None:
    assert list(gravest_findings({"train": Split("a.txt", [TWICE])})) == []
