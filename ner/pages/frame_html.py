"""Small HTML tables of data frames, for notebooks."""

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_MOST_ROWS = 60


def render_frame(frame: "pd.DataFrame", title: str = "", *, index: bool = False) -> str:
    """Render the first rows of a data frame under a title. Values are escaped, so markup in them is shown as text."""
    table = frame.to_html(index=index, escape=True, border=0, max_rows=_MOST_ROWS, na_rep="")
    return f"<p>{escape(title)}</p>\n{table}" if title else table
