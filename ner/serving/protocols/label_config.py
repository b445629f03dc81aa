"""The label config of Label Studio: which labels belong to which text of a task."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from ner.serving.refusal import Refusal

_MOST_CHARACTERS = 200_000
_MOST_TEXTS = 50


@dataclass(frozen=True)
class LabelledText:
    """A `Labels` element, and the `Text` that it labels.

    Args:
        from_name: the name of the `Labels`.
        to_name: the name of the `Text`.
        key: the field of a task's data that has the text.
        labels: the label in Label Studio of each type of a model.
    """

    from_name: str
    to_name: str
    key: str
    labels: Mapping[str, str]


def parse_label_config(config: str) -> list[LabelledText]:
    """All `Labels` for a `Text` whose field is in the tasks, in their order.

    A label is for the type of its value or alias, and for those of `predicted_values`.

    Raises:
        Refusal: the config is too large, not well-formed, or has a DOCTYPE, which could declare entities.
    """
    if len(config) > _MOST_CHARACTERS:
        raise Refusal(413, f"label_config: expected at most {_MOST_CHARACTERS} characters")
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(config, True)
    except expat.ExpatError as error:
        message = f"is not well-formed XML: {expat.ErrorString(error.code)}, line {error.lineno}"
        raise Refusal(422, f"label_config: {message}") from None
    labelled = [
        LabelledText(one.name, name, reader.keys[name], one.labels)
        for one in reader.controls
        for name in one.to_names
        if name in reader.keys
    ]
    if len(labelled) > _MOST_TEXTS:
        raise Refusal(413, f"label_config: expected at most {_MOST_TEXTS} pairs of Labels and Text")
    return labelled


def _refuse_doctype(*_: object) -> None:
    raise Refusal(422, "label_config: expected no DOCTYPE")


@dataclass
class _Control:
    name: str
    to_names: list[str]
    labels: dict[str, str] = field(default_factory=dict)


class _Reader:
    """Collects the elements of a config."""

    def __init__(self) -> None:
        self.controls: list[_Control] = []
        self.keys: dict[str, str] = {}
        self._open: _Control | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name, value = attributes.get("name", ""), attributes.get("value", "")
        if tag == "Labels":
            self._open = _Control(name, [one.strip() for one in attributes.get("toName", "").split(",")])
            self.controls.append(self._open)
        elif tag == "Text" and value.startswith("$") and attributes.get("valueType") != "url":
            self.keys[name] = value[1:]
        elif tag == "Label" and self._open:
            label = attributes.get("alias") or value  # as Label Studio writes it in results
            predicted = attributes.get("predicted_values", "").split(",")
            for kind in (value, label, *(one.strip() for one in predicted)):
                if kind:
                    self._open.labels.setdefault(kind, label)

    def end(self, tag: str) -> None:
        if tag == "Labels":
            self._open = None
