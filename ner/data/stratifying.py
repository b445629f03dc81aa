"""Sharing out groups of items among parts, so that each part gets its share of each stratum."""

import random
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Stratum = str | None
"""What is shared out among the parts, such as the items with a label (its name), or all items (None)."""


@dataclass
class Group:
    """Items that must stay in one part.

    Args:
        members: their indices.
        counts: how much of each stratum the group has.
        partial: whether the group must go to the first part.
    """

    members: list[int] = field(default_factory=list)
    counts: Counter[Stratum] = field(default_factory=Counter)
    partial: bool = False


class _Part:
    """A part that is being filled: the share of each stratum that it should get, and how much is still missing."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._lacking: defaultdict[Stratum, float] = defaultdict(lambda: share)

    def growth(self, shares: Mapping[Stratum, float]) -> float:
        """The growth of the sum of (wanted - present)^2 / wanted over all strata if these shares are added."""
        return sum(share * (share - 2 * self._lacking[s]) for s, share in shares.items()) / self._share

    def add(self, shares: Mapping[Stratum, float]) -> None:
        for stratum, share in shares.items():
            self._lacking[stratum] -= share


def connect(keys: Sequence[Iterable[Hashable]]) -> list[list[int]]:
    """Put items that have a key in common together, directly or through other items.

    >>> connect([["a"], ["b"], ["a", "c"], ["c"]])
    [[0, 2, 3], [1]]

    Args:
        keys: the keys of each item.

    Returns:
        The indices of the items of each group, in order.
    """
    parents = list(range(len(keys)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    first: dict[Hashable, int] = {}
    for index, own in enumerate(keys):
        for key in own:
            parents[root(index)] = root(first.setdefault(key, index))
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for index in range(len(keys)):
        groups[root(index)].append(index)
    return list(groups.values())


def stratify(groups: list[Group], shares: list[float], chance: random.Random) -> list[int]:
    """The number of the part for each group. Partial groups go to part 0, and no part is empty.

    The method is iterative stratification (Sechidis, Tsoumakas and Vlahavas: On the Stratification of Multi-Label Data,
    ECML PKDD 2011): groups with the rarest stratum come first, and among them the groups that have most of it. Each
    group goes to the part where the chi-squared distance between wanted and present shares grows least.

    Args:
        groups: the groups, at least as many as parts.
        shares: the share of each part.
        chance: decides the order of groups that are alike.
    """
    totals: Counter[Stratum] = Counter()
    for group in groups:
        totals.update(group.counts)
    parts = [_Part(share) for share in shares]

    def rarest_first(number: int) -> tuple[int, int]:
        return min((totals[stratum], -count) for stratum, count in groups[number].counts.items())

    def shares_of(group: Group) -> dict[Stratum, float]:
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
