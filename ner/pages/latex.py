"""Tables as LaTeX, in the style of the package booktabs."""

import re
from collections.abc import Container, Iterable, Sequence

from ner.pages.highlight import visible

_SPECIAL = {
    **{character: rf"\{character}" for character in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "±": r"$\pm$",
}
_MINUS = re.compile(r"(?<![\w.\-])-(?=\d)")


def escape(text: str) -> str:
    r"""Escape a text so that LaTeX prints it unchanged and in one line. A minus before a number becomes a real one.

    >>> escape("100% of a_b: -0.5")
    '100\\% of a\\_b: $-$0.5'
    """
    return _MINUS.sub("$-$", "".join(_SPECIAL.get(character, character) for character in visible(text)))


def format_table(header: Sequence[str], rows: Iterable[Sequence[str]], right: Container[int] = ()) -> str:
    """A tabular environment; the arguments are those of `ner.pages.markdown.format_table`."""
    columns = "".join("r" if column in right else "l" for column in range(len(header)))
    body = [rf"{' & '.join(row)} \\" for row in rows]
    lines = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", rf"{' & '.join(header)} \\", r"\midrule", *body]
    return "\n".join(["% needs \\usepackage{booktabs}", *lines, r"\bottomrule", r"\end{tabular}"])
