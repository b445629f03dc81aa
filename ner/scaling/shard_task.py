"""Tagging one shard: the task that every engine hands to its processes. Doing it twice changes nothing."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from traceback import format_exception
from typing import NamedTuple

from ner.errors import InputError
from ner.records.output_formats import FormatName, lexicon_columns, open_writer
from ner.records.text_files import TextFiles
from ner.scaling.shard_plan import Shard, marker_name, shard_name
from ner.scaling.shard_reader import ShardReader
from ner.scaling.shard_store import ShardStore
from ner.tagging.tag_records import Reader, choose_types, tag_records


@dataclass(frozen=True)
class ShardOutput:
    """What is written of each text: see `ner.tagging.tag_records` and `ner.records.output_formats.open_writer`."""

    format_name: FormatName = "jsonl"
    types: str | None = None
    min_score: float = 0.0
    nbest: int = 0
    context: int = 0
    sentence: bool = False
    raw: bool = False
    bom: bool = True
    listed: bool = False
    explain: bool = False


class WholeShard(NamedTuple):
    """A shard whose file is whole.

    Args:
        number: its number, from 0.
        bytes: the size of its file.
        texts: the number of its texts.
        entities: the number of its entities by type.
        overruled: as in `Tally`.
        first_overruled: as in `Tally`.
    """

    number: int
    bytes: int
    texts: int
    entities: dict[str, int]
    overruled: int = 0
    first_overruled: str = ""


@dataclass(frozen=True)
class ShardTask:
    """What a process needs to tag shards. It can be pickled.

    Args:
        load: loads what finds the entities.
        texts: the files.
        store: where the shards are stored.
        output: what is written.
        columns: the other fields of the records, for tables.
        count: the number of shards.
        threads: the number of threads of each process.
    """

    load: Callable[[], Reader]
    texts: TextFiles
    store: ShardStore
    output: ShardOutput
    columns: Sequence[str]
    count: int
    threads: int = 1

    def name(self, number: int) -> str:
        """The name of the file of a shard."""
        return shard_name(number, self.count, self.output.format_name)


class ShardTagger:
    """A process that tags shards.

    Args:
        task: what it needs.

    Raises:
        InputError: the model can't be loaded, or doesn't find one of the types.
    """

    def __init__(self, task: ShardTask) -> None:
        self._task = task
        self._tagger = task.load()
        self._types = None if task.output.types is None else choose_types(self._tagger.types, task.output.types)
        self._reader = ShardReader(task.texts)

    def tag(self, number: int, shard: Shard, watch: Callable[[int], None] | None = None) -> WholeShard:
        """Tag a shard. Its file appears when it is on the disk as a whole, and after it a marker with its counts.

        Args:
            number: its number, from 0.
            shard: its records.
            watch: called with the number of characters that have just been read.

        Raises:
            InputError: the files have changed.
            OSError: a file can't be read or written.
        """
        output, store = self._task.output, self._task.store
        with store.new_file(self._task.name(number)) as partial:
            with open_writer(
                partial,
                output.format_name,
                self._task.columns,
                self._tagger.types,
                context=output.context,
                sentence=output.sentence,
                raw=output.raw,
                bom=output.bom,
                lexicon=lexicon_columns(listed=output.listed, explain=output.explain),
                header=number == 0,
            ) as writer:
                tally = tag_records(
                    self._tagger,
                    self._reader.records(shard),
                    writer,
                    watch,
                    min_score=output.min_score,
                    types=self._types,
                    nbest=output.nbest,
                )
            size = partial.stat().st_size
        whole = WholeShard(number, size, tally.texts, dict(tally.types), tally.overruled, tally.first_overruled)
        store.write(marker_name(number), json.dumps(whole._asdict(), ensure_ascii=False) + "\n")
        return whole


class ShardWorker:
    """Tags shards for another process: an error is a result too, since exceptions don't pass all engines as they are.

    Args:
        task: what it needs. The tagger is loaded with the first shard.
    """

    def __init__(self, task: ShardTask) -> None:
        self._task = task
        self._tagger: ShardTagger | None = None

    def tag(self, number: int, shard: Shard, watch: Callable[[int], None] | None = None) -> WholeShard | Exception:
        """Tag a shard, as `ShardTagger` does. An error is one that can be sent to another process."""
        try:
            if self._tagger is None:
                self._tagger = ShardTagger(self._task)
            return self._tagger.tag(number, shard, watch)
        except InputError as error:
            return InputError(str(error))
        except (OSError, MemoryError) as error:
            return error
        except Exception as error:
            return RuntimeError("".join(format_exception(error)))
