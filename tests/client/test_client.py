"""The client gives what a tagger gives, in requests that keep the limits of the service."""

import asyncio
import gc
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from ner import AsyncClient, Client, Entity, FixedSpan, InputError, Lexicon
from ner.lexicon.entries import Entry
from ner.serving.served_lexicon import pack
from ner.tagging.tagged_texts import FoundEntities, TaggedTexts
from tests.client.conftest import MODELS, URL, transport_to
from tests.serving.conftest import add_classifiers, stub_service

Make = Callable[..., Client]
TEXT = "😀林晓东住在杭州。"
FOUND = [Entity(1, 4, "PER", "林晓东", 0.9), Entity(6, 8, "LOC", "杭州", 0.9)]


def echo(request: httpx.Request) -> httpx.Response:
    """One entity in each text: all of it."""
    texts = json.loads(request.content)["texts"]
    rows = [[{"start": 0, "end": len(text), "label": "LOC", "score": 1.0}] if text else [] for text in texts]
    return httpx.Response(200, json={"results": [{"entities": entities} for entities in rows]})


def test_a_text_gives_a_list_of_entities(client: Client) -> None:
    found = client.tag(TEXT)
    assert found == FOUND
    assert isinstance(found, FoundEntities)


def test_texts_give_lists(client: Client) -> None:
    found = client.tag(iter([TEXT, "", "上海"]))
    assert found == [FOUND, [], [Entity(0, 2, "LOC", "上海", 0.9)]]
    assert isinstance(found, TaggedTexts)
    assert client.tag([]) == []


def test_scores_and_types(client: Client) -> None:
    assert client.tag(TEXT, types=["LOC"]) == FOUND[1:]
    assert client.tag([TEXT], min_score=0.95) == [[]]
    assert list(client.tag_stream([TEXT], types=["PER"])) == [FOUND[:1]]


def test_a_list_of_the_request_and_one_of_the_service(tmp_path: Path) -> None:
    service = stub_service()
    service.lexicons.named["places"] = pack(Lexicon([Entry("住在", "VERB", id="V1")]))
    (tmp_path / "list.csv").write_text("term,type,id\n晓东,NAME,N1\n", encoding="utf-8")
    lexicon = Lexicon([Entry("晓东", "NAME", id="N1")])
    with Client(URL, transport=transport_to(service)) as client:
        for dictionary in (lexicon, tmp_path / "list.csv", str(tmp_path / "list.csv")):
            found = client.tag(TEXT, dictionary=dictionary, lexicon="places", types=["NAME", "VERB"])
            assert [(e.text, e.label, e.source, e.id, e.model_score) for e in found] == [
                ("晓东", "NAME", "dictionary", "N1", 0.1),
                ("住在", "VERB", "dictionary", "V1", 0.1),
            ]
        assert {e.source for e in next(client.tag_stream([TEXT], lexicon="places"))} == {"model", "dictionary"}
        assert {e.source for e in client.tag(TEXT)} == {None}
        with pytest.raises(InputError, match="there is no such lexicon"):
            client.tag(TEXT, lexicon="nothing")
        with pytest.raises(InputError, match="dictionary: expected at most 1000 items"):
            client.tag(TEXT, dictionary=Lexicon(Entry(f"词{i}", "X") for i in range(1001)))
        with pytest.raises(InputError, match="expected `dictionary` to be a Lexicon or a file"):
            client.tag(TEXT, dictionary=["晓东"])  # type: ignore[call-overload]
        lexicon.add_rules("builtin")
        with pytest.raises(InputError, match="expected `dictionary` to have no rules"):
            client.tag(TEXT, dictionary=lexicon)

        async def tag() -> list[Entity]:
            async with AsyncClient(URL, transport=transport_to(service)) as other:
                return await other.tag(TEXT, dictionary=tmp_path / "list.csv", types=["NAME"])

        assert [e.id for e in asyncio.run(tag())] == ["N1"]


def test_readings(client: Client) -> None:
    (alternatives,) = client.nbest([TEXT], 2)
    assert [one.probability for one in alternatives] == [0.8, 0.8]
    assert [entity.text for entity in alternatives[0].entities] == ["林晓东", "杭州"]
    assert next(client.readings([TEXT])).entities == FOUND


def test_vectors(client: Client) -> None:
    vectors = client.embed(["杭州", "", "abc"])
    assert vectors.dtype == np.float32
    assert vectors.tolist() == [[2.0, 0.5], [0.0, 0.5], [3.0, 0.5]]
    assert len(client.embed([])) == 0
    assert [one.tolist() for one in client.embed(["a", "bc"], pooling="none")] == [[[1.0, 0.5]], [[1.0, 0.5]] * 2]


def test_models_and_types(client: Client, answered_by: Make) -> None:
    (model,) = client.models()
    assert (model.name, model.default, model.types) == ("stub", True, ["LOC", "ORG", "PER"])
    assert client.types == model.types
    assert answered_by(echo, model="b").types == ["PER"]
    with pytest.raises(InputError, match="no such `model`: expected one of a, b"):
        _ = answered_by(echo, model="c").types


def test_what_is_asked_for(answered_by: Make) -> None:
    asked: list[Any] = []

    def note(request: httpx.Request) -> httpx.Response:
        asked.append((request.headers, json.loads(request.content)))
        return echo(request)

    client = answered_by(note, api_key="a-secret-key", model="b", timeout=2.5)
    client.tag("杭州", [(0, 2, "LOC")], min_score=1, types=("LOC",))
    ((headers, body),) = asked
    assert headers["authorization"] == "Bearer a-secret-key"
    assert headers["x-request-timeout"] == "2.500"
    assert body == {
        "texts": ["杭州"],
        "model": "b",
        "min_score": 1.0,
        "nbest": 0,
        "types": ["LOC"],
        "fixed": [[{"start": 0, "end": 2, "label": "LOC"}]],
    }


def test_known_spans_reach_the_service() -> None:
    seen: list[Any] = []
    service = stub_service()
    find = service.work

    async def work(task: Any, items: Any) -> Any:
        seen.extend(item["fixed"] for item in items)
        return await find(task, items)

    service.work = work  # type: ignore[method-assign]
    with Client(URL, transport=transport_to(service)) as client:
        client.tag(["杭州", "上海"], [[FixedSpan(np.int64(0), 2, None)], []])
    assert seen == [[FixedSpan(0, 2, None)], []]


def test_a_long_list_is_divided_by_the_limits_and_keeps_its_order() -> None:
    service = stub_service(max_texts=10)
    with Client(URL, transport=transport_to(service)) as client:
        texts = ["上海" if place % 3 else "王小明" for place in range(1005)]
        assert [found[0].text for found in client.tag(texts)] == texts
    assert 'route="/v1/tag",status="200"} 101.0' in service.metrics.text().decode()


def test_as_many_requests_as_allowed_are_under_way() -> None:
    running = [0, 0]

    async def slow(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/models":
            return httpx.Response(200, json=MODELS)
        running[0] += 1
        running[1] = max(running)
        await asyncio.sleep(0.01)
        running[0] -= 1
        return echo(request)

    with Client(URL, concurrency=3, transport=httpx.MockTransport(slow)) as client:
        assert len(client.tag(["上海" * 2000] * 12)) == 12
    assert running == [0, 3]


def test_a_stream_is_read_a_little_ahead(answered_by: Make) -> None:
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        while True:
            read += 1
            yield "上海" * 2000

    found = answered_by(echo, concurrency=2).tag_stream(endless())
    for place in range(1, 200):
        next(found)
        assert read - place < 16
    found.close()  # type: ignore[attr-defined]


def test_texts_are_pulled_in_the_thread_of_the_caller(answered_by: Make) -> None:
    threads = set()

    def texts() -> Iterator[str]:
        threads.add(threading.current_thread())
        yield "上海"

    answered_by(echo).tag(texts())
    assert threads == {threading.current_thread()}


@pytest.mark.parametrize(
    ("texts", "fixed", "message"),
    [
        (["上海", 3], None, "expected texts, got 3 at 1"),
        (3, None, "expected `texts` to be a list of texts, got 3"),
        (["a", "b\ud800"], None, "got half of a surrogate pair at 1"),
        (["a", "b" * 100_001], None, "expected texts of at most 100,000 characters, got 100,001 at 1"),
        (["a"], [], "expected `fixed` to have a list for each of the 1 texts, got 0"),
        (["a"], [[(0, 1)]], "expected `fixed` to have a list of spans"),
        (["a"], 3, "expected `fixed` to have a list of spans"),
    ],
)
def test_wrong_texts(client: Client, texts: Any, fixed: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        client.tag(texts, fixed)
    assert message in str(caught.value)


def test_wrong_numbers_of_readings(client: Client) -> None:
    for n in (0, 301, "1"):
        with pytest.raises(InputError, match="expected `n` to be a whole number from 1 to 300"):
            client.nbest(["a"], n)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"url": "service:8000"}, "expected `url`"),
        ({"url": "ftp://service"}, "expected `url`"),
        ({"url": "http://"}, "expected `url`"),
        ({"url": "http://a:99999"}, "expected `url`"),
        ({"url": 3}, "expected `url`"),
        ({"api_key": "a\nb"}, "expected `api_key`"),
        ({"api_key": "钥匙"}, "expected `api_key`"),
        ({"concurrency": 0}, "expected `concurrency`"),
        ({"retries": -1}, "expected `retries`"),
        ({"timeout": 0}, "expected `timeout`"),
        ({"total_timeout": -1}, "expected `total_timeout`"),
    ],
)
def test_wrong_parameters(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        Client(**{"url": URL, **changes})
    assert message in str(caught.value)


def test_threads_share_a_client(client: Client) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(client.tag, [TEXT] * 40)) == [FOUND] * 40


def test_a_closed_client_says_so(client: Client) -> None:
    client.tag("上海")
    client.close()
    client.close()
    with pytest.raises(InputError, match="the client is closed: make another one"):
        client.tag("上海")


def _threads() -> int:
    return sum(thread.name == "bert-ner client" for thread in threading.enumerate())


def test_a_forgotten_client_leaves_no_thread() -> None:
    before = _threads()
    client = Client(URL, transport=transport_to())
    client.tag("上海")
    assert _threads() == before + 1
    del client
    gc.collect()
    ends = time.monotonic() + 5
    while _threads() > before and time.monotonic() < ends:
        time.sleep(0.01)
    assert _threads() == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_client_after_a_fork() -> None:
    """Used before, it says so; made before and used after, it works."""
    program = """
import os, sys
from ner import Client, InputError
used, fresh = (Client("http://127.0.0.1:1", retries=0) for _ in range(2))
def ask(client):
    try:
        client.tag("a")
    except Exception as error:
        return str(error)
ask(used)
if os.fork() == 0:
    print(ask(used)); print(ask(fresh)); sys.stdout.flush(); os._exit(0)
os.wait()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    first, second = done.stdout.splitlines()
    assert first == "the client was used before this process was forked: make another one"
    assert second.startswith("http://127.0.0.1:1 can't be reached")


def test_it_needs_no_torch() -> None:
    """The modules that it imports are there in an environment with httpx and NumPy alone."""
    program = """
import sys
for name in ("torch", "transformers", "pandas", "pydantic", "typer", "fastapi", "orjson", "jinja2"):
    sys.modules[name] = None
import httpx
from ner import AsyncClient, Client, InputError, ServiceError
answers = {
    "/v1/models": {"models": [], "limits": {"texts": 9, "characters": 9, "bytes": 9999}},
    "/v1/tag": {"results": [{"entities": [{"start": 0, "end": 2, "label": "LOC", "score": 1.0}]}]},
}
transport = httpx.MockTransport(lambda request: httpx.Response(200, json=answers[request.url.path]))
with Client("http://service", transport=transport) as client:
    print(client.tag("上海"))
print([name for name in sys.modules if name.startswith("ner.serving") and sys.modules[name]])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "[Entity(start=0, end=2, label='LOC', text='上海', score=1.0)]\n[]\n", done.stderr


def test_labels(labelling: Client) -> None:
    assert labelling.classify("进球了").label == "体育"
    found = labelling.classify(["进球了", ""])
    assert [(one.label, one.score) for one in found] == [("体育", 0.75)] * 2
    seen: list[int] = []
    assert len([*labelling.classify_stream(["进球了", "降息"], seen.append)]) == 2
    assert seen == [3, 2]
    assert labelling.classifier.name == "topic"
    assert labelling.types == ["LOC", "ORG", "PER"]  # of the tagger
    with pytest.raises(InputError, match="expected texts, got "):
        labelling.classify([("几点", "何时")])


def test_labels_of_pairs() -> None:
    transport = transport_to(add_classifiers(stub_service()))
    with Client(URL, model="same", transport=transport) as one:
        assert [prediction.label for prediction in one.classify([("几点", "何时")] * 3)] == ["体育"] * 3
        with pytest.raises(InputError, match="expected pairs of texts"):
            one.classify("几点")
    with (
        Client(URL, model="stub", transport=transport) as one,
        pytest.raises(InputError, match="expected `model` to be topic, same"),
    ):
        one.classify("几点")
    with Client(URL, transport=transport_to()) as one, pytest.raises(InputError, match="serves no classifier"):
        one.classify("几点")


@pytest.fixture
def labelling() -> Iterator[Client]:
    with Client(URL, transport=transport_to(add_classifiers(stub_service()))) as one:
        yield one
