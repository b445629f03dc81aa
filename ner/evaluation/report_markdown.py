"""A report, or a comparison of two, as Markdown, for example for a pull request."""

from ner.evaluation.entity_errors import EntityError
from ner.evaluation.evaluation_report import Report
from ner.evaluation.excerpts import excerpt, window
from ner.evaluation.next_steps import next_steps
from ner.evaluation.report_html import cell, heading, place
from ner.evaluation.report_tables import Table
from ner.evaluation.side_by_side import SideBySide
from ner.evaluation.systems import SystemReports
from ner.pages.highlight import clip
from ner.pages.markdown import escape, format_table
from ner.pages.templates import text_template
from ner.translation import translate
from ner.version import installed_version

_ROWS = 10
_EXAMPLES = 10
_AROUND, _LONGEST = 15, 80


def render_markdown(report: Report) -> str:
    """Render the headline, the next steps, the first rows of every table, and the first errors."""
    return text_template("evaluation/report.md.j2", {"text": escape, "table": markdown_table}).render(
        report=report,
        scores=report.evaluation.scores,
        strict=report.evaluation.strict,
        steps=next_steps(report),
        doubtful=[_line(report, error) for error in report.doubtful_gold[:_EXAMPLES]],
        examples=[_line(report, error) for error in report.errors[:_EXAMPLES]],
        rows=_ROWS,
        record=report.background.record,
        version=installed_version("bert-ner"),
    )


def render_side_by_side_markdown(both: SideBySide) -> str:
    """Render a comparison: the verdict, the tables, and the sentences with the most changes."""
    return text_template("evaluation/side_by_side.md.j2", {"text": escape, "table": markdown_table}).render(
        both=both,
        rows=_ROWS,
        changes=both.change_list().head(_EXAMPLES).to_dict("records"),
        version=installed_version("bert-ner"),
    )


def render_systems_markdown(systems: SystemReports) -> str:
    """Render the table of several systems, and what its numbers mean."""
    return text_template("evaluation/systems.md.j2", {"text": escape}).render(
        systems=systems,
        split=systems.split,
        names=dict(zip(systems.sides, systems.reports, strict=True)),
        notes=systems.notes,
        version=installed_version("bert-ner"),
    )


def markdown_table(table: Table) -> str:
    """The first rows of a table."""
    columns = [str(column) for column in table.frame.columns]
    rows = [
        [cell(value, column, table) for column, value in zip(columns, row, strict=True)]
        for row in table.shown.head(_ROWS).itertuples(index=False, name=None)
    ]
    header = [escape(heading(column, table)) for column in columns]
    right = [number for number, column in enumerate(columns) if column not in table.words]
    return format_table(header, [[*map(escape, row)] for row in rows], right)


def _line(report: Report, error: EntityError) -> str:
    """An error in one line: kind, score, gold and predicted entity, context, and place."""
    sentence = report.evaluation.sentences[error.sentence]
    sides = {"gold": error.gold, "predicted": error.predicted}
    shown = [
        f"{translate(side)} {escape(clip(entity.text, _LONGEST))} {escape(entity.label)}"
        for side, entity in sides.items()
        if entity
    ]
    context = escape(excerpt(sentence.text, *window(error.spans, _AROUND, _LONGEST)))
    score = "" if error.score is None else f" ({error.score:.3f})"
    return f"{translate(error.kind)}{score}: {', '.join(shown)}: “{context}”, {escape(place(sentence))}"
