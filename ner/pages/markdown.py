"""Tables and texts as Markdown."""

import re
from collections.abc import Container, Iterable, Sequence

from ner.pages.highlight import visible


def escape(text: str) -> str:
    """Escape a text so that Markdown shows it unchanged and in one line. It contains no markup and no HTML then."""
    text = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]#|~$@]|:(?=\w+:))", r"\\\1", text)


def format_table(header: Sequence[str], rows: Iterable[Sequence[str]], right: Container[int] = ()) -> str:
    """A Markdown table.

    Args:
        header: the titles of the columns, escaped.
        rows: the cells of each row, escaped.
        right: the indices of the columns that are aligned to the right.
    """
    ruler = ["---:" if column in right else "---" for column in range(len(header))]
    return "\n".join(f"| {' | '.join(line)} |" for line in (header, ruler, *rows))
