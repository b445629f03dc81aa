"""Files of annotated text and folders of them: from a path to sentences with entities."""

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
from ner.data.unknown import require_known
from ner.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_DEFAULT = ReadOptions()
_MOST_PROBLEMS = 100
_DEV_SHARE = 0.1
_ENOUGH_DOCUMENTS = 20


class CorpusError(InputError):
    """Everything that is wrong with some files; `problems` holds all of it, the message the first hundred."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        shown = problems[:_MOST_PROBLEMS]
        if more := len(problems) - len(shown):
            shown.append(f"... and {more:,} more")
        super().__init__("\n".join(shown))


@dataclass(frozen=True)
class Corpus:
    """The splits of a data set; `types` are those of train, sorted; `notes` are sentences for the user.

    Only train has unknown characters, if any has. `read_corpus` reads one from files; the methods below make one of
    what is in memory. Without `dev` a tenth of train is split off by `seed`.

    >>> train = [Sentence(f"我在上海{i}天。", [(2, 4, "LOC")]) for i in range(10)]
    >>> corpus = Corpus.from_sentences(train)
    >>> corpus.types, len(corpus.train.sentences), len(corpus.dev.sentences)
    (['LOC'], 9, 1)
    """

    train: Split
    dev: Split
    test: Split | None
    types: list[str]
    notes: list[str] = field(default_factory=list)

    @property
    def splits(self) -> dict[str, Split]:
        """Train, dev and, if there is one, test, by name."""
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
        """A data set of sentences in memory.

        Raises:
            InputError: one of the three holds no sentences or something else, or dev or test have unknown characters.
        """
        given = {"train": train, "dev": dev, "test": test}
        splits = {name: Split.from_sentences(part, name) for name, part in given.items() if part is not None}
        for name, split in splits.items():
            if not split.sentences:
                raise InputError(f"expected `{name}` to hold at least one sentence, got none")
        return _join_splits(splits, seed, "")

    @classmethod
    def from_frame(cls, frame: "pd.DataFrame", *, seed: int = 1) -> "Corpus":
        """A data set of a DataFrame, with a row for each character or a row for each text.

        A row for each character has the columns `sentence` (a number or name that changes with the sentence),
        `character` and `tag`. A row for each text has `text` and `entities`: lists of (start, end, label), or of dicts
        with these keys. A column `split` may say train, dev or test.

        >>> import pandas as pd
        >>> rows = [(i, c, t) for i in range(4) for c, t in zip("在上海", ["O", "B-LOC", "I-LOC"])]
        >>> rows += [(9, "张", "B-PER"), (9, "伟", "I-PER")]
        >>> Corpus.from_frame(pd.DataFrame(rows, columns=["sentence", "character", "tag"])).types
        ['LOC']

        Raises:
            InputError: a column is missing, or what `from_sentences` raises.
        """
        return cls.from_sentences(**sentences_of_frame(frame), seed=seed)

    @classmethod
    def from_dataset(cls, dataset: Any, *, seed: int = 1) -> "Corpus":
        """A data set of a `datasets.Dataset`, or of a `DatasetDict` with train, validation and test.

        Its rows have `tokens` and `ner_tags`; these are names of tags, or numbers of a `ClassLabel`. Any sequence of
        dicts will do.

        >>> rows = [{"tokens": list("在上海"), "ner_tags": ["O", "B-LOC", "I-LOC"]}]
        >>> Corpus.from_dataset({"train": rows, "validation": rows}).types
        ['LOC']

        Raises:
            InputError: a column is missing, or what `from_sentences` raises.
        """
        return cls.from_sentences(**sentences_of_dataset(dataset), seed=seed)


@pause_garbage_collection()
def examine_file(path: str | Path, options: ReadOptions = _DEFAULT) -> Split:
    """Reads one file of annotated text, or one folder of brat's, as far as it can be read: see `Split.faults`.

    Raises InputError if there is no such file or an option is wrong.
    """
    path = Path(path)
    format_ = format_of(path, options)
    split = format_.read(path, options)
    if not split.sentences and not split.faults:
        split.faults.append(Finding(str(path), 0, FindingKind.NO_SENTENCES, "has no sentences"))
    splits = splits_of(path.name)
    return replace(split, name=splits[0] if len(splits) == 1 else path.name, format=format_.name)


def read_file(path: str | Path, options: ReadOptions = _DEFAULT) -> Split:
    """Reads one file of annotated text, or one folder of brat's, that has no faults.

    Raises CorpusError with all faults of the file, and InputError if there is no such file or an option is wrong.
    """
    split = examine_file(path, options)
    if split.faults:
        raise CorpusError([str(fault) for fault in split.faults])
    return split


def read_split(path: str | Path, name: str, options: ReadOptions = _DEFAULT) -> Split:
    """Reads one split of a folder, "train", "dev" or "test", and no other file of it; a single file as it is.

    Raises InputError if the folder has no such split, and what `read_file` raises.
    """
    if name not in SPLITS:
        raise ValueError(f"expected train, dev or test, got {name!r}")
    file = find_files(path, require=(name,))[name] if holds_splits(Path(path)) else Path(path)
    return replace(read_file(file, options), name=name)


def examine_splits(
    path: str | Path, options: ReadOptions = _DEFAULT, require: Collection[str] = (), wanted: Collection[str] = SPLITS
) -> dict[str, Split]:
    """Reads the wanted splits of a folder as far as they can be read, and no others; a single file is train.

    Raises InputError if a required split is missing, and what `examine_file` raises.
    """
    files = find_files(path, require) if holds_splits(Path(path)) else {"train": Path(path)}
    return {name: replace(examine_file(file, options), name=name) for name, file in files.items() if name in wanted}


def read_splits(
    path: str | Path, options: ReadOptions = _DEFAULT, require: Collection[str] = (), wanted: Collection[str] = SPLITS
) -> dict[str, Split]:
    """Reads the wanted splits of a folder, which have no faults, and no others; a single file is train.

    Raises CorpusError with all faults of all files, and InputError if a required split is missing.
    """
    splits = examine_splits(path, options, require, wanted)
    if faults := [str(fault) for split in splits.values() for fault in split.faults]:
        raise CorpusError(faults)
    return splits


def read_corpus(
    path: str | Path,
    *,
    seed: int = 1,
    options: ReadOptions = _DEFAULT,
    wanted: Collection[str] = SPLITS,
) -> Corpus:
    """Read a folder with a train file, or a single file, which is then train.

    Without a dev file a tenth of train is split off by `seed` as `divide` does it; documents stay whole if there are
    twenty or more, and none of them has unknown characters.

    >>> corpus = read_corpus("data_demo")
    >>> corpus.types
    ['LOC', 'ORG', 'PER']

    Args:
        path: the folder or the file.
        seed: chooses the dev sentences.
        options: how the files are read.
        wanted: the splits to read; others are left alone.

    Raises:
        CorpusError: with all faults of all files.
        InputError: there is no train file, or dev or test have unknown characters.
    """
    splits = read_splits(path, options, require=("train",), wanted=wanted)
    return _join_splits(splits, seed, f" file in {path}")


def read_sentences(path: str | Path, *, options: ReadOptions = _DEFAULT) -> list[Sentence]:
    """The sentences of one annotated file, or of one folder of brat's, in any of the formats.

    >>> sentences = read_sentences("data_demo/dev.txt")
    >>> sentences[0].path
    'data_demo/dev.txt'

    Raises:
        CorpusError: with all faults of the file.
        InputError: there is no such file, or an option is wrong.
    """
    return read_file(path, options).sentences


def _join_splits(splits: dict[str, Split], seed: int, place: str) -> Corpus:
    """A corpus of splits, with dev split off train if there is none; `place` says in a note where it isn't."""
    require_known(sentence for name in ("dev", "test") if name in splits for sentence in splits[name].sentences)
    notes = [note for split in splits.values() for note in notes_on_split(split)]
    if "dev" not in splits:
        whole = splits["train"]
        splits = splits | _split_off_dev(whole, seed)
        count = len(splits["dev"].sentences)
        notes.append(
            f"no dev{place}: {count:,} sentence{'s' * (count != 1)} "
            f"({count / len(whole.sentences):.0%}) split off train with seed {seed}"
            f"{', none with the tag ?' if whole.unknown else ''}"
        )
        notes += warn_of_shortage(whole, _DEV_SHARE)
    types = sorted(splits["train"].types)
    notes.append(f"types in train: {', '.join(types)}" if types else "train has no entities")
    if types and not splits["train"].outside:
        notes.append(
            "every character of train is in an entity or unknown: such a tagger finds entities everywhere; label some O"
        )
    notes += [
        f"type {type_} is in {split.name} ({count:,}) but not in train, so it can't be learnt"
        for split in splits.values()
        for type_, count in sorted(split.types.items())
        if type_ not in types
    ]
    return Corpus(splits["train"], splits["dev"], splits.get("test"), types, notes)


def notes_on_split(split: Split) -> list[str]:
    """Sentences for the user on what of a split was not read as it stands."""
    notes = [*split.notes, *note_on_repairs(split)]
    kinds: dict[FindingKind, list[Finding]] = {}
    for loss in split.losses:
        if loss.kind != FindingKind.FIELD_LEFT_OUT:  # nobody learns from a column beside token and tag
            kinds.setdefault(loss.kind, []).append(loss)
    for kind, losses in kinds.items():
        more = f" (and {len(losses) - 1:,} more)" if len(losses) > 1 else ""
        notes.append(f"{losses[0].place}: {kind}: {losses[0].message}{more}")
    overlapping = sum(len(s.entities) - len(drop_overlaps(s.entities)) for s in split.sentences)
    if overlapping:
        notes.append(
            f"{split.path}: {overlapping:,} entities overlap longer ones; only the longer are learned and scored"
        )
    return notes


def note_on_repairs(split: Split) -> list[str]:
    """A sentence for the user on tags that are no legal sequence, if there are any."""
    if not split.repairs:
        return []
    assert split.scheme, "only tags need repairs"
    return [
        f"{split.path}: tags that are no legal {split.scheme.name} were read as conlleval reads them, "
        f"{len(split.repairs):,} in all; the first is {split.repairs[0].place}"
    ]


def _split_off_dev(whole: Split, seed: int) -> dict[str, Split]:
    """Cuts train into train and dev, a tenth; documents stay whole where there are enough to choose from."""
    if len({sentence.document for sentence in whole.sentences}) < _ENOUGH_DOCUMENTS:
        whole = replace(whole, sentences=[replace(sentence, document="") for sentence in whole.sentences])
    return divide(whole, dev=_DEV_SHARE, test=0, seed=seed)
