"""The folder of a run in shards: its plan, and which shards are whole.

- `shards.json` has the plan, and digests of the model, the input and the options. It is written first.
- `part-00000.jsonl` and so on are the shards. One appears when it is whole.
- `done.jsonl` has a line for each whole shard, with its size. Without it, or with another size, it is done again.
- `.part-0.done` and so on have the lines of shards that have not been noted there yet: whoever tags a shard writes one.
- `errors.jsonl` has the records that are skipped, and why.
- `progress.jsonl` gets a line a minute.
"""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, NonNegativeInt

from ner.errors import InputError
from ner.file_schema import FileSchema, check_file, check_format
from ner.files import read_json, write_text
from ner.records.record import Place
from ner.scaling.shard_plan import Shard, marker_name, shard_name
from ner.scaling.shard_task import WholeShard

MANIFEST, DONE, ERRORS, PROGRESS = "shards.json", "done.jsonl", "errors.jsonl", "progress.jsonl"
_PARTS = "part-*"
_LEFTOVERS = (".*part-*-*", *(f".{name}-*" for name in (MANIFEST, DONE, ERRORS)))
_MARKERS = ".part-*.done"
FIRST_FILES = (MANIFEST, ERRORS, *_LEFTOVERS)
"""Patterns of the names of what a run writes first."""
OTHER_FILES = (DONE, PROGRESS, _PARTS, _MARKERS)
"""Patterns of the names of all else that it writes."""
_FORMAT_VERSION = 1
_ADVICE = "set `restart` to start over"
_Numbers = Annotated[list[NonNegativeInt], Field(min_length=6, max_length=6)]


class Manifest(FileSchema):
    """The plan of a run, and what it was made of.

    Args:
        format_version: the version of the format.
        made_of: the model and all options that results depend on, by the names of parameters.
        input: the state of the input files.
        columns: the other fields of the records.
        encodings: the encodings of files that are not UTF-8.
        texts: the number of texts.
        missing: the number of records without a text, which are read as empty.
        skipped: the number of records that can't be read.
        shards: the file, record, line and byte where each shard begins, the number of its texts and of its characters.
    """

    format_version: int = _FORMAT_VERSION
    made_of: dict[str, Any]
    input: dict[str, Any]
    columns: list[str]
    encodings: dict[str, str]
    texts: NonNegativeInt
    missing: NonNegativeInt
    skipped: NonNegativeInt
    shards: list[_Numbers]

    @property
    def plan(self) -> list[Shard]:
        """The shards."""
        return [Shard(Place(*numbers[:4]), *numbers[4:]) for numbers in self.shards]

    @property
    def format_name(self) -> str:
        """The format of the shards."""
        return str(self.made_of["format_name"])


class ShardFolder:
    """The folder of a run.

    Args:
        path: the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def has_run(self) -> bool:
        """Whether there is a run."""
        return (self.path / MANIFEST).exists()

    def clear(self) -> None:
        """Remove all that a run writes. The manifest goes first: without it, nothing that is left counts."""
        for name in (MANIFEST, DONE, ERRORS, PROGRESS):
            (self.path / name).unlink(missing_ok=True)
        for pattern in (_MARKERS, _PARTS):
            for path in self.path.glob(pattern):
                path.unlink()
        self.remove_leftovers()

    def remove_leftovers(self) -> None:
        """Remove files that processes left which were killed while they wrote."""
        for name in self._hidden():
            if any(fnmatch(name, pattern) for pattern in _LEFTOVERS):
                (self.path / name).unlink(missing_ok=True)

    def read(self) -> Manifest:
        """Read the manifest.

        Raises:
            InputError: there is none, it is damaged, or it is of a newer version.
        """
        path = self.path / MANIFEST
        try:
            content = read_json(path, _ADVICE)
        except FileNotFoundError:
            raise InputError(f"{self.path} is no folder of shards: it has no {MANIFEST}") from None
        check_format(content, _FORMAT_VERSION, path, _ADVICE)
        return check_file(Manifest, content, path, _ADVICE)

    def begin(self, manifest: Manifest, faults: Iterable[tuple[str, str]]) -> None:
        """Write the manifest, and the records that are skipped: the file of each, and what is wrong.

        Raises:
            OSError: the folder can't be written.
        """
        lines = [json.dumps({"file": file, "error": error}, ensure_ascii=False) + "\n" for file, error in faults]
        if lines:
            write_text("".join(lines), self.path / ERRORS)
        write_text(json.dumps(manifest.model_dump(), ensure_ascii=False) + "\n", self.path / MANIFEST)

    def whole(self, manifest: Manifest) -> dict[int, WholeShard]:
        """The shards that are whole, by their numbers.

        Raises:
            OSError: the folder can't be read.
        """
        sizes = {entry.name: entry.stat().st_size for entry in os.scandir(self.path) if entry.name.startswith("part-")}
        found: dict[int, WholeShard] = {}
        count = len(manifest.shards)
        for shard in self._done():
            if sizes.get(shard_name(shard.number, count, manifest.format_name)) == shard.bytes:
                found[shard.number] = shard
        return found

    def tidy(self, whole: Iterable[WholeShard]) -> None:
        """Remove what processes left that were killed, and note the shards that have not been noted.

        Args:
            whole: the shards that are whole.

        Raises:
            OSError: the folder can't be written.
        """
        self.remove_leftovers()
        markers, done = self._markers(), self.path / DONE
        if markers or (done.exists() and not done.read_bytes().endswith(b"\n")):
            write_text("".join(map(_line, whole)), done)
        for path in markers:
            path.unlink()

    def add(self, shard: WholeShard) -> None:
        """Note that one more shard is whole.

        Raises:
            OSError: the folder can't be written.
        """
        with (self.path / DONE).open("a", encoding="utf-8") as file:
            file.write(_line(shard))
            file.flush()
            os.fsync(file.fileno())
        (self.path / marker_name(shard.number)).unlink(missing_ok=True)

    def _done(self) -> list[WholeShard]:
        lines = []
        for path in (self.path / DONE, *self._markers()):
            with suppress(FileNotFoundError):
                lines += path.read_bytes().splitlines()
        try:
            found = json.loads(b"[%s]" % b",".join(lines))  # five times as fast as line by line
        except ValueError:  # the end of a run that was killed
            found = [*_whole_lines(lines)]
        return [WholeShard(**fields) for fields in found]

    def _markers(self) -> list[Path]:
        return [self.path / name for name in self._hidden() if fnmatch(name, _MARKERS)]

    def _hidden(self) -> list[str]:
        """The names that begin with a dot: they are few, and shards may be a million."""
        return [name for name in os.listdir(self.path) if name.startswith(".")]


def _whole_lines(lines: Iterable[bytes]) -> Iterator[Any]:
    for line in lines:
        with suppress(ValueError):
            yield json.loads(line)


def _line(shard: WholeShard) -> str:
    return json.dumps(shard._asdict(), ensure_ascii=False) + "\n"
