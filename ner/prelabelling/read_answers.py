"""Reading the answers of a language model, or of any other program."""

from pathlib import Path

from ner.data.entities import Entity, drop_overlaps
from ner.data.findings import Finding
from ner.data.formats.json_records import Fields, Malformed, read_objects, require_string, shorten_json
from ner.data.read_options import ReadOptions
from ner.errors import raise_faults

_EXPECTED = 'expected an entity as {"text": "王小明", "label": "PER"}, with start and end or without'


def read_answers(path: Path) -> dict[str, list[Entity]]:
    """Read JSON lines with a `text` and its `entities`, each with `text` and `label`.

    Language models count badly, so `start` and `end` are only used if the text there is that of the entity. Without
    them, or if they are wrong, every place in the text that has its characters is taken. An entity whose characters
    are not in the text is left out.

    Returns:
        The entities of each text, in order, without overlaps.

    Raises:
        InputError: the file can't be read. The message lists all faults.
    """
    found: dict[str, list[Entity]] = {}

    def parse(fields: Fields, line: int) -> None:
        text = require_string(fields, "text")
        items = fields.get("entities", [])
        if not isinstance(items, list):
            raise Malformed(f"expected a list of entities, found {shorten_json(items)}")
        found[text] = drop_overlaps({entity for item in items for entity in _entities(item, text)})

    faults: list[Finding] = read_objects(path, ReadOptions(), parse)[1]
    raise_faults([str(fault) for fault in faults])
    return found


def _entities(item: object, text: str) -> list[Entity]:
    """The entities that an answer means."""
    if not isinstance(item, dict):
        raise Malformed(f"{_EXPECTED}, found {shorten_json(item)}")
    surface, label = item.get("text"), item.get("label") or item.get("type")
    if not isinstance(surface, str) or not isinstance(label, str) or not surface:
        raise Malformed(f"{_EXPECTED}, found {shorten_json(item)}")
    start, end = item.get("start"), item.get("end")
    if type(start) is int and type(end) is int and start >= 0 and text[start:end] == surface:
        return [Entity(start, end, label, surface)]
    places = []
    at = text.find(surface)
    while at >= 0:
        places.append(Entity(at, at + len(surface), label, surface))
        at = text.find(surface, at + len(surface))
    return places
