import pytest

from ner.data.corpus import Corpus
from ner.data.entities import Sentence
from ner.errors import InputError
from ner.training.train_fraction import take_train_fraction
from ner.training.training_settings import TrainingSettings

SENTENCES = [Sentence(f"我在上海{i}天。", [(2, 4, "LOC")]) for i in range(50)]
CORPUS = Corpus.from_sentences(SENTENCES, SENTENCES[:3])


def chosen(fraction: float, seed: int = 1) -> list[str]:
    corpus = take_train_fraction(CORPUS, TrainingSettings(train_fraction=fraction, seed=seed))
    return [sentence.text for sentence in corpus.train.sentences]


def test_a_smaller_share_is_part_of_a_larger_one() -> None:
    few, more, most = chosen(0.1), chosen(0.31), chosen(1)
    assert (len(few), len(more), len(most)) == (5, 16, 50)
    assert {*few} < {*more} < {*most}
    assert more == [text for text in most if text in {*more}]  # in their order


def test_the_seed_chooses() -> None:
    assert chosen(0.2) == chosen(0.2)
    assert chosen(0.2) != chosen(0.2, seed=2)


def test_only_train_becomes_smaller_and_that_is_said() -> None:
    corpus = take_train_fraction(CORPUS, TrainingSettings(train_fraction=0.1))
    assert corpus.notes[-1] == "5 of 50 training sentences are used, chosen with seed 1"
    assert corpus.dev == CORPUS.dev
    assert corpus.types == CORPUS.types
    assert take_train_fraction(CORPUS, TrainingSettings()) is CORPUS


def test_a_share_without_entities_is_refused() -> None:
    corpus = Corpus.from_sentences([*[Sentence("今天很好。")] * 99, SENTENCES[0]], SENTENCES[:1])
    with pytest.raises(InputError, match=r"`train_fraction` 0\.01 leaves 1 of 100 sentences of train, and none has an"):
        take_train_fraction(corpus, TrainingSettings(train_fraction=0.01))
