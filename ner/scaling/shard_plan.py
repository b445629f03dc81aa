"""Cutting a corpus into shards: runs of records that any process can read by itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ner.characters.window_batches import in_chunks
from ner.choices import CHUNK_CHARACTERS
from ner.errors import InputError, MissingPackage, raise_faults
from ner.records.record import Place, Record
from ner.records.survey import Survey
from ner.records.text_files import TextFiles


class Shard(NamedTuple):
    """A run of records.

    Args:
        start: where it begins.
        texts: the number of its records, without those that can't be read.
        characters: the number of their characters.
    """

    start: Place
    texts: int
    characters: int


@dataclass
class Plan:
    """All shards of a corpus.

    Args:
        shards: the shards, in the order of the records.
        survey: what the files hold.
        faults: what is wrong with the records that are skipped, with the number of their file.
    """

    shards: list[Shard]
    survey: Survey
    faults: list[tuple[int, str]]


def shard_name(number: int, count: int, ending: str) -> str:
    """The name of the file of a shard; sorted by name, shards are in the order of their numbers.

    >>> shard_name(7, 40, "jsonl")
    'part-00007.jsonl'
    """
    return f"part-{number:0{max(5, len(str(count - 1)))}}.{ending}"


def marker_name(number: int) -> str:
    """The name of the file that tells that a shard is whole, until this is noted with that of all others.

    >>> marker_name(7)
    '.part-7.done'
    """
    return f".part-{number}.done"


def plan_shards(texts: TextFiles, size: int, watch: Callable[[str], None] | None = None) -> Plan:
    """Read all records once, and cut them into shards.

    A shard is a whole number of the chunks that a tagger sorts into batches together. So its batches are those of a run
    without shards, and all shards one after the other are the same as its output, to the last digit of a score.

    Args:
        texts: the files.
        size: the least number of bytes of text, in UTF-8, of all shards but the last.
        watch: called with the name of each file before it is read.

    Raises:
        InputError: some records can't be read, and are not to be skipped. The message lists them.
        OSError: a file can't be read.
    """
    plan = Plan([], Survey(), [])
    start: Place | None = None
    records = characters = size_now = 0
    for chunk in in_chunks(_whole_records(texts, plan, watch), lambda found: len(found[1].text), CHUNK_CHARACTERS):
        start = start or chunk[0][0]
        records += len(chunk)
        characters += sum(len(record.text) for _, record in chunk)
        size_now += sum(len(record.text.encode("utf-8", "surrogatepass")) for _, record in chunk)
        if size_now >= size:
            plan.shards.append(Shard(start, records, characters))
            start, records, characters, size_now = None, 0, 0, 0
    if start:
        plan.shards.append(Shard(start, records, characters))
    if not texts.skip:
        raise_faults([fault for _, fault in plan.faults])
    plan.survey.encodings = texts.encodings
    return plan


def _whole_records(texts: TextFiles, plan: Plan, watch: Callable[[str], None] | None) -> Iterator[tuple[Place, Record]]:
    with_text: set[int] = set()
    for file, record, content in texts.items(watch=watch):
        if texts.skip and isinstance(content, MissingPackage):  # it is not the record that is at fault
            raise content
        if isinstance(content, InputError):
            plan.faults.append((file, str(content)))
        else:
            plan.survey.count(content)
            with_text.add(file)
            yield Place(file, record, content.line), content
    plan.survey.empty = [name for number, name in enumerate(texts.names) if number not in with_text]
