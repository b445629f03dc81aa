"""Dividing one data set into train, dev and test."""

import random
from collections.abc import Iterable
from dataclasses import replace
from numbers import Integral, Real

from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.data.stratifying import Group, connect, stratify
from ner.errors import InputError


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
    closely as whole groups allow (see `stratify`). A group with unknown characters goes to train, because only train
    may have them.

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
    homes = stratify(groups, list(shares.values()), random.Random(seed))
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


def _groups(sentences: list[Sentence]) -> list[Group]:
    """The groups of sentences that are connected by a common document or a common text."""
    # An empty text or document name connects nothing.
    keys = [
        [key for key in (("document", sentence.document), ("text", sentence.text)) if key[1]] for sentence in sentences
    ]
    groups = []
    for members in connect(keys):
        group = Group(members)
        for sentence in (sentences[index] for index in members):
            group.counts.update([None, *([entity.label for entity in sentence.entities] or [""])])
            group.partial |= bool(sentence.unknown)
        groups.append(group)
    return groups
