"""Labels of texts by several sources, combined."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ner.characters.character_table import Ids
from ner.characters.window_batches import in_chunks
from ner.data.entities import Entity, Sentence
from ner.data.schemes import BIO, entities_to_tags, tags_to_entities
from ner.data.unknown_spans import spans_outside
from ner.decoding.numpy_chain import Doubles
from ner.errors import InputError
from ner.prelabelling.label_model import ABSTAINS, LabelModel, Reliability
from ner.prelabelling.prelabel_settings import PrelabelSettings
from ner.prelabelling.sources import Source
from ner.tagging.tag_marginals import tag_marginals
from ner.texts import each_text

_SURE = 0.8  # a tagger is unsure of entities with a lower score
_CHUNK_CHARACTERS = 100_000


class Prelabelled(NamedTuple):
    """A text with its most probable entities, and the probability of each character to be outside of entities.

    Args:
        text: the text.
        entities: the most probable entities, with their probabilities as scores; None if a single list has no scores.
        outside: `(chars,)`.
    """

    text: str
    entities: list[Entity]
    outside: Doubles

    def proposal(self) -> Sentence:
        """All entities, for a person to correct."""
        return Sentence(self.text, tuple(self.entities))

    def partial(self, settings: PrelabelSettings | None = None) -> Sentence:
        """What is certain: entities, and characters outside of entities. The rest is unknown."""
        settings = settings or PrelabelSettings()
        sure = [entity for entity in self.entities if entity.score is None or entity.score >= settings.sure_entity]
        inside = np.zeros(len(self.text), dtype=np.bool_)
        for entity in self.entities:
            inside[entity.start : entity.end] = True
        outside = np.flatnonzero((self.outside >= settings.sure_outside) & ~inside).tolist()
        known = [(entity.start, entity.end) for entity in sure] + [(place, place + 1) for place in outside]
        return Sentence(self.text, tuple(sure), unknown=spans_outside(known, 0, len(self.text)))


class Prelabels(NamedTuple):
    """The labels of texts, and how reliable each source is, by source and type.

    The reliability is estimated from the agreement of the sources. There is none of a single source.
    """

    texts: list[Prelabelled]
    reliability: dict[str, dict[str, Reliability]]


def prelabel_texts(texts: Iterable[str], sources: Sequence[Source]) -> Prelabels:
    """Label texts by several sources. How much each one counts is learned from these texts.

    A single source is taken as it is. If it is a tagger, its scores stay; if it is none, it tells nothing of characters
    outside of its entities.

    >>> lexicon = Lexicon.from_sentences([Sentence("我在上海。", [(2, 4, "LOC")])])
    >>> sources = [tagger_source(Tagger.load()), lexicon_source(lexicon, "names")]
    >>> found = prelabel_texts(["林晓东住在杭州。", "他在上海。"], sources)
    >>> [entity.label for entity in found.texts[0].proposal().entities]
    ['PER', 'LOC']

    Raises:
        InputError: there is no source, or `texts` has something else than texts.
    """
    if not sources:
        raise InputError("expected `sources` to have at least one: a model, a list, rules or answers")
    texts = [*each_text(texts)]
    if len(sources) == 1:
        return Prelabels([*_of_one(texts, sources[0])], {})
    types = sorted({type_ for source in sources for type_ in source.types})
    model = LabelModel(types, [source.types for source in sources])
    ids = {name: i for i, name in enumerate(model.names)}
    votes = [np.full((len(text), len(sources)), ABSTAINS, dtype=np.int64) for text in texts]
    for place, source in enumerate(sources):
        for text, of_text, proposed in zip(texts, votes, source.propose(texts), strict=True):
            if proposed is not None:
                of_text[:, place] = [ids[tag] for tag in entities_to_tags(proposed, len(text), BIO)]
                for entity in proposed:
                    if entity.score is not None and entity.score < _SURE:
                        of_text[entity.start : entity.end, place] += model.unsure
    model.fit(votes)
    reliability = {source.name: model.reliability(place) for place, source in enumerate(sources)}
    return Prelabels([_decode(model, text, of_text) for text, of_text in zip(texts, votes, strict=True)], reliability)


def _of_one(texts: Sequence[str], source: Source) -> Iterator[Prelabelled]:
    for chunk in in_chunks(texts, len, _CHUNK_CHARACTERS):
        outside = [np.zeros(len(text)) for text in chunk]
        if source.tagger is not None:
            outside = [marginals[:, 0] for marginals in tag_marginals(source.tagger, chunk)]
        for text, proposed, of_text in zip(chunk, source.propose(chunk), outside, strict=True):
            yield Prelabelled(text, [*(proposed or ())], of_text)


def _decode(model: LabelModel, text: str, votes: Ids) -> Prelabelled:
    if not text:
        return Prelabelled(text, [], np.zeros(0))
    decoded, marginals = model.decode(votes)
    found = tags_to_entities([model.names[tag] for tag in decoded.tags], text, BIO)[0]
    entities = [
        Entity(
            e.start, e.end, e.label, e.text, float(np.exp(min(0.0, decoded.enter[e.start] + decoded.leave[e.end - 1])))
        )
        for e in found
    ]
    return Prelabelled(text, entities, marginals[:, 0])
