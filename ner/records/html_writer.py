"""Writing tagged texts as a web page."""

import base64
import hashlib
from collections.abc import Sequence
from typing import Any, TextIO, cast

from ner.data.entities import Entity
from ner.language import Text, language
from ner.pages.highlight import Hues, pieces, visible
from ner.records.entity_writers import Writer
from ner.records.record import Alternative, Record

_WORDS = {
    "title": Text("Tagged texts", "识别结果"),
    "search": Text("Search the texts", "搜索文本"),
    "tagged": Text("only texts with entities", "只看有实体的文本"),
    "score": Text("score at least", "分数不低于"),
    "texts": Text("texts", "文本"),
    "entities": Text("entities", "实体"),
    "list": Text("List of entities: a click shows the next place", "实体列表：点击可跳到下一处"),
    "source": Text("found by", "来源："),
}
_SOURCES = {
    "model": Text("model", "模型"),
    "dictionary": Text("list", "词表"),
    "rule": Text("rule", "规则"),
    "both": Text("both the model and a list or rule", "模型与词表或规则都有"),
}


class HtmlWriter(Writer):
    """A page with one paragraph per record, with coloured entities. Their scores are shown when the pointer is on them.

    Entities that come from a lexicon are framed. Each file has a heading. Other fields of the record are not written. A
    script, the only one that the page allows, adds a search, filters by type, source and score, and a list of the
    entities.
    """

    def __init__(self, file: TextIO, types: Sequence[str] = ()) -> None:
        # imports jinja2, which other formats don't need
        from ner.pages.templates import page_template, text_template

        self._file = file
        self._parts = cast("Any", page_template("records/tagged.html.j2", {"visible": visible}).module)
        self._script = text_template("records/tagged.js.j2").render()
        self._hues = Hues(map(visible, types))
        self._of_file: str | None = None
        digest = base64.b64encode(hashlib.sha256(self._script.encode()).digest()).decode()
        words = {name: str(text) for name, text in _WORDS.items()}
        sources = {name: str(text) for name, text in _SOURCES.items()}
        file.write(self._parts.head(language(), words, sources, digest))

    def write(self, record: Record, entities: Sequence[Entity], alternatives: Sequence[Alternative] = ()) -> None:
        """Write a paragraph. The first paragraph of a file gets a heading."""
        if record.file != self._of_file:
            self._file.write(self._parts.heading(record.file, self._of_file is None))
            self._of_file = record.file
        listed = [entity for entity in entities if entity.source not in (None, "model")]
        found = pieces(record.text, entities, emphasised=listed)
        self._file.write(self._parts.paragraph(record.line, found, self._hues))

    def end(self) -> None:
        """Close the page."""
        self._file.write(self._parts.foot(self._script, self._of_file is None))
