"""Show the examples in docstrings (`>>>`) as code on the page about Python. griffe runs this file for mkdocstrings."""

import re
from typing import Any

import griffe

_EXAMPLE = re.compile(r"^>>> .*(?:\n.+)*", re.MULTILINE)


def fence(docstring: str) -> str:
    """A docstring with its examples as code blocks, without the directives of doctest."""
    return re.sub(r" *# doctest: .*", "", _EXAMPLE.sub(r"```pycon\n\g<0>\n```", docstring))


class FenceExamples(griffe.Extension):
    """Changes each docstring as it is read."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        if obj.docstring:
            obj.docstring.value = fence(obj.docstring.value)
