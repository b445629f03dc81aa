"""Settings of a run in shards."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from ner.settings import Help, Panel, Settings, Unset, settings_group

_SHARDS = Panel("Output in shards", "分片输出")
_SIZE = re.compile(r"(\d{1,15})(B|KB|MB|GB)?", re.IGNORECASE)
_UNITS = {"B": 1, "KB": 1000, "MB": 10**6, "GB": 10**9}

EngineName = Literal["local", "ray", "spark"]
"""What hands shards to processes."""


@settings_group
class ShardSettings(Settings):
    """How a corpus is cut into shards, and who tags them. All but `shard_size` and `on_error` may change on the way.

    >>> ShardSettings(shard_size="10MB").shard_bytes
    10000000
    """

    shard_size: Annotated[
        str | None,
        _SHARDS,
        Unset("a sixteenth of the input, at most 1MB", "输入的十六分之一，最多 1MB"),
        Help(
            "Text per shard in bytes, such as 500000 or 10MB. A shard has at least 100,000 characters.",
            "每个分片的文本字节数，例如 500000 或 10MB。一个分片至少有 100,000 个字。",
        ),
    ] = None
    workers: Annotated[
        int | None,
        Field(ge=1, le=1024),
        _SHARDS,
        Unset(
            "one per core of this machine, if memory allows, or of the Ray cluster",
            "本机（内存够时）或 Ray 集群每个核一个",
        ),
        Help("Number of processes that tag shards.", "同时处理分片的进程数。"),
    ] = None
    engine: Annotated[
        EngineName,
        _SHARDS,
        Help(
            "What runs the processes: this machine, or the cluster of Ray or Spark that this machine belongs to.",
            "在哪里运行：本机，或本机所在的 Ray、Spark 集群。",
        ),
    ] = "local"
    on_error: Annotated[
        Literal["stop", "skip"],
        _SHARDS,
        Help(
            "Records that can't be read. stop: list them, and tag nothing; skip: list them in errors.jsonl, and tag "
            "all others.",
            "遇到读不了的记录时：stop 列出它们，什么都不识别；skip 把它们记入 errors.jsonl，识别其余的。",
        ),
    ] = "stop"
    restart: Annotated[
        bool,
        _SHARDS,
        Help("Remove the shards of an earlier run, and start over.", "删除以前的分片，从头开始。"),
    ] = False

    def conflicts(self) -> Iterator[str]:
        found = _SIZE.fullmatch("1" if self.shard_size is None else self.shard_size.strip())
        if not found or not int(found[1]):
            yield self.conflict("shard_size", "a number of bytes such as 500000 or 10MB")
        if self.engine == "spark" and self.workers is not None:
            yield "Spark has as many processes as its executors have cores: leave out `workers`"

    @property
    def shard_bytes(self) -> int | None:
        """The bytes of text of a shard, in UTF-8; None if they depend on the input."""
        if self.shard_size is None:
            return None
        found = _SIZE.fullmatch(self.shard_size.strip())
        assert found
        return int(found[1]) * _UNITS[(found[2] or "B").upper()]
