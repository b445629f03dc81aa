"""New types beside old ones: what the old tagger knows is in the new data, and scores count what is labelled."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ner.characters.padding import OPEN_LABEL
from ner.data.corpus import Corpus
from ner.data.entities import Entity, Sentence
from ner.data.joining import join_corpora
from ner.data.unknown_spans import Spans
from ner.evaluation.scores import compare
from ner.model.model_folder import load_model
from ner.tagging.tagger import Tagger
from ner.training.keep_old_types import _add, keep_old_types
from ner.training.starting_network import Source
from ner.training.train import train
from ner.training.training_examples import Collator, Examples
from ner.training.training_settings import TrainingSettings
from tests.conftest import SENTENCES

TEXT = "王小明在上海看书"
PERSON = Entity(0, 3, "PER", "王小明", 0.95)


def only(type_: str, corpus: Corpus) -> Corpus:
    """A corpus that labels one type alone."""

    def keep(sentence: Sentence) -> Sentence:
        return replace(sentence, entities=tuple(e for e in sentence.entities if e.label == type_))

    parts = {
        name: replace(split, sentences=[keep(sentence) for sentence in split.sentences])
        for name, split in corpus.splits.items()
    }
    return replace(corpus, types=[type_], **parts)


@pytest.mark.parametrize(
    ("found", "inside", "entities", "unknown"),
    [
        ([PERSON], [1, 1, 1, 0, 0, 0, 0, 0], [(0, 3, "PER"), (4, 6, "LOC")], ()),
        ([replace(PERSON, score=0.8)], [0.8, 0.8, 0.8, 0, 0, 0, 0, 0], [(4, 6, "LOC")], ((0, 3),)),
        ([], [0, 0, 0, 0.1, 0.9, 0, 0, 0.04], [(4, 6, "LOC")], ((3, 4),)),
        ([replace(PERSON, start=3, end=5)], [0, 0, 0, 1, 1, 0, 0, 0], [(4, 6, "LOC")], ((3, 4),)),
    ],
)
def test_sure_labels_are_taken_and_unsure_ones_are_open(
    found: list[Entity], inside: list[float], entities: list[tuple[int, int, str]], unknown: Spans
) -> None:
    sentence = _add(Sentence(TEXT, [(4, 6, "LOC")]), found, np.array(inside))
    assert [(e.start, e.end, e.label) for e in sentence.entities] == entities
    assert sentence.unknown == unknown


def test_what_is_unknown_stays_unknown() -> None:
    sentence = _add(Sentence(TEXT, unknown=((6, 8),)), [PERSON], np.zeros(8))
    assert sentence.unknown == ((6, 8),)


def test_a_corpus_gets_the_types_that_it_does_not_label(corpus: Corpus, model_folder: Path) -> None:
    kept = keep_old_types(only("LOC", corpus), Source(*load_model(model_folder)))
    assert kept.types == ["LOC", "ORG", "PER"]
    found = {(e.text, e.label) for sentence in kept.train.sentences for e in sentence.entities}
    assert {("王小明", "PER"), ("北京大学", "ORG"), ("上海", "LOC")} <= found
    assert {sentence.looked_for for sentence in kept.dev.sentences} == {("LOC",)}
    whole = keep_old_types(replace(only("LOC", corpus), test=corpus.test), Source(*load_model(model_folder)))
    assert whole.test == corpus.test


@pytest.mark.slow
def test_training_keeps_old_types(
    corpus: Corpus, model_folder: Path, tmp_path: Path, quick: Callable[..., TrainingSettings]
) -> None:
    data = replace(only("LOC", corpus), test=corpus.test)
    tagger = {}
    for keep in (False, True):
        settings = quick(init_from=str(model_folder), keep_old=keep, learning_rate=1e-4, head_learning_rate=1e-3)
        tagger[keep] = train(data, settings, tmp_path / str(keep)).tagger
    assert tagger[False].types == ["LOC"]
    assert tagger[True].types == ["LOC", "ORG", "PER"]
    text = SENTENCES[0][0]  # 王小明在北京大学看书。
    assert ("王小明", "PER") in [(e.text, e.label) for e in Tagger.load(tmp_path / "True").tag(text)]


def test_predictions_of_types_that_nobody_looked_for_do_not_count() -> None:
    sentences = [Sentence(TEXT, [(4, 6, "LOC")], looked_for=("LOC",)), Sentence(TEXT, [(4, 6, "LOC")])]
    found = [PERSON, Entity(4, 6, "LOC", "上海", 0.9)]
    evaluation = compare(sentences, [found, found], ["LOC", "PER"])
    assert (evaluation.scores.predicted_chunks, evaluation.scores.correct_chunks) == (3, 2)


def test_open_characters_may_have_only_types_that_nobody_looked_for(model_folder: Path) -> None:
    model, table = load_model(model_folder)
    sentences = [Sentence(TEXT, [(4, 6, "LOC")], looked_for=("LOC", "ORG")), Sentence(TEXT, [(4, 6, "LOC")])]
    examples = Examples(sentences, table, model.config)
    assert [int(label) for label in examples[0].labels[:4]] == [OPEN_LABEL] * 4
    assert examples[1].closed is None
    model.train(False)

    def loss(*numbers: int) -> float:
        with torch.no_grad():
            return float(model(**Collator(table)([examples[number] for number in numbers])).loss)

    # What the tagger knows, that 王小明 is a person, is no loss where nobody has looked for persons.
    assert loss(0) < loss(1) / 2
    assert loss(0, 1) == pytest.approx((loss(0) + loss(1)) / 2, rel=1e-3)


@pytest.mark.slow
def test_two_data_sets_are_learned_together(corpus: Corpus, tmp_path: Path, settings: TrainingSettings) -> None:
    joined = join_corpora([only("PER", corpus), only("LOC", corpus)])
    tagger = train(joined, replace(settings, epochs=15), tmp_path / "model").tagger
    found = {(e.text, e.label) for own in tagger.tag([text for text, _ in SENTENCES]) for e in own}
    assert {("张伟", "PER"), ("上海", "LOC")} <= found
