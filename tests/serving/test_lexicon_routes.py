"""Lists that are put, shown and deleted while the service runs."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from ner.errors import InputError
from ner.serving.api_keys import ApiKeys
from ner.serving.lexicons import MOST_NAMED
from ner.serving.service import Service
from tests.serving.conftest import stub_service

Make = Callable[..., httpx.AsyncClient]
Ask = Callable[..., httpx.Response]
CSV = "text/csv"


@pytest.fixture
def service() -> Service:
    return stub_service()


@pytest.fixture
def ask(make_client: Make, key_file: Path, service: Service) -> Ask:
    """Sends a request with the admin key, to the same service each time."""

    def send(method: str, path: str, kind: str = CSV, **more: Any) -> httpx.Response:
        headers = {"authorization": "Bearer a-secret-key", **({"content-type": kind} if "content" in more else {})}

        async def run() -> httpx.Response:
            async with make_client(service, admin_keys=ApiKeys(key_file)) as client:
                return await client.request(method, path, headers=headers, **more)

        return asyncio.run(run())

    return send


def tag(ask: Ask, **more: Any) -> Any:
    return ask("POST", "/v1/tag", json={"texts": ["林晓东住在杭州。"], **more}).json()


def test_a_list_is_put_used_replaced_shown_and_deleted(ask: Ask) -> None:
    put = ask("PUT", "/v1/lexicons/verbs", content="term,type,id\n住在,VERB,V1\n".encode())
    assert put.status_code == 200
    version = put.json()["version"]
    assert put.json() == {"name": "verbs", "version": version, "entries": 1, "types": ["VERB"]}
    found = tag(ask, lexicon="verbs", types=["VERB"])["results"][0]["entities"]
    assert [(e["text"], e["id"]) for e in found] == [("住在", "V1")]
    assert tag(ask)["results"][0]["entities"][0].keys() == {"start", "end", "label", "text", "score"}
    assert ask("GET", "/v1/lexicons/verbs").json() == {
        "name": "verbs",
        "version": version,
        "entries": [{"term": "住在", "type": "VERB", "mode": "prefer", "id": "V1"}],
    }
    again = ask("PUT", "/v1/lexicons/verbs?type=PLACE", "application/x-ndjson", content='{"term": "杭"}'.encode())
    assert again.json()["types"] == ["PLACE"]
    assert again.json()["version"] != version
    assert [one["types"] for one in ask("GET", "/v1/lexicons").json()["lexicons"]] == [["PLACE"]]
    assert ask("DELETE", "/v1/lexicons/verbs").json() == {"status": "deleted"}
    for method in ("GET", "DELETE"):
        assert ask(method, "/v1/lexicons/verbs").status_code == 404
    assert tag(ask, lexicon="verbs")["error"] == "there is no such lexicon"


@pytest.mark.parametrize(
    ("content", "kind", "status", "message"),
    [
        ("term,type,mode\n杭,LOC,maybe\n,LOC,\n", CSV, 422, "body.csv:2: expected a mode"),
        ("term,type,mode\n杭,LOC,maybe\n,LOC,\n", CSV, 422, "body.csv:3: has no term"),
        ("name\n杭\n", CSV, 422, "body.csv:1: has no column term"),
        ("杭", "text/plain", 422, "body.txt:1: has no type"),
        ("{}", "application/json", 415, "expected Content-Type: text/csv or"),
        ("term,type\n" + "杭州" * 400_000, CSV, 413, "expected at most 2,000,000 bytes"),
    ],
    ids=["mode", "all at once", "column", "type", "content type", "size"],
)
def test_a_wrong_list_changes_nothing(content: str, kind: str, status: int, message: str, ask: Ask) -> None:
    before = ask("PUT", "/v1/lexicons/a", content="term,type\n杭,LOC\n".encode()).json()
    refused = ask("PUT", "/v1/lexicons/a", kind, content=content.encode())
    assert (refused.status_code, message in refused.json()["error"]) == (status, True), refused.text
    assert ask("GET", "/v1/lexicons").json()["lexicons"] == [before]


def test_gbk_and_bad_names(ask: Ask) -> None:
    gbk = ask("PUT", "/v1/lexicons/a", content="term,type\n杭州,LOC\n".encode("gbk"))
    assert (gbk.status_code, "UTF-8" in gbk.json()["error"]) == (422, True)
    assert ask("PUT", "/v1/lexicons/a b", content=b"term,type\n").status_code == 422


def test_a_list_that_no_model_can_use_is_refused(ask: Ask, service: Service) -> None:
    async def refuse(lexicon: Any, models: Any) -> None:
        assert models == ["stub"]
        raise InputError("body.csv:3: 杭 is force LOC, but force PER in body.csv:2")

    service.try_lexicon = refuse  # type: ignore[method-assign]
    put = ask("PUT", "/v1/lexicons/a", content="term,type,mode\n杭,PER,force\n杭,LOC,force\n".encode())
    assert (put.status_code, "body.csv:3: 杭" in put.json()["error"]) == (422, True)
    assert ask("GET", "/v1/lexicons").json() == {"lexicons": []}


def test_there_are_not_too_many(ask: Ask, service: Service) -> None:
    ask("PUT", "/v1/lexicons/0", content="term,type\n杭,LOC\n".encode())
    service.lexicons.named.update({str(i): service.lexicons.named["0"] for i in range(MOST_NAMED)})
    body = "term,type\n杭,LOC\n".encode()
    assert ask("PUT", "/v1/lexicons/more", content=body).status_code == 422
    assert ask("PUT", "/v1/lexicons/1", content=body).status_code == 200


def test_a_wrong_method_is_told_all_right_ones(ask: Ask) -> None:
    for path, methods in (("/v1/lexicons/a", "DELETE, GET, PUT"), ("/v1/lexicons", "GET"), ("/v1/tag", "POST")):
        refused = ask("OPTIONS", path)
        assert (refused.status_code, refused.headers["allow"]) == (405, methods)


def test_lists_need_the_admin_key(make_client: Make, key_file: Path) -> None:
    async def send(client: httpx.AsyncClient, method: str) -> int:
        async with client:
            return (await client.request(method, "/v1/lexicons/a", content=b"term,type\n")).status_code

    for method in ("PUT", "GET", "DELETE"):
        assert asyncio.run(send(make_client(admin_keys=ApiKeys(key_file)), method)) == 401
        assert asyncio.run(send(make_client(), method)) == 404
