"""The service's own routes, with a stub for the models."""

import asyncio
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from ner.errors import InputError
from ner.serving.api_keys import ApiKeys
from ner.serving.refusal import Refusal
from tests.serving.conftest import never_answer, stub_service

Make = Callable[..., httpx.AsyncClient]
JSON = {"content-type": "application/json"}


def send(client: httpx.AsyncClient, method: str, path: str, **more: Any) -> httpx.Response:
    async def run() -> httpx.Response:
        async with client:
            return await client.request(method, path, **more)

    return asyncio.run(run())


def test_entities_and_usage(make_client: Make) -> None:
    answer = send(make_client(), "POST", "/v1/tag", json={"texts": ["😀林晓东住在杭州。", ""]})
    assert answer.status_code == 200
    assert answer.json() == {
        "model": "stub",
        "results": [
            {
                "entities": [
                    {"start": 1, "end": 4, "label": "PER", "text": "林晓东", "score": 0.9},
                    {"start": 6, "end": 8, "label": "LOC", "text": "杭州", "score": 0.9},
                ]
            },
            {"entities": []},
        ],
        "usage": {"texts": 2, "characters": 9},
    }


def test_options(make_client: Make) -> None:
    body = {"texts": ["林晓东住在杭州。"], "types": ["LOC"], "nbest": 2}
    result = send(make_client(), "POST", "/v1/tag", json=body).json()["results"][0]
    assert [entity["text"] for entity in result["entities"]] == ["杭州"]
    assert [one["probability"] for one in result["alternatives"]] == [0.8, 0.8]
    none = send(make_client(), "POST", "/v1/tag", json={"texts": ["杭州"], "min_score": 0.95}).json()
    assert none["results"] == [{"entities": []}]


def test_a_list_in_the_request(make_client: Make) -> None:
    body = {"texts": ["林晓东住在杭州。"], "dictionary": [{"term": "住在", "type": "VERB", "id": "V1"}]}
    (result,) = send(make_client(), "POST", "/v1/tag", json=body).json()["results"]
    said = [(e["text"], e["label"], e["source"], e.get("id"), e["model_score"]) for e in result["entities"]]
    assert said == [
        ("林晓东", "PER", "model", None, 0.1),
        ("住在", "VERB", "dictionary", "V1", 0.1),
        ("杭州", "LOC", "model", None, 0.1),
    ]
    only = send(make_client(), "POST", "/v1/tag", json={**body, "types": ["VERB"]}).json()["results"]
    assert [e["text"] for e in only[0]["entities"]] == ["住在"]


BIG = json.dumps({"texts": ["x" * 3_000_000]}).encode()
WRONG: dict[str, tuple[int, str, dict[str, Any]]] = {
    "not JSON": (400, "the body is not JSON", {"content": b"{", "headers": JSON}),
    "NaN": (400, "the body is not JSON", {"content": b'{"texts": [NaN]}', "headers": JSON}),
    "a number without end": (
        400,
        "the body is not JSON",
        {"content": b'{"texts": ["a"], "min_score": 1e999}', "headers": JSON},
    ),
    "half a character": (400, "the body is not JSON", {"content": b'{"texts": ["\\ud800"]}', "headers": JSON}),
    "not UTF-8": (400, "the body is not JSON", {"content": '{"texts": ["杭州"]}'.encode("gbk"), "headers": JSON}),
    "depth": (400, "the body is not JSON", {"content": b"[" * 10_000, "headers": JSON}),
    "no body": (422, "body: is missing", {"headers": JSON}),
    "a list": (422, "body: expected a JSON object", {"json": []}),
    "no texts": (422, "texts: is missing", {"json": {}}),
    "empty": (422, "texts: expected at least 1 items", {"json": {"texts": []}}),
    "a string": (422, "texts: expected a list", {"json": {"texts": "a"}}),
    "a number": (422, "texts[1]: expected a text", {"json": {"texts": ["a", 3]}}),
    "an unknown field": (422, "text: unknown field", {"json": {"texts": ["a"], "text": "b"}}),
    "a score": (422, "min_score: Input should be less than or equal to 1", {"json": {"texts": ["a"], "min_score": 2}}),
    "a type": (422, "types: 'X' is no type of the model", {"json": {"texts": ["a"], "types": ["X"]}}),
    "fixed": (422, "fixed: expected a list for each of the 1 texts", {"json": {"texts": ["a"], "fixed": []}}),
    "a term": (422, "dictionary[0].term: is missing", {"json": {"texts": ["a"], "dictionary": [{"type": "X"}]}}),
    "an entry without a type": (
        422,
        "dictionary[1]: has no type; only never goes without",
        {"json": {"texts": ["a"], "dictionary": [{"term": "a", "type": "X"}, {"term": "b"}]}},
    ),
    "a mode": (
        422,
        "dictionary[0].mode: Input should be 'prefer'",
        {"json": {"texts": ["a"], "dictionary": [{"term": "a", "type": "X", "mode": "x"}]}},
    ),
    "a long term": (
        413,
        "dictionary[0].term: expected at most 100 characters",
        {"json": {"texts": ["a"], "dictionary": [{"term": "a" * 101, "type": "X"}]}},
    ),
    "many terms": (
        413,
        "dictionary: expected at most 1000 items",
        {"json": {"texts": ["a"], "dictionary": [{"term": "a", "type": "X"}] * 1001}},
    ),
    "a lexicon": (404, "there is no such lexicon", {"json": {"texts": ["a"], "lexicon": "x"}}),
    "a model": (404, "there is no such model: expected one of stub", {"json": {"texts": ["a"], "model": "x"}}),
    "many texts": (413, "texts: expected at most 256 items", {"json": {"texts": ["a"] * 257}}),
    "a long text": (413, "texts[0]: expected at most 100000 characters", {"json": {"texts": ["a" * 100_001]}}),
    "a large body": (413, "expected at most 2,000,000 bytes", {"content": BIG, "headers": JSON}),
    "a form": (415, "expected Content-Type: application/json", {"data": {"texts": "a"}}),
    "gzip": (
        415,
        "expected a body that is not compressed",
        {"content": gzip.compress(BIG), "headers": {**JSON, "content-encoding": "gzip"}},
    ),
    "a charset": (
        415,
        "expected charset UTF-8",
        {"content": b"{}", "headers": {"content-type": "application/json; charset=gbk"}},
    ),
    "a timeout": (400, "X-Request-Timeout", {"json": {"texts": ["a"]}, "headers": {"x-request-timeout": "soon"}}),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_requests(name: str, make_client: Make) -> None:
    status, message, request = WRONG[name]
    answer = send(make_client(), "POST", "/v1/tag", **request)
    assert (answer.status_code, message in answer.json()["error"]) == (status, True), answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_no_answer_has_the_text(make_client: Make) -> None:
    for body in ({"texts": {"秘密": "秘密"}}, {"texts": ["秘密", None]}, {"texts": ["秘密"], "nbest": "秘密"}):
        answer = send(make_client(), "POST", "/v1/tag", json=body)
        assert answer.status_code == 422
        assert "秘密" not in answer.text


def test_the_id_of_the_client_is_kept_if_it_is_one(make_client: Make) -> None:
    good = send(make_client(), "GET", "/v1/models", headers={"x-request-id": "job-17"})
    bad = send(make_client(), "GET", "/v1/models", headers={"x-request-id": "a b\t"})
    assert good.headers["x-request-id"] == "job-17"
    assert len(bad.headers["x-request-id"]) == 32


@pytest.mark.parametrize("path", ["/", "/docs", "/health/live", "/health/ready", "/v1/models", "/v2", "/openapi.json"])
def test_head_is_get_without_the_body(path: str, make_client: Make) -> None:
    shown, head = send(make_client(), "GET", path), send(make_client(), "HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length"):
        assert head.headers[name] == shown.headers[name]


def test_head_of_what_has_no_get(make_client: Make) -> None:
    for path, status in (("/v1/tag", 405), ("/v1/tag/stream", 405), ("/nothing", 404)):
        assert send(make_client(), "HEAD", path).status_code == status


def test_an_address_with_a_slash_too_many_is_refused_and_not_sent_elsewhere(make_client: Make) -> None:
    answer = send(make_client(), "POST", "/v1/tag/", json={"texts": ["a"]})
    assert (answer.status_code, answer.json()["error"]) == (404, "Not Found")


def test_head_needs_a_key_too(make_client: Make, key_file: Path) -> None:
    assert send(make_client(keys=ApiKeys(key_file)), "HEAD", "/v1/models").status_code == 401


def test_unknown_routes(make_client: Make) -> None:
    assert send(make_client(), "GET", "/nowhere").json()["error"] == "Not Found"
    assert send(make_client(), "GET", "/v1/tag").status_code == 405


def test_too_busy_is_said_before_the_body_is_read(make_client: Make) -> None:
    service = stub_service(max_wait=1.0)
    service.expected_wait = lambda characters=0: 3.5  # type: ignore[method-assign]
    answer = send(make_client(service), "POST", "/v1/tag", content=b"{", headers=JSON)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "4")


@pytest.mark.parametrize("draining", [True, False])
def test_what_is_not_answered_when_the_service_ends(make_client: Make, draining: bool) -> None:
    service = stub_service()
    never_answer(service)

    async def run() -> httpx.Response:
        async with make_client(service) as client:
            asked = asyncio.ensure_future(client.post("/v1/tag", json={"texts": ["杭州"]}))
            await asyncio.sleep(0.05)
            service.draining = draining
            asked.cancel()  # as uvicorn does when the time to drain is over
            return await asked

    if not draining:
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(run())
        return
    answer = asyncio.run(run())
    assert answer.status_code == 503
    assert answer.json()["error"] == "the service is shutting down: try again later"


@pytest.mark.parametrize("field", ["ready", "draining"])
def test_not_ready(field: str, make_client: Make) -> None:
    service = stub_service()
    setattr(service, field, field == "draining")
    for method, path in (("POST", "/v1/tag"), ("GET", "/health/ready")):
        answer = send(make_client(service), method, path, content=b"{}", headers=JSON)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert send(make_client(service), "GET", "/health/live").status_code == 200


def test_deadline(make_client: Make) -> None:
    service = stub_service()
    dropped = never_answer(service)
    headers = {"x-request-timeout": "0.05"}
    answer = send(make_client(service), "POST", "/v1/tag", json={"texts": ["a"]}, headers=headers)
    assert (answer.status_code, dropped) == (504, [True])


def test_a_failure_is_a_sentence_with_an_id(make_client: Make, caplog: pytest.LogCaptureFixture) -> None:
    service = stub_service()

    async def fail(task: Any, items: Any) -> Any:
        raise RuntimeError("秘密")

    service.work = fail  # type: ignore[method-assign]
    answer = send(make_client(service), "POST", "/v1/tag", json={"texts": ["秘密"]})
    assert answer.status_code == 500
    assert answer.json()["error"] == "the service failed"
    assert "秘密" not in answer.text


def test_a_refusal_of_the_model(make_client: Make) -> None:
    service = stub_service()

    async def refuse(task: Any, items: Any) -> Any:
        raise Refusal(422, "texts[0]: expected something else")

    service.work = refuse  # type: ignore[method-assign]
    answer = send(make_client(service), "POST", "/v1/tag", json={"texts": ["a"]})
    assert answer.json()["error"] == "texts[0]: expected something else"


def test_keys(make_client: Make, key_file: Any) -> None:
    keys = ApiKeys(key_file)
    for headers, status in (
        ({}, 401),
        ({"authorization": "Bearer a-secret-kez"}, 401),
        ({"authorization": "Basic a-secret-key"}, 401),
        ({"authorization": "Bearer a-secret-key"}, 200),
        ({"x-api-key": "a-secret-key"}, 200),
    ):
        answer = send(make_client(keys=keys), "POST", "/v1/tag", json={"texts": ["a"]}, headers=headers)
        assert answer.status_code == status, headers
    assert send(make_client(keys=keys), "GET", "/health/ready").status_code == 200
    assert send(make_client(keys=keys), "GET", "/metrics").status_code == 401


@pytest.mark.parametrize(
    "content", [b"short", b"", b"# none", "不是字母和数字的密钥".encode(), b"\xff" * 9, b"has a space"]
)
def test_short_keys_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keys.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"keys\.txt: expected"):
        ApiKeys(path)


def test_there_is_no_admin_route_without_a_key(make_client: Make, key_file: Any) -> None:
    assert send(make_client(), "POST", "/v1/admin/reload").status_code == 404
    with_keys = make_client(admin_keys=ApiKeys(key_file))
    assert send(with_keys, "POST", "/v1/admin/reload").status_code == 401


@pytest.mark.parametrize(
    ("layer", "pooling", "status"), [("-1", "none", 200), ("all", "none", 413), ("all", "mean", 200)]
)
def test_an_answer_has_not_too_many_numbers(layer: str, pooling: str, status: int, make_client: Make) -> None:
    body = {"texts": ["杭" * 10_000], "layer": layer, "pooling": pooling}
    answer = send(make_client(), "POST", "/v1/embed", json=body)
    assert answer.status_code == status
    assert status == 200 or "at most 6,666 characters" in answer.json()["error"]


def test_vectors(make_client: Make) -> None:
    answer = send(make_client(), "POST", "/v1/embed", json={"texts": ["杭州"]}).json()
    assert answer["vectors"] == [[2.0, 0.5]]
    wrong = send(make_client(), "POST", "/v1/embed", json={"texts": ["杭州"], "pooling": "sum"})
    assert wrong.status_code == 422


def test_metrics_count_by_route(make_client: Make) -> None:
    service = stub_service()
    send(make_client(service), "POST", "/v1/tag", json={"texts": ["a"]})
    send(make_client(service), "POST", "/v1/tag", json={"texts": []})
    text = send(make_client(service), "GET", "/metrics").text
    assert 'bert_ner_requests_total{route="/v1/tag",status="200"} 1.0' in text
    assert 'bert_ner_rejected_total{reason="422"} 1.0' in text


def test_cors_is_off_by_default(make_client: Make) -> None:
    headers = {"origin": "https://example.org"}
    assert "access-control-allow-origin" not in send(make_client(), "GET", "/v1/models", headers=headers).headers
    open_ = make_client(stub_service(cors_origin="https://example.org"))
    answer = send(open_, "GET", "/v1/models", headers=headers)
    assert answer.headers["access-control-allow-origin"] == "https://example.org"


def test_an_allowed_site_can_send_keys_and_read_when_to_try_again(make_client: Make, key_file: Path) -> None:
    service = stub_service(cors_origin="https://example.org", max_wait=1.0)
    service.expected_wait = lambda characters=0: 3.5  # type: ignore[method-assign]
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}
    headers = {"origin": "https://example.org"}
    allowed = send(make_client(service, keys=ApiKeys(key_file)), "OPTIONS", "/v1/tag", headers={**headers, **asked})
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, "https://example.org")
    assert "authorization" in allowed.headers["access-control-allow-headers"]
    key = {"authorization": "Bearer a-secret-key"}
    for more, status in (({}, 401), (key, 429)):
        busy = send(
            make_client(service, keys=ApiKeys(key_file)), "POST", "/v1/tag", json={}, headers={**headers, **more}
        )
        assert (busy.status_code, busy.headers["access-control-allow-origin"]) == (status, "https://example.org")
        assert busy.headers["access-control-expose-headers"] == "Retry-After, X-Request-Id"


def test_a_request_accepted_before_sigterm_is_answered(make_client: Make) -> None:
    """Its body may arrive afterwards."""
    service = stub_service()

    async def body() -> Any:
        yield b'{"texts": '
        service.draining = True
        yield '["杭州"]}'.encode()

    answer = send(make_client(service), "POST", "/v1/tag", content=body(), headers=JSON)
    assert answer.status_code == 200
