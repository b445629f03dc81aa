"""The folder of a run in shards: its plan, and which shards are whole.

- `shards.json` has the plan, and digests of the model, the input and the options. It is written first.
- `part-00000.jsonl` and so on are the shards. One appears when it is whole.
- `done.jsonl` has a line for each whole shard, with its size. Without it, or with another size, it is done again.
- `.part-0.done` and so on have the lines of shards that have not been noted there yet: whoever tags a shard writes one.
- `errors.jsonl` has the records that are skipped, and why.
- `progress.jsonl` gets a line a minute.
"""

import json
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from fnmatch import fnmatch
from typing import Annotated, Any

from pydantic import AfterValidator, Field, NonNegativeInt

from ner.bounded_json import parse_json
from ner.errors import InputError, MissingPackage
from ner.file_schema import FileSchema, check_file, check_format
from ner.files import bounded_text, damaged_file
from ner.records.record import Place
from ner.runs.run_folder import require_own_files
from ner.scaling.shard_plan import Shard, marker_name, shard_name
from ner.scaling.shard_store import ShardStore
from ner.scaling.shard_task import WholeShard

MANIFEST, DONE, ERRORS, PROGRESS = "shards.json", "done.jsonl", "errors.jsonl", "progress.jsonl"
_PARTS = "part-*"
_LEFTOVERS = (".*part-*-*", *(f".{name}-*" for name in (MANIFEST, DONE, ERRORS)))
_MARKERS = ".part-*.done"
_FIRST_FILES = (MANIFEST, ERRORS, *_LEFTOVERS)
_OTHER_FILES = (DONE, PROGRESS, _PARTS, _MARKERS)
_FORMAT_VERSION = 1
_ADVICE = "set `restart` to start over"
_Numbers = Annotated[list[NonNegativeInt], Field(min_length=6, max_length=6)]


def _with_later_options(made_of: dict[str, Any]) -> dict[str, Any]:
    """The options, with those that runs of earlier versions didn't have yet."""
    return {"sentence": False, **made_of}


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
    made_of: Annotated[dict[str, Any], AfterValidator(_with_later_options)]
    input: dict[str, Any]
    columns: list[str]
    encodings: dict[str, str]
    texts: NonNegativeInt
    missing: NonNegativeInt
    skipped: NonNegativeInt
    shards: list[_Numbers]

    @property
    def characters(self) -> int:
        """The number of characters of all shards."""
        return sum(numbers[-1] for numbers in self.shards)

    def plan(self, whole: Container[int]) -> dict[int, Shard]:
        """The shards that are not whole, by their numbers."""
        return {
            number: Shard(Place(*numbers[:4]), *numbers[4:])
            for number, numbers in enumerate(self.shards)
            if number not in whole
        }

    @property
    def format_name(self) -> str:
        """The format of the shards."""
        return str(self.made_of["format_name"])


class ShardFolder:
    """The folder of a run.

    Args:
        store: where it is.
    """

    def __init__(self, store: ShardStore) -> None:
        self.store = store
        self._unnoted: list[WholeShard] = []

    def look(self) -> bool:
        """Whether there is a run.

        Raises:
            InputError: the folder holds files that no run writes.
            OSError: it can't be read.
        """
        names = self.store.names()
        if MANIFEST not in names:
            require_own_files(str(self.store), names, _FIRST_FILES, _OTHER_FILES)
        return MANIFEST in names

    def clear(self) -> None:
        """Remove all that a run writes. The manifest goes first: without it, nothing that is left counts."""
        for name in (MANIFEST, DONE, ERRORS, PROGRESS):
            self.store.remove(name)
        for name in self.store.names():
            if any(fnmatch(name, pattern) for pattern in (_MARKERS, _PARTS, *_LEFTOVERS)):
                self.store.remove(name)

    def remove_leftovers(self) -> None:
        """Remove files that processes left which were killed while they wrote."""
        for name in self.store.names():
            if name.startswith(".") and any(fnmatch(name, pattern) for pattern in _LEFTOVERS):
                self.store.remove(name)

    def read(self) -> Manifest:
        """Read the manifest.

        Raises:
            InputError: there is none, it is damaged, or it is of a newer version.
        """
        path = f"{self.store}/{MANIFEST}"
        try:
            with self.store.open(MANIFEST) as file:
                content = parse_json(bounded_text(file))
        except MissingPackage:  # of a URL
            raise
        except (FileNotFoundError, NotADirectoryError):
            raise InputError(f"{self.store} is no folder of shards: it has no {MANIFEST}") from None
        except ValueError as error:
            raise damaged_file(path, error, _ADVICE) from error
        check_format(content, _FORMAT_VERSION, path, _ADVICE)
        return check_file(Manifest, content, path, _ADVICE)

    def begin(self, manifest: Manifest, faults: Iterable[tuple[str, str]]) -> None:
        """Write the manifest, and the records that are skipped: the file of each, and what is wrong.

        Raises:
            OSError: the folder can't be written.
        """
        lines = [json.dumps({"file": file, "error": error}, ensure_ascii=False) + "\n" for file, error in faults]
        if lines:
            self.store.write(ERRORS, "".join(lines))
        self.store.write(MANIFEST, json.dumps(manifest.model_dump(), ensure_ascii=False) + "\n")

    def whole(self, manifest: Manifest) -> dict[int, WholeShard]:
        """The shards that are whole, by their numbers.

        Raises:
            OSError: the folder can't be read.
        """
        sizes = self.store.sizes()
        found: dict[int, WholeShard] = {}
        count = len(manifest.shards)
        for shard in self._done(sizes):
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
        markers = _markers(self.store.names())
        if markers or not all(content.endswith(b"\n") for content in self.store.read([DONE])):
            self.store.write(DONE, "".join(map(_line, whole)))
        for name in markers:
            self.store.remove(name)

    def add(self, shard: WholeShard) -> None:
        """Note that one more shard is whole; until many are noted in one go, their markers tell it.

        Raises:
            OSError: the folder can't be written.
        """
        self._unnoted.append(shard)
        if len(self._unnoted) >= self.store.noted_together:
            self.note()

    def note(self) -> None:
        """Note the shards that are whole.

        Raises:
            OSError: the folder can't be written.
        """
        if self._unnoted:
            self.store.append(DONE, "".join(map(_line, self._unnoted)))
            for shard in self._unnoted:
                self.store.remove(marker_name(shard.number))
            self._unnoted.clear()

    def log(self, line: str) -> None:
        """Write a line about the progress.

        Raises:
            OSError: the folder can't be written.
        """
        self.store.append(PROGRESS, line)

    def _done(self, names: Iterable[str]) -> list[WholeShard]:
        lines = [line for content in self.store.read([DONE, *_markers(names)]) for line in content.splitlines()]
        try:
            found = json.loads(b"[%s]" % b",".join(lines))  # five times as fast as line by line
        except ValueError:  # the end of a run that was killed
            found = [*_whole_lines(lines)]
        return [WholeShard(**fields) for fields in found]


def _markers(names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(".") and fnmatch(name, _MARKERS)]


def _whole_lines(lines: Iterable[bytes]) -> Iterator[Any]:
    for line in lines:
        with suppress(ValueError):
            yield json.loads(line)


def _line(shard: WholeShard) -> str:
    return json.dumps(shard._asdict(), ensure_ascii=False) + "\n"
