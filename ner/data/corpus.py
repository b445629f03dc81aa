"""CoNLL files and folders of them: from a path to sentences with entities."""

import hashlib
import random
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import accumulate, pairwise
from pathlib import Path
from typing import cast

from ner.data.columns import Rows, read_rows
from ner.data.decoding import check_encoding, decode
from ner.data.entities import Entity, Sentence
from ner.data.folder import SPLITS, find_files, splits_of
from ner.data.schemes import BIO, OUTSIDE, Scheme, chunks, compatible, detect, is_legal, labels, split_tag
from ner.errors import InputError

_MOST_PROBLEMS = 100


class CorpusError(InputError):
    """Everything that is wrong with some files; `problems` holds all of it, the message the first hundred."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        shown = problems[:_MOST_PROBLEMS]
        if more := len(problems) - len(shown):
            shown.append(f"... and {more:,} more")
        super().__init__("\n".join(shown))


@dataclass(frozen=True)
class Split:
    """The sentences of one file, or of a part of one.

    `name` is "train", "dev" or "test", or the name of a file that says none of them. `repairs` counts the
    places in the file where its tags are no legal sequence in its scheme, and `first_repair` is the first of
    them, such as "train.txt:118".
    """

    name: str
    path: str
    sentences: list[Sentence]
    scheme: Scheme
    repairs: int = 0
    first_repair: str = ""

    @property
    def characters(self) -> int:
        return sum(len(sentence.text) for sentence in self.sentences)

    @property
    def types(self) -> Counter[str]:
        """The number of entities of each type."""
        return Counter(entity.label for sentence in self.sentences for entity in sentence.entities)

    @property
    def fingerprint(self) -> str:
        """Identifies the sentences and their entities, however they were written: a SHA-256 in hexadecimal digits."""
        digest = hashlib.sha256()
        for sentence in self.sentences:
            spans = [(entity.start, entity.end, entity.label) for entity in sentence.entities]
            digest.update(f"{sentence.text}\n{spans}\n".encode())
        return digest.hexdigest()


@dataclass(frozen=True)
class Corpus:
    """The splits of a data set; `types` are those of train, sorted; `notes` are sentences for the user."""

    train: Split | None
    dev: Split | None
    test: Split | None
    types: list[str]
    notes: list[str] = field(default_factory=list)


def read_file(
    path: str | Path,
    *,
    token_column: int | None = None,
    tag_column: int | None = None,
    encoding: str = "utf-8",
    strict: bool = False,
) -> Split:
    """Reads one CoNLL file; `read_rows` says what its lines may be.

    The text of a sentence is its tokens with nothing between them. A token of several characters carries its
    tag over all of them. Tags that are no legal sequence are read as conlleval reads them and counted in
    `repairs`; if `strict`, they are faults.

    Raises CorpusError with all faults of the file, and InputError if there is no such file or an option is
    wrong.
    """
    check_encoding(encoding)
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file or folder") from None
    except OSError as error:
        raise InputError(f"{path}: expected a file that can be read ({error.strerror})") from None
    try:
        text = decode(data, str(path), encoding)
    except InputError as error:
        raise CorpusError([str(error)]) from None
    rows = read_rows(text, token_column, tag_column)
    problems = list(rows.problems)
    scheme, repairs = BIO, []
    transitions = {pair for pair in set(pairwise(rows.tags)) if "" not in pair}
    try:
        scheme = detect(transitions)
    except ValueError:
        problems.append(_first_of_second_scheme(rows))
    else:
        if illegal := {pair for pair in transitions if not is_legal(scheme, *pair)}:
            repairs = [number for number, pair in enumerate(pairwise(rows.tags), 1) if pair in illegal]
    if strict:
        problems += [_illegal(rows, number, scheme) for number in repairs]
    if problems:
        raise CorpusError([f"{path}:{number}: {message}" for number, message in sorted(problems)])
    sentences = _sentences(rows, str(path))
    if not sentences:
        raise CorpusError([f"{path}: has no sentences"])
    return Split(
        name=splits[0] if len(splits := splits_of(Path(path).name)) == 1 else Path(path).name,
        path=str(path),
        sentences=sentences,
        scheme=scheme,
        repairs=len(repairs),
        first_repair=f"{path}:{_token_line(rows, repairs[0])}" if repairs else "",
    )


def read_split(
    path: str | Path,
    name: str,
    *,
    token_column: int | None = None,
    tag_column: int | None = None,
    encoding: str = "utf-8",
    strict: bool = False,
) -> Split:
    """Reads one split of a folder, "train", "dev" or "test", and no other file of it; a single file as it is.

    Raises InputError if the folder has no such split, and what `read_file` raises.
    """
    if name not in SPLITS:
        raise ValueError(f"expected train, dev or test, got {name!r}")
    file = find_files(path, require=(name,))[name] if Path(path).is_dir() else Path(path)
    split = read_file(file, token_column=token_column, tag_column=tag_column, encoding=encoding, strict=strict)
    return replace(split, name=name)


def read_corpus(
    path: str | Path,
    *,
    seed: int | None,
    require: Collection[str] = ("train",),
    token_column: int | None = None,
    tag_column: int | None = None,
    encoding: str = "utf-8",
    strict: bool = False,
) -> Corpus:
    """Reads a folder of CoNLL files, or a single file, which is then train.

    Without a dev file a tenth of train's sentences is split off by `seed`; with None train stays whole.
    `require` names the splits that a folder must have.

    Raises CorpusError with all faults of all files, and InputError if a required split is missing.
    """
    read = partial(read_file, token_column=token_column, tag_column=tag_column, encoding=encoding, strict=strict)
    files = find_files(path, require) if Path(path).is_dir() else {"train": Path(path)}
    splits: dict[str, Split] = {}
    problems: list[str] = []
    for name, file in files.items():
        try:
            splits[name] = replace(read(file), name=name)
        except CorpusError as error:
            problems += error.problems
    if problems:
        raise CorpusError(problems)
    notes = [
        f"{split.path}: tags that are no legal {split.scheme.name} were read as conlleval reads them, "
        f"{split.repairs:,} in all; the first is {split.first_repair}"
        for split in splits.values()
        if split.repairs
    ]
    if seed is not None and "train" in splits and "dev" not in splits:
        whole = splits["train"]
        splits["train"], splits["dev"] = split_off_dev(whole, seed)
        count = len(splits["dev"].sentences)
        notes.append(
            f"no dev file in {path}: {count:,} sentence{'s' * (count != 1)} "
            f"({count / len(whole.sentences):.0%}) split off train with seed {seed}"
        )
    types = sorted(splits["train"].types) if "train" in splits else []
    if "train" in splits:
        notes.append(f"types in train: {', '.join(types)}" if types else "train has no entities")
        notes += [
            f"type {type_} is in {split.name} ({count:,}) but not in train, so it can't be learnt"
            for split in splits.values()
            for type_, count in sorted(split.types.items())
            if type_ not in types
        ]
    return Corpus(splits.get("train"), splits.get("dev"), splits.get("test"), types, notes)


def split_off_dev(whole: Split, seed: int) -> tuple[Split, Split]:
    """Cuts train into train and dev: a tenth of the sentences, at least one, drawn by `seed`, order kept.

    Sentences with the same text stay on the same side. Raises InputError if all sentences have the same text.
    """
    sizes = Counter(sentence.text for sentence in whole.sentences)
    if len(sizes) < 2:
        raise InputError(f"{whole.path}: one sentence can't be split into train and dev; add a dev file or sentences")
    room = max(1, len(whole.sentences) // 10)
    texts = list(sizes)
    random.Random(seed).shuffle(texts)
    drawn = set()
    for text in texts:
        if sizes[text] <= room:
            drawn.add(text)
            room -= sizes[text]
    if not drawn:
        drawn.add(min(texts, key=lambda text: sizes[text]))
    train = [sentence for sentence in whole.sentences if sentence.text not in drawn]
    dev = [sentence for sentence in whole.sentences if sentence.text in drawn]
    return (
        replace(whole, sentences=train),
        replace(whole, name="dev", sentences=dev, repairs=0, first_repair=""),
    )


def _sentences(rows: Rows, path: str) -> list[Sentence]:
    sentences = []
    boundaries = (number for number, tag in enumerate(rows.tags) if tag is None)
    for before, after in pairwise(boundaries):
        first = before + 1
        if first == after:
            continue
        tokens = rows.tokens[first:after]
        found = chunks(cast("list[str]", rows.tags[first:after]))
        text = "".join(tokens)
        if found and len(text) != len(tokens):
            offsets = list(accumulate(map(len, tokens), initial=0))
            found = [(offsets[start], offsets[end], type_) for start, end, type_ in found]
        entities = tuple([Entity(start, end, type_, text[start:end]) for start, end, type_ in found])
        sentences.append(Sentence(text, entities, path, first))
    return sentences


def _token_line(rows: Rows, number: int) -> int:
    """The line to name for the transition into line `number`: at the end of a sentence its last token."""
    return number if rows.tags[number] is not None else number - 1


def _illegal(rows: Rows, number: int, scheme: Scheme) -> tuple[int, str]:
    """The line and the message for the illegal transition into line `number`."""
    previous, following = rows.tags[number - 1 : number + 1]
    types = dict.fromkeys(split_tag(tag)[1] for tag in (following, previous) if tag not in (None, OUTSIDE))
    expected = [tag for tag in labels(scheme, list(types))[1:] if is_legal(scheme, previous, tag)]
    found = following or "the end of the sentence"
    place = f"after {previous}" if previous else "at the start of the sentence"
    return (
        _token_line(rows, number),
        f"{found} {place}; expected {' or '.join(expected)} (leave out --strict to repair)",
    )


def _first_of_second_scheme(rows: Rows) -> tuple[int, str]:
    """The first line whose tag no scheme has together with the tags before it, and the message."""
    prefixes: list[str] = []
    for number, tag in enumerate(rows.tags):
        if not tag or (prefix := split_tag(tag)[0]) in prefixes or prefix == OUTSIDE:
            continue
        if not compatible([*prefixes, prefix]):
            return number, (
                f"{tag} is of another tag scheme than the tags before it, with {', '.join(prefixes)}; "
                "expected one scheme in a file"
            )
        prefixes.append(prefix)
    raise AssertionError("expected tags of two schemes")
