"""A report, or a comparison of two, as one HTML page without external files."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd

from ner.data.entities import Sentence
from ner.evaluation.entity_errors import KINDS, EntityError
from ner.evaluation.entity_tables import frequent_types
from ner.evaluation.error_tables import TrainForms
from ner.evaluation.evaluation_report import Report
from ner.evaluation.excerpts import window
from ner.evaluation.next_steps import next_steps
from ner.evaluation.pictures import draw_pictures
from ner.evaluation.report_tables import Table
from ner.evaluation.side_by_side import DIRECTIONS, Change, SideBySide, Wrong
from ner.evaluation.systems import SystemReports
from ner.extras import how_to_install
from ner.pages.highlight import Hues, Piece, clip, pieces, visible
from ner.pages.plotting import can_draw
from ner.pages.templates import page_template
from ner.translation import translate
from ner.version import installed_version

MOST_EXAMPLES = 2000
MOST_DOUBTFUL = 100
_HEADINGS = {
    "f1": "F1",
    "mean_score": "mean score",
    "min_score": "minimum score",
    "form": "surface form",
    "train_loss": "training loss",
    "dev_f1": "dev F1",
    "dev_precision": "dev precision",
    "dev_recall": "dev recall",
}
_LONGEST_FORM = 100
_MOST_IN_TRAIN = 10
CANNOT_DRAW = f"No pictures: matplotlib is not installed. Run {how_to_install('plot')}, then write the report again."
NOT_DRAWN = "This report has no pictures. Reports of bert-ner evaluate have them."


class Example(NamedTuple):
    """An error in context, with gold and with predicted entities; `evidence` is how train labels its surface forms."""

    error: EntityError
    place: str
    gold: list[Piece]
    predicted: list[Piece]
    evidence: str


class Reading(NamedTuple):
    """A sentence that changed, with gold entities and with the entities of both taggers.

    `faults` lists the visible entities that are fixed, and those that are broken.
    """

    change: Change
    place: str
    rows: dict[str, list[Piece]]
    faults: dict[str, str]


def render_html(report: Report, *, pictures: bool = True) -> str:
    """Render a report as HTML. With `pictures`, tables are drawn too if matplotlib is installed."""
    types = frequent_types(report.evaluation)
    no_pictures = [NOT_DRAWN] if not pictures else [] if can_draw() else [CANNOT_DRAW]
    return page_template("evaluation/report.html.j2", {"cell": cell, "heading": heading, "visible": visible}).render(
        report=report,
        background=report.background,
        scores=report.evaluation.scores,
        strict=report.evaluation.strict,
        steps=[visible(step) for step in next_steps(report)],
        notes=[*map(visible, report.notes), *no_pictures],
        pictures={} if no_pictures else draw_pictures(report),
        doubtful=[_example(report, error) for error in report.doubtful_gold[:MOST_DOUBTFUL]],
        examples=[_example(report, error) for error in report.errors[:MOST_EXAMPLES]],
        kinds=KINDS,
        types=types,
        hues=Hues(map(visible, [*report.background.types, *types])),
        version=installed_version("bert-ner"),
    )


def render_side_by_side_html(both: SideBySide) -> str:
    """Render a comparison of two reports as HTML."""
    return page_template(
        "evaluation/side_by_side.html.j2", {"cell": cell, "heading": heading, "visible": visible}
    ).render(
        both=both,
        changes=[_reading(both, change) for change in both.changes[:MOST_EXAMPLES]],
        directions=DIRECTIONS,
        notes=[*map(visible, both.notes)],
        types=both.types,
        hues=Hues(map(visible, [*both.first.background.types, *both.second.background.types, *both.types])),
        version=installed_version("bert-ner"),
    )


def render_systems_html(systems: SystemReports) -> str:
    """Render the table of several systems as HTML."""
    table = Table("systems", "Scores", " ".join(systems.table.explanation), systems.table.readable)
    return page_template("evaluation/systems.html.j2", {"cell": cell, "heading": heading, "visible": visible}).render(
        systems=systems,
        split=systems.split,
        table=table,
        names=dict(zip(systems.sides, systems.reports, strict=True)),
        notes=[*map(visible, systems.notes)],
        version=installed_version("bert-ner"),
    )


def heading(column: str, table: Table) -> str:
    """The title of a column. In the confusion table, columns are types and keep their names."""
    title = _HEADINGS.get(column, clip(column, _LONGEST_FORM))
    return title if table.name == "confusion" and " " not in title else translate(title)


def cell(value: Any, column: str, table: Table) -> str:
    """A value as text: numbers in the format of the table, or with two decimals; "" if the value is missing."""
    if isinstance(value, str):  # the name of a group has several words and is translated, a type or a form is not
        return clip(translate(value) if " " in value else value, _LONGEST_FORM)
    if pd.isna(value):
        return ""
    return format(value, table.formats.get(column, ",.2f" if isinstance(value, float) else ","))


def place(sentence: Sentence) -> str:
    """File and line of a sentence, with escapes for invisible characters."""
    return visible(f"{sentence.path}:{sentence.line}")


def _reading(both: SideBySide, change: Change) -> Reading:
    sentence = both.first.evaluation.sentences[change.sentence]
    entities = {
        "gold": both.first.evaluation.flat_gold[change.sentence],
        "A": both.first.evaluation.entities[change.sentence],
        "B": both.second.evaluation.entities[change.sentence],
    }
    changed = {(entity.start, entity.end, entity.label) for entity in change.fixed | change.broken}
    start, end = window([(start, end) for start, end, _ in changed])
    rows = {
        name: pieces(sentence.text, found, start, end, {e for e in found if (e.start, e.end, e.label) in changed})
        for name, found in entities.items()
    }
    faults = {"fixed": _faults(change.fixed, sentence.text, end), "broken": _faults(change.broken, sentence.text, end)}
    return Reading(change, place(sentence), rows, faults)


def _faults(entities: Iterable[Wrong], text: str, end: int) -> str:
    """List the entities that begin before `end`, each with its type and whether it was missed or invented."""
    return ", ".join(
        f"{clip(text[start:stop], _LONGEST_FORM)} {clip(label, _LONGEST_FORM)} ({fault})"
        for start, stop, label, fault in sorted(entities)
        if start < end
    )


def _example(report: Report, error: EntityError) -> Example:
    sentence = report.evaluation.sentences[error.sentence]
    start, end = window(error.spans)
    gold = pieces(sentence.text, report.evaluation.flat_gold[error.sentence], start, end, {error.gold})
    predicted = pieces(sentence.text, report.evaluation.entities[error.sentence], start, end, {error.predicted})
    return Example(error, place(sentence), gold, predicted, _evidence(report, error))


def _evidence(report: Report, error: EntityError) -> str:
    """How train labels the surface forms of an error."""
    if report.train_forms is None:
        return ""
    forms = dict.fromkeys(entity.text for entity in (error.gold, error.predicted) if entity)
    return "; ".join(f"{clip(form, _LONGEST_FORM)}: {_in_train(report, report.train_forms, form)}" for form in forms)


def _in_train(report: Report, train_forms: TrainForms, form: str) -> str:
    """How often a surface form has each type in train; or that it is not an entity there, or does not occur."""
    if form in train_forms:
        types = train_forms[form]
        shown = ", ".join(f"{visible(type_)} {count:,}" for type_, count in types.most_common(_MOST_IN_TRAIN))
        return shown + f" and {len(types) - _MOST_IN_TRAIN:,} more types" * (len(types) > _MOST_IN_TRAIN)
    return "not an entity" if form in report.train_text else "not in train"
