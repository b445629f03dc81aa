"""From rows of tokens and tags to sentences with entities, for all formats with one tag per token."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, count, pairwise
from typing import cast

import numpy as np
import numpy.typing as npt

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.data.finding_kinds import FindingKind
from ner.data.findings import Finding
from ner.data.formats.rows import Problem, Rows
from ner.data.schemes import BIO, OUTSIDE, Scheme, chunks, compatible, detect, is_legal, labels, split_tag
from ner.data.unknown_spans import unknown_spans

_AS_CONLLEVAL = "read as conlleval reads it"


def split_of_rows(rows: Rows, path: str, *, strict: bool) -> Split:
    """Make a split of rows. The text of a sentence is its tokens without spaces.

    All characters of a token get its tag. Illegal tag sequences are read as conlleval reads them.

    Args:
        rows: the rows of the file.
        path: the file.
        strict: whether illegal tag sequences are faults; else they are `repairs` of the split.
    """
    faults = list(rows.faults)
    illegal: list[Problem] = []
    scheme = BIO
    tags, ids = _distinct(rows.tags)
    steps = ids[:-1] * len(tags) + ids[1:]  # one number for each pair of neighbouring tags
    transitions = {step: (tags[step // len(tags)], tags[step % len(tags)]) for step in np.unique(steps).tolist()}
    transitions = {step: pair for step, pair in transitions.items() if "" not in pair}
    try:
        scheme = detect(transitions.values())
    except ValueError:
        faults.append(_first_of_second_scheme(rows))
    else:
        wrong = [step for step, pair in transitions.items() if not is_legal(scheme, *pair)]
        rows_wrong = np.flatnonzero(np.isin(steps, wrong)) + 1
        illegal = [_illegal(rows, row, scheme) for row in rows_wrong.tolist()]
    if strict:
        faults += [p._replace(message=f"{p.message} (without `strict` it is repaired)") for p in illegal]
        illegal = []

    def findings(problems: list[Problem]) -> list[Finding]:
        return [Finding(path, rows.lines[p.row], p.kind, p.message, p.mended) for p in sorted(problems)]

    sentences, left_out = _sentences(rows, path, tags, ids)
    return Split(
        path,
        sentences,
        scheme=scheme,
        faults=findings(faults),
        repairs=findings(illegal),
        losses=findings(rows.losses),
        oddities=findings(rows.oddities),
        left_out=left_out,
    )


def _distinct(tags: Sequence[str | None]) -> tuple[list[str | None], npt.NDArray[np.int64]]:
    """The distinct tags, and the index of the tag of each row."""
    numbers: defaultdict[str | None, int] = defaultdict(count().__next__)
    ids = np.fromiter(map(numbers.__getitem__, tags), np.int64, len(tags))
    return list(numbers), ids


def _sentences(
    rows: Rows, path: str, tags: Sequence[str | None], ids: npt.NDArray[np.int64]
) -> tuple[list[Sentence], list[tuple[int, int]]]:
    """All sentences without a faulty row, and the first and last line of the others.

    `tags` and `ids` are from `_distinct`.
    """
    boundaries = np.flatnonzero(np.array([tag is None for tag in tags])[ids])
    faulty = np.flatnonzero(np.array([tag == "" for tag in tags])[ids])
    found = list(_chunks(rows, np.array([bool(tag) and split_tag(tag)[1] != "" for tag in tags])[ids]))
    # The numbers of faulty rows and of chunks before each boundary.
    faults_before = np.searchsorted(faulty, boundaries).tolist()
    chunks_before = np.searchsorted([start for start, _, _ in found], boundaries).tolist()
    document = ""
    sentences, left_out = [], []
    for i, (before, after) in enumerate(pairwise(boundaries.tolist())):
        document = rows.documents.get(before, document)
        first = before + 1
        if first == after:
            continue
        if faults_before[i] != faults_before[i + 1]:
            left_out.append((rows.lines[first], rows.lines[after - 1]))
            continue
        tokens = rows.tokens[first:after]
        text = "".join(tokens)
        spans = [
            (start - first, end - first, type_) for start, end, type_ in found[chunks_before[i] : chunks_before[i + 1]]
        ]
        if spans and len(text) != len(tokens):
            offsets = list(accumulate(map(len, tokens), initial=0))
            spans = [(offsets[start], offsets[end], type_) for start, end, type_ in spans]
        entities = tuple([Entity(start, end, type_, text[start:end]) for start, end, type_ in spans])
        unknown = unknown_spans(cast("list[str]", rows.tags[first:after]), tokens)
        sentences.append(Sentence(text, entities, path, rows.lines[first], document, unknown))
    return sentences, left_out


def _chunks(rows: Rows, typed: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int, str]]:
    """The chunks of all rows. `typed` says whether the tag of a row has a type: a chunk has only such rows."""
    chunks_of = lru_cache(maxsize=4096)(chunks)  # most entities have the same tags as another
    edges = np.flatnonzero(np.diff(typed, prepend=False, append=False))
    for first, last in edges.reshape(-1, 2).tolist():
        for start, end, type_ in chunks_of(tuple(cast("list[str]", rows.tags[first:last]))):
            yield first + start, first + end, type_


def _illegal(rows: Rows, row: int, scheme: Scheme) -> Problem:
    """The illegal transition into a row. At the end of a sentence, the place is its last token."""
    previous, following = rows.tags[row - 1 : row + 1]
    types = dict.fromkeys(type_ for tag in (following, previous) if tag and (type_ := split_tag(tag)[1]))
    expected = [tag for tag in labels(scheme, list(types))[1:] if is_legal(scheme, previous, tag)]
    found = following or "the end of the sentence"
    place = f"after {previous}" if previous else "at the start of the sentence"
    return Problem(
        row if following is not None else row - 1,
        FindingKind.ILLEGAL_SEQUENCE,
        f"{found} {place}; expected {' or '.join(expected)}",
        _AS_CONLLEVAL,
    )


def _first_of_second_scheme(rows: Rows) -> Problem:
    """The first row whose tag is in no scheme together with the tags before it."""
    prefixes: list[str] = []
    for row, tag in enumerate(rows.tags):
        if not tag or (prefix := split_tag(tag)[0]) in prefixes or prefix == OUTSIDE:
            continue
        if not compatible([*prefixes, prefix]):
            return Problem(
                row,
                FindingKind.MIXED_SCHEMES,
                f"{tag} is of another tag scheme than the tags before it, with {', '.join(prefixes)}; "
                "expected one scheme in a file",
                _AS_CONLLEVAL,
            )
        prefixes.append(prefix)
    raise AssertionError("expected tags of two schemes")
