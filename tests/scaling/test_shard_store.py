"""Shards behind URLs: in memory, in a folder, and in a bucket of a server that speaks the protocol of S3."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import fsspec
import pytest

from ner.errors import InputError, InterruptedRun
from ner.records.text_files import TextFiles
from ner.scaling import shard_plan
from ner.scaling import tag_in_shards as module
from ner.scaling.merge_shards import merge_shards
from ner.scaling.shard_settings import ShardSettings
from ner.scaling.shard_store import UrlStore
from ner.scaling.tag_in_shards import ShardTotals, tag_in_shards
from tests.helpers import quick_tagger
from tests.helpers.quick_tagger import NAME, QuickSource
from tests.scaling.test_tag_in_shards import in_process  # noqa: F401

SMALL = ShardSettings(shard_size="1", workers=1)
LINES = [NAME * (number % 5) + "去上海" for number in range(60)]


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for place in (shard_plan, quick_tagger):
        monkeypatch.setattr(place, "CHUNK_CHARACTERS", 40)


@pytest.fixture(params=["memory", "file"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "file":
        (tmp_path / "bucket").mkdir()
        yield f"file://{tmp_path}/bucket"
        return
    yield "memory://bucket"
    fsspec.filesystem("memory").store.clear()


def put(url: str, text: str) -> None:
    with fsspec.open(url, "w", encoding="utf-8") as file:
        file.write(text)


def get(url: str) -> bytes:
    with fsspec.open(url, "rb") as file:
        return bytes(file.read())


def run(url: str, **options: Any) -> ShardTotals:
    settings = replace(SMALL, restart=options.pop("restart", False))
    return tag_in_shards(TextFiles([f"{url}/texts/"]), f"{url}/out/", QuickSource(**options), settings=settings)


def check_a_run(url: str, monkeypatch: pytest.MonkeyPatch, lines: Sequence[str] = LINES) -> None:
    """Tag, be interrupted, go on, merge; and compare with a run whose input and output are on the disk."""
    put(f"{url}/texts/a.txt", "\n".join(lines))
    put(f"{url}/texts/b.jsonl", "".join(json.dumps({"text": line}) + "\n" for line in lines))
    tag = module.tag_with_processes

    def interrupted(*arguments: Any) -> Iterator[Any]:
        for number, result in enumerate(tag(*arguments)):
            if number == 5:
                raise KeyboardInterrupt
            yield result

    monkeypatch.setattr(module, "tag_with_processes", interrupted)
    with pytest.raises(InterruptedRun, match=r"5 of \d+ shards are whole"):
        run(url)
    monkeypatch.setattr(module, "tag_with_processes", tag)
    store = UrlStore(f"{url}/out")
    with fsspec.open(f"{url}/out/.part-5.done", "wb") as file:  # killed while it wrote
        file.write(b'{"number')
    totals = run(url)
    assert totals.tagged == totals.shards - 5 > 1
    assert run(url).tagged == 0
    parts = sorted(name for name in store.names() if name.startswith("part-"))
    assert sorted(store.names()) == sorted(["shards.json", "done.jsonl", "progress.jsonl", *parts])
    assert len(parts) == totals.shards
    assert merge_shards(f"{url}/out", "all.jsonl") == totals.shards
    Path("texts").mkdir()
    for name in ("a.txt", "b.jsonl"):
        Path("texts", name).write_bytes(get(f"{url}/texts/{name}"))
    tag_in_shards(TextFiles(["texts"]), "out", QuickSource(), settings=SMALL)
    here = b"".join(path.read_bytes() for path in sorted(Path("out").glob("part-*")))
    assert Path("all.jsonl").read_bytes().replace(f"{url}/texts".encode(), b"texts") == here


@pytest.mark.usefixtures("in_process")
def test_a_run(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check_a_run(url, monkeypatch)


@pytest.mark.usefixtures("in_process")
def test_many_shards_are_noted_in_one_go(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(f"{url}/texts/a.txt", "\n".join(LINES))
    monkeypatch.setattr(UrlStore, "noted_together", 4)
    appended: list[int] = []
    append = UrlStore.append

    def count(self: UrlStore, name: str, text: str) -> None:
        if name == "done.jsonl":
            appended.append(text.count("\n"))
        append(self, name, text)

    monkeypatch.setattr(UrlStore, "append", count)
    shards = run(url).shards
    assert appended == [4] * (shards // 4) + [shards % 4] * (shards % 4 > 0)


@pytest.mark.usefixtures("in_process")
def test_what_differs_is_refused(url: str) -> None:
    put(f"{url}/texts/a.txt", "\n".join(LINES))
    run(url)
    with pytest.raises(InputError, match="`model` quick, not slow"):
        run(url, name="slow")
    put(f"{url}/texts/a.txt", "去")
    with pytest.raises(InputError, match="the files are not those that the shards in"):
        run(url)
    assert run(url, restart=True).shards == 1
    with pytest.raises(InputError, match=r"/texts holds other files \(a.txt\)"):
        tag_in_shards(TextFiles([f"{url}/texts/a.txt"]), f"{url}/texts", QuickSource(), settings=SMALL)
    with pytest.raises(InputError, match="/texts/out is inside"):
        tag_in_shards(TextFiles([f"{url}/texts"]), f"{url}/texts/out", QuickSource(), settings=SMALL)


@pytest.mark.slow
@pytest.mark.usefixtures("in_process")
def test_a_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("s3fs")
    server = pytest.importorskip("moto.server").ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        for name, value in (
            ("AWS_ACCESS_KEY_ID", "any"),
            ("AWS_SECRET_ACCESS_KEY", "any"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_ENDPOINT_URL", f"http://{host}:{port}"),
        ):
            monkeypatch.setenv(name, value)
        fsspec.filesystem("s3").mkdir("bucket")
        check_a_run("s3://bucket", monkeypatch, LINES[:20])
    finally:
        server.stop()
