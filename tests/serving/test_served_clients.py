"""The clients, the command and the stream with a real service: what a tagger gives here, and ends that are clean."""

import asyncio
import json
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ner import AsyncClient, Client, Embedder, FixedSpan, Tagger
from ner.data.entities import Entity
from tests.serving.conftest import Served

pytestmark = pytest.mark.serve

TEXTS = [
    "林晓东昨天从杭州赶到北京大学医院看望李教授。",
    "",
    "😀远山集团将在成都新建一座工厂。",
    "王小明在上海。" * 60,
] * 3


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger.load(precision="fp32")


def same(found: list[Entity], expected: list[Entity]) -> bool:
    assert [entity.score for entity in found] == pytest.approx([entity.score for entity in expected], abs=1e-4)
    return [(e.start, e.end, e.label, e.text) for e in found] == [(e.start, e.end, e.label, e.text) for e in expected]


def test_a_client_gives_what_the_tagger_gives(served: Served, tagger: Tagger) -> None:
    with Client(served.url, timeout=600) as client:
        assert all(map(same, client.tag(TEXTS), tagger.tag(TEXTS)))
        assert all(map(same, client.tag_stream(iter(TEXTS)), tagger.tag(TEXTS)))
        fixed = [FixedSpan(6, 8, None)]
        assert same(client.tag(TEXTS[0], fixed), tagger.tag(TEXTS[0], fixed))
        readings = zip(client.nbest(TEXTS[:3], 3), tagger.nbest(TEXTS[:3], 3), strict=True)
        assert all(a.entities == b.entities for one, other in readings for a, b in zip(one, other, strict=True))
        assert client.types == tagger.types


def test_an_async_client_gives_what_the_tagger_gives(served: Served, tagger: Tagger) -> None:
    async def run() -> list[list[Entity]]:
        async with AsyncClient(served.url, timeout=600) as client:
            return await client.tag(TEXTS)

    assert all(map(same, asyncio.run(run()), tagger.tag(TEXTS)))


def test_vectors_are_those_of_the_embedder(served: Served) -> None:
    embedder = Embedder.load("mini-zh-uner", "last4", "fp32")
    with Client(served.url, timeout=600) as client:
        assert client.embed(TEXTS[:3], "last4", "max") == pytest.approx(embedder.embed(TEXTS[:3], "max"), abs=1e-3)
        (characters,) = client.embed(TEXTS[:1], pooling="none")
        assert characters.shape == (len(TEXTS[0]), 384)


@pytest.mark.parametrize(("ending", "options"), [("jsonl", ["--nbest", "2"]), ("csv", [])])
def test_the_command_writes_what_tag_writes(
    served: Served, bert_ner: list[str], tmp_path: Path, ending: str, options: list[str]
) -> None:
    news = tmp_path / "news.txt"
    news.write_text("\n".join(TEXTS), encoding="utf-8")
    outputs = []
    for line in (["client", "--url", served.url, "tag"], ["tag", "--precision", "fp32"]):
        outputs.append(tmp_path / f"{line[0]}.{ending}")
        subprocess.run([*bert_ner, *line, news, *options, "--output", outputs[-1]], check=True)
    first, second = (re.split(r"(\d\.\d{3,})", output.read_text(encoding="utf-8")) for output in outputs)
    assert first[::2] == second[::2]  # all but scores and probabilities, whose last digit may differ
    assert [float(number) for number in first[1::2]] == pytest.approx([float(n) for n in second[1::2]], abs=2e-4)


@pytest.mark.parametrize("options", [[], ["--pooling", "none", "--layer", "-2"], ["--entities"]])
def test_the_command_writes_the_vectors_that_embed_writes(
    served: Served, bert_ner: list[str], tmp_path: Path, options: list[str]
) -> None:
    news = tmp_path / "news.txt"
    news.write_text("\n".join(TEXTS), encoding="utf-8")
    found = []
    own = ["embed", "--encoder", "mini-zh-uner", *(["--model", "mini-zh-uner"] if "--entities" in options else [])]
    for line in (["client", "--url", served.url, "embed"], own):
        output = tmp_path / f"{line[0]}.npz"
        subprocess.run([*bert_ner, *line, news, *options, "--output", output], check=True)
        found.append(np.load(output))
    ours, wanted = found
    assert sorted(ours.files) == sorted(wanted.files)
    for name in wanted.files:
        if name == "vectors":
            np.testing.assert_allclose(ours[name], wanted[name], atol=1e-4)
        else:
            assert ours[name].tolist() == wanted[name].tolist()


def test_curl_streams_both_ways(served: Served, tagger: Tagger) -> None:
    """The answer to a line comes while the body is open."""
    line = ["curl", "-sSN", "-T", ".", "-X", "POST", f"{served.url}/v1/tag/stream"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as curl:
        assert curl.stdin is not None
        assert curl.stdout is not None
        for number, text in enumerate(TEXTS, 1):
            curl.stdin.write(json.dumps({"text": text}).encode() + b"\n")
            curl.stdin.flush()
            answer = json.loads(curl.stdout.readline())
            assert answer["line"] == number
            assert same([Entity(**entity) for entity in answer["entities"]], tagger.tag(text))
        curl.stdin.close()
        assert curl.stdout.read() == b""
    assert curl.returncode == 0


@pytest.mark.slow
def test_memory_is_level_over_many_lines(served: Served) -> None:
    def resident() -> int:
        status = Path(f"/proc/{served.process.pid}/status").read_text(encoding="utf-8")
        found = re.search(r"VmRSS:\s+(\d+)", status)
        assert found is not None
        return int(found[1])

    def send(lines: int) -> bytes:
        line = ["curl", "-sSN", "-T", ".", "-X", "POST", f"{served.url}/v1/tag/stream"]
        return subprocess.run(line, input=b'"a"\n' * lines, stdout=subprocess.PIPE, check=True).stdout

    send(1000)
    before = resident()
    assert send(8000).count(b"\n") == 8000
    assert resident() - before < 8_000  # kB


def test_a_client_that_never_reads_loses_its_connection(serve: Callable[..., Served]) -> None:
    """Neither work nor memory is held for it."""
    served = serve("--engines", 1, "--timeout", 2, "--max-wait", 2).wait_until_ready()
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(b"POST /v1/tag/stream HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        lines = b"0\n" * 32_768  # each is answered by an error, which is longer
        part = b"%x\r\n%s\r\n" % (len(lines), lines)
        connection.settimeout(60)
        with pytest.raises(OSError, match=r"reset|pipe"):
            connection.sendall(part * 1000)
    served.wait_until(lambda: served.metric("bert_ner_running_requests") == 1)  # the one that asks


@pytest.mark.slow
def test_a_stream_ends_with_the_service(serve: Callable[..., Served]) -> None:
    served = serve("--engines", 1).wait_until_ready()
    line = ["curl", "-sSN", "-T", ".", "-X", "POST", f"{served.url}/v1/tag/stream"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as curl:
        assert curl.stdin is not None
        assert curl.stdout is not None
        curl.stdin.write('"上海"\n'.encode())
        curl.stdin.flush()
        assert json.loads(curl.stdout.readline())["line"] == 1
        began = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        end = json.loads(curl.stdout.readline())
        assert (end["line"], end["error"].partition(":")[0]) == (2, "the service is shutting down")
        assert served.process.wait(20) == 0
        assert time.monotonic() - began < 15
