import pytest

from ner.data.corpus import Corpus
from ner.data.entities import Sentence
from ner.data.joining import join_corpora
from ner.errors import InputError

PERSONS = Corpus.from_sentences(
    [Sentence("李明在上海。", [(0, 2, "PER")])], [Sentence("王伟在北京。", [(0, 2, "PER")])]
)
PLACES = Corpus.from_sentences(
    [Sentence("王伟在北京。", [(3, 5, "LOC")])], [Sentence("好。")], [Sentence("李明在上海。", [(3, 5, "LOC")])]
)
ALL = Corpus.from_sentences([Sentence("李明在上海。", [(0, 2, "PER"), (3, 5, "LOC")])], [Sentence("好。")])


def test_each_sentence_says_what_was_looked_for() -> None:
    joined = join_corpora([PERSONS, PLACES, ALL])
    assert joined.types == ["LOC", "PER"]
    assert [sentence.looked_for for sentence in joined.train.sentences] == [("PER",), ("LOC",), ()]
    assert [sentence.looked_for for sentence in joined.dev.sentences] == [("PER",), ("LOC",), ()]
    assert joined.test is not None
    assert [sentence.looked_for for sentence in joined.test.sentences] == [("LOC",)]
    assert joined.train.path == "train + train + train"


def test_one_data_set_stays_as_it_is() -> None:
    assert join_corpora([ALL]) is ALL


def test_types_can_be_named() -> None:
    joined = join_corpora([PERSONS, PLACES], [["PER", "LOC"], []])
    assert [sentence.looked_for for sentence in joined.train.sentences] == [(), ("LOC",)]
    assert join_corpora([PERSONS], [["PER", "ORG"]]).types == ["ORG", "PER"]


def test_entities_of_other_types_are_an_error() -> None:
    with pytest.raises(InputError, match="train has entities of PER, but labels LOC: name all types that it labels"):
        join_corpora([PERSONS, PLACES], [["LOC"], []])
    with pytest.raises(InputError, match="expected `corpora` to have at least one"):
        join_corpora([])


def test_what_was_looked_for_changes_the_fingerprint() -> None:
    marked = join_corpora([PERSONS, PLACES]).train
    assert marked.fingerprint != join_corpora([PERSONS, PLACES], [["PER", "LOC"], ["PER", "LOC"]]).train.fingerprint
