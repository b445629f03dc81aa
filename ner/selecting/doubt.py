"""How unsure a tagger is of texts: exact quantities of its distribution."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from ner.decoding.numpy_chain import Doubles
from ner.decoding.span_tracks import Tags
from ner.tagging.decoding_batches import decoding_batches
from ner.tagging.tagger import Tagger

Measure = Literal["margin", "entropy", "mnlp"]
"""A measure of doubt; see `measure_doubt`."""


def measure_doubt(
    tagger: Tagger, texts: Sequence[str], measure: Measure, watch: Callable[[int], None] | None = None
) -> Doubles:
    """Measure how unsure a tagger is of each text. Higher is less sure; 0 is sure, also of an empty text.

    - `margin`: 1 minus the difference between the probabilities of the two most probable tag sequences (Scheffer,
      Decomain and Wrobel 2001, "Active Hidden Markov Models for Information Extraction"). It is at most 1.
    - `entropy`: the entropy of the distribution over all tag sequences, in nats per character (Settles and Craven
      2008, "An Analysis of Active Learning Strategies for Sequence Labeling Tasks", estimate it from n-best lists).
    - `mnlp`: minus the log-probability of the most probable tag sequence, per character (maximum normalized
      log-probability: Shen et al. 2018, "Deep Active Learning for Named Entity Recognition").

    Args:
        tagger: the tagger.
        texts: the texts.
        measure: the measure.
        watch: called after each batch with the number of characters that the network has read.

    Returns:
        `(texts,)`.
    """
    doubt = np.zeros(len(texts))
    emissions = tagger.emissions(texts, watch)
    tags = Tags.of(tagger.labels, tagger.scheme)
    decoder = tagger.engine.decoder()
    for batch in decoding_batches(texts, None, emissions, tags, 2 if measure == "margin" else 1):
        lengths = batch.mask.sum(axis=1)
        if measure == "entropy":
            scores = decoder.entropy(batch.emissions, batch.mask) / lengths
        elif measure == "mnlp":
            scores = -decoder.nbest(batch.emissions, batch.mask, 1).log_probabilities[:, 0] / lengths
        else:
            best = np.exp(decoder.nbest(batch.emissions, batch.mask, 2).log_probabilities)
            scores = 1 - (best[:, 0] - best[:, 1])
        doubt[batch.members] = np.maximum(scores, 0.0)  # rounding can give less
    return doubt
