"""Reading the records of shards, one shard after the other."""

from collections.abc import Iterator

from ner.errors import InputError
from ner.records.record import Item, Place, Record
from ner.records.text_files import TextFiles
from ner.scaling.shard_plan import Shard


class ShardReader:
    """Reads shards in any order, and shards in order without going back.

    A file that can only be read from its beginning, such as one packed by gzip, is kept open: the next shard of it is
    further on. A process that gets every tenth shard reads such a file once, not once for each shard.

    Args:
        texts: the files.
    """

    def __init__(self, texts: TextFiles) -> None:
        self._texts = texts
        self._items: Iterator[Item] = iter(())
        self._next: Place | None = None

    def records(self, shard: Shard) -> Iterator[Record]:
        """The records of a shard.

        Raises:
            InputError: the files are not those that the shard was cut from.
            OSError: a file can't be read.
        """
        if not self._is_ahead(shard.start):
            self._items = self._texts.items(shard.start)
        self._next = None  # unknown, if this ends early
        texts = characters = 0
        for file, number, content in self._items:
            if isinstance(content, InputError):
                if not self._texts.skip:
                    raise content
            elif (file, number) >= shard.start[:2]:
                texts += 1
                characters += len(content.text)
                if texts == shard.texts:
                    self._next = Place(file, number + 1)
                yield content
                if texts == shard.texts:
                    break
        if (texts, characters) != (shard.texts, shard.characters):
            name = self._texts.names[shard.start.file]
            raise InputError(f"{name} has changed since the shards were cut: set `restart` to start over")

    def _is_ahead(self, start: Place) -> bool:
        """Whether going on from here is the way to a place."""
        if self._next is None or self._next[:2] > start[:2]:
            return False
        return self._next[:2] == start[:2] or (
            self._next.file == start.file and not self._texts.can_skip_to(self._texts.names[start.file])
        )
