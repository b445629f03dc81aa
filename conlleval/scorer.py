"""The chunk rules of the CoNLL-2000 shared task, and counts and scores of chunks.

Source: Tjong Kim Sang and Buchholz, *Introduction to the CoNLL-2000 Shared Task: Chunking* (CoNLL-2000), and the
behaviour of its scoring script ``conlleval.pl`` by Erik Tjong Kim Sang, version 2004-01-26. The tag prefixes other
than B, I and O come from Tjong Kim Sang and Veenstra, *Representing Text Chunks* (EACL 1999).
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

Pair = tuple[str, str]
"""The gold and the predicted tag of one token."""


@dataclass(frozen=True, kw_only=True)
class TypeScores:
    """The numbers of chunks of one type: in the gold tags, in the predicted tags, and in both.

    Precision, recall and F1 are percentages from 0 to 100, not rounded. They are 0 if there is nothing to count.
    """

    gold_chunks: int
    predicted_chunks: int
    correct_chunks: int

    @property
    def precision(self) -> float:
        """Percentage of the predicted chunks that are correct."""
        return _percent(self.correct_chunks, self.predicted_chunks)

    @property
    def recall(self) -> float:
        """Percentage of the gold chunks that were found."""
        return _percent(self.correct_chunks, self.gold_chunks)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, in percent: the script's FB1."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def to_dict(self) -> dict[str, object]:
        """Counts, and the percentages with two decimals as the report prints them."""
        return {
            "gold_chunks": self.gold_chunks,
            "predicted_chunks": self.predicted_chunks,
            "correct_chunks": self.correct_chunks,
            "precision": round(self.precision, 2),
            "recall": round(self.recall, 2),
            "f1": round(self.f1, 2),
        }


@dataclass(frozen=True, kw_only=True)
class Scores(TypeScores):
    """Scores over all types together (micro average), and the scores of each type in ``types``.

    ``types`` has the order of the report: by the UTF-8 bytes of the names. Chunks without a type have the name ``""``.
    ``accuracy`` counts tokens; the other scores count chunks.
    """

    tokens: int
    correct_tokens: int
    types: dict[str, TypeScores]

    @property
    def accuracy(self) -> float:
        """Percentage of the tokens whose predicted tag is the gold tag."""
        return _percent(self.correct_tokens, self.tokens)

    def to_dict(self) -> dict[str, object]:
        """The numbers of the report for JSON: counts, and percentages with two decimals."""
        return {
            "tokens": self.tokens,
            "correct_tokens": self.correct_tokens,
            "accuracy": round(self.accuracy, 2),
            **super().to_dict(),
            "types": {name: scores.to_dict() for name, scores in self.types.items()},
        }

    def to_json(self) -> str:
        """``to_dict()`` as indented JSON text that ends in a newline; Chinese type names stay readable."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2) + "\n"


def evaluate(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> Scores:
    """Score predicted tags against gold tags.

    A tag is a prefix and a type, separated at the first hyphen: ``B-PER``, ``I-人名``, ``B-geo-loc``. The rules are
    those of the script. Its prefixes are B, I, O, E (the last token of a chunk if the next chunk follows directly, as
    in the IOE schemes), ``[`` and ``]`` (a chunk of one token) and ``.`` (outside).

    With any other prefix, such as M and S of BMES, a chunk starts or ends only if the type changes. So B M E and S are
    scored correctly while entities of one type are not adjacent, but ``S-PER S-PER`` or ``E-PER B-PER`` count as one
    chunk. Convert BMES and BIOES tags to BIO first, on both sides.

    Chunks never cross a sentence boundary.

    Args:
        gold: the gold tags, one sequence per sentence.
        predicted: the predicted tags, in the same form.

    Raises:
        ValueError: the two sides differ in length.
        TypeError: the tags of a sentence are a string.
    """
    if len(gold) != len(predicted):
        raise ValueError(f"expected {len(gold)} predicted sentences, as many as gold, got {len(predicted)}")
    return score_pairs(chain.from_iterable(_sentences(gold, predicted)))


def _sentences(gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> Iterator[Iterable[Pair | None]]:
    """The pairs of each sentence, and a boundary after them."""
    for index, (gold_tags, predicted_tags) in enumerate(zip(gold, predicted, strict=True)):
        if isinstance(gold_tags, str) or isinstance(predicted_tags, str):
            raise TypeError(f"sentence {index} (from 0): expected a list of tags, got a single string")
        if len(gold_tags) != len(predicted_tags):
            raise ValueError(
                f"sentence {index} (from 0): expected {len(gold_tags)} predicted tags, as many as gold, "
                f"got {len(predicted_tags)}"
            )
        yield zip(gold_tags, predicted_tags, strict=True)
        yield (None,)


def score_pairs(pairs: Iterable[Pair | None]) -> Scores:
    """Score a stream of (gold, predicted) tags. None is a sentence boundary.

    The effect of a token depends only on its pair, on the pair before it, and on whether the open chunk is equal on
    both sides so far. A corpus has few such states, so each state is computed once and then counted.
    """
    known: dict[_Key, _State] = {}
    state = _State((None, None, False), known)
    for pair in pairs:
        state = state[pair]
        state.times += 1
    open_at_end = [_tags(state.pair)[0].type] if state.agrees else []
    return _scores(known.values(), open_at_end)


class _Tag(NamedTuple):
    prefix: str
    type: str


_Key = tuple[Pair | None, Pair | None, bool]
"""The pair before a token, its own pair, and whether the chunk that was open before it was equal on both sides."""


class _State(dict[Pair | None, "_State"]):
    """The effect of a token on the counts, and the next state for each possible next pair.

    `times` counts the tokens in this state. `gold_starts` and `predicted_starts` are the types of the chunks that start
    at the token. `completes` is the type of the chunk that ends before the token on both sides, and is equal on both.
    These are None if there is no such chunk. `agrees` says whether the open chunk is equal on both sides so far.
    """

    def __init__(self, key: _Key, known: dict[_Key, "_State"]) -> None:
        last, self.pair, agreed = key
        self._known = known
        last_gold, last_predicted = _tags(last)
        gold, predicted = _tags(self.pair)
        gold_starts, predicted_starts = _starts(last_gold, gold), _starts(last_predicted, predicted)
        gold_ends, predicted_ends = _ends(last_gold, gold), _ends(last_predicted, predicted)
        opens = gold_starts and predicted_starts and gold.type == predicted.type
        parts = gold_ends or predicted_ends or gold.type != predicted.type
        self.is_token = self.pair is not None
        self.is_correct = self.is_token and gold == predicted
        self.gold_starts = gold.type if gold_starts else None
        self.predicted_starts = predicted.type if predicted_starts else None
        self.completes = last_gold.type if agreed and gold_ends and predicted_ends else None
        self.agrees = opens or (agreed and not parts)
        self.times = 0

    def __missing__(self, pair: Pair | None) -> "_State":
        key = (self.pair, pair, self.agrees)
        if key not in self._known:
            self._known[key] = _State(key, self._known)
        self[pair] = self._known[key]
        return self[pair]


def _tags(pair: Pair | None) -> tuple[_Tag, _Tag]:
    if pair is None:
        return _Tag("O", ""), _Tag("O", "")
    return _tag(pair[0]), _tag(pair[1])


def _tag(text: str) -> _Tag:
    prefix, _, name = text.partition("-")
    # In Perl the string "0" is false, so the script treats a type of that name as no type.
    return _Tag(prefix, "" if name == "0" else name)


_STARTS = {("B", "B"), ("I", "B"), ("O", "B"), ("O", "I"), ("O", "E"), ("E", "E"), ("E", "I")}
_ENDS = {("B", "B"), ("B", "O"), ("I", "B"), ("I", "O"), ("E", "E"), ("E", "I"), ("E", "O")}
_SINGLE = {"[", "]"}
_OUTSIDE = {"O", "."}


def _starts(last: _Tag, tag: _Tag) -> bool:
    """Whether a chunk starts at ``tag``."""
    return (
        tag.prefix in _SINGLE
        or (last.prefix, tag.prefix) in _STARTS
        or (tag.prefix not in _OUTSIDE and last.type != tag.type)
    )


def _ends(last: _Tag, tag: _Tag) -> bool:
    """Whether a chunk ends with ``last``, the tag before ``tag``."""
    return (
        last.prefix in _SINGLE
        or (last.prefix, tag.prefix) in _ENDS
        or (last.prefix not in _OUTSIDE and last.type != tag.type)
    )


def _scores(states: Iterable[_State], open_at_end: Iterable[str]) -> Scores:
    tokens = correct_tokens = 0
    gold: Counter[str] = Counter()
    predicted: Counter[str] = Counter()
    correct = Counter(open_at_end)
    for state in states:
        tokens += state.times * state.is_token
        correct_tokens += state.times * state.is_correct
        if state.gold_starts is not None:
            gold[state.gold_starts] += state.times
        if state.predicted_starts is not None:
            predicted[state.predicted_starts] += state.times
        if state.completes is not None:
            correct[state.completes] += state.times
    return Scores(
        gold_chunks=gold.total(),
        predicted_chunks=predicted.total(),
        # This is not the sum over the types: after odd tags such as a closing "." the script completes a chunk of type
        # "", and counts it even if no chunk of that type was found.
        correct_chunks=correct.total(),
        tokens=tokens,
        correct_tokens=correct_tokens,
        # Code point order is the order of UTF-8 bytes.
        types={
            name: TypeScores(gold_chunks=gold[name], predicted_chunks=predicted[name], correct_chunks=correct[name])
            for name in sorted(gold.keys() | predicted.keys())
        },
    )


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0
