"""Dividing one data set into train, dev and test."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.errors import InputError

_Stratum = str | None
"""What every part gets its share of: each entity type, sentences without entities (""), and all sentences (None)."""


@dataclass
class _Group:
    """Sentences that stay together, by their indices, and what they count for in each stratum.

    `partial` if one of them has unknown characters.
    """

    members: list[int] = field(default_factory=list)
    counts: Counter[_Stratum] = field(default_factory=Counter)
    partial: bool = False


class _Part:
    """A part while it is filled: the share that it is to have of each stratum, and what it lacks of that."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._lacking: defaultdict[_Stratum, float] = defaultdict(lambda: share)

    def growth(self, shares: Mapping[_Stratum, float]) -> float:
        """By how much the sum of (wanted - present)^2 / wanted over all strata grows if these shares are added."""
        return sum(share * (share - 2 * self._lacking[s]) for s, share in shares.items()) / self._share

    def add(self, shares: Mapping[_Stratum, float]) -> None:
        for stratum, share in shares.items():
            self._lacking[stratum] -= share


def split_sentences(
    sentences: Iterable[Sentence], *, dev: float = 0.1, test: float = 0.1, seed: int = 1
) -> dict[str, list[Sentence]]:
    """Divide sentences into train, dev and test that have alike shares of each entity type.

    Sentences of one document, and sentences with the same text, stay together.

    >>> sentences = [Sentence(f"我在上海{i}天。", [(2, 4, "LOC")]) for i in range(10)]
    >>> {name: len(part) for name, part in split_sentences(sentences).items()}
    {'train': 8, 'dev': 1, 'test': 1}

    Args:
        sentences: with their entities.
        dev: share of dev, at least 0 and less than 1.
        test: share of test; with 0 there is none.
        seed: the same seed gives the same parts.

    Raises:
        InputError: the shares are impossible, or there are too few sentences.
    """
    divided = divide(Split.from_sentences(sentences, "sentences"), dev, test, seed)
    return {name: split.sentences for name, split in divided.items()}


def divide(split: Split, dev: float, test: float, seed: int) -> dict[str, Split]:
    """Cuts a split into "train", "dev" and "test"; `dev` and `test` are shares in [0, 1), and a share of 0 has no part.

    Sentences of one document stay together, and so do sentences with the same text, and all that hang together in
    this way. The parts get their share of the entities of each type, of the sentences without entities, and of all
    sentences, as nearly as whole groups allow. As in iterative stratification (Sechidis, Tsoumakas and Vlahavas: On
    the Stratification of Multi-Label Data, ECML PKDD 2011), groups with the rarest types are dealt out first, of those
    the ones with most of it; each goes to the part where the chi-squared distance between the wanted shares and the
    present ones grows least. What hangs together with unknown characters goes to train, for only that may have them.

    The same seed gives the same parts. In a part the order is that of `split`, and no part is empty. The findings and
    the notes of `split` stay with train.

    Raises InputError if the shares are impossible, or there are fewer groups than parts, or too few without unknown
    characters.
    """
    for name, share in (("dev", dev), ("test", test)):
        if not 0 <= share < 1:
            raise InputError(f"expected a share of at least 0 and less than 1 for {name}, got {share}")
    if dev + test >= 1:
        raise InputError(f"expected shares of dev and test that leave something for train, got {dev} and {test}")
    shares = {"train": 1 - dev - test, "dev": dev, "test": test}
    shares = {name: share for name, share in shares.items() if share}
    groups = _groups(split.sentences)
    if len(groups) < len(shares):
        raise InputError(
            f"{split.path}: {len(split.sentences):,} sentences can't be divided into {' and '.join(shares)}: those of "
            f"one document or with the same text stay together, which leaves {len(groups)} to divide; add others"
        )
    whole = sum(not group.partial for group in groups)
    if whole < len(shares) - 1:
        raise InputError(
            f"{split.path}: {' and '.join([*shares][1:])} can't have sentences with the tag ?, nor others of their "
            f"documents or with their texts, which leaves {whole} to choose from: label more sentences wholly, or name "
            "a file of its own for it"
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
    """A sentence for the user if there is no such share of sentences without unknown characters to divide off."""
    known = sum(not sentence.unknown for sentence in split.sentences)
    if known >= share * len(split.sentences):
        return []
    return [
        f"{split.path}: only {known:,} of {len(split.sentences):,} sentences have no tag ?, too few for what is scored "
        "on, which is left to chance: label more sentences wholly, or name a file of its own for it"
    ]


def _groups(sentences: list[Sentence]) -> list[_Group]:
    """The connected components of the sentences that share a document or a text."""
    parents = list(range(len(sentences)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    first: dict[tuple[str, str], int] = {}
    for index, sentence in enumerate(sentences):
        for key in (("document", sentence.document), ("text", sentence.text)):
            # Empty texts are alike, but have nothing in common.
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
    """The number of the part that each group goes to, 0 for partial ones; no part is left empty."""
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
