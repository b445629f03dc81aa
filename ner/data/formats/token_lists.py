"""Lists of tokens and lists of tags in JSON, as in seqeval and Hugging Face's datasets.

    {"tokens": ["王", "来"], "tags": ["B-PER", "O"]}                          one object per line, or an array of them
    {"tokens": [["王", "来"], ["去"]], "tags": [["B-PER", "O"], ["O"]]}       or all sentences in one object

The tokens may also be in `words` or `chars`, and the tags in `ner_tags` or `labels`.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.json_records import (
    TAG_KEYS,
    TOKEN_KEYS,
    Fields,
    Malformed,
    add_findings,
    document_field,
    fields_beside,
    first_key,
    is_batch,
    read_document_name,
    read_objects,
    shorten_json,
)
from ner.data.formats.left_out_counts import Tally
from ner.data.formats.rows import Problem, Rows, likely_tag, unknown_tag
from ner.data.formats.substitutes import find_merged_entities, flat_entities, with_text
from ner.data.formats.tagged import split_of_rows
from ner.data.read_options import ReadOptions
from ner.data.schemes import Scheme, entities_to_tags, is_tag
from ner.files import atomic_writer


@dataclass(frozen=True)
class _Sentence:
    """Tokens and tags of one sentence, and its faults. If a fault can't be mended, there are no tokens and tags."""

    line: int
    document: str
    tokens: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    faults: list[Problem] = field(default_factory=list)

    @property
    def faulty(self) -> bool:
        return not all(fault.mended for fault in self.faults)


def read(path: Path, options: ReadOptions) -> Split:
    """Read one file. `split_of_rows` describes the tags. Fields other than tokens, tags and document are losses.

    Raises:
        InputError: there is no such file, or no such encoding.
    """
    left_out = Tally()

    def parse(fields: Fields, line: int) -> list[_Sentence]:
        token_key, tag_key = _key(fields, TOKEN_KEYS, "tokens"), _key(fields, TAG_KEYS, "tags")
        left_out.add(line, FindingKind.FIELD_LEFT_OUT, fields_beside(fields, (token_key, tag_key)))
        tokens, tags = fields[token_key], fields[tag_key]
        name = read_document_name(fields)
        if not is_batch(tokens) or not is_batch(tags):
            return [_sentence(tokens, tags, line, name, "")]
        return [
            _sentence(its_tokens, its_tags, line, name, f"sentence {number}: ")
            for number, (its_tokens, its_tags) in enumerate(zip_longest(tokens, tags), 1)
        ]

    parsed, faults = read_objects(path, options, parse)
    rows = _rows(sentence for sentences in parsed for sentence in sentences)
    return add_findings(split_of_rows(rows, str(path), strict=options.strict), faults, left_out)


def write(sentences: Sequence[Sentence], path: Path, scheme: Scheme) -> list[Finding]:
    """Write one object per line. Its tokens are characters. Returns the information that the format can't store."""
    losses: list[Finding] = []
    with atomic_writer(path) as file:
        for sentence in with_text(sentences, losses):
            entities = flat_entities(sentence, losses)
            find_merged_entities(sentence, entities, scheme, losses)
            tags = entities_to_tags(entities, len(sentence.text), scheme, sentence.unknown)
            fields = {"tokens": list(sentence.text), "tags": tags, **document_field(sentence)}
            file.write(json.dumps(fields, ensure_ascii=False) + "\n")
    return losses


def _key(fields: Fields, keys: tuple[str, ...], name: str) -> str:
    key = first_key(fields, keys)
    if key is None:
        found = ", ".join(fields) or "(none)"
        raise Malformed(f"expected the {name} in a field {' or '.join(keys)}, found the fields {found}")
    return key


def _sentence(tokens: object, tags: object, line: int, document: str, place: str) -> _Sentence:
    """One sentence. `place` is the start of the messages of its faults."""
    if not isinstance(tokens, list) or not isinstance(tags, list):
        other = tags if isinstance(tokens, list) else tokens
        message = f"{place}expected a list of tokens and a list of tags, found {shorten_json(other)}"
        return _Sentence(line, document, faults=[_malformed(message)])
    if len(tokens) != len(tags):
        message = f"{place}{len(tokens):,} tokens and {len(tags):,} tags; expected a tag for each token"
        return _Sentence(line, document, faults=[_malformed(message)])
    found = dict.fromkeys(fault for pair in zip(tokens, tags, strict=True) if (fault := _fault(*pair)))
    faults = [fault._replace(message=place + fault.message) for fault in found]
    if all(fault.mended for fault in faults):
        return _Sentence(line, document, tokens, [tag if is_tag(tag) else likely_tag(tag) for tag in tags], faults)
    return _Sentence(line, document, faults=faults)


def _fault(token: object, tag: object) -> Problem | None:
    """What is wrong with a token or its tag, if anything."""
    if not isinstance(token, str) or not token:
        return _malformed(f"expected a token as a string that is not empty, found {shorten_json(token)}")
    if not isinstance(tag, str):
        return _malformed(f"expected a tag as a string, found {shorten_json(tag)}; write names instead of numbers")
    return None if is_tag(tag) else unknown_tag(tag)


def _malformed(message: str) -> Problem:
    return Problem(0, FindingKind.MALFORMED_RECORD, message)


def _rows(sentences: Iterable[_Sentence]) -> Rows:
    """The rows of sentences. A sentence with faults is one faulty row."""
    lines = [0]
    rows = Rows([""], [None], lines)
    for sentence in sentences:
        boundary, first = len(lines) - 1, len(lines)
        rows.documents[boundary] = sentence.document
        rows.faults.extend(fault._replace(row=first) for fault in sentence.faults)
        tokens, tags = ([""], [""]) if sentence.faulty else (sentence.tokens, sentence.tags)
        rows.tokens.extend([*tokens, ""])
        rows.tags.extend([*tags, None])
        lines.extend([sentence.line] * (len(tokens) + 1))
        if not tokens:
            rows.oddities.append(Problem(first, FindingKind.EMPTY_SENTENCE, "a sentence without tokens"))
    return rows
