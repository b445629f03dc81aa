"""The command ``python -m conlleval``: columns on standard input, the report on standard output.

Standard output is byte for byte that of ``conlleval.pl``, version 2004-01-26. If something is wrong, the exit status is
1, and standard error has one sentence.
"""

import argparse
import dataclasses
import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from operator import methodcaller
from typing import NoReturn

from conlleval.report import latex, report
from conlleval.scorer import Pair, Scores, score_pairs

# The original works on bytes. Latin-1 has one character per byte, so decoded text behaves in the same way.
_BYTES = "latin-1"
_BOUNDARY = "-X-"
# The maximum number of parsed lines to keep. Most lines are repeated: of two million, some ten thousand differ.
_MOST_KNOWN = 100_000
# What is longer is no line of columns, but a file without line ends.
_LONGEST_LINE = 10_000_000
_PIPE_CLOSED = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: the arguments; by default those of the process.

    Returns:
        The exit status: 0, 1, or 141 if the reader of the output, such as head, has seen enough.

    Raises:
        SystemExit: for ``--help`` and for wrong options.
    """
    try:
        options = _parser().parse_args(arguments)
    finally:  # the help is in the buffer
        if status := _write(b""):
            raise SystemExit(status)
    if sys.stdin is None:
        return _fail("standard input is closed")
    lines = io.TextIOWrapper(sys.stdin.buffer, encoding=_BYTES, newline="\n")
    try:
        split = _splitter(_as_bytes(options.delimiter))
        pairs = _read_pairs(lines, split)
        if options.raw:
            pairs = _add_prefix(pairs, _as_bytes(options.outside))
        scores = _named_in_utf8(score_pairs(pairs))
    except ValueError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"standard input: {error.strerror}")
    if options.json:
        # Bytes of a type name that are not UTF-8 become escapes, so that the output is valid JSON.
        output = scores.to_json().encode("utf-8", "backslashreplace")
    else:
        output = (latex if options.latex else report)(scores).encode("utf-8", "surrogateescape")
    return _write(output)


def _write(output: bytes) -> int:
    """Write to standard output, and return the exit status. After an error the stream takes no more."""
    if sys.stdout is None:
        return _fail("standard output is closed") if output else 0
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(output)
        sys.stdout.buffer.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED if isinstance(error, BrokenPipeError) else _fail(f"standard output: {error.strerror}")
    return 0


def _fail(message: str) -> int:
    """Say what is wrong on standard error, if there is one."""
    if sys.stderr is not None:
        with suppress(OSError):
            print(f"conlleval: {message}", file=sys.stderr, flush=True)
    return 1


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(1, f"conlleval: {message} (see --help)\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m conlleval",
        description="Score a tagged file as the CoNLL-2000 script conlleval does. Each line of standard input is one "
        "token: its last two columns are the gold and the predicted tag. Sentences are separated by empty "
        f"lines or by lines whose first column is {_BOUNDARY}.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "-d",
        dest="delimiter",
        metavar="DELIM",
        default=" ",
        help="the delimiter of columns, a regular expression such as '\\t' (default: one space)",
    )
    parser.add_argument(
        "-r", dest="raw", action="store_true", help="tags are types without prefixes; every token is a chunk"
    )
    parser.add_argument(
        "-o", dest="outside", metavar="TAG", default="O", help="the tag outside chunks, with -r (default: O)"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("-l", dest="latex", action="store_true", help="print the rows of a LaTeX table")
    form.add_argument("--json", action="store_true", help="print the counts and scores as JSON")
    return parser


def _as_bytes(argument: str) -> str:
    return os.fsencode(argument).decode(_BYTES)


def _named_in_utf8(scores: Scores) -> Scores:
    """The same scores with type names as text; bytes that aren't UTF-8 become surrogate escapes."""
    types = {name.encode(_BYTES).decode("utf-8", "surrogateescape"): row for name, row in scores.types.items()}
    return dataclasses.replace(scores, types=types)


def _read_pairs(lines: io.TextIOWrapper, split: Callable[[str], list[str]]) -> Iterator[Pair | None]:
    """The last two columns of each line, or None for a sentence boundary.

    Raises:
        ValueError: a line has fewer than two columns, not as many as the first line, or no end.
    """
    known: dict[str, Pair | None] = {}
    width = 0
    for number, line in enumerate(iter(partial(lines.readline, _LONGEST_LINE), ""), 1):
        if line not in known:
            if len(line) == _LONGEST_LINE:
                raise ValueError(f"<stdin>:{number}: expected columns, got a line of {_LONGEST_LINE:,} bytes or more")
            columns = split(line.removesuffix("\n"))
            while columns and not columns[-1]:  # empty columns at the end don't count
                columns.pop()
            width = width or len(columns)
            if columns and len(columns) != width:
                raise ValueError(f"<stdin>:{number}: expected {width} columns as above, got {len(columns)}")
            boundary = not columns or columns[0] == _BOUNDARY
            if not boundary and width < 2:
                raise ValueError(f"<stdin>:{number}: expected at least two columns (gold, predicted), got one")
            if len(known) == _MOST_KNOWN:
                known.clear()
            known[line] = None if boundary else (columns[-2], columns[-1])
        yield known[line]


def _add_prefix(pairs: Iterable[Pair | None], outside: str) -> Iterator[Pair | None]:
    """Convert tags without prefixes (``-r``) to chunks of one token."""

    def tag(name: str) -> str:
        return "O" if name in (outside, "O") else f"B-{name}"

    for pair in pairs:
        yield pair and (tag(pair[0]), tag(pair[1]))


def _splitter(delimiter: str) -> Callable[[str], list[str]]:
    """Make a function that splits a line at the delimiter, a regular expression, as Perl's ``split`` does.

    Raises:
        ValueError: the expression is malformed.
    """
    if delimiter and not set(delimiter) & set(r"\.^$*+?{}[]|()"):
        return methodcaller("split", delimiter)
    try:
        expression = re.compile(delimiter, re.ASCII)
    except re.error as error:
        raise ValueError(f"-d: expected a regular expression, got {delimiter!r}: {error}") from None

    def split(line: str) -> list[str]:
        columns: list[str] = []
        start = 0
        for match in expression.finditer(line):
            if match.end() > start:  # an empty match separates characters, but makes no empty column
                columns += [line[start : match.start()], *match.groups("")]
                start = match.end()
        return [*columns, line[start:]]

    return split


if __name__ == "__main__":
    sys.exit(main())
