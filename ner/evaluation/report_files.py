"""Writing a report as files into a folder."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import partial
from itertools import chain, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ner.data.formats.substitutes import picture, replace_in_label
from ner.data.schemes import split_tag
from ner.evaluation.entity_tables import sentence_table
from ner.evaluation.error_tables import error_list
from ner.evaluation.evaluation_report import Report
from ner.evaluation.report_html import render_html, render_side_by_side_html, render_systems_html
from ner.evaluation.report_markdown import render_markdown, render_side_by_side_markdown, render_systems_markdown
from ner.evaluation.side_by_side import SideBySide
from ner.evaluation.systems import SystemReports, side_names
from ner.files import atomic_writer, whole_folder, write_json, write_text
from ner.output_paths import check_folder
from ner.spreadsheet_cells import frame_to_csv

if TYPE_CHECKING:
    from ner.evaluation.scores import Evaluation

# conlleval.pl separates columns by spaces, so a character that is white space is written as this one.
VISIBLE_SPACE = "␣"
# A file of columns can't contain NUL. U+FEFF at its beginning would be read as a byte order mark.
_NO_TOKEN = "\0\ufeff"
_NO_LABEL = re.compile(r"[\s\0]")
SENTENCES = "sentences.csv"
TABLES = (
    "types", "partial_credit", "error_kinds", "confusion", "forms", "by_entity_length", "by_sentence_length",
    "by_density", "by_seen", "by_frequency", "by_unknown", "by_document", "by_file", "reliability", "thresholds",
    "epochs", "differences", "changed",
)  # fmt: skip
"""The names of all tables, in reports on one model and on two."""

_PAGE, _MARKDOWN, _NUMBERS = "report.html", "report.md", "scores.json"
_PREDICTIONS, _ERRORS, _DOUBTFUL = "predictions.txt", "errors.csv", "doubtful_gold.csv"
_OF_BOTH = (_PAGE, _MARKDOWN, _NUMBERS, SENTENCES)
_OF_ONE = (*_OF_BOTH, _PREDICTIONS, _ERRORS, _DOUBTFUL)
_SYSTEMS = "systems"
_OF_SYSTEMS = tuple(f"{_SYSTEMS}{suffix}" for suffix in (".csv", ".md", ".tex"))


def check_report_folder(folder: Path, parameter: str, uses: Iterable[Path] = ()) -> None:
    """Make sure that a report may be written into a folder: see `ner.output_paths.check_folder`.

    Raises:
        InputError: it is in use, or holds other files.
    """
    check_folder(folder, parameter, uses, is_ours=_is_report, what="a report")


def write_report(report: Report, folder: Path, *, pictures: bool = True) -> None:
    """Write a report into `folder`. All files of an older report are removed, other files stay.

    For people, it writes `report.html`, a page without external files, and `report.md`. For programs, it writes
    `predictions.txt` as conlleval.pl reads it, `scores.json` with all numbers, and CSV files of all tables, sentences
    and errors.

    Args:
        report: the report.
        folder: is created if it doesn't exist.
        pictures: whether to draw pictures, which takes longer than everything else.

    Raises:
        OSError: the folder can't be written.
    """
    with whole_folder(folder, clear=partial(_remove_old_files, folder)) as new:
        _write_files(report, new, pictures)


def write_systems(systems: SystemReports, folder: Path) -> None:
    """Write reports on several systems: a table of their scores, and each report whole into the folders `A`, `B`, ...

    Two reports are also written side by side, with what the second fixed and broke.

    Raises:
        OSError: the folder can't be written.
    """
    with whole_folder(folder, clear=partial(_remove_old_files, folder)) as new:
        for side, report in systems.sides.items():
            (new / side).mkdir()
            _write_files(report, new / side, pictures=True)
        systems.table.write(new, _SYSTEMS)
        write_json(systems.to_dict(), new / _NUMBERS)
        if systems.both:
            _write_both(systems.both, new)
        else:
            _write_csv(systems.sentence_table(), new / SENTENCES)
            write_text(render_systems_markdown(systems), new / _MARKDOWN)
            write_text(render_systems_html(systems), new / _PAGE)


def _write_both(both: SideBySide, folder: Path) -> None:
    for table in both.tables:
        _write_csv(table.frame, folder / _csv(table.name))
    _write_csv(both.change_list(), folder / SENTENCES)
    write_text(render_side_by_side_markdown(both), folder / _MARKDOWN)
    write_text(render_side_by_side_html(both), folder / _PAGE)


def _write_files(report: Report, folder: Path, pictures: bool) -> None:
    evaluation = report.evaluation
    _write_predictions(evaluation, folder / _PREDICTIONS)
    write_json(report.to_dict(), folder / _NUMBERS)
    for table in report.all_tables:
        _write_csv(table.frame, folder / _csv(table.name))
    _write_csv(sentence_table(evaluation), folder / SENTENCES)
    _write_csv(error_list(evaluation.sentences, report.errors), folder / _ERRORS)
    _write_csv(error_list(evaluation.sentences, report.doubtful_gold), folder / _DOUBTFUL)
    write_text(render_markdown(report), folder / _MARKDOWN)
    write_text(render_html(report, pictures=pictures), folder / _PAGE)


def _csv(table: str) -> str:
    return f"{table}.csv"


def _is_report(folder: Path) -> bool:
    return all((folder / name).is_file() for name in _OF_BOTH)


def _remove_old_files(folder: Path) -> None:
    """Remove the files of an older report.

    If the folder has no complete report, files with these names are not from this program and stay.
    """
    if not _is_report(folder):
        return
    if any((folder / _csv(name)).is_file() for name in (_SYSTEMS, "differences")):
        for side in takewhile(Path.is_dir, map(folder.joinpath, side_names())):
            _remove_old_files(side)
            if not any(side.iterdir()):
                side.rmdir()
    for name in {*_OF_ONE, *_OF_SYSTEMS, *map(_csv, TABLES)}:
        (folder / name).unlink(missing_ok=True)


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    shown = frame.replace("\0", picture("\0"), regex=True)  # Python 3.10 has no NUL in CSV
    write_text(frame_to_csv(shown), path)


def _write_predictions(evaluation: Evaluation, path: Path) -> None:
    tags = _writable_tags({*chain(*evaluation.gold, *evaluation.predicted)})
    with atomic_writer(path) as file:
        for sentence, gold, predicted in zip(evaluation.sentences, evaluation.gold, evaluation.predicted, strict=True):
            for character, gold_tag, predicted_tag in zip(sentence.text, gold, predicted, strict=True):
                file.write(f"{_show_space(character)} {tags[gold_tag]} {tags[predicted_tag]}\n")
            file.write("\n")


def _show_space(character: str) -> str:
    if character.isspace():
        return VISIBLE_SPACE
    return picture(character) if character in _NO_TOKEN else character


def _writable_tags(tags: Collection[str]) -> dict[str, str]:
    """The text that is written for each tag: white space becomes "_", and different types stay different."""
    held: dict[str, str] = {}
    types = {split_tag(tag)[1] for tag in tags}
    for type_ in sorted(types, key=lambda type_: (bool(_NO_LABEL.search(type_)), type_)):  # unchanged types first
        held[type_] = replace_in_label(type_, _NO_LABEL, held.values())
    return {tag: tag.removesuffix(type_) + held[type_] for tag in tags for type_ in [split_tag(tag)[1]]}
