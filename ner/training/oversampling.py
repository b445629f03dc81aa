"""Sentences with rare types, seen more than once in an epoch."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from ner.data.entities import Sentence, drop_overlaps


def type_factors(sentences: Sequence[Sentence], threshold: float) -> dict[str, float]:
    """How often sentences with a type are to be seen, for the types that are rarer than `threshold`: more than 1.

    The repeat factor of Gupta, Dollár and Girshick (2019, LVIS), sqrt(threshold / share of the sentences
    that have the type).
    """
    having = Counter(label for sentence in sentences for label in _types(sentence))
    factors = {label: math.sqrt(threshold * len(sentences) / count) for label, count in sorted(having.items())}
    return {label: factor for label, factor in factors.items() if factor > 1}


def repeats(sentences: Sequence[Sentence], threshold: float, seed: int) -> list[int]:
    """How often each sentence is seen in an epoch, at least once.

    A sentence's factor is the largest of its types' `type_factors`. It is rounded up with the probability of its
    fraction, once for all epochs, so that they are equally long.
    """
    factors = type_factors(sentences, threshold)
    wanted = [max((factors.get(label, 1.0) for label in _types(sentence)), default=1.0) for sentence in sentences]
    chance = np.random.default_rng(seed).random(len(wanted))
    return [math.floor(factor) + (low < factor % 1) for factor, low in zip(wanted, chance.tolist(), strict=True)]


def _types(sentence: Sentence) -> set[str]:
    """The types of the entities that are learned."""
    return {entity.label for entity in drop_overlaps(sentence.entities)}
