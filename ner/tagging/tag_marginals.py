"""The probability of each tag at each character of texts."""

from collections.abc import Sequence

import numpy as np

from ner.decoding.numpy_chain import Doubles
from ner.decoding.span_tracks import Tags
from ner.tagging.decoding_batches import decoding_batches
from ner.tagging.tagger import Tagger


def tag_marginals(tagger: Tagger, texts: Sequence[str]) -> list[Doubles]:
    """Compute the probability of each tag of `tagger.labels` at each character of each text, `(chars, tags)`.

    A lexicon of the tagger is left out of account.
    """
    found = [np.zeros((0, len(tagger.labels)))] * len(texts)
    tags = Tags.of(tagger.labels, tagger.scheme)
    for batch in decoding_batches(texts, None, tagger.emissions(texts), tags):
        marginals = tagger.engine.decoder().marginals(batch.emissions, batch.mask)
        for row, i in enumerate(batch.members):
            found[i] = marginals[row, : len(texts[i])]
    return found
