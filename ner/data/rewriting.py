"""Converting, dividing and merging annotated files."""

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import combinations
from pathlib import Path

from ner.data.corpus import note_on_repairs, read_file, read_splits
from ner.data.cut_lines import cut_lines
from ner.data.data_split import Split
from ner.data.dividing import divide, warn_of_shortage
from ner.data.entities import Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.registry import FORMATS, Format, format_by_name, format_by_suffix
from ner.data.merging import merge
from ner.data.read_options import ReadOptions
from ner.data.schemes import BIO, SCHEMES, Scheme
from ner.data.split_files import SPLITS, holds_splits
from ner.data.type_table import read_type_table
from ner.data.write_options import WriteOptions
from ner.errors import InputError
from ner.files import whole_folder
from ner.output_paths import check_new, refuse_file

_READ, _WRITE = ReadOptions(), WriteOptions()
_SUFFIXES = {format_.suffix for format_ in FORMATS.values() if format_.suffix}
_OF_BRAT = (".txt", ".ann")
_WITH_SCORES = ("jsonl", "label-studio-predictions")


@dataclass(frozen=True)
class Rewritten:
    """What was written.

    Args:
        files: the number of sentences and of entities in each file.
        losses: information that the target format can't store, or that was not read.
        notes: sentences for the user.
    """

    files: dict[Path, tuple[int, int]] = field(default_factory=dict)
    losses: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def convert_files(
    source: str | Path,
    target: str | Path,
    reading: ReadOptions = _READ,
    writing: WriteOptions = _WRITE,
    *,
    by_line: bool = False,
    overwrite: bool = False,
) -> Rewritten:
    """Write a file, or a folder of splits, in another format.

    >>> convert_files("data_demo/dev.txt", "dev.jsonl").losses
    []

    Args:
        source: a file, or a folder of splits.
        target: the new file, or the new folder with one file per split. Its name decides the format, if `writing`
            doesn't.
        reading: how to read `source`.
        writing: the format and the tags to write.
        by_line: whether to cut texts at line ends, so that each line becomes a sentence.
        overwrite: whether to replace an older file, or a folder of nothing but data, at `target`; never `source`.

    Raises:
        CorpusError: `source` has faults. The message lists them.
        InputError: a parameter is wrong, or `target` exists.
    """
    source, target = Path(source), Path(target)
    _check_target(target, "target", [source], overwrite)
    splits = _read(source, reading)
    if by_line:
        splits = {name: replace(split, sentences=_lines(split.sentences)) for name, split in splits.items()}
    return _write(splits, target, writing, overwrite)


def write_sentences(sentences: Iterable[Sentence], path: str | Path, options: WriteOptions = _WRITE) -> Rewritten:
    """Write sentences into a new file.

    >>> write_sentences([Sentence("我在上海。", [(2, 4, "LOC")])], "train.conll").losses
    []

    Args:
        sentences: the sentences, with their entities.
        path: the new file. Its name decides the format, if `options` don't.
        options: the format and the tags to write.

    Returns:
        The numbers of sentences and entities, and in `losses` the information that the format can't store.

    Raises:
        InputError: a parameter is wrong, or `path` exists.
        OSError: the file can't be written.
    """
    target = Path(path)
    check_new(target, "path")
    return _write({"": replace(Split.from_sentences(sentences, target.name), format="conll")}, target, options)


def divide_file(
    source: Path,
    folder: Path,
    reading: ReadOptions,
    writing: WriteOptions,
    *,
    dev: float,
    test: float,
    seed: int,
    overwrite: bool = False,
) -> Rewritten:
    """Divide a file into train, dev and test, as `divide` does it.

    Args:
        source: the file.
        folder: the new folder for the parts.
        reading: how to read `source`.
        writing: how to write the parts.
        dev: the share of dev.
        test: the share of test.
        seed: the same seed gives the same parts.
        overwrite: as for `convert_files`.

    Raises:
        CorpusError: `source` has faults. The message lists them.
        InputError: a parameter is wrong, or `folder` exists.
    """
    refuse_file(folder, "output")
    _check_target(folder, "output", [source], overwrite)
    split = read_file(source, reading)
    written = _write(divide(split, dev, test, seed), folder, writing, overwrite)
    written.notes.extend(warn_of_shortage(split, dev + test))
    return written


def merge_files(
    sources: Sequence[Path],
    target: Path,
    reading: ReadOptions,
    writing: WriteOptions,
    *,
    types: Path | None = None,
    overwrite: bool = False,
) -> Rewritten:
    """Merge several files into one, or several folders of splits into one folder, as `merge` does it.

    Args:
        sources: files, or folders of splits.
        target: the new file or folder.
        reading: how to read `sources`.
        writing: how to write `target`.
        types: a table with new names for entity types, see `read_type_table`.
        overwrite: as for `convert_files`.

    Raises:
        CorpusError: a source has faults. The message lists them.
        InputError: a parameter is wrong, files and folders are mixed, or `target` exists.
    """
    _check_target(target, "output", [*sources, *([types] if types else [])], overwrite)
    if len({holds_splits(source) for source in sources}) > 1:
        raise InputError("expected either files or folders with train, dev and test, got both")
    table = read_type_table(types) if types else {}
    read = [_read(source, reading) for source in sources]
    merged: dict[str, Split] = {}
    for name in ("", *SPLITS):
        if parts := [splits[name] for splits in read if name in splits]:
            sentences, findings = merge(parts, table)
            losses = [loss for part in parts for loss in part.losses]
            repairs = [note for part in parts for note in note_on_repairs(part)]
            notes = [*(note for part in parts for note in part.notes), *repairs, *map(str, findings)]
            merged[name] = replace(parts[0], sentences=sentences, repairs=[], losses=losses, notes=notes)
    written = _write(merged, target, writing, overwrite)
    written.notes.extend(_leaks(merged))
    return written


def _check_target(target: Path, parameter: str, sources: Sequence[Path], overwrite: bool) -> None:
    check_new(target, parameter, sources, may_replace=_holds_data_alone if overwrite else None)


def _holds_data_alone(folder: Path) -> bool:
    """Whether a folder has nothing in it but files with the names that are written here."""
    return all(_is_data(path) for path in folder.iterdir())


def _is_data(path: Path) -> bool:
    if path.is_dir() and path.stem in SPLITS and not path.is_symlink():
        return all(map(_is_of_brat, path.iterdir()))
    return _is_of_brat(path) or (path.stem in SPLITS and path.suffix in _SUFFIXES)


def _is_of_brat(path: Path) -> bool:
    """Whether it is one of the two files of a document."""
    return path.suffix in _OF_BRAT and all(path.with_suffix(suffix).is_file() for suffix in _OF_BRAT)


def _lines(sentences: Sequence[Sentence]) -> list[Sentence]:
    return [line for sentence in sentences for _, _, line in cut_lines(sentence)]


def _read(source: Path, options: ReadOptions) -> dict[str, Split]:
    """The splits of a folder by name, or a single file under the name ""."""
    return read_splits(source, options) if holds_splits(source) else {"": read_file(source, options)}


def _write(splits: Mapping[str, Split], target: Path, options: WriteOptions, overwrite: bool = False) -> Rewritten:
    """Write each split into a file of the folder `target`. A split with the name "" becomes the file `target`."""
    first = next(iter(splits.values()))
    format_ = _format_to_write(target, options, first, folder="" not in splits)
    scheme = _scheme_to_write(format_, options, first)
    result = Rewritten()
    if "" in splits and format_.suffix:
        if target.is_dir():
            raise InputError(f"{target} is a folder, and {format_.name} is written into a file: choose another name")
        _write_split(splits[""], target, target, format_, scheme, result)
    else:
        with whole_folder(target, clear=partial(_empty, target) if overwrite else None) as folder:
            for name, split in splits.items():
                file = f"{name}{format_.suffix}"
                _write_split(split, folder / file, target / file, format_, scheme, result)
    if not any(entities for _, entities in result.files.values()):
        result.notes.append("no entities were found; if there should be some, set `format` to the format of the files")
    return result


def _empty(folder: Path) -> None:
    """Remove older data, which the user wants to be replaced."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir() and not path.name.startswith("."):  # which is what is written now
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()


def _write_split(split: Split, path: Path, place: Path, format_: Format, scheme: Scheme, result: Rewritten) -> None:
    """Write a split into `path`, which will be at `place`, and add to `result` what is told of it."""
    losses = format_.write(split.sentences, path, scheme)
    scored = sum(e.score is not None for sentence in split.sentences for e in sentence.entities)
    if scored and format_.name not in _WITH_SCORES:
        losses.append(Finding(split.path, 0, FindingKind.FIELD_LEFT_OUT, f"the scores of {scored:,} entities"))
    entities = sum(len(sentence.entities) for sentence in split.sentences)
    left_out = Counter(loss.kind for loss in losses)
    result.files[place] = (
        len(split.sentences) - left_out[FindingKind.EMPTY_TEXT_LEFT_OUT],
        entities - left_out[FindingKind.OVERLAPPING_ENTITY_LEFT_OUT] - left_out[FindingKind.CROSSING_ENTITY_LEFT_OUT],
    )
    result.losses.extend([*split.losses, *losses])
    result.notes.extend([*split.notes, *note_on_repairs(split)])


def _leaks(splits: Mapping[str, Split]) -> Iterator[str]:
    """A warning for each pair of splits with common sentences, which make scores too high."""
    for (one, first), (other, second) in combinations(splits.items(), 2):
        known = {sentence.text for sentence in first.sentences}
        shared = [sentence for sentence in second.sentences if sentence.text in known]
        if shared:
            place = f"{shared[0].path}:{shared[0].line}"
            yield f"sentences of {other} that are in {one} too: {len(shared):,}; the first is {place}"


def _format_to_write(target: Path, options: WriteOptions, source: Split, folder: bool) -> Format:
    named = format_by_suffix(target)
    format_ = format_by_name(options.format) if options.format else None
    if folder or (format_ and not format_.suffix):
        if named:
            raise InputError(f"{target} will be a folder, but its name is that of a file: leave out {target.suffix}")
        return format_ or FORMATS[source.format]
    if chosen := format_ or named:
        return chosen
    if target.suffix:
        raise InputError(
            f"can't tell the format of {target} from its name: set `WriteOptions.format` to one of {', '.join(FORMATS)}"
        )
    return FORMATS[source.format]


def _scheme_to_write(format_: Format, options: WriteOptions, source: Split) -> Scheme:
    if options.scheme and not format_.tagged:
        raise InputError(f"{format_.name} has no tags, only spans: leave out `scheme`")
    if options.scheme and options.scheme not in SCHEMES:
        raise InputError(f"unknown scheme {options.scheme!r}: expected one of {', '.join(SCHEMES)}")
    return SCHEMES[options.scheme] if options.scheme else source.scheme or BIO
