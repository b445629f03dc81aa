"""What the page answers, and to whom."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.annotating.conftest import TASKS, Running

RunPage = Callable[..., Running]
EMPTY: dict[str, Any] = {"version": 0, "state": "open", "entities": []}


@pytest.fixture
def client(run_page: RunPage) -> httpx.Client:
    """A client with the token."""
    page = run_page()
    address, token = page.server.address.split("#")
    return httpx.Client(base_url=address, headers={"x-token": token})


def test_label_a_text(client: httpx.Client) -> None:
    first, *_ = client.get("/api/overview").json()["queue"]
    shown = client.get(f"/api/texts/{first}").json()
    assert (shown["text"], shown["version"], shown["state"]) == (TASKS[0].text, 0, "open")
    entity = {"start": 4, "end": 8, "label": "ORG"}
    answer = client.post(f"/api/texts/{first}", json={"version": 0, "state": "done", "entities": [entity]})
    assert answer.json() == {"version": 1, "done": 1, "skipped": 0, "round": 0, "agreement": {"proposed": 0.0}}
    assert client.get(f"/api/texts/{first}").json()["entities"] == [entity]


WRONG: dict[str, tuple[int, dict[str, Any]]] = {
    "no token": (401, {"headers": {"x-token": ""}}),
    "another token": (401, {"headers": {"x-token": "键".encode()}}),
    "another host": (421, {"headers": {"host": "evil.example:80"}}),  # whose DNS points here
    "another site": (403, {"headers": {"sec-fetch-site": "cross-site"}}),
    "another origin": (403, {"headers": {"origin": "http://evil.example"}}),
    "another port": (403, {"headers": {"sec-fetch-site": "same-site"}}),
    "no JSON": (422, {"content": b"{", "json": None}),
    "half of a character": (422, {"content": b'{"version": 0, "state": "open", "entities": "\\ud800"}', "json": None}),
    "another field": (422, {"json": {**EMPTY, "more": 1}}),
    "another state": (422, {"json": {**EMPTY, "state": "gone"}}),
    "a version as text": (422, {"json": {**EMPTY, "version": "0"}}),
    "a type that is not asked": (422, {"json": {**EMPTY, "entities": [{"start": 0, "end": 1, "label": "X"}]}}),
    "an old version": (409, {"json": {**EMPTY, "version": 7}}),
    "a large body": (413, {"content": b" " * 1_000_001, "json": None}),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_requests(client: httpx.Client, name: str) -> None:
    status, request = WRONG[name]
    first, *_ = client.get("/api/overview").json()["queue"]
    answer = client.post(f"/api/texts/{first}", **{"json": EMPTY, **request})
    assert answer.status_code == status
    assert TASKS[0].text not in answer.text
    assert client.get(f"/api/texts/{first}").json()["version"] == 0


def test_paths_that_are_not_there(client: httpx.Client) -> None:
    for path in ("/api/texts/99", "/api/texts/x", "/gold.jsonl", "/../gold.jsonl"):
        assert client.get(path).status_code == 404


def test_only_the_script_of_the_page_runs(client: httpx.Client) -> None:
    answer = client.get("/", headers={"x-token": "", "accept-language": "zh-CN"})
    policy = dict(part.split(maxsplit=1) for part in answer.headers["content-security-policy"].split("; "))
    assert (policy["default-src"], policy["script-src"], policy["frame-ancestors"]) == ("'none'", "'self'", "'none'")
    assert answer.headers["cache-control"] == "no-store"
    assert '<html lang="zh-CN">' in answer.text
    assert TASKS[0].text not in answer.text
    assert client.get("/page.js").headers["content-type"].startswith("text/javascript")


def test_nothing_of_the_texts_is_logged(client: httpx.Client, capfd: pytest.CaptureFixture[str]) -> None:
    first, *_ = client.get("/api/overview").json()["queue"]
    client.post(f"/api/texts/{first}", json=EMPTY)
    client.post(f"/api/texts/{first}", json={**EMPTY, "entities": [{"start": 0, "end": 99, "label": "PER"}]})
    assert capfd.readouterr().err == ""
