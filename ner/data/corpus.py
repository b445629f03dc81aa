"""Reading annotated text: from a file or folder to sentences with entities."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ner.data.data_split import Split
from ner.data.dividing import divide, warn_of_shortage
from ner.data.entities import Sentence, drop_overlaps
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.registry import format_of
from ner.data.garbage_collection import pause_garbage_collection
from ner.data.memory_sources import sentences_of_dataset, sentences_of_frame
from ner.data.read_options import ReadOptions
from ner.data.split_files import SPLITS, find_files, holds_splits, splits_of
from ner.data.unknown_spans import require_known
from ner.errors import InputError, join_equal
from ner.quantities import counted

if TYPE_CHECKING:
    import pandas as pd

_DEFAULT = ReadOptions()
_MOST_PROBLEMS = 100
DEV_SHARE = 0.1
_ENOUGH_DOCUMENTS = 20
_MOST_TYPES = 100


class CorpusError(InputError):
    """Errors in files. `problems` contains all of them, and the message contains the first hundred.

    In the message, lines of a file with the same error are together.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        told = join_equal(problems)
        shown = told[:_MOST_PROBLEMS]
        if more := len(told) - len(shown):
            shown.append(f"... and {more:,} more")
        super().__init__("\n".join(shown))


@dataclass(frozen=True)
class Source:
    """Where a corpus was read from: the absolute path, and the other arguments of `read_corpus`."""

    path: str
    seed: int
    options: ReadOptions
    dev_share: float | None = None


@dataclass(frozen=True)
class Corpus:
    """The splits of a data set.

    `read_corpus` reads a corpus from files. The methods below make a corpus from sentences, a data frame or a data set
    in memory. Without `dev`, a tenth of train becomes dev; `seed` determines which sentences. Only train may contain
    the tag ?, which marks characters that nobody has annotated.

    >>> train = [Sentence(f"我在上海{i}天。", [(2, 4, "LOC")]) for i in range(10)]
    >>> corpus = Corpus.from_sentences(train)
    >>> corpus.types, len(corpus.train.sentences), len(corpus.dev.sentences)
    (['LOC'], 9, 1)

    Args:
        train: the training data.
        dev: the data that choose the best epoch.
        test: the data for the final scores, or None.
        types: the entity types of train, sorted.
        notes: notes for the user.
        source: where it was read from; None if it was made in memory.
    """

    train: Split
    dev: Split
    test: Split | None
    types: list[str]
    notes: list[str] = field(default_factory=list)
    source: Source | None = field(default=None, repr=False)

    @property
    def splits(self) -> dict[str, Split]:
        """The splits by name: train, dev and, if it exists, test."""
        named = {"train": self.train, "dev": self.dev, "test": self.test}
        return {name: split for name, split in named.items() if split is not None}

    @classmethod
    def from_sentences(
        cls,
        train: Iterable[Sentence],
        dev: Iterable[Sentence] | None = None,
        test: Iterable[Sentence] | None = None,
        *,
        seed: int = 1,
    ) -> "Corpus":
        """Make a corpus from sentences.

        Args:
            train: the training data.
            dev: the data that choose the best epoch. Without them, a tenth of train is used.
            test: the data for the final scores.
            seed: determines which sentences of train become dev.

        Raises:
            InputError: a split is empty or contains other objects than sentences, or dev or test contain the tag ?.
        """
        if not isinstance(seed, int):
            raise InputError(f"expected `seed` to be a whole number, got {seed!r:.60}")
        given = {"dev": dev, "test": test}
        splits = {"train": Split.from_sentences(train, "train")}
        splits |= {name: Split.from_sentences(part, name) for name, part in given.items() if part is not None}
        for name, split in splits.items():
            if not split.sentences:
                raise InputError(f"expected `{name}` to contain at least one sentence, got none")
        return _join_splits(splits, seed, "")

    @classmethod
    def from_frame(cls, frame: "pd.DataFrame", *, seed: int = 1) -> "Corpus":
        """Make a corpus from a DataFrame with a row for each character, for each text, or for each entity.

        A row for a character has the columns `sentence` (a number or a name of the sentence), `character` and `tag`. A
        row for a text has the columns `text` and `entities`, which is a list of (start, end, label) or of dicts with
        these keys. A row for an entity has the columns `text`, which is the whole text, `start`, `end` and `label`;
        rows that follow each other with the same text are together, and a text without entities has one row with the
        others empty. A column `split` can contain train, dev and test.

        >>> import pandas as pd
        >>> rows = [(i, c, t) for i in range(4) for c, t in zip("在上海", ["O", "B-LOC", "I-LOC"])]
        >>> rows += [(9, "张", "B-PER"), (9, "伟", "I-PER")]
        >>> Corpus.from_frame(pd.DataFrame(rows, columns=["sentence", "character", "tag"])).types
        ['LOC']

        Args:
            frame: the data frame.
            seed: as for `from_sentences`.

        Raises:
            InputError: a column is missing, or as for `from_sentences`.
        """
        return cls.from_sentences(**sentences_of_frame(frame), seed=seed)

    @classmethod
    def from_dataset(cls, dataset: Any, *, seed: int = 1) -> "Corpus":
        """Make a corpus from a `datasets.Dataset`, or from a `DatasetDict` with train, validation and test.

        The rows have `tokens` and `ner_tags`. The tags are names, or numbers of a `ClassLabel`. A list of dicts works
        too.

        >>> rows = [{"tokens": list("在上海"), "ner_tags": ["O", "B-LOC", "I-LOC"]}]
        >>> Corpus.from_dataset({"train": rows, "validation": rows}).types
        ['LOC']

        Args:
            dataset: the data set.
            seed: as for `from_sentences`.

        Raises:
            InputError: a column is missing, or as for `from_sentences`.
        """
        return cls.from_sentences(**sentences_of_dataset(dataset), seed=seed)


@pause_garbage_collection()
def examine_file(path: str | Path, options: ReadOptions = _DEFAULT) -> Split:
    """Read one annotated file or one brat folder, and collect its errors in `Split.faults`.

    Raises:
        InputError: there is no such file, or an option is wrong.
    """
    path = Path(path)
    format_ = format_of(path, options)
    split = format_.read(path, options)
    if not split.sentences and not split.faults:
        split.faults.append(Finding(str(path), 0, FindingKind.NO_SENTENCES, "has no sentences"))
    splits = splits_of(path.name)
    return replace(split, name=splits[0] if len(splits) == 1 else path.name, format=format_.name)


def read_file(path: str | Path, options: ReadOptions = _DEFAULT) -> Split:
    """Read one annotated file or one brat folder.

    Raises:
        CorpusError: the file has errors. The exception contains all of them.
        InputError: there is no such file, or an option is wrong.
    """
    split = examine_file(path, options)
    if split.faults:
        raise CorpusError([str(fault) for fault in split.faults])
    return split


def read_split(path: str | Path, name: str, options: ReadOptions = _DEFAULT) -> Split:
    """Read one split of a folder. The other files are not read.

    Args:
        path: the folder, or a single file, which is read as the split.
        name: `train`, `dev` or `test`.
        options: how the file is read.

    Raises:
        CorpusError: the file has errors.
        InputError: the folder has no such split, or an option is wrong.
    """
    if name not in SPLITS:
        raise ValueError(f"expected `name` to be train, dev or test, got {name!r}")
    file = find_files(path, require=(name,))[name] if holds_splits(Path(path)) else Path(path)
    return replace(read_file(file, options), name=name)


def examine_splits(
    path: str | Path, options: ReadOptions = _DEFAULT, require: Collection[str] = (), wanted: Collection[str] = SPLITS
) -> dict[str, Split]:
    """Read splits of a folder, and collect their errors in `Split.faults`.

    Args:
        path: the folder, or a single file, which is read as train.
        options: how the files are read.
        require: the splits that must exist.
        wanted: the splits to read. Other files are not read.

    Raises:
        InputError: a required split is missing, or an option is wrong.
    """
    files = find_files(path, require) if holds_splits(Path(path)) else {"train": Path(path)}
    return {name: replace(examine_file(file, options), name=name) for name, file in files.items() if name in wanted}


def read_splits(
    path: str | Path, options: ReadOptions = _DEFAULT, require: Collection[str] = (), wanted: Collection[str] = SPLITS
) -> dict[str, Split]:
    """Read splits of a folder. The arguments are those of `examine_splits`.

    Raises:
        CorpusError: files have errors. The exception contains all errors of all files.
        InputError: a required split is missing, or an option is wrong.
    """
    splits = examine_splits(path, options, require, wanted)
    if faults := [str(fault) for split in splits.values() for fault in split.faults]:
        raise CorpusError(faults)
    return splits


def require_corpus(corpus: object, parameter: str) -> None:
    """Check an argument of the Python API.

    Raises:
        InputError: it is no corpus.
    """
    if not isinstance(corpus, Corpus):
        raise InputError(
            f"expected `{parameter}` to be a Corpus, got {corpus!r:.40}: make one with read_corpus or "
            "Corpus.from_sentences"
        )


def read_corpus(
    path: str | Path,
    *,
    seed: int = 1,
    options: ReadOptions = _DEFAULT,
    wanted: Collection[str] = SPLITS,
    dev_share: float | None = None,
) -> Corpus:
    """Read a data set from a folder, or from a single file, which is read as train.

    Without a dev file, a tenth of train becomes dev, or `dev_share` of it. Sentences with the tag ? stay in train. If
    train has twenty or more documents, a document is never divided.

    >>> corpus = read_corpus("data_demo")
    >>> corpus.types
    ['LOC', 'ORG', 'PER']

    Args:
        path: the folder or the file.
        seed: determines which sentences of train become dev.
        options: how the files are read.
        wanted: the splits to read. Other files are not read.
        dev_share: the share of train that becomes dev; None for a tenth if there is no dev file.

    Raises:
        CorpusError: files have errors. The exception contains all errors of all files.
        InputError: there is no train file, there is a dev file beside `dev_share`, or dev or test contain the tag ?.
    """
    splits = read_splits(path, options, require=("train",), wanted=wanted)
    if dev_share is not None and "dev" in splits:
        raise InputError(f"{splits['dev'].path} is the dev file: leave out `dev_share`, or move the file away")
    corpus = _join_splits(splits, seed, f" file in {path}", DEV_SHARE if dev_share is None else dev_share)
    return replace(corpus, source=Source(str(Path(path).absolute()), seed, options, dev_share))


def read_sentences(path: str | Path, *, options: ReadOptions = _DEFAULT) -> list[Sentence]:
    """Read the sentences of one annotated file or one brat folder, in any supported format.

    >>> sentences = read_sentences("data_demo/dev.txt")
    >>> sentences[0].path
    'data_demo/dev.txt'

    Args:
        path: the file or the folder.
        options: how it is read.

    Raises:
        CorpusError: the file has errors. The exception contains all of them.
        InputError: there is no such file, or an option is wrong.
    """
    return read_file(path, options).sentences


def _join_splits(splits: dict[str, Split], seed: int, place: str, dev_share: float = DEV_SHARE) -> Corpus:
    """Make a corpus of splits, and split dev off if it is missing. `place` completes the note "no dev"."""
    if not 0 < dev_share < 1:
        raise InputError(f"expected `dev_share` to be more than 0 and less than 1, got {dev_share}")
    require_known(sentence for name in ("dev", "test") if name in splits for sentence in splits[name].sentences)
    notes = [note for split in splits.values() for note in notes_on_split(split)]
    if "dev" not in splits:
        whole = splits["train"]
        splits = splits | split_off_dev(whole, dev_share, seed)
        count = len(splits["dev"].sentences)
        notes += [
            f"no dev{place}: {counted(count, 'sentence')} ({count / len(whole.sentences):.0%}) split off "
            f"train with seed {seed}",
            *["no sentence of dev has the tag ?"] * (whole.unknown > 0),
            *["`dev_share` sets the share, and bert-ner split makes files with a test split too"] * (place != ""),
        ]
        notes += warn_of_shortage(whole, dev_share)
    types = sorted(splits["train"].types)
    more = f" and {len(types) - _MOST_TYPES:,} more" * (len(types) > _MOST_TYPES)
    notes.append(f"types in train: {', '.join(types[:_MOST_TYPES])}{more}" if types else "train has no entities")
    if types and not splits["train"].outside:
        notes.append(
            "every character of train is in an entity or has the tag ?: label some characters O, or the tagger finds "
            "entities everywhere"
        )
    known = {*types}
    strange = [
        f"type {type_} is in {split.name} ({count:,}) but not in train, so it can't be learned"
        for split in splits.values()
        for type_, count in sorted(split.types.items())
        if type_ not in known
    ]
    notes += strange[:_MOST_TYPES]
    if len(strange) > _MOST_TYPES:
        notes.append(f"{len(strange) - _MOST_TYPES:,} more types are not in train, so they can't be learned")
    return Corpus(splits["train"], splits["dev"], splits.get("test"), types, notes)


def notes_on_split(split: Split) -> list[str]:
    """Notes for the user about annotations that were changed or left out in reading."""
    notes = [*split.notes, *note_on_repairs(split)]
    kinds: dict[FindingKind, list[Finding]] = {}
    for loss in split.losses:
        if loss.kind != FindingKind.FIELD_LEFT_OUT:  # a column besides token and tag doesn't matter for training
            kinds.setdefault(loss.kind, []).append(loss)
    for kind, losses in kinds.items():
        more = f" (and {len(losses) - 1:,} more)" if len(losses) > 1 else ""
        notes.append(f"{losses[0].place}: {kind}: {losses[0].message}{more}")
    overlapping = sum(len(s.entities) - len(drop_overlaps(s.entities)) for s in split.sentences)
    if overlapping:
        notes.append(
            f"{split.path}: left out of training and scores, because they overlap longer entities: {overlapping:,}"
        )
    return notes


def note_on_repairs(split: Split) -> list[str]:
    """A note for the user about illegal tag sequences, if there are any."""
    if not split.repairs:
        return []
    assert split.scheme, "only tags need repairs"
    return [
        f"{split.path}: {len(split.repairs):,} illegal {split.scheme.name} tags were read as conlleval reads them; "
        f"the first is {split.repairs[0]}; bert-ner check lists and fixes them"
    ]


def split_off_dev(whole: Split, share: float, seed: int) -> dict[str, Split]:
    """Split a share of train off as dev. Documents stay whole if there are enough of them."""
    if len({sentence.document for sentence in whole.sentences}) < _ENOUGH_DOCUMENTS:
        whole = replace(whole, sentences=[replace(sentence, document="") for sentence in whole.sentences])
    return divide(whole, dev=share, test=0, seed=seed)
