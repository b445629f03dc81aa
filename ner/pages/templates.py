"""The Jinja templates of the package, for HTML and for text.

Their filter `t` puts a text into the language of the user.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from ner.language import language
from ner.translation import translate

Filters = Mapping[str, Callable[..., Any]]


def page_template(name: str, filters: Filters | None = None) -> Template:
    """Load an HTML template by its path below `ner`. Values are escaped, so markup in them is shown as text."""
    return _template(name, tuple((filters or {}).items()), autoescape=True)


def text_template(name: str, filters: Filters | None = None) -> Template:
    """Load a template for text such as Markdown by its path below `ner`. Values are not escaped."""
    return _template(name, tuple((filters or {}).items()), autoescape=False)


@cache
def _template(name: str, filters: tuple[tuple[str, Callable[..., Any]], ...], *, autoescape: bool) -> Template:
    environment = Environment(
        loader=PackageLoader("ner", ""),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update({"t": translate, **dict(filters)})
    environment.globals["language"] = language
    return environment.get_template(name)
