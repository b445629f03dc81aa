"""The parts of texts that a tagger is unsure of."""

from collections.abc import Sequence

import numpy as np

from ner.data.unknown_spans import Spans, join_spans
from ner.records.record import Alternative
from ner.tagging.tag_marginals import tag_marginals
from ner.tagging.tagger import Tagger

READINGS = 5
"""The number of readings whose entities are asked for as a whole."""


def find_unsure_spans(
    tagger: Tagger, texts: Sequence[str], readings: Sequence[Sequence[Alternative]], sure: float
) -> list[Spans]:
    """Find the parts of each text that are worth asking for, at least one.

    A character is unsure if the probability of its most probable tag is less than `sure`; at least the least sure one
    is. A part is unsure characters with all entities of the readings that they belong to, so that a person can label
    whole entities.

    Args:
        tagger: the tagger.
        texts: the texts, not empty.
        readings: the most probable readings of each text.
        sure: the probability from which on a tag is sure.
    """
    found = []
    for text, marginals, own in zip(texts, tag_marginals(tagger, texts), readings, strict=True):
        probabilities = marginals.max(axis=1)
        unsure = probabilities < sure
        unsure[probabilities.argmin()] = True
        asked = unsure.copy()
        spans = {(entity.start, entity.end) for reading in own for entity in reading.entities}
        grown = True
        while grown:  # an entity of one reading can overlap that of another
            touched = {(start, end) for start, end in spans if asked[start:end].any()}
            spans -= touched
            grown = bool(touched)
            for start, end in touched:
                asked[start:end] = True
        places = np.flatnonzero(asked).tolist()
        found.append(join_spans((place, place + 1) for place in places))
        assert found[-1][-1][1] <= len(text)
    return found
