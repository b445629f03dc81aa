"""From rows of tokens and tags to sentences with entities: what all formats with one tag a token share."""

from itertools import accumulate, pairwise
from typing import cast

from ner.data.entities import Entity, Sentence
from ner.data.findings import Finding
from ner.data.formats.rows import Problem, Rows
from ner.data.schemes import BIO, OUTSIDE, Scheme, chunks, compatible, detect, is_legal, labels, split_tag
from ner.data.split import Split
from ner.data.unknown import unknown_spans

_AS_CONLLEVAL = "read as conlleval reads it"


def split_of_rows(rows: Rows, path: str, *, strict: bool) -> Split:
    """The sentences of `rows`: the text of each is its tokens with nothing between them.

    A token of several characters carries its tag over all of them. Tags that are no legal sequence are read as
    conlleval reads them and are `repairs` of the split; if `strict`, they are its faults.
    """
    faults = list(rows.faults)
    illegal: list[Problem] = []
    scheme = BIO
    transitions = {pair for pair in set(pairwise(rows.tags)) if "" not in pair}
    try:
        scheme = detect(transitions)
    except ValueError:
        faults.append(_first_of_second_scheme(rows))
    else:
        if wrong := {pair for pair in transitions if not is_legal(scheme, *pair)}:
            rows_wrong = [row for row, pair in enumerate(pairwise(rows.tags), 1) if pair in wrong]
            illegal = [_illegal(rows, row, scheme) for row in rows_wrong]
    if strict:
        faults += [p._replace(message=f"{p.message} (leave out --strict to repair)") for p in illegal]
        illegal = []

    def findings(problems: list[Problem]) -> list[Finding]:
        return [Finding(path, rows.lines[p.row], p.kind, p.message, p.mended) for p in sorted(problems)]

    return Split(
        path,
        _sentences(rows, path),
        scheme=scheme,
        faults=findings(faults),
        repairs=findings(illegal),
        losses=findings(rows.losses),
        oddities=findings(rows.oddities),
    )


def _sentences(rows: Rows, path: str) -> list[Sentence]:
    """All sentences without a faulty row."""
    faulty = {row for row, tag in enumerate(rows.tags) if tag == ""} if rows.faults else set()
    document = ""
    sentences = []
    boundaries = (row for row, tag in enumerate(rows.tags) if tag is None)
    for before, after in pairwise(boundaries):
        document = rows.documents.get(before, document)
        first = before + 1
        if first == after or (faulty and not faulty.isdisjoint(range(first, after))):
            continue
        tokens = rows.tokens[first:after]
        tags = cast("list[str]", rows.tags[first:after])
        found = chunks(tags)
        text = "".join(tokens)
        if found and len(text) != len(tokens):
            offsets = list(accumulate(map(len, tokens), initial=0))
            found = [(offsets[start], offsets[end], type_) for start, end, type_ in found]
        entities = tuple([Entity(start, end, type_, text[start:end]) for start, end, type_ in found])
        unknown = unknown_spans(tags, tokens)
        sentences.append(Sentence(text, entities, path, rows.lines[first], document, unknown))
    return sentences


def _illegal(rows: Rows, row: int, scheme: Scheme) -> Problem:
    """The illegal transition into a row; one at the end of a sentence is named by its last token."""
    previous, following = rows.tags[row - 1 : row + 1]
    types = dict.fromkeys(type_ for tag in (following, previous) if tag and (type_ := split_tag(tag)[1]))
    expected = [tag for tag in labels(scheme, list(types))[1:] if is_legal(scheme, previous, tag)]
    found = following or "the end of the sentence"
    place = f"after {previous}" if previous else "at the start of the sentence"
    return Problem(
        row if following is not None else row - 1,
        "illegal sequence",
        f"{found} {place}; expected {' or '.join(expected)}",
        _AS_CONLLEVAL,
    )


def _first_of_second_scheme(rows: Rows) -> Problem:
    """The first row whose tag no scheme has together with the tags before it."""
    prefixes: list[str] = []
    for row, tag in enumerate(rows.tags):
        if not tag or (prefix := split_tag(tag)[0]) in prefixes or prefix == OUTSIDE:
            continue
        if not compatible([*prefixes, prefix]):
            return Problem(
                row,
                "mixed schemes",
                f"{tag} is of another tag scheme than the tags before it, with {', '.join(prefixes)}; "
                "expected one scheme in a file",
                _AS_CONLLEVAL,
            )
        prefixes.append(prefix)
    raise AssertionError("expected tags of two schemes")
