"""Label Studio's tasks: JSON exports, older exports with completions, JSON-MIN, and pre-annotations.

The labeling configuration for the files that are written here:

    <View>
      <Labels name="label" toName="text"> <Label value="PER"/> ... </Labels>
      <Text name="text" value="$text"/>
    </View>

Label Studio counts code points (`charsToCodePoints` in its editor's selection-tools.js). Versions of 2021 and before
counted UTF-16 units (https://github.com/HumanSignal/label-studio/issues/1347). The texts of the regions show which of
the two a file counts. In these texts, a line break is a backslash and an n, and several spaces may be one space.
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
from ner.data.formats.left_out_counts import Tally
from ner.data.formats.offsets import AnnotatedRecord, Span, split_of_records, utf_16_units
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
"""The keys of a task that are read, and those that Label Studio sets itself and sets again at an import."""
_RECORD_KEYS = ("annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement")
"""The keys that Label Studio sets itself in a record of JSON-MIN."""

_LABEL_A_TEXT = "label a Text, not a HyperText"
_SPACE = re.compile(r"(?:\s|\\n)+")


def read(path: Path, options: ReadOptions) -> Split:
    """Read one file. If a task has several annotations, the first that is not cancelled is read.

    Losses are: other annotations, predictions of tasks with annotations, results that don't label the text, tasks that
    were skipped or never annotated, and other fields of the tasks and their data. A task that has only predictions is
    read, and a loss says so, because nobody may have checked them.

    Raises:
        InputError: there is no such file, or no such encoding.
    """
    tasks = _Tasks(options.unannotated)
    parsed, faults = read_objects(path, options, tasks.parse)
    return add_findings(split_of_records([record for record in parsed if record], str(path)), faults, tasks.left_out)


def write(sentences: Sequence[Sentence], path: Path) -> list[Finding]:
    """Write tasks with annotations, for Label Studio's import. They store everything, and offsets count code points."""
    _write(sentences, path, lambda sentence: {"annotations": [{"result": _result(sentence)}]})
    return []


def write_predictions(sentences: Sequence[Sentence], path: Path) -> list[Finding]:
    """Write tasks with predictions to start annotating from. Their score is the mean of the scores of the entities."""

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
    """Reads the tasks of one file. They have one labeling configuration.

    Args:
        unannotated: whether to read tasks that nobody annotated.
        left_out: what was not read.
        to_name: the name of the text in the first labelled region, "" before it.
        source: the field of the text in the first labelled region, "" if the file doesn't have it.
        minimal: the ids of the tasks of JSON-MIN that were read. JSON-MIN has one record per annotation.
    """

    unannotated: bool
    left_out: Tally = field(default_factory=lambda: Tally("task"))
    to_name: str = ""
    source: str = ""
    minimal: set[str] = field(default_factory=set)

    def parse(self, task: Fields, line: int) -> AnnotatedRecord | None:
        """The text and spans of a task, or None if the task is left out."""
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
        """The data and the result of a task. The result is None if the task is left out."""
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
        """The data and the result of a record of JSON-MIN, which has data and regions at the same level."""
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
                raise Malformed(f"a region of HyperText, with a place in the markup; {_LABEL_A_TEXT}")
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
        """The field of the text: the field that the regions name, else "text", else the only field with a string."""
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
    """The value of a field that is a list of objects; [] if the field is missing."""
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
    """Find the surface form of a region in the text. Label Studio changes white space in surface forms.

    White space at an edge is not part of the entity if only one of the two has it.

    Returns:
        Start, end and surface form as in the text; as given if they can't be found.
    """
    units = utf_16_units(text)
    candidates = [text[start:end]] if end <= len(text) else []
    if 2 * end <= len(units):
        candidates.append(units[2 * start : 2 * end].decode("utf-16-le", "replace"))
    for candidate in candidates:
        if _squeeze_spaces(candidate) == _squeeze_spaces(surface):
            return start, end, candidate
    for candidate in candidates:
        bare = candidate.strip()
        if _squeeze_spaces(bare) == _squeeze_spaces(surface).strip():
            # A character of white space is one unit, whether offsets count UTF-16 units or code points.
            before, behind = len(candidate) - len(candidate.lstrip()), len(candidate) - len(candidate.rstrip())
            return start + before, end - behind, bare
    return start, end, surface


def _squeeze_spaces(text: str) -> str:
    return _SPACE.sub(" ", text)


def _result(sentence: Sentence) -> list[Fields]:
    """The regions of a sentence. In Label Studio each region of a task needs a unique id."""
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
    """Write an array with one task per line."""
    with atomic_writer(path) as file:
        file.write("[")
        for number, sentence in enumerate(sentences):
            task = {"data": {"text": sentence.text, **document_field(sentence)}, **annotated(sentence)}
            file.write(("," if number else "") + "\n" + json.dumps(task, ensure_ascii=False))
        file.write("\n]\n")
