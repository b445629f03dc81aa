"""The tables that ``conlleval`` prints, as text. ``Scores.to_json()`` has the same numbers as JSON.

Source: the output of ``conlleval.pl`` by Erik Tjong Kim Sang, version 2004-01-26. The widths of the
columns are the same: a type name counts with its UTF-8 bytes, not its characters.
"""

from collections.abc import Iterator

from conlleval.scorer import Scores, TypeScores


def report(scores: Scores) -> str:
    """The classic report: totals, then one line per type with percentages and the number of predicted chunks.

    The text ends in a newline. Without tokens it has only the first line.
    """
    counts = (
        f"processed {scores.tokens} tokens with {scores.gold_chunks} phrases; "
        f"found: {scores.predicted_chunks} phrases; correct: {scores.correct_chunks}."
    )
    lines = [counts]
    if scores.tokens:
        lines.append(f"accuracy: {scores.accuracy:6.2f}%; {_percentages(scores)}")
    for name, row in _rows(scores):
        lines.append(f"{_padding(name, 17)}{name}: {_percentages(row)}  {row.predicted_chunks}")
    return "\n".join(lines) + "\n"


def latex(scores: Scores) -> str:
    r"""The rows of a LaTeX table (``-l``): one row per type, then the totals, for a ``tabular`` with ``{lrrr}``.

    As in the original, type names are not escaped, and the ``$`` of the header is not closed.
    """
    types = [_latex_row(name, row) for name, row in _rows(scores)]
    header = r"        & Precision &  Recall  & F$_{\beta=1} \\\hline"
    return "\n".join([header, *types]) + "\\hline\n" + _latex_row("Overall", scores) + "\\hline\n"


def _rows(scores: Scores) -> Iterator[tuple[str, TypeScores]]:
    for name, row in scores.types.items():
        yield name, row
        # When the script removes duplicates, Perl takes the empty name for "no name yet". So it prints this row twice.
        if name == "" and row.gold_chunks and row.predicted_chunks:
            yield name, row


def _percentages(row: TypeScores) -> str:
    return f"precision: {row.precision:6.2f}%; recall: {row.recall:6.2f}%; FB1: {row.f1:6.2f}"


def _latex_row(name: str, row: TypeScores) -> str:
    cells = rf"{row.precision:6.2f}\% & {row.recall:6.2f}\% & {row.f1:6.2f}"
    return rf"{name}{_padding(name, 7)} &  {cells} \\"


def _padding(name: str, width: int) -> str:
    return " " * (width - len(name.encode("utf-8", "surrogateescape")))
