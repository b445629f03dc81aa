"""An agreement as a web page and as JSON."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from ner.evaluation.agreement import CAVEAT, Agreement, Disagreement
from ner.evaluation.excerpts import window
from ner.evaluation.report_html import MOST_EXAMPLES, cell, heading, place
from ner.evaluation.report_tables import Table
from ner.files import whole_folder, write_json, write_text
from ner.output_paths import check_folder
from ner.pages.highlight import Hues, Piece, clip, pieces, visible
from ner.pages.templates import page_template
from ner.version import installed_version

PAGE, _NUMBERS = "agreement.html", "agreement.json"
_LONGEST_FORM = 100


class Reading(NamedTuple):
    """A sentence with disagreements: its place, both labellings, and a line for each disagreement."""

    place: str
    rows: dict[str, list[Piece]]
    faults: list[str]


def check_agreement_folder(folder: Path, parameter: str, uses: Iterable[Path] = ()) -> None:
    """Make sure that a report may be written into a folder: see `ner.output_paths.check_folder`.

    Raises:
        InputError: it is in use, or holds other files.
    """
    check_folder(folder, parameter, uses, is_ours=_is_report, what="a report of an agreement")


def write_agreement(agreement: Agreement, folder: Path, names: tuple[str, str]) -> None:
    """Write `agreement.html` and `agreement.json` into a folder.

    Args:
        agreement: the agreement.
        folder: the folder.
        names: the names of A and B.

    Raises:
        OSError: the folder can't be written.
    """
    with whole_folder(folder) as new:
        write_json({"A": names[0], "B": names[1], **agreement.to_dict()}, new / _NUMBERS)
        write_text(render_agreement(agreement, names), new / PAGE)


def render_agreement(agreement: Agreement, names: tuple[str, str]) -> str:
    """The page: scores, a table by type, and all sentences with disagreements side by side."""
    by_sentence: dict[int, list[Disagreement]] = {}
    for one in agreement.disagreements:
        by_sentence.setdefault(one.sentence, []).append(one)
    types = [*agreement.per_type["type"]]
    table = Table("types", "Agreement by type", CAVEAT, agreement.per_type, {"kappa": ".3f"})
    return page_template("evaluation/agreement.html.j2", {"cell": cell, "heading": heading, "visible": visible}).render(
        agreement=agreement,
        names=names,
        table=table,
        total=len(by_sentence),
        readings=[_reading(agreement, number, found) for number, found in [*by_sentence.items()][:MOST_EXAMPLES]],
        hues=Hues(map(visible, types)),
        version=installed_version("bert-ner"),
    )


def describe(one: Disagreement) -> str:
    """A disagreement in one line: its kind, and the entities of A and B."""
    sides = (
        f"{name} {clip(entity.text, _LONGEST_FORM)} {visible(entity.label)} {entity.start}-{entity.end}"
        for name, entity in (("A", one.a), ("B", one.b))
        if entity
    )
    return f"{one.kind}: {', '.join(sides)}"


def _reading(agreement: Agreement, number: int, found: list[Disagreement]) -> Reading:
    sentence = agreement.sentences[number]
    sides: dict[str, Any] = {
        "A": agreement.evaluation.flat_gold[number],
        "B": agreement.evaluation.entities[number],
    }
    framed = {entity for one in found for entity in (one.a, one.b) if entity}
    part = window([one.span for one in found])
    rows = {name: pieces(sentence.text, entities, *part, framed) for name, entities in sides.items()}
    return Reading(place(sentence), rows, [describe(one) for one in found])


def _is_report(folder: Path) -> bool:
    return {path.name for path in folder.iterdir()} == {PAGE, _NUMBERS}
