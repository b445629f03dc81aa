"""Oversampling of sentences with rare entity types."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from ner.data.entities import Sentence, drop_overlaps


def type_factors(sentences: Sequence[Sentence], threshold: float) -> dict[str, float]:
    """The repeat factor of each rare type: how often to use a sentence with this type in an epoch.

    The factor is sqrt(threshold / share of the sentences that contain the type): Gupta, Dollár and Girshick 2019
    (LVIS).

    Args:
        sentences: the training data.
        threshold: a type is rare if the share of sentences that contain it is smaller, in [0, 1].

    Returns:
        The factors of the rare types, all more than 1.
    """
    having = Counter(label for sentence in sentences for label in _types(sentence))
    factors = {label: math.sqrt(threshold * len(sentences) / count) for label, count in sorted(having.items())}
    return {label: factor for label, factor in factors.items() if factor > 1}


def repeats(sentences: Sequence[Sentence], threshold: float, seed: int) -> list[int]:
    """How often each sentence is used in an epoch, at least once.

    The factor of a sentence is the largest factor of its types. It is rounded up with the probability of its fraction.
    It is rounded once for all epochs, so all epochs have the same length.

    Args:
        sentences: the training data.
        threshold: as for `type_factors`.
        seed: the seed of the rounding.
    """
    factors = type_factors(sentences, threshold)
    wanted = [max((factors.get(label, 1.0) for label in _types(sentence)), default=1.0) for sentence in sentences]
    chance = np.random.default_rng(seed).random(len(wanted))
    return [math.floor(factor) + (low < factor % 1) for factor, low in zip(wanted, chance.tolist(), strict=True)]


def _types(sentence: Sentence) -> set[str]:
    """The types of the entities of a sentence, without shorter overlapping entities."""
    return {entity.label for entity in drop_overlaps(sentence.entities)}
