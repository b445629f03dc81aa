"""Learning new entity types without forgetting old ones: the old tagger labels the old types in the new data."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ner.characters.window_batches import in_chunks
from ner.data.corpus import Corpus
from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence, drop_overlaps
from ner.data.schemes import split_tag
from ner.data.unknown_spans import spans_outside
from ner.decoding.numpy_chain import Doubles
from ner.tagging.tag_marginals import tag_marginals
from ner.tagging.tagger import Tagger
from ner.tagging.torch_engine import NetworkEngine
from ner.training.starting_network import Source

SURE_ENTITY, SURE_OUTSIDE = 0.9, 0.95
_CHUNK_CHARACTERS = 100_000


def keep_old_types(corpus: Corpus, source: Source) -> Corpus:
    """Add to a corpus the types of a tagger that the corpus doesn't label.

    In train, entities of these types of which the tagger is sure become entities, and characters that are surely in no
    entity of them stay outside. The others are unknown. Annotated entities stay as they are. The tagger is thus a
    teacher, as in Monaikul, Castellucci, Filice and Rokhlenko 2021, "Continual Learning for Named Entity Recognition",
    but only where it is sure: elsewhere the partial labels leave the choice to the new network.

    In dev and test, old types are scored only if a split has entities of them.
    """
    old = [type_ for type_ in source.model.config.types if type_ not in corpus.types]
    source.model.place()
    tagger = Tagger(NetworkEngine(source.model), source.table)
    sentences: list[Sentence] = []
    for chunk in in_chunks(corpus.train.sentences, lambda sentence: len(sentence.text), _CHUNK_CHARACTERS):
        sentences += _label(tagger, chunk, old)
    test = corpus.test and _score_what_is_labelled(corpus.test, corpus.types, old)
    return replace(
        corpus,
        train=replace(corpus.train, sentences=sentences),
        dev=_score_what_is_labelled(corpus.dev, corpus.types, old),
        test=test,
        types=sorted([*corpus.types, *old]),
    )


def _label(tagger: Tagger, sentences: Sequence[Sentence], old: Sequence[str]) -> list[Sentence]:
    texts = [sentence.text for sentence in sentences]
    of_old = np.isin([split_tag(label)[1] for label in tagger.labels], old)
    inside = [marginals[:, of_old].sum(axis=1) for marginals in tag_marginals(tagger, texts)]
    found = [[entity for entity in own if entity.label in old] for own in tagger.tag(texts)]
    return [*map(_add, sentences, found, inside)]


def _add(sentence: Sentence, found: Sequence[Entity], inside: Doubles) -> Sentence:
    """A sentence with the entities of old types that are certain.

    Args:
        sentence: the annotated sentence.
        found: the entities of old types that the tagger finds.
        inside: the probability of each character to be in an entity of an old type, `(chars,)`.
    """
    gold = drop_overlaps(sentence.entities)
    annotated = np.zeros(len(sentence.text), dtype=np.bool_)
    for entity in gold:
        annotated[entity.start : entity.end] = True
    open_ = inside > 1 - SURE_OUTSIDE
    more = []
    for entity in found:
        if entity.score is not None and entity.score >= SURE_ENTITY and not annotated[entity.start : entity.end].any():
            more.append(replace(entity, score=None))
        else:
            open_[entity.start : entity.end] = True
    for start, end in sentence.unknown:
        open_[start:end] = True
    for entity in [*gold, *more]:
        open_[entity.start : entity.end] = False
    known = [(place, place + 1) for place in np.flatnonzero(~open_).tolist()]
    unknown = spans_outside(known, 0, len(sentence.text))
    entities = sorted([*gold, *more], key=lambda entity: entity.start)
    return replace(sentence, entities=tuple(entities), unknown=unknown)


def _score_what_is_labelled(split: Split, types: Sequence[str], old: Sequence[str]) -> Split:
    if any(entity.label in old for sentence in split.sentences for entity in sentence.entities):
        return split
    return replace(split, sentences=[replace(sentence, looked_for=tuple(types)) for sentence in split.sentences])
