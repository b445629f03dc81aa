"""What the simple taggers learn, and what they can't learn from."""

import sys

import pytest

from ner.baselines.baselines import train_baselines
from ner.baselines.crf_tagger import CrfTagger, features
from ner.baselines.dictionary_tagger import DictionaryTagger
from ner.built_in import ENCODER_FOLDER
from ner.characters.character_table import CharacterTable
from ner.data.entities import Sentence
from ner.errors import InputError
from ner.model.load_encoder import load_characters

TRAIN = [
    Sentence("王小明在北京大学。", [(0, 3, "PER"), (4, 8, "ORG")]),
    Sentence("他在北京。", [(2, 4, "LOC")]),
    Sentence("北京下雪了。", [(0, 2, "LOC")]),
]


@pytest.fixture(scope="module")
def table() -> CharacterTable:
    return load_characters(str(ENCODER_FOLDER))


def test_the_dictionary_takes_the_longest_entity(table: CharacterTable) -> None:
    found = DictionaryTagger(TRAIN, table).tag(["他去北京大学，不去北京。", ""])
    assert [[(e.start, e.end, e.label, e.text) for e in one] for one in found] == [
        [(2, 6, "ORG", "北京大学"), (9, 11, "LOC", "北京")],
        [],
    ]


def test_the_crf_finds_a_new_name_by_what_stands_around_it(table: CharacterTable) -> None:
    names = ["林晓东", "赵一鸣", "孙雨桐", "周子墨", "吴思远", "郑佳怡"]
    sentences = [Sentence(f"昨天{name}说，天气很好。", [(2, 5, "PER")]) for name in names] * 3
    found = CrfTagger(sentences, table).tag(["昨天冯天宇说，天气很好。", "天气很好。", ""])
    assert [[e.text for e in one] for one in found] == [["冯天宇"], [], []]


def test_both_know_the_types_of_train(table: CharacterTable) -> None:
    assert [one.types for one in train_baselines(TRAIN, table)] == [["LOC", "ORG", "PER"]] * 2


def test_features_are_those_of_the_character_and_its_neighbours() -> None:
    first, second = features("我3")
    assert first == [
        *("-2=<s>", "-1=<s>", "-2+=<s><s>", "0=我", "-1+=<s>我", "1=3", "0+=我3", "2=</s>", "1+=3</s>"),
        "kinds=<s> Lo Nd",
    ]
    assert second[-1] == "kinds=Lo Nd </s>"
    assert features("") == []


def test_sentences_that_are_labelled_in_part_are_left_out(table: CharacterTable) -> None:
    part = Sentence("王小明在上海。", [(0, 3, "PER")], unknown=((4, 6),))
    with pytest.raises(InputError, match="completely labelled"):
        CrfTagger([part], table)


def test_a_missing_package_is_named(table: CharacterTable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pycrfsuite", None)
    with pytest.raises(InputError, match=r"pycrfsuite is not installed; pip install .*baselines"):
        CrfTagger(TRAIN, table)
