"""Writing tagged texts as a web page."""

from collections.abc import Sequence
from typing import Any, TextIO, cast

from ner.data.entities import Entity
from ner.pages.highlight import Hues, pieces, visible
from ner.records.entity_writers import Writer
from ner.records.record import Alternative, Record


class HtmlWriter(Writer):
    """A page with one paragraph per record, with coloured entities. Their scores are shown when the pointer is on them.

    Each file has a heading. Other fields of the record are not written.
    """

    def __init__(self, file: TextIO, types: Sequence[str] = ()) -> None:
        from ner.pages.templates import page_template  # imports jinja2, which other formats don't need

        self._file = file
        self._parts = cast("Any", page_template("records/tagged.html.j2", {"visible": visible}).module)
        self._hues = Hues(map(visible, types))
        self._of_file: str | None = None
        file.write(self._parts.head())

    def write(self, record: Record, entities: Sequence[Entity], alternatives: Sequence[Alternative] = ()) -> None:
        """Write a paragraph. The first paragraph of a file gets a heading."""
        if record.file != self._of_file:
            self._file.write(self._parts.heading(record.file))
            self._of_file = record.file
        self._file.write(self._parts.paragraph(record.line, pieces(record.text, entities), self._hues))

    def end(self) -> None:
        """Close the page."""
        self._file.write(self._parts.foot())
