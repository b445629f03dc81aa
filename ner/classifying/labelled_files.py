"""Reading texts with labels from tables, lines and folders."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ner.classifying.input_files import check_ending, open_texts
from ner.classifying.label_options import LabelOptions
from ner.classifying.labelled_text import LabelledData, LabelledSplit, LabelledText, join_splits
from ner.classifying.text_columns import choose_columns
from ner.data.split_files import find_files as find_split_files
from ner.data.split_files import splits_of
from ner.errors import InputError, raise_faults
from ner.records.name_problems import idle_options
from ner.records.record import Record
from ner.records.source_files import DELIMITED, JSON_LINES, WITH_COLUMNS, suffix
from ner.records.text_files import TextFiles
from ner.records.text_options import TextOptions

_FASTTEXT = re.compile(r"((?:__label__\S+\s+)+)(.*)")
_UNDERLINED = re.compile(r"^__(.+)__$")


def read_labelled_data(
    path: str | Path, options: LabelOptions | None = None, *, multi_label: bool = False, seed: int = 1
) -> LabelledData:
    """Read a data set from a folder with train, dev and test, or from one file or folder, which is read as train.

    A split is a file, or a folder in which each folder is a label and each file in it is a text. Without dev, a tenth
    of train becomes dev.

    >>> data = read_labelled_data("data_demo_classify/topics")
    >>> data.labels
    ['体育', '科技', '财经']

    Args:
        path: the folder or the file.
        options: how files are read.
        multi_label: whether a text can have several labels, or none.
        seed: decides which texts of train become dev.

    Raises:
        InputError: files can't be read, have no labels, or other faults. The message lists all faults of a file.
        OSError: a file can't be read.
    """
    sources = _sources(Path(path))
    if "train" not in sources:
        raise InputError(f"{path} has {' and '.join(sources)} but no train: give the file or folder to learn from")
    splits = {
        name: read_labelled(source, options, multi_label=multi_label, name=name) for name, source in sources.items()
    }
    return join_splits(splits["train"], splits.get("dev"), splits.get("test"), seed)


def read_labelled_split(
    path: str | Path, name: str, options: LabelOptions | None = None, *, multi_label: bool = False
) -> LabelledSplit:
    """Read one split of a data set; a single file is read as this split.

    Raises:
        InputError: as for `read_labelled_data`, or there is no such split.
        OSError: a file can't be read.
    """
    sources = _sources(Path(path))
    source = Path(path) if [*sources.values()] == [Path(path)] else sources.get(name)
    if source is None:
        raise InputError(f"{path} has no {name}; it has {' and '.join(sources)}")
    return read_labelled(source, options, multi_label=multi_label, name=name)


def read_labelled(
    path: Path, options: LabelOptions | None = None, *, multi_label: bool = False, name: str = ""
) -> LabelledSplit:
    """Read the labelled texts of one file, or of a folder with a folder for each label.

    Raises:
        InputError: the file can't be read, has no labels, or other faults. The message lists all faults.
        OSError: the file can't be read.
    """
    options = options or LabelOptions()
    kind = suffix(path.name)
    choosing = ("text_column", "pair_column", "label_column")
    faults = [*idle_options([str(path)], options, choosing, named=(*DELIMITED, ".txt"))]
    if options.label_separator != LabelOptions.label_separator and not multi_label:
        faults.append("`label_separator` is about texts with several labels: leave it out, or set `multi_label`")
    raise_faults(faults)
    if path.is_dir():
        found = list(_texts_of_folders(path, options))
    elif kind in (*WITH_COLUMNS, *JSON_LINES):
        found = list(_texts_of_table(str(path), options, multi_label))
    else:
        found = list(_texts_of_lines(str(path), options, multi_label))
    raise_faults([str(one) for one in found if isinstance(one, InputError)])
    return LabelledSplit(str(path), name or path.name, [one for one in found if isinstance(one, LabelledText)])


def _sources(path: Path) -> dict[str, Path]:
    """The file or folder of each split; a single file, or a folder of labels, is train."""
    if not path.is_dir():
        if not path.exists():
            raise InputError(f"{path}: no such file or folder")
        return {"train": path}
    inside = sorted(path.iterdir())
    if not any(each.is_file() and splits_of(each.name) for each in inside):
        folders = {splits_of(each.name)[0]: each for each in inside if each.is_dir() and splits_of(each.name)}
        if folders:
            return folders
        if any(each.is_dir() for each in inside):
            return {"train": path}
    return find_split_files(path)


def _texts_of_folders(path: Path, options: LabelOptions) -> Iterator[LabelledText | InputError]:
    """Each folder is a label, and each file in it is a text."""
    reading = TextOptions(encoding=options.encoding)
    for folder in sorted(each for each in path.iterdir() if each.is_dir() and not each.name.startswith(".")):
        for name in TextFiles([str(folder)], TextOptions(include=options.include)).names:
            try:
                lines = [record.text for record in TextFiles([name], reading).records()]
            except InputError as error:
                yield error
                continue
            if text := "\n".join(lines).strip():
                yield LabelledText(text, (folder.name,), None, name, 1)


def _texts_of_table(name: str, options: LabelOptions, multi_label: bool) -> Iterator[LabelledText | InputError]:
    columns, texts = open_texts(name, options)
    assert columns is not None, "a table has columns"
    if columns.label is None:
        raise InputError(
            f"{name}: no column has a usual name of a label, such as label: name it with `label_column`; "
            "a file without labels is only for bert-ner classify predict"
        )
    for _, _, record in texts.items():
        if isinstance(record, InputError):
            yield record
            continue
        place, label = f"{record.file}:{record.line}", record.fields.get(columns.label)
        labels = _labels(label, options.label_separator, multi_label)
        pair = None if columns.pair is None else _text(record.fields.get(columns.pair))
        if not record.text.strip() and not (pair or "").strip():
            continue
        if labels is None:
            several = isinstance(label, (list, tuple)) and len(label) > 1
            advice = ": several labels for a text need `multi_label`" if several else ""
            yield InputError(f"{place}: expected a label in the column {columns.label!r}, got {label!r:.60}{advice}")
        else:
            yield LabelledText(record.text, labels, pair, record.file, record.line)


def _texts_of_lines(name: str, options: LabelOptions, multi_label: bool) -> Iterator[LabelledText | InputError]:
    """Lines with a label and a text, with a tab between them in either order, or as fastText has them."""
    check_ending(name)
    reading = TextOptions(encoding=options.encoding)
    records = [record for record in TextFiles([name], reading).records() if record.text.strip()]
    tabbed: list[tuple[Record, list[str]]] = []
    faults = []
    for record in records:
        if found := _FASTTEXT.fullmatch(record.text):
            labels = tuple(part.removeprefix("__label__") for part in found[1].split())
            yield LabelledText(found[2], labels, None, record.file, record.line)
        elif len(cells := record.text.split("\t")) in (2, 3):
            tabbed.append((record, cells))
        else:
            wanted = "a label, a tab and a text (or two texts)"
            faults.append(InputError(f"{name}:{record.line}: expected {wanted}, got {record.text[:40]!r}"))
    yield from faults
    if faults or not tabbed:
        return
    at = _label_place(name, [cells for _, cells in tabbed], options.column_names)
    width = len(tabbed[0][1])
    for record, cells in tabbed:
        if len(cells) != width:
            yield InputError(f"{name}:{record.line}: expected {width} columns as before, got {len(cells)}")
            continue
        cell = _UNDERLINED.sub(r"\1", cells.pop(at))
        own = _labels(cell, options.label_separator, multi_label)
        if own is None:
            yield InputError(f"{name}:{record.line}: expected a label in column {at + 1}, got {cell!r:.60}")
        else:
            yield LabelledText(cells[0], own, cells[1] if len(cells) > 1 else None, record.file, record.line)


def _label_place(name: str, rows: Sequence[Sequence[str]], columns: Sequence[str] | None) -> int:
    """The column of the label: that of the name, or the one with the fewest different cells."""
    width = len(rows[0])
    if columns:
        choice = choose_columns(name, columns, LabelOptions())
        if len(columns) != width or choice.label is None:
            raise InputError(f"{name}: expected `columns` to name {width} columns, one of them label")
        return [*columns].index(choice.label)
    different = [len({row[at] for row in rows if len(row) == width}) for at in range(width)]
    fewest = min(different)
    if different.count(fewest) > 1:
        raise InputError(
            f"{name}: can't tell which of {width} columns is the label: name them with `columns`, such as label,text"
        )
    return different.index(fewest)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _labels(value: Any, separator: str, multi_label: bool) -> tuple[str, ...] | None:
    """The labels in a cell or field; None if there is none and there must be one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if multi_label:
        parts = value if isinstance(value, (list, tuple)) else _text(value).split(separator)
        return tuple(dict.fromkeys(part for each in parts if (part := _text(each).strip())))
    if isinstance(value, (list, tuple)) and len(value) == 1:
        return _labels(value[0], separator, multi_label)
    if isinstance(value, (list, tuple, dict, float)) or not (label := _text(value).strip()):
        return None
    return (label,)
