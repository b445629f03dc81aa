"""Making one file of shards."""

import io
import json
import shutil
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from ner.data.entities import Entity
from ner.errors import InputError
from ner.extras import import_extra
from ner.files import atomic_path
from ner.output_paths import check_file
from ner.records.entity_writers import JsonLinesWriter
from ner.records.field_values import names_beside
from ner.records.output_formats import FormatName, choose_format, lexicon_columns, open_writer
from ner.records.record import Record
from ner.records.remote_files import is_url
from ner.scaling.shard_folder import Manifest, ShardFolder
from ner.scaling.shard_plan import shard_name
from ner.scaling.shard_store import open_store

_BLOCK = 1 << 22


def merge_shards(folder: Path | str, output: Path | str) -> int:
    """Make one file of the shards that `tag_in_shards` has written, in constant memory.

    >>> merge_shards("out", "all.parquet")  # doctest: +SKIP

    Shards of JSON lines can become every format that `tag` writes, with scores of four digits. Other shards keep their
    format.

    Args:
        folder: the folder of the shards: a path or a URL.
        output: the file. Its ending is the format.

    Returns:
        The number of shards.

    Raises:
        InputError: `folder` has no shards, some are not whole, or they can't become this format.
        OSError: a file can't be read or written.
    """
    shards, output = ShardFolder(open_store(folder)), Path(output)
    manifest = shards.read()
    check_file(output, "output", [] if is_url(folder) else [Path(folder)])
    count = len(manifest.shards)
    if len(whole := shards.whole(manifest)) < count:
        raise InputError(f"{len(whole):,} of {count:,} shards in {folder} are whole: run `tag` again to do the rest")
    before, after = manifest.format_name, choose_format(output, None)
    parts = (shards.store.open(shard_name(number, count, before)) for number in range(count))
    if before == after == "parquet":
        with atomic_path(output) as partial:
            _merge_parquet(parts, partial)
    elif before == after:
        with atomic_path(output) as partial, partial.open("wb") as file:
            for part in parts:
                with part:
                    shutil.copyfileobj(part, file, _BLOCK)
    elif before == "jsonl":
        _write_again(parts, manifest, output, after)
    else:
        raise InputError(f"the shards in {folder} are {before}: let `output` end in .{before}, or tag into jsonl")
    return count


def _merge_parquet(parts: Iterable[IO[bytes]], output: Path) -> None:
    parquet = import_extra("pyarrow.parquet", "parquet", output)
    with ExitStack() as stack:
        writer = None
        for part in parts:
            with part, parquet.ParquetFile(part) as file:
                writer = writer or stack.enter_context(parquet.ParquetWriter(output, file.schema_arrow))
                for group in range(file.num_row_groups):
                    writer.write_table(file.read_row_group(group))


def _write_again(parts: Iterable[IO[bytes]], manifest: Manifest, output: Path, format_name: FormatName) -> None:
    columns = [*names_beside(JsonLinesWriter.OWN, manifest.columns).values()]
    options = {name: manifest.made_of[name] for name in ("context", "sentence", "raw", "bom")}
    lexicon = lexicon_columns(listed=manifest.made_of["listed"], explain=manifest.made_of["explain"])
    with open_writer(output, format_name, columns, lexicon=lexicon, **options) as writer:
        for part in parts:
            with part, io.TextIOWrapper(part, "utf-8", newline="\n") as file:
                for line in file:
                    content = json.loads(line)
                    own = {name: content.pop(name, None) for name in JsonLinesWriter.OWN}
                    record = Record(
                        own["file"], own["line"], own["text"], content, sentence_start=own["sentence_start"]
                    )
                    writer.write(record, [_entity(fields) for fields in own["entities"]])


def _entity(fields: dict[str, Any]) -> Entity:
    fields.pop("context", None)
    return Entity(**fields)
