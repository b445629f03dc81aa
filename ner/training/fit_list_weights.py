"""How far to trust a list of terms: a weight for each type, fitted on dev."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ner.characters.padding import pad_rows
from ner.data.entities import Entity, Sentence
from ner.data.schemes import entities_to_tags
from ner.decoding.numpy_chain import Doubles
from ner.decoding.tag_decoders import CrfDecoder
from ner.errors import InputError
from ner.files import split_value
from ner.lexicon.default_weight import HIGHEST_PER_CHARACTER, PER_CHARACTER
from ner.lexicon.entries import Entry
from ner.lexicon.lexicon import Lexicon
from ner.tagging.tagger import Tagger
from ner.training.calibration import fully_annotated

_BATCH = 64


def read_list(name: str, types: Sequence[str]) -> Lexicon:
    """Read a list whose weights are to be fitted.

    Args:
        name: the file, or FILE=TYPE.
        types: the types of the model.

    Raises:
        InputError: the list has errors, or no term whose weight can be fitted.
    """
    lexicon = Lexicon.read_typed([split_value(name)])
    if not any(_is_open(entry, types) for entry in lexicon):
        known = ", ".join(types)
        raise InputError(
            f"expected `dictionary` to have terms with mode prefer and no weight of the types {known}, got none: {name}"
        )
    return lexicon


class _Match(NamedTuple):
    sentence: int
    span: Entity
    right: bool


def fit_list_weights(tagger: Tagger, sentences: Sequence[Sentence]) -> dict[str, float]:
    """Find the weights of the terms of a list that make the entities of `sentences` most probable.

    A weight w for each character multiplies the odds of a term with n characters by exp(n w). So this is a logistic
    regression for each type: the data are all matches, the offset of a match is the log-odds of the tagger without the
    list, and the variable is its length. Matches that overlap are taken as independent. A normal prior with the default
    weight as its mean and a standard deviation of 1 keeps types with few matches near the default.

    Args:
        tagger: a calibrated tagger with the list.
        sentences: annotated sentences. Those with a type that the model doesn't know are ignored, and those whose
            annotators have not looked for all types.

    Returns:
        The log-odds for each character, by type. A type without a match that has the default weight is left out.
    """
    known = fully_annotated(sentences, tagger.engine.types)
    known.sort(key=lambda sentence: len(sentence.text))
    matches = [match for place, sentence in enumerate(known) for match in _matches(tagger, place, sentence)]
    offsets = _log_odds(tagger, [sentence.text for sentence in known], matches)
    lengths = np.array([match.span.end - match.span.start for match in matches])
    right = np.array([match.right for match in matches])
    labels = np.array([match.span.label for match in matches])
    fitted = {}
    for label in sorted({*labels.tolist()}):
        of_type = labels == label
        fitted[label] = round(_fit(offsets[of_type], lengths[of_type], right[of_type]), 3)
    return fitted


def _matches(tagger: Tagger, place: int, sentence: Sentence) -> Iterator[_Match]:
    """The terms of a sentence that have the default weight."""
    gold = {(entity.start, entity.end, entity.label) for entity in sentence.entities}
    for matcher in tagger.matchers:
        for start, end, entry, *_ in matcher.find(sentence.text):
            if _is_open(entry, tagger.engine.types):
                yield _Match(place, Entity(start, end, entry.type, ""), (start, end, entry.type) in gold)


def _is_open(entry: Entry, types: Sequence[str]) -> bool:
    """Whether an entry leaves its weight to the model."""
    return entry.mode == "prefer" and entry.weight is None and entry.type in types


def _log_odds(tagger: Tagger, texts: Sequence[str], matches: Sequence[_Match]) -> Doubles:
    """The log-odds of each match, as an entity of its type, without the list."""
    decoder = tagger.engine.decoder()
    assert isinstance(decoder, CrfDecoder)  # other taggers take no list
    ids = {label: i for i, label in enumerate(tagger.labels)}
    emissions = tagger.emissions(texts)
    found: list[float] = []
    for begin in range(0, len(matches), _BATCH):
        batch = matches[begin : begin + _BATCH]
        rows = [emissions[match.sentence] for match in batch]
        paths = [
            np.array([ids[tag] for tag in entities_to_tags([match.span], len(row), tagger.scheme)])
            for match, row in zip(batch, rows, strict=True)
        ]
        mask = pad_rows([np.ones(len(row), dtype=np.bool_) for row in rows], 0)
        decoded = decoder.compare(pad_rows(rows, 0.0), mask, pad_rows(paths, 0))
        found += [
            decoded.enter[row, match.span.start] + decoded.leave[row, match.span.end - 1]
            for row, match in enumerate(batch)
        ]
    logs = np.minimum(np.array(found), -1e-9)
    odds: Doubles = logs - np.log(-np.expm1(logs))
    return odds


def _fit(offsets: Doubles, lengths: Doubles, right: Doubles) -> float:
    """The weight at which the slope of the log-likelihood is 0. The slope falls, so it is found by halving."""
    low, high = -HIGHEST_PER_CHARACTER, HIGHEST_PER_CHARACTER
    while high - low > 1e-6:
        middle = (low + high) / 2
        probable = (1 + np.tanh((offsets + middle * lengths) / 2)) / 2
        if ((right - probable) * lengths).sum() > middle - PER_CHARACTER:
            low = middle
        else:
            high = middle
    return (low + high) / 2
