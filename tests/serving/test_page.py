"""The page at / and the documentation at /docs."""

import asyncio
import html
import json
import re
import shlex
import shutil
import subprocess
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from ner.serving.api_keys import ApiKeys
from ner.serving.page_words import choose_language
from ner.serving.refusal import Refusal
from tests.serving.conftest import Served, add_classifiers, stub_service

Make = Callable[..., httpx.AsyncClient]
FORM = {"content-type": "application/x-www-form-urlencoded"}


def send(client: httpx.AsyncClient, *requests: tuple[str, str, dict[str, Any]]) -> httpx.Response:
    async def run() -> httpx.Response:
        async with client:
            for method, path, more in requests:
                answer = await client.request(method, path, **more)
            return answer

    return asyncio.run(run())


def get(client: httpx.AsyncClient, path: str = "/", **headers: str) -> httpx.Response:
    return send(client, ("GET", path, {"headers": {name.replace("_", "-"): value for name, value in headers.items()}}))


def post(client: httpx.AsyncClient, text: str, path: str = "/", headers: Any = None, **fields: str) -> httpx.Response:
    return send(client, ("POST", path, {"data": {"text": text, **fields}, "headers": headers or {}}))


def shown(answer: httpx.Response, element: str) -> str:
    found = re.search(rf'<(\w+) [^>]*\bid="{element}"[^>]*>(.*?)</\1>', answer.text, re.DOTALL)
    assert found
    return html.unescape(found[2])


def test_form(make_client: Make) -> None:
    answer = get(make_client())
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert 'id="text"' in answer.text
    assert "<select" not in answer.text  # there is one model
    assert 'type="password"' not in answer.text


def test_result(make_client: Make) -> None:
    answer = post(make_client(), "林晓东住在杭州。\r\n\r\n😀上海\n没有")
    assert answer.status_code == 200
    assert "3 entities" in answer.text
    assert answer.text.count("<mark") == 3
    assert "<small>PER</small>" in answer.text
    assert "0.900" in answer.text
    assert "林晓东住在杭州。\n\n😀上海\n没有</textarea>" in answer.text.replace("\r\n", "\n")
    assert (
        json.loads(shown(answer, "json"))
        == send(make_client(), ("POST", "/v1/tag", {"json": {"texts": ["林晓东住在杭州。", "😀上海", "没有"]}})).json()
    )


def test_curl(make_client: Make) -> None:
    text = 'it\'s 杭州 "$(id)" `id`'
    words = shlex.split(shown(post(make_client(), text), "curl"))
    assert words[:2] == ["curl", "http://service/v1/tag"]
    assert json.loads(words[-1]) == {"texts": [text]}
    headers = {"host": "ner.example.org", "origin": "https://ner.example.org"}  # a proxy ends TLS
    assert "curl https://ner.example.org/v1/tag " in shown(post(make_client(), text, headers=headers), "curl")
    hostile = shlex.split(shown(post(make_client(), text, headers={"host": "a;id"}), "curl"))
    assert hostile[1] == "http://a;id/v1/tag"


def test_models(make_client: Make) -> None:
    service = stub_service()
    service.models = {**service.models, "<b>": {**service.models["stub"], "types": ["PER", "<i>"]}}
    answer = post(make_client(service), "林晓东", model="<b>")
    assert "<option selected>&lt;b&gt;</option>" in answer.text
    assert json.loads(shlex.split(shown(answer, "curl"))[-1])["model"] == "<b>"
    assert post(make_client(service), "林晓东", model="other").status_code == 404


def test_markup_is_shown(make_client: Make) -> None:
    text = '<script>alert(1)</script></textarea><img src=x onerror="alert(1)">杭州'
    answer = post(make_client(), text)
    assert "<img" not in answer.text
    assert answer.text.count("<script") == 1
    assert answer.text.count(html.escape(text[:25])) >= 2


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_only_own_scripts_run(make_client: Make, path: str) -> None:
    answer = get(make_client(), path)
    policy = dict(part.split(maxsplit=1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert not re.search(r"(?:src|href|action)=.https?:", answer.text)
    assert '<html lang="en">' in answer.text


def test_files_of_the_pages(make_client: Make) -> None:
    for path in ("/", "/docs"):
        for name in re.findall(r'(?:src|href)="([\w.?=/-]+\.(?:js|css|png)[^"]*)"', get(make_client(), path).text):
            assert get(make_client(), f"/{name}").status_code == 200
    assert get(make_client(), "/page.js").headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, "", "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "en-US,en;q=0.9,zh;q=0.8", "en"),
        (None, "fr, zh-TW;q=0.2", "zh"),
        (None, "zh;q=0, en;q=0.1", "en"),
        (None, "zh;q=nan, ;;q=,=", "en"),
        ("zh", "en", "zh"),
        ("en", "zh", "en"),
        ("<b>", "zh", "zh"),
    ],
)
def test_language(asked: str | None, accepted: str, language: str) -> None:
    assert choose_language(asked, accepted) == language


def test_chinese_page(make_client: Make) -> None:
    answer = get(make_client(), accept_language="zh-CN")
    assert '<html lang="zh-CN">' in answer.text
    assert "识别实体" in answer.text
    assert 'href="?lang=en"' in answer.text
    assert "Find entities" in get(make_client(), "/?lang=en", accept_language="zh-CN").text
    assert "2 个实体" in post(make_client(), "杭州，上海", "/?lang=zh").text
    refused = post(make_client(), " ", "/?lang=zh")
    assert (refused.status_code, "请至少输入一条文本。" in refused.text) == (422, True)


def encoded(text: str) -> dict[str, Any]:
    return {"content": f"text={text}".encode(), "headers": FORM}


WRONG: dict[str, tuple[int, str, dict[str, Any]]] = {
    "no text": (422, "Write at least one text.", {"data": {"text": " \n\u3000"}}),
    "no field": (422, "Write at least one text.", {"data": {"other": "x"}}),
    "too many texts": (413, "There are 257 texts: send at most 256 at once.", {"data": {"text": "x\n" * 257}}),
    "too long": (413, "The texts have 100,001 characters", {"data": {"text": "x" * 100_001}}),
    "too large": (413, "Expected at most 2,000,000 bytes", {"data": {"text": "x" * 2_000_001}}),
    "many fields": (400, "The form can't be read", encoded("x&a=" * 20)),
    "not UTF-8": (400, "The form can't be read", encoded("%ff")),
    "a lone surrogate": (400, "The form can't be read", encoded("%ed%a0%80")),
    "not encoded": (400, "The form can't be read", encoded("杭州")),
    "files": (415, "The form can't be read", {"files": {"text": b"x"}}),
    "JSON": (415, "The form can't be read", {"json": {"text": "x"}}),
    "another site": (403, "another site", {"data": {"text": "x"}, "headers": {"sec-fetch-site": "cross-site"}}),
    "another origin": (403, "another site", {"data": {"text": "x"}, "headers": {"origin": "http://other.example"}}),
    "no origin": (403, "another site", {"data": {"text": "x"}, "headers": {"origin": "null"}}),
    "a broken origin": (403, "another site", {"data": {"text": "x"}, "headers": {"origin": "http://["}}),
    "a charset": (
        415,
        "Expected charset UTF-8.",
        {"content": b"text=x", "headers": {"content-type": "x; charset=gbk"}},
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_form(make_client: Make, name: str) -> None:
    status, sentence, request = WRONG[name]
    answer = send(make_client(), ("POST", "/", request))
    assert answer.status_code == status
    assert sentence in shown(answer, "error")
    assert 'role="alert"' in answer.text
    assert "content-security-policy" in answer.headers
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": "http://service"}])
def test_same_origin(make_client: Make, headers: dict[str, str]) -> None:
    assert post(make_client(), "杭州", headers=headers).status_code == 200


def test_loading(make_client: Make) -> None:
    service = stub_service()
    service.ready, service.models = False, {}
    assert get(make_client(service)).status_code == 200
    answer = post(make_client(service), "杭州")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "The service is loading its models: try again later." in answer.text


def test_failed_model(make_client: Make) -> None:
    service = stub_service()

    async def fail(*_: Any) -> Any:
        raise Refusal(500, "texts[0]: the model failed")

    service.work = fail  # type: ignore[method-assign]
    answer = post(make_client(service), "杭州", "/?lang=zh")
    assert (answer.status_code, "服务出错了。" in answer.text) == (500, True)
    assert "杭州</textarea>" in answer.text


def test_key(make_client: Make, key_file: Path) -> None:
    service = stub_service()
    service.models = {**service.models, "secret-model": service.models["stub"]}
    keys = {"service": service, "keys": ApiKeys(key_file)}
    form = get(make_client(**keys))
    assert 'type="password"' in form.text
    assert "secret-model" not in form.text
    for wrong in ("", "wrong", "键"):
        answer = post(make_client(**keys), "杭州", key=wrong)
        assert (answer.status_code, "<mark" in answer.text, "secret-model" in answer.text) == (401, False, False)
        assert "杭州</textarea>" in answer.text
    answer = post(make_client(**keys), "杭州", key="a-secret-key", model="secret-model")
    assert (answer.status_code, "<mark" in answer.text) == (200, True)
    assert "a-secret-key" not in answer.text  # a saved page must not hold it
    assert "Authorization: Bearer KEY" in shown(answer, "curl")


def test_docs_need_no_key(make_client: Make, key_file: Path) -> None:
    keys = {"keys": ApiKeys(key_file)}
    assert get(make_client(**keys), "/docs").status_code == 200
    schema = get(make_client(**keys), "/openapi.json")
    assert schema.json()["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    assert "securitySchemes" not in get(make_client(), "/openapi.json").json()["components"]
    for path in ("/v1/models", "/metrics", "/page.js/../metrics"):
        assert get(make_client(**keys), path).status_code == 401


def _browse(address: str, folder: Path) -> str:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        pytest.skip("needs Chromium")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}", "--virtual-time-budget=5000"]
    line = [chromium, *options, "--dump-dom", address]
    return subprocess.run(line, capture_output=True, text=True, timeout=120, check=True).stdout


@pytest.mark.serve
def test_in_a_browser(served: Served, tmp_path: Path) -> None:
    assert re.search(r"<h1[^>]*>bert-ner</h1>", _browse(f"{served.url}/?lang=en", tmp_path / "a"))
    assert re.search(r'id="operations-tag-\w+"', _browse(f"{served.url}/docs", tmp_path / "b"))
    # A result, with its script: it makes the buttons that copy visible.
    fields = urllib.parse.urlencode({"text": "林晓东住在杭州。"})
    result = served.client.post("/", content=fields, headers=FORM)
    page = tmp_path / "result.html"
    page.write_text(result.text.replace('src="page.js', f'src="{served.url}/page.js'), encoding="utf-8")
    dom = _browse(page.as_uri(), tmp_path / "c")
    assert re.findall(r"<mark[^>]*>(\S+?)<small>", dom) == ["林晓东", "杭州"]
    assert re.search(r'<button type="button" data-copies="json"', dom)


def test_labels(make_client: Make) -> None:
    service = add_classifiers(stub_service())
    form = get(make_client(service))
    assert re.findall("<option.*?>(.*)</option>", form.text) == ["stub", "topic"]  # the form has no pairs
    assert "Find the entities or the labels" in form.text
    answer = post(make_client(service), "主队进球了。\n央行降息。", model="topic")
    assert re.search(r"主队进球了。</th><td[^>]*>体育</td><td>.*0\.750</td>", answer.text)
    assert json.loads(shown(answer, "json"))["results"][1]["labels"] == ["体育"]
    words = shlex.split(shown(answer, "curl"))
    assert words[1] == "http://service/v1/classify"
    assert json.loads(words[-1]) == {"texts": ["主队进球了。", "央行降息。"]}
    assert ">2 texts</h2>" in answer.text
