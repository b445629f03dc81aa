from ner.checking.advice import KINDS, kind_of
from ner.checking.check import Check, Group, check
from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding


def sentence(text: str, *spans: tuple[int, int, str]) -> Sentence:
    return Sentence(text, tuple(Entity(start, end, label, text[start:end]) for start, end, label in spans))


def counts(result: Check) -> dict[str, int]:
    return {group.kind.name: len(group.findings) for group in result.groups}


GOOD = [sentence("王去", (0, 1, "PER"))] * 20


def test_a_good_data_set() -> None:
    result = check({"train": Split("train.txt", GOOD)}, None, 128)
    assert (result.groups, result.findings, result.count("error"), result.count("suspicion")) == ([], [], 0, 0)
    assert [*result.tables] == ["splits", "entities by type", "lengths of entities", "% of characters"]


def test_what_the_reader_found_is_told() -> None:
    train = Split(
        "train.txt",
        GOOD,
        faults=[Finding("train.txt", 3, "unknown tag", "x"), Finding("train.txt", 4, "bad row", "x")],
        repairs=[Finding("train.txt", 1, "illegal sequence", "x")],
        losses=[Finding("train.txt", 2, "discontinuous entity", "x")],
        oddities=[Finding("train.txt", 9, "empty sentence", "x")],
    )
    result = check({"train": train}, None, 128)
    assert [(group.kind.name, group.kind.severity) for group in result.groups] == [
        ("bad row", "error"),
        ("unknown tag", "error"),
        ("illegal sequence", "error"),
        ("empty sentence", "error"),
        ("discontinuous entity", "suspicion"),
    ]
    assert (result.count("error"), result.count("suspicion")) == (4, 1)
    assert [finding.line for finding in result.findings] == [4, 3, 1, 9, 2]


def test_what_the_reader_noted_is_told() -> None:
    splits = {name: Split(f"{name}.txt", GOOD[:1], notes=[f"{name}.txt: noted"]) for name in ("train", "test")}
    assert check(splits, None, 128).notes == ["train.txt: noted", "test.txt: noted"]


def test_fields_that_are_no_annotation_are_noted() -> None:
    losses = [Finding("train.txt", 7, FindingKind.FIELD_LEFT_OUT, "column 2 in 40 lines")]
    result = check({"train": Split("train.txt", GOOD, losses=losses)}, None, 128)
    assert (result.findings, result.notes) == ([], ["train.txt:7: column 2 in 40 lines, left out"])


def test_a_file_without_entities_is_not_clean() -> None:
    splits = {"train": Split("train.txt", GOOD), "test": Split("test.txt", [Sentence("去")])}
    result = check(splits, None, 128)
    assert [(str(finding), group.kind.severity) for group in result.groups for finding in group.findings] == [
        ("test.txt: no entities; sentences: 1", "error")
    ]
    assert counts(check({"train": Split("train.txt", [])}, None, 128)) == {}


def test_a_single_file_is_called_by_its_name() -> None:
    tables = check({"train": Split("data/news.conll", GOOD)}, None, 128).tables
    assert [*tables["splits"].index] == ["news.conll"]
    assert [*tables["entities by type"]] == ["news.conll", "% of news.conll"]
    assert [*tables["% of characters"]] == ["news.conll"]
    splits = {"train": Split("train.conll", GOOD), "dev": Split("dev.conll", GOOD)}
    assert [*check(splits, None, 128).tables["splits"].index] == ["train", "dev"]


def test_a_train_split_without_o_is_suspicious() -> None:
    train = [sentence("王明", (0, 2, "PER")), sentence("北京", (0, 2, "LOC"))]
    assert counts(check({"train": Split("train.txt", train)}, None, 128))["nothing outside of entities"] == 1


def test_every_check_is_made() -> None:
    train = [
        *GOOD,
        *[sentence("他在北京", (2, 4, "LOC"))] * 40,
        *[sentence("经理来", (0, 2, "JOB")), *[sentence("叫经理")] * 40],
        sentence("是北京", (1, 3, "ORG")),
        sentence("说北京"),
        sentence("李 ", (0, 2, "PER")),
        sentence("李，", (0, 2, "PER")),
        sentence("李。张", (0, 3, "PER")),
        sentence("长" * 21, (0, 21, "LOC")),
        sentence("北京大学", (0, 4, "LOC"), (0, 2, "LOC")),
        sentence("\x01\u200b\ue000\ufffd"),
        sentence("我们明天去", (0, 1, "PER")),
    ]
    test = [
        sentence("他在北京", (2, 4, "LOC")),
        sentence("我们，明天去"),
        sentence("我们明天去", (0, 2, "PER")),
        sentence("法条", (0, 1, "LAW"), (1, 2, "law")),
    ]
    result = check({"train": Split("train.txt", train), "test": Split("test.txt", test)}, None, 128)
    expected = {name: 1 for name in KINDS if KINDS[name].severity == "suspicion"}
    del expected["nothing outside of entities"]  # which leaves no room for the others
    expected |= {f"{name} character": 1 for name in ("control", "invisible", "private-use", "broken")}
    expected |= {"rare type": 2, "sentence in two splits": 2, "type not in train": 2}
    assert counts(result) == expected


def test_the_same_message_makes_one_rule() -> None:
    findings = [Finding("a", line, "illegal sequence", message) for line, message in enumerate("xyzyzy", 1)]
    group = Group(kind_of("illegal sequence", "error"), findings)
    assert [[finding.line for finding in rule] for rule in group.rules] == [[2, 4, 6], [3, 5], [1]]
