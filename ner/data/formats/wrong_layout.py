"""What is wrong with a file in columns of which hardly a line can be read: told once, not for each line."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from ner.data.finding_kinds import FindingKind
from ner.data.formats.rows import Problem, quote
from ner.data.formats.text_lines import Line, Lines
from ner.data.schemes import OUTSIDE, PREFIXES, UNKNOWN, is_tag

_LEAST = 20
"""Faulty lines. Fewer are told one by one."""
_NEARLY_ALL = 0.9
_SEPARATORS = (",", ";", "|", "/", "_", ":", "\\t", "，", "\u3000", "\u00a0")
_LONG = 4
"""Characters. Lines with more of them on average, in one column, are a text."""
_EXPECTED = "expected a token and its tag in each line, with a tab between them"


def find_wrong_layout(lines: Lines, faulty: Sequence[bool], tag_of: Callable[[Line], str]) -> Problem | None:
    """Find the one mistake that explains why nearly all lines, or nearly all tags of entities, can't be read.

    Args:
        lines: the lines of the file.
        faulty: for each distinct line, whether it can't be read.
        tag_of: the tag column of a line.

    Returns:
        The problem, at the first line that can't be read; None if lines differ in what is wrong, or few are wrong.
    """
    tokens = [(line, count) for line, count in zip(lines.distinct, lines.counts, strict=True) if line.holds_token]
    total = sum(count for _, count in tokens)
    both = zip(lines.distinct, lines.counts, faulty, strict=True)
    wrong = [(line, count) for line, count, is_faulty in both if is_faulty and line.holds_token]
    number = sum(count for _, count in wrong)
    if number < _LEAST:
        return None
    first = lines.where(faulty)[0]
    tags = Counter[str]()
    for line, count in tokens:
        if len(line.columns) > 1:
            tags[tag_of(line)] += count
    if message := _without_types(tags, number):
        return Problem(first, FindingKind.UNKNOWN_TAG, message)
    if number < total * _NEARLY_ALL:
        return None
    return Problem(first, FindingKind.MALFORMED_LINE, next(_explanations(wrong, number, total)))


def _without_types(tags: Counter[str], number: int) -> str:
    """The message if the tags are prefixes without a type, as in word segmentation."""
    bare = tags.keys() - {OUTSIDE, UNKNOWN}
    if not bare or not bare <= {*PREFIXES} or sum(tags[tag] for tag in bare) != number:
        return ""
    return (
        f"{number:,} tags have no type, only {', '.join(sorted(bare))}; expected a type after a hyphen, as in B-PER: "
        "if all entities are of one type, give it a name; if the tags mark words, the file has no entities"
    )


def _explanations(wrong: Sequence[tuple[Line, int]], number: int, total: int) -> Iterator[str]:
    """What may be the matter with the lines, the most certain first."""
    single = Counter[str]()
    for line, count in wrong:
        if len(line.columns) == 1:
            single[line.columns[0]] += count
    for separator in _SEPARATORS:
        if sum(count for text, count in single.items() if _is_separated(text, separator)) >= number * _NEARLY_ALL:
            yield f"token and tag are separated by {separator!r} in {number:,} lines; {_EXPECTED}"
    if single.total() >= number * _NEARLY_ALL and _mean_length(single) <= _LONG:
        yield f"{number:,} of {total:,} lines have one column, the first is {quote(next(iter(single)))}; {_EXPECTED}"
    shown = quote(" ".join(wrong[0][0].columns))
    yield (
        f"{number:,} of {total:,} lines are no token with its tag, the first is {shown}; {_EXPECTED}. For plain text, "
        "bert-ner tag finds entities, and bert-ner annotate makes such files"
    )


def separator_of(text: str) -> str:
    """What separates token and tag in a line of one column; "" if nothing does."""
    return next((separator for separator in _SEPARATORS if _is_separated(text, separator)), "")


def _is_separated(text: str, separator: str) -> bool:
    token, _, tag = text.rpartition(separator)
    return token != "" and is_tag(tag)


def _mean_length(texts: Counter[str]) -> float:
    return sum(len(text) * count for text, count in texts.items()) / texts.total()
