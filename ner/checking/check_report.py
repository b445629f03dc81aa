"""A check of a data set as a page to read and as a file for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ner.checking.sentence_findings import SentenceFinding
from ner.data.findings import Finding
from ner.files import whole_folder, write_json, write_text
from ner.output_paths import check_folder
from ner.pages.highlight import Hues, Piece, pieces, visible
from ner.pages.templates import Filters, page_template
from ner.quantities import counted
from ner.translation import translate
from ner.version import installed_version

if TYPE_CHECKING:
    from ner.checking.check import Check, Group

_PAGE, _FINDINGS = "check.html", "check.json"
_MOST_ON_PAGE = 1000
_LONGEST_SENTENCE = 300


def check_report_folder(folder: Path, parameter: str, uses: Iterable[Path] = ()) -> None:
    """Make sure that a report may be written into a folder: see `ner.output_paths.check_folder`.

    Raises:
        InputError: it is in use, or holds other files.
    """
    check_folder(folder, parameter, uses, is_ours=_is_report, what="a report of check")


def _is_report(folder: Path) -> bool:
    return all((folder / name).is_file() for name in (_PAGE, _FINDINGS))


def verdict(check: Check) -> str:
    """One sentence: how many errors and suspicions, and what to do first."""
    errors, suspicions = check.count("error"), check.count("suspicion")
    if not errors and not suspicions:
        return "no errors and nothing suspicious"
    found = ", ".join(
        counted(count, name) if count else f"no {name}s"
        for count, name in ((errors, "error"), (suspicions, "suspicion"))
    )
    return f"{found}: {'fix the errors first' if errors else 'look at the first ones of each kind'}"


def write_report(check: Check, folder: Path) -> None:
    """Write `check.html`, a page with up to 1,000 findings of each kind, and `check.json` with all of them.

    `check_report_folder` tells beforehand whether they may be written there.

    Raises:
        OSError: the folder can't be written.
    """
    with whole_folder(folder) as partial:
        write_text(_page(check), partial / _PAGE)
        write_json(as_dict(check), partial / _FINDINGS, indent=1)


def as_dict(check: Check) -> dict[str, Any]:
    """The content of `check.json`."""
    return {
        "bert-ner": installed_version("bert-ner"),
        "errors": check.count("error"),
        "suspicions": check.count("suspicion"),
        "notes": check.notes,
        "kinds": [_group_as_dict(group) for group in check.groups],
        "tables": {title: frame.reset_index().to_dict("records") for title, frame in check.tables.items()},
    }


def _group_as_dict(group: Group) -> dict[str, Any]:
    findings = [
        {"path": finding.path, "line": finding.line, "message": finding.message, "mended": finding.mended}
        for finding in group.findings
    ]
    return {
        "kind": group.kind.name,
        "severity": group.kind.severity,
        "advice": group.kind.advice,
        "count": len(findings),
        "findings": findings,
    }


def _page(check: Check) -> str:
    types = sorted({label for frame in check.tables.values() if frame.index.name == "type" for label in frame.index})
    filters: Filters = {"cell": format_cell, "heading": format_heading, "message": format_message, "pieces": _pieces}
    template = page_template("checking/check.html.j2", filters)
    return template.render(
        groups=[(group, [*_on_page(group)]) for group in check.groups],
        notes=[*map(visible, check.notes)],
        tables=shown_tables(check),
        verdict=verdict(check),
        version=installed_version("bert-ner"),
        most=_MOST_ON_PAGE,
        hues=Hues(types),
    )


def _on_page(group: Group) -> Iterator[tuple[Finding, list[str], int]]:
    """For each message the first finding, the places to show on the page, and the number of all places."""
    room = _MOST_ON_PAGE
    for alike in group.rules:
        if not room:
            break
        places = [visible(finding.place) for finding in alike[:room]]
        room -= len(places)
        yield alike[0], places, len(alike)


def _pieces(finding: Finding) -> list[Piece]:
    """The sentence of a finding, with its entities highlighted."""
    if not isinstance(finding, SentenceFinding):
        return []
    return pieces(finding.sentence.text, finding.sentence.entities, end=_LONGEST_SENTENCE)


def format_heading(group: Group) -> str:
    """The kind of a group, and its number of findings."""
    return f"{group.kind.name}: {len(group.findings):,}"


def format_message(finding: Finding) -> str:
    """The message, and how a fault was mended, in visible characters."""
    return visible(finding.message + (f" ({finding.mended})" if finding.mended else ""))


def shown_tables(check: Check) -> dict[str, pd.DataFrame]:
    """The tables that are not empty. The table of the splits, which has many columns, is transposed."""
    tables = {title: frame for title, frame in check.tables.items() if len(frame)}
    return {title: frame.T if frame.index.name == "split" else frame for title, frame in tables.items()}


def format_cell(value: object) -> str:
    """A name, a count or a share of a table as text."""
    if isinstance(value, str):  # the name of a type has no space
        return translate(value) if " " in value else value
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"
