"""CSV cells that a spreadsheet shows as they are: none is taken for a formula.

Excel, LibreOffice and WPS compute a cell that begins with =, +, -, @, a tab or a line end; where Chinese or Japanese is
typed also with the full-width ＝ ＋ － ＠. An apostrophe before it makes it text:
https://owasp.org/www-community/attacks/CSV_Injection
"""

import re
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import pandas as pd

# A cell that has apostrophes before such a character gets one more, so that `original_cell` gives back every text.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
HARMLESS = r"'+[=+\-@\t\r\n＝＋－＠]"
"""A regular expression for the beginning of cells from which `original_cell` takes an apostrophe."""

_Value = TypeVar("_Value")


def harmless_cell(value: _Value) -> _Value | str:
    """A cell that no spreadsheet computes: a text that begins like a formula gets an apostrophe before it.

    >>> harmless_cell("=1+1"), harmless_cell("上海"), harmless_cell(-0.5)
    ("'=1+1", '上海', -0.5)
    """
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def original_cell(text: str) -> str:
    """The text that `harmless_cell` was given.

    >>> original_cell("'=1+1"), original_cell("'t Hooft")
    ('=1+1', "'t Hooft")
    """
    return text[1:] if re.match(HARMLESS, text) else text


def frame_to_csv(frame: "pd.DataFrame") -> str:
    """A table with its header as CSV, of which no cell is computed by a spreadsheet."""
    harmless = frame.rename(columns=harmless_cell)
    for at, kind in enumerate(harmless.dtypes):
        if not hasattr(kind, "kind") or kind.kind not in "biufcmM":  # numbers and times are no texts
            harmless.isetitem(at, harmless.iloc[:, at].map(harmless_cell).to_numpy(object))
    return harmless.to_csv(index=False, lineterminator="\n")
