"""Dividing one data set into train, dev and test."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from numbers import Integral, Real

from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.errors import InputError

_Stratum = str | None
"""What is shared out among the parts: an entity type, sentences without entities (""), or all sentences (None)."""


@dataclass
class _Group:
    """Sentences that must stay in one part.

    Args:
        members: their indices.
        counts: how many entities or sentences of each stratum the group has.
        partial: whether one of the sentences has unknown characters.
    """

    members: list[int] = field(default_factory=list)
    counts: Counter[_Stratum] = field(default_factory=Counter)
    partial: bool = False


class _Part:
    """A part that is being filled: the share of each stratum that it should get, and how much is still missing."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._lacking: defaultdict[_Stratum, float] = defaultdict(lambda: share)

    def growth(self, shares: Mapping[_Stratum, float]) -> float:
        """The growth of the sum of (wanted - present)^2 / wanted over all strata if these shares are added."""
        return sum(share * (share - 2 * self._lacking[s]) for s, share in shares.items()) / self._share

    def add(self, shares: Mapping[_Stratum, float]) -> None:
        for stratum, share in shares.items():
            self._lacking[stratum] -= share


def split_sentences(
    sentences: Iterable[Sentence], *, dev: float = 0.1, test: float = 0.1, seed: int = 1
) -> dict[str, list[Sentence]]:
    """Divide sentences into train, dev and test, stratified by entity type.

    Sentences of one document, and sentences with the same text, stay together.

    >>> sentences = [Sentence(f"我在上海{i}天。", [(2, 4, "LOC")]) for i in range(10)]
    >>> {name: len(part) for name, part in split_sentences(sentences).items()}
    {'train': 8, 'dev': 1, 'test': 1}

    Args:
        sentences: the sentences, with their entities.
        dev: the share of dev, in [0, 1). With 0 there is no dev.
        test: the share of test, in [0, 1). With 0 there is no test.
        seed: the same seed gives the same parts.

    Raises:
        InputError: a share is out of range, or there are too few sentences.
    """
    divided = divide(Split.from_sentences(sentences, "sentences"), dev, test, seed)
    return {name: split.sentences for name, split in divided.items()}


def divide(split: Split, dev: float, test: float, seed: int) -> dict[str, Split]:
    """Divide a split into "train", "dev" and "test", stratified by entity type.

    Sentences of the same document stay together, and so do sentences with the same text. Such groups are never split.
    Each part gets its share of the entities of each type, of the sentences without entities, and of all sentences, as
    closely as whole groups allow. The method is iterative stratification (Sechidis, Tsoumakas and Vlahavas: On the
    Stratification of Multi-Label Data, ECML PKDD 2011): groups with the rarest type come first, and among them the
    groups that have most of it. Each group goes to the part where the chi-squared distance between wanted and present
    shares grows least. A group with unknown characters goes to train, because only train may have them.

    Args:
        split: the sentences. Its findings and notes stay with train.
        dev: the share of dev, in [0, 1). With 0 there is no dev.
        test: the share of test, in [0, 1). With 0 there is no test.
        seed: the same seed gives the same parts.

    Returns:
        The parts by name. None is empty. The sentences of a part keep the order of `split`.

    Raises:
        InputError: a share is out of range, the seed is no number, or there are too few groups for the parts.
    """
    for name, share in (("dev", dev), ("test", test)):
        if isinstance(share, bool) or not isinstance(share, Real) or not 0 <= share < 1:
            raise InputError(f"expected `{name}` to be at least 0 and less than 1, got {share!r:.60}")
    if isinstance(seed, bool) or not isinstance(seed, Integral):
        raise InputError(f"expected `seed` to be a whole number, got {seed!r:.60}")
    if dev + test >= 1:
        raise InputError(f"expected `dev` and `test` to be less than 1 together, got {dev} and {test}")
    shares = {"train": 1 - dev - test, "dev": dev, "test": test}
    shares = {name: share for name, share in shares.items() if share}
    groups = _groups(split.sentences)
    if len(groups) < len(shares):
        raise InputError(
            f"{split.path}: {len(split.sentences):,} sentences can't be divided into {' and '.join(shares)}: sentences "
            f"of one document or with the same text stay together, so there are too few groups ({len(groups)}); add "
            "more"
        )
    whole = sum(not group.partial for group in groups)
    if whole < len(shares) - 1:
        raise InputError(
            f"{split.path}: {' and '.join([*shares][1:])} can't have sentences with the tag ?, nor other sentences of "
            f"their documents or with their texts, so only {whole} are left to choose from: label more sentences "
            "completely, or use a separate file"
        )
    homes = _stratify(groups, list(shares.values()), random.Random(seed))
    divided = {}
    for number, name in enumerate(shares):
        members = sorted(
            index for group, home in zip(groups, homes, strict=True) if home == number for index in group.members
        )
        divided[name] = replace(split, name=name, sentences=[split.sentences[index] for index in members])
        if name != "train":
            divided[name] = replace(divided[name], faults=[], repairs=[], losses=[], oddities=[], notes=[])
    return divided


def warn_of_shortage(split: Split, share: float) -> list[str]:
    """Warn the user if there are too few sentences without unknown characters for dev and test.

    Args:
        split: the sentences to divide.
        share: the share of dev and test together.

    Returns:
        No warning, or one.
    """
    known = sum(not sentence.unknown for sentence in split.sentences)
    if known >= share * len(split.sentences):
        return []
    return [
        f"{split.path}: only {known:,} of {len(split.sentences):,} sentences have no tag ?, which is too few for dev "
        "and test: their scores will depend on chance; label more sentences completely, or use a separate file"
    ]


def _groups(sentences: list[Sentence]) -> list[_Group]:
    """The groups of sentences that are connected by a common document or a common text."""
    parents = list(range(len(sentences)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    first: dict[tuple[str, str], int] = {}
    for index, sentence in enumerate(sentences):
        for key in (("document", sentence.document), ("text", sentence.text)):
            # An empty text or document name connects nothing.
            if key[1]:
                parents[root(index)] = root(first.setdefault(key, index))
    groups: defaultdict[int, _Group] = defaultdict(_Group)
    for index, sentence in enumerate(sentences):
        group = groups[root(index)]
        group.members.append(index)
        group.counts.update([None, *([entity.label for entity in sentence.entities] or [""])])
        group.partial |= bool(sentence.unknown)
    return list(groups.values())


def _stratify(groups: list[_Group], shares: list[float], chance: random.Random) -> list[int]:
    """The number of the part for each group. Partial groups go to part 0, and no part is empty."""
    totals: Counter[_Stratum] = Counter()
    for group in groups:
        totals.update(group.counts)
    parts = [_Part(share) for share in shares]

    def rarest_first(number: int) -> tuple[int, int]:
        return min((totals[stratum], -count) for stratum, count in groups[number].counts.items())

    def shares_of(group: _Group) -> dict[_Stratum, float]:
        return {stratum: count / totals[stratum] for stratum, count in group.counts.items()}

    order = sorted(chance.sample(range(len(groups)), len(groups)), key=rarest_first)
    homes = [0] * len(groups)
    for group in groups:
        if group.partial:
            parts[0].add(shares_of(group))
    order = [number for number in order if not groups[number].partial]
    for number in order:
        added = shares_of(groups[number])
        growths = [part.growth(added) for part in parts]
        homes[number] = growths.index(min(growths))
        parts[homes[number]].add(added)
    sizes = Counter(homes)
    for empty in set(range(len(parts))) - set(sizes):
        movable = [number for number in order if sizes[homes[number]] > 1]
        number = min(movable, key=lambda number: len(groups[number].members))
        sizes[homes[number]] -= 1
        homes[number] = empty
    return homes
