"""Label Studio's tasks: JSON exports, older ones with completions, JSON-MIN, and pre-annotations.

The labeling configuration that fits what is written:

    <View>
      <Labels name="label" toName="text"> <Label value="PER"/> ... </Labels>
      <Text name="text" value="$text"/>
    </View>

Label Studio counts code points (`charsToCodePoints` in its editor's selection-tools.js); versions of 2021 and before
counted UTF-16 units (https://github.com/HumanSignal/label-studio/issues/1347). The texts of regions tell which. In
those it writes a backslash and an n for a line break, and one space where its page shows one for several.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.json_records import (
    DOCUMENT_KEYS,
    Fields,
    Malformed,
    add_findings,
    document_field,
    fields_beside,
    is_regions,
    read_document_name,
    read_objects,
    shorten_json,
    unread_keys,
)
from ner.data.formats.offsets import AnnotatedRecord, Span, split_of_records
from ner.data.formats.tally import Tally
from ner.data.read_options import ReadOptions
from ner.files import atomic_writer

_FROM_NAME, _TO_NAME = "label", "text"
_MODEL_VERSION = "bert-ner"
_TASK_KEYS = (
    *("data", "annotations", "completions", "predictions", "project", "overlap", "is_labeled"),
    *("created_at", "updated_at", "updated_by", "inner_id"),
    *("total_annotations", "cancelled_annotations", "total_predictions"),
    *("comment_count", "unresolved_comment_count", "comment_authors", "last_comment_updated_at"),
)
"""What is read of a task, and what Label Studio notes of it, and notes anew of one that it imports."""
_RECORD_KEYS = ("annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement")
"""What it notes of a record of JSON-MIN, beside its data and regions."""

_LABEL_A_TEXT = "label a Text, not a HyperText"
_SPACE = re.compile(r"(?:\s|\\n)+")


def read(path: Path, options: ReadOptions) -> Split:
    """Reads one file; of several annotations of a task the first that was not cancelled is taken.

    Other annotations, predictions beside annotations, results that are no labels of the text, tasks that were skipped
    or never annotated, and other fields of tasks and their data are losses. A task that has nothing but predictions is
    read, as what is made for pre-annotation, and is among the losses too.

    Raises InputError if there is no such file or no such encoding.
    """
    tasks = _Tasks(options.unannotated)
    parsed, faults = read_objects(path, options, tasks.parse)
    return add_findings(split_of_records([record for record in parsed if record], str(path)), faults, tasks.left_out)


def write(sentences: Sequence[Sentence], path: Path) -> list[Finding]:
    """Writes tasks with annotations, which Label Studio imports; they hold everything. Offsets count code points."""
    _write(sentences, path, lambda sentence: {"annotations": [{"result": _result(sentence)}]})
    return []


def write_predictions(sentences: Sequence[Sentence], path: Path) -> list[Finding]:
    """Writes tasks with predictions, which annotators start from; the score is the mean of those of the entities."""

    def predictions(sentence: Sentence) -> Fields:
        prediction: Fields = {"model_version": _MODEL_VERSION, "result": _result(sentence)}
        scores = [entity.score for entity in sentence.entities if entity.score is not None]
        if scores:
            prediction["score"] = sum(scores) / len(scores)
        return {"predictions": [prediction]}

    _write(sentences, path, predictions)
    return []


@dataclass
class _Tasks:
    """Reads the tasks of one file, which have one labeling configuration.

    Tasks that nobody annotated are left out unless `unannotated`. `to_name` and `source` are those of the first
    labelled region: the names of the text and of its field, "" if the file doesn't tell. `minimal` are the ids of the
    tasks of JSON-MIN, which has a record for each annotation.
    """

    unannotated: bool
    left_out: Tally = field(default_factory=lambda: Tally("task"))
    to_name: str = ""
    source: str = ""
    minimal: set[str] = field(default_factory=set)

    def parse(self, task: Fields, line: int) -> AnnotatedRecord | None:
        """The text and spans of a task, None if it is left out."""
        data, result = self._parts(task, line)
        if result is None:
            return None
        regions = self._regions(result, line)
        key = self._text_key(data)
        text = data[key]
        assert isinstance(text, str)
        others = {name: value for name, value in data.items() if name != key}
        around = unread_keys(task, _TASK_KEYS) if data is task.get("data") else []
        named = [f"field {name!r}" for name in around]
        self.left_out.add(line, FindingKind.FIELD_LEFT_OUT, [*named, *fields_beside(others, ())])
        spans = [span for region in regions for span in _spans(region, text)]
        return AnnotatedRecord(text, spans, line, read_document_name(others))

    def _parts(self, task: Fields, line: int) -> tuple[Fields, list[Fields] | None]:
        """The data and the result of a task, None for one that is left out."""
        data = task.get("data")
        if not isinstance(data, dict):
            return self._parts_of_minimal(task, line)
        given = _objects(task, "annotations") or _objects(task, "completions")
        predictions = _objects(task, "predictions")
        done = [one for one in given if not (one.get("was_cancelled") or one.get("skipped"))]
        if given and not done:
            self.left_out.add(line, FindingKind.SKIPPED_TASK_LEFT_OUT, ["only cancelled annotations"])
            return data, None
        if len(done or predictions) > 1:
            self.left_out.add(line, FindingKind.ANNOTATION_LEFT_OUT, ["further annotations"])
        if done and predictions:
            self.left_out.add(line, FindingKind.ANNOTATION_LEFT_OUT, ["predictions beside annotations"])
        if not done and not predictions:
            if self.unannotated:
                return data, []
            self.left_out.add(line, FindingKind.TASK_WITHOUT_ANNOTATIONS_LEFT_OUT, ["no annotations"])
            return data, None
        if not done:
            self.left_out.add(line, FindingKind.READ_FROM_PREDICTIONS, ["only predictions"])
        return data, _objects((done or predictions)[0], "result")

    def _parts_of_minimal(self, record: Fields, line: int) -> tuple[Fields, list[Fields] | None]:
        """The same for a record of JSON-MIN, whose data and regions stand side by side."""
        regions = {name: value for name, value in record.items() if is_regions(value)}
        data = {name: value for name, value in record.items() if name not in (*regions, *_RECORD_KEYS)}
        identity = str(record.get("id", ""))
        if identity in self.minimal:
            self.left_out.add(line, FindingKind.ANNOTATION_LEFT_OUT, ["further annotations"])
            return data, None
        if identity:
            self.minimal.add(identity)
        return data, [{"type": "labels", "value": value} for name in regions for value in _objects(regions, name)]

    def _regions(self, result: list[Fields], line: int) -> list[Fields]:
        """The values of the labelled regions of the text."""
        regions = []
        others = []
        for item in result:
            value = item.get("value")
            if item.get("type") == "hypertextlabels":
                raise Malformed(f"a region of HyperText, whose place is in its markup; {_LABEL_A_TEXT}")
            if item.get("type") != "labels" or not isinstance(value, dict):
                others.append(f"results of type {item.get('type')!r}")
                continue
            to_name = str(item.get("to_name") or self.to_name)
            if not self.to_name:
                self.to_name, self.source = to_name, str(item.get("source") or "").removeprefix("$")
            if to_name != self.to_name:
                others.append(f"regions on {to_name!r}")
            elif not value.get("labels"):
                others.append("regions without a label")
            else:
                regions.append(value)
        self.left_out.add(line, FindingKind.RESULT_LEFT_OUT, others)
        return regions

    def _text_key(self, data: Fields) -> str:
        """The field of the text: the one that the regions name, else "text", else the only one with a string."""
        strings = [key for key, value in data.items() if isinstance(value, str)]
        for key in (self.source, self.to_name, "text"):
            if key in strings:
                return key
        unnamed = [key for key in strings if key not in DOCUMENT_KEYS]
        if len(unnamed) != 1:
            found = ", ".join(data) or "(none)"
            raise Malformed(f"expected the text in a field 'text' of the data, found the fields {found}; rename one")
        return unnamed[0]


def _objects(fields: Fields, key: str) -> list[Fields]:
    """A field that is a list of objects, or missing."""
    value = fields.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Malformed(f"expected a list of objects in the field {key!r}, found {shorten_json(value)}")
    return value


def _spans(region: Fields, text: str) -> list[Span]:
    """A span for each label of a region."""
    start, end, surface, labels = (region.get(key) for key in ("start", "end", "text", "labels"))
    if type(start) is not int or type(end) is not int:
        found = f"found {shorten_json(start)} and {shorten_json(end)}"
        raise Malformed(f"expected a region with numbers for start and end, {found}; {_LABEL_A_TEXT}")
    if not isinstance(surface, str | None):
        raise Malformed(f"expected the text of a region as a string, found {shorten_json(surface)}")
    if not isinstance(labels, list) or not all(isinstance(label, str) and label for label in labels):
        raise Malformed(f"expected the labels of a region as a list of strings, found {shorten_json(labels)}")
    if surface:
        start, end, surface = _in_text(surface, text, start, end)
    return [Span(start, end, label, surface or None) for label in labels]


def _in_text(surface: str, text: str, start: int, end: int) -> tuple[int, int, str]:
    """What of the text a region's own text means, whose white space Label Studio has changed; as given if unclear.

    White space at an edge that only one of the two has is no part of the entity.
    """
    units = text.encode("utf-16-le")
    candidates = [text[start:end]] if end <= len(text) else []
    if 2 * end <= len(units):
        candidates.append(units[2 * start : 2 * end].decode("utf-16-le", "replace"))
    for candidate in candidates:
        if _squeeze_spaces(candidate) == _squeeze_spaces(surface):
            return start, end, candidate
    for candidate in candidates:
        bare = candidate.strip()
        if _squeeze_spaces(bare) == _squeeze_spaces(surface).strip():
            # White space is one unit a character, whatever the offsets count.
            before, behind = len(candidate) - len(candidate.lstrip()), len(candidate) - len(candidate.rstrip())
            return start + before, end - behind, bare
    return start, end, surface


def _squeeze_spaces(text: str) -> str:
    return _SPACE.sub(" ", text)


def _result(sentence: Sentence) -> list[Fields]:
    """The regions of a sentence; Label Studio wants an id for each that is unique in its task."""
    return [
        {
            "id": f"entity-{number}",
            "from_name": _FROM_NAME,
            "to_name": _TO_NAME,
            "type": "labels",
            "value": {"start": entity.start, "end": entity.end, "text": entity.text, "labels": [entity.label]},
        }
        for number, entity in enumerate(sentence.entities, 1)
    ]


def _write(sentences: Sequence[Sentence], path: Path, annotated: Callable[[Sentence], Fields]) -> None:
    """Writes an array with a task a line."""
    with atomic_writer(path) as file:
        file.write("[")
        for number, sentence in enumerate(sentences):
            task = {"data": {"text": sentence.text, **document_field(sentence)}, **annotated(sentence)}
            file.write(("," if number else "") + "\n" + json.dumps(task, ensure_ascii=False))
        file.write("\n]\n")
