import pytest

from ner.data.corpus import Corpus
from ner.data.entities import Sentence
from ner.training.training_advice import training_advice
from ner.training.training_settings import TrainingSettings


def sentences(count: int, label: str = "NAME") -> list[Sentence]:
    return [Sentence(f"我是王小明{i}。", [(2, 5, label)]) for i in range(count)]


def advice(train: list[Sentence], dev: list[Sentence], settings: TrainingSettings | None = None) -> list[str]:
    corpus = Corpus.from_sentences(train, dev)
    return [text.en for text in training_advice(corpus, settings or TrainingSettings())]


def test_enough_data_needs_no_advice() -> None:
    assert advice(sentences(20), sentences(100)) == []


def test_rare_types_are_named_with_their_number() -> None:
    found = advice([*sentences(20), *sentences(3, "TITLE")], sentences(100))
    assert len(found) == 1
    assert "fewer than 20 entities in train: TITLE 3; " in found[0]


def test_a_list_of_rare_types_ends() -> None:
    (found,) = advice([one for i in range(12) for one in sentences(1, f"TYPE{i:02}")], sentences(100))
    assert "TYPE09 1, ...;" in found
    assert "TYPE10" not in found


def test_a_small_dev_is_told() -> None:
    (found,) = advice(sentences(20), sentences(99))
    assert found.startswith("dev has 99 entities, too few to choose the best epoch by")


@pytest.mark.parametrize(
    ("train", "settings", "expected"),
    [
        (sentences(999, "PER"), TrainingSettings(), 1),
        (sentences(1000, "PER"), TrainingSettings(), 0),
        (sentences(999, "PER"), TrainingSettings(init_from="mini-zh-uner"), 0),
        (sentences(999), TrainingSettings(), 0),
    ],
    ids=["few", "many", "already", "other types"],
)
def test_a_tagger_to_start_from(train: list[Sentence], settings: TrainingSettings, expected: int) -> None:
    found = advice(train, sentences(100, train[0].entities[0].label), settings)
    assert len(found) == expected
    assert all("mini-zh-uner knows PER: " in text and "`init_from` mini-zh-uner" in text for text in found)
