"""Texts with labels, and the splits of a data set of them."""

import hashlib
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ner.data.stratifying import Group, connect, stratify
from ner.errors import InputError

_DEV_SHARE = 0.1
_FEW = 5  # texts of a label
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text, or a pair of texts, with its labels.

    Args:
        text: the text.
        labels: its labels: one, or any number of them if texts can have several.
        pair: the second text of a pair; None for a single text.
        file: the file that it is from.
        line: its line or row, from 1.
    """

    text: str
    labels: tuple[str, ...]
    pair: str | None = None
    file: str = ""
    line: int = 0

    @property
    def content(self) -> tuple[str, str | None]:
        """The text, and the second text of a pair."""
        return self.text, self.pair


@dataclass(frozen=True)
class LabelledSplit:
    """The texts of train, dev or test, and where they are from."""

    path: str
    name: str
    texts: list[LabelledText]

    @property
    def labels(self) -> Counter[str]:
        """The number of texts of each label."""
        return Counter(label for text in self.texts for label in text.labels)

    @property
    def characters(self) -> int:
        """The number of characters."""
        return sum(len(text.text) + len(text.pair or "") for text in self.texts)

    @property
    def fingerprint(self) -> str:
        """A SHA-256 of texts and labels, in hexadecimal. It doesn't depend on the file format."""
        digest = hashlib.sha256()
        for text in self.texts:
            digest.update(repr((text.text, text.pair, text.labels)).encode("utf-8", "backslashreplace"))
        return digest.hexdigest()


@dataclass(frozen=True)
class LabelledData:
    """The splits of a data set of labelled texts.

    >>> read_labelled_data("data_demo_classify/topics").labels
    ['体育', '科技', '财经']

    Args:
        train: the training data.
        dev: the data that choose the best epoch.
        test: the data for the final scores, or None.
        labels: the labels of train, sorted.
        pairs: whether the texts are pairs.
        notes: notes for the user.
    """

    train: LabelledSplit
    dev: LabelledSplit
    test: LabelledSplit | None
    labels: list[str]
    pairs: bool
    notes: list[str] = field(default_factory=list)

    @property
    def splits(self) -> list[LabelledSplit]:
        """The splits: train, dev and, if there is one, test."""
        return [split for split in (self.train, self.dev, self.test) if split is not None]


def join_splits(
    train: LabelledSplit, dev: LabelledSplit | None, test: LabelledSplit | None, seed: int, notes: Iterable[str] = ()
) -> LabelledData:
    """Make a data set of its splits. Without dev, a tenth of train becomes dev, stratified by label.

    Args:
        train: the training data.
        dev: the data that choose the best epoch, or None.
        test: the data for the final scores, or None.
        seed: decides which texts of train become dev.
        notes: what was found in reading.

    Raises:
        InputError: a split is empty, train has fewer than two labels, or only some texts are pairs.
    """
    notes = [*notes]
    for split in filter(None, (train, dev, test)):
        if not split.texts:
            raise InputError(f"{split.path} has no texts with labels")
    labels = sorted(train.labels)
    if len(labels) < 2:
        found = f"only the label {labels[0]}" if labels else "no labels"
        raise InputError(f"{train.path} has {found}: there is nothing to learn")
    if dev is None:
        whole = len(train.texts)
        train, dev = _split_off_dev(train, seed)
        notes.append(f"no dev in {train.path}: {len(dev.texts):,} of {whole:,} texts split off train with seed {seed}")
    data = LabelledData(train, dev, test, labels, train.texts[0].pair is not None, notes)
    for split in data.splits:
        for text in split.texts:
            if (text.pair is not None) != data.pairs:
                wanted = "a pair of texts" if data.pairs else "one text"
                raise InputError(
                    f"{text.file or split.path}:{text.line}: expected {wanted} as in {train.path}: give all files the "
                    "same columns"
                )
    notes += _notes(data)
    return data


def _split_off_dev(train: LabelledSplit, seed: int) -> tuple[LabelledSplit, LabelledSplit]:
    """Split a tenth of train off as dev. Equal texts stay together, and a text of each label stays in train.

    Rare labels are one stratum: each of them alone has too few texts to be shared out.
    """
    rare = {label for label, count in train.labels.items() if count < _FEW}
    kept, groups = set[str](), []
    for members in connect([[text.content] for text in train.texts]):
        group = Group(members)
        for index in members:
            labels = train.texts[index].labels
            group.counts.update([None, *({"" if label in rare else label for label in labels} or [""])])
            group.partial = group.partial or not kept.issuperset(rare.intersection(labels))
            kept.update(labels)
        groups.append(group)
    if all(group.partial for group in groups) or len(groups) < 2:
        raise InputError(f"{train.path}: {len(train.texts)} texts can't be divided into train and dev: add more")
    homes = stratify(groups, [1 - _DEV_SHARE, _DEV_SHARE], random.Random(seed))
    parts: tuple[list[int], list[int]] = [], []
    for group, home in zip(groups, homes, strict=True):
        parts[home].extend(group.members)
    first, second = ([train.texts[index] for index in sorted(part)] for part in parts)
    return LabelledSplit(train.path, "train", first), LabelledSplit(train.path, "dev", second)


def _notes(data: LabelledData) -> Iterable[str]:
    known, seen = {*data.labels}, {text.content for text in data.train.texts}
    for split in data.splits[1:]:
        strange = {label: count for label, count in split.labels.items() if label not in known}
        if strange:
            listed = _listed([f"{label} ({count:,})" for label, count in sorted(strange.items())])
            yield f"labels in {split.name} that train doesn't have, so they can't be learned: {listed}"
        if known_texts := sum(text.content in seen for text in split.texts):
            yield f"{split.name} has {known_texts:,} texts that are in train too: its scores are too good"
    rare = [label for label, count in data.train.labels.items() if count < _FEW]
    if rare:
        yield f"labels with fewer than 5 texts in train: {_listed(sorted(rare))}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else "")
