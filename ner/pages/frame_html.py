"""A data frame as a small table of HTML, for notebooks."""

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_MOST_ROWS = 60


def render_frame(frame: "pd.DataFrame", title: str = "", *, index: bool = False) -> str:
    """The first rows of `frame` under `title`; whatever is in it is shown as text, markup too."""
    table = frame.to_html(index=index, escape=True, border=0, max_rows=_MOST_ROWS, na_rep="")
    return f"<p>{escape(title)}</p>\n{table}" if title else table
