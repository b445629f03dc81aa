"""Lists on their way to an engine process."""

import orjson

from ner.lexicon.entries import Entry
from ner.lexicon.lexicon import Lexicon
from ner.lexicon.rules import Rule
from ner.serving.served_lexicon import pack, unpack


def lexicon() -> Lexicon:
    made = Lexicon([Entry("杭州", "LOC", "only", 1.5, "C1", "", "a.csv", 2), Entry("杭", "", "never")])
    made.add_rules("builtin")
    made.rules.append(Rule(Entry("[a-z]+", "WORD", "force")))
    return made


def test_nothing_is_lost() -> None:
    before = lexicon()
    after = unpack(orjson.loads(pack(before).content))
    assert [*after] == [*before]
    assert after.rules == before.rules  # with the functions that check a match
    before.any_script = True
    assert unpack(orjson.loads(pack(before).content)).any_script


def test_the_version_is_that_of_the_content() -> None:
    more = lexicon()
    more.add("上海", "LOC")
    assert pack(lexicon()) == pack(lexicon())
    assert pack(lexicon()) != pack(more)


def test_rows_have_no_empty_fields() -> None:
    assert [*pack(lexicon()).rows()] == [
        {"term": "杭州", "type": "LOC", "mode": "only", "weight": 1.5, "id": "C1"},
        {"term": "杭", "mode": "never"},
    ]
