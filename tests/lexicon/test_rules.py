"""Rules: those of the package on real forms, files of rules, and time."""

import time
from pathlib import Path

import pytest

from ner.errors import InputError
from ner.lexicon.builtin_rules import BUILTIN_RULES
from ner.lexicon.entries import Entry
from ner.lexicon.lexicon import Lexicon
from ner.lexicon.rules import Rule, RuleMatcher, read_rules

pytest.importorskip("re2")

WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
FOUND = [
    ("PHONE", "13800138000"),
    ("PHONE", "139-1234-5678"),
    ("PHONE", "+86 15912345678"),
    ("PHONE", "8615912345678"),
    ("ID_CARD", "11010519491231002X"),
    ("ID_CARD", "440524188001010014"),
    ("EMAIL", "li.lei+x@mail.example.com.cn"),
    ("URL", "https://example.com/a/b?c=1&d=2#e"),
    ("URL", "www.example.com:8080"),
    ("DATE", "2008年8月8日"),
    ("DATE", "1949年"),
    ("DATE", "12月31号"),
    ("DATE", "2024-02-29"),
    ("DATE", "2008/8/8"),
    ("DATE", "二〇〇八年八月八日"),
    ("DATE", "一九九七年"),
    ("DATE", "十二月三十一日"),
    ("TIME", "20:08"),
    ("TIME", "晚上8点"),
    ("TIME", "上午10时30分"),
    ("TIME", "下午三点半"),
    ("MONEY", "3.5万元"),
    ("MONEY", "1,200元"),
    ("MONEY", "¥99.90"),
    ("MONEY", "人民币500元"),
    ("MONEY", "三千万美元"),
    ("PLATE", "京A12345"),
    ("PLATE", "粤B·D12345"),
    ("PLATE", "沪A1234学"),
]
NOT_FOUND = [
    "110105194912310021",  # another check digit
    "11010519490231002X",  # no such day
    "138001380001",  # twelve digits
    "12345678901",
    "2023-02-29",
    "多元化经营",
    "提出3点建议",
    "京A123",
    "a@b",
]


def found(text: str) -> list[tuple[str, str]]:
    return [(entry.type, text[start:end]) for start, end, entry in RuleMatcher(BUILTIN_RULES).find(text)]


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize(("type_", "form"), FOUND, ids=[form.replace("/", "") for _, form in FOUND])
def test_real_forms_in_full_and_half_width(type_: str, form: str, wide: bool) -> None:
    written = form.translate(WIDE) if wide else form
    assert found(f"他说：{written}，好。") == [(type_, written)]
    assert found(written) == [(type_, written)]


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_only_looks_like_it(text: str) -> None:
    assert found(f"他说：{text}，好。") == []


def test_a_file_of_rules(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        "[[rule]]\nname = 'order'\ntype = 'ORDER'\npattern = '订单(?P<number>[0-9]{4})'\nmode = 'force'\n"
        "[[rule]]\ntype = 'LOC'\npattern = '[北南]京'\nweight = 3\n",
        encoding="utf-8",
    )
    lexicon = Lexicon()
    lexicon.add_rules(path)
    assert lexicon.types == ["LOC", "ORDER"]
    text = "北京的订单１２３４"
    hits = RuleMatcher(lexicon.rules).find(text)
    assert [(text[s:e], entry.type, entry.mode, entry.weight, entry.id) for s, e, entry in hits] == [
        ("１２３４", "ORDER", "force", None, "order"),
        ("北京", "LOC", "prefer", 3.0, ""),
    ]


def test_all_faults_of_a_file_are_reported_at_once(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        """
[[rule]]
type = 'A'
pattern = '('
[[rule]]
type = 'A'
[[rule]]
type = 'A'
pattern = 'x'
mode = 'only'
[[rule]]
pattern = 'x'
[[rule]]
type = 'A'
pattern = '(?P<a>x)(?P<b>y)'
colour = 1
[[rule]]
type = 'A'
pattern = 3
[[rule]]
type = 'A'
pattern = 'x(?=y)'
weight = nan
""",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as error:
        read_rules(path)
    assert [line.replace(str(path), "") for line in str(error.value).splitlines()] == [
        ":2: expected a regular expression of RE2 (missing ): ()",
        ":5: has no pattern",
        ":7: only is for lists, not for rules",
        ":11: has no type; only never goes without",
        ":13: expected only name, type, pattern, mode, weight, got 'colour'",
        ":13: expected one named group, which is the entity, got a, b",
        ":17: expected pattern to be a text, got 3",
        ":20: expected a weight from -1000 to 1000, got nan",
        ":20: expected a regular expression of RE2 (invalid perl operator: (?=)",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[[rule", "expected TOML"),
        (b"x = 1", r"rules.toml:1: expected only tables \[\[rule\]\], got x"),
        (b"", r"expected only tables \[\[rule\]\], got none"),
        (b"rule = 1", "expected only tables"),
        (b"\xd0\xd0\xd0", "is not UTF-8|not UTF-8"),
    ],
)
def test_what_is_no_file_of_rules(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_rules(path)


@pytest.mark.parametrize("text", ["a" * 100_000, "1" * 100_000, "1,000." * 16_000, "京A" * 50_000, "a@" * 50_000])
def test_no_text_makes_rules_slow(text: str) -> None:
    """Also for a pattern that other engines need years for."""
    lexicon = Lexicon()
    lexicon.rules += BUILTIN_RULES
    matcher = RuleMatcher(lexicon.rules)
    began = time.process_time()
    list(matcher.find(text))
    assert time.process_time() - began < 5


FORMS = (
    *("{c}[0-9]{{3,8}}", "({c}+)+$", "{c}.*{c}", "[^{c}]+{c}", "(?:[0-9A-Z{c}]+-)+[0-9]+", r"{c}\p{{Han}}{{2,6}}号"),
    *("(a|{c}|aa)+b", "{c}{{1,200}}x", "(?:.{{0,20}}){c}", r"\b{c}\w*"),
)


@pytest.mark.parametrize(
    "piece",
    ["a", "1234567890", "京", "京1-", "京A12345，在北京市长江大桥123号abc。", "😀京"],
    ids=lambda piece: piece[:3],
)
def test_a_hundred_rules_take_little_time_for_a_long_line(piece: str) -> None:
    """In half a second on an idle machine."""
    rules = [Rule(Entry(form.format(c=c), "X")) for c in "京沪粤浙苏鲁豫川渝陕" for form in FORMS]
    text = (piece * 100_000)[:100_000]
    matcher = RuleMatcher(rules)
    began = time.process_time()
    found = list(matcher.find(text))
    assert time.process_time() - began < 5
    assert found or piece in ("a", "1234567890")
    assert all(0 <= start < end <= len(text) for start, end, _ in found)


def test_positions_count_characters_of_any_size() -> None:
    text = "é😀京１２３\r\n\ud800京456"
    found = [*RuleMatcher([Rule(Entry("京(?P<n>[0-9]+)", "X")), Rule(Entry("[^ -~]", "Y"))]).find(text)]
    assert [text[start:end] for start, end, entry in found if entry.type == "X"] == ["１２３", "456"]
    assert [text[start:end] for start, end, entry in found if entry.type == "Y"][:3] == ["é", "😀", "京"]


def test_a_catastrophic_pattern_takes_no_time(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text("[[rule]]\ntype = 'A'\npattern = '^(([a-z])+.)+[A-Z]([a-z])+$'\n", encoding="utf-8")
    began = time.process_time()
    assert list(RuleMatcher(read_rules(path)).find("a" * 100_000)) == []
    assert time.process_time() - began < 5


def test_limits(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text("[[rule]]\ntype = 'A'\npattern = '" + "x" * 2001 + "'\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"rules.toml:1: expected a pattern of at most 2,000 characters, got 2,001"):
        read_rules(path)
    path.write_text("[[rule]]\ntype = 'A'\npattern = 'x'\n" * 1001, encoding="utf-8")
    with pytest.raises(InputError, match="expected at most 1,000 rules, got 1,001"):
        read_rules(path)
