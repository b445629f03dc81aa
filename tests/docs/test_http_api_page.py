"""The page of the HTTP interface has every route, status, field, header and metric of the service."""

import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi_offline")

from ner.serving.api_keys import ApiKeys
from ner.serving.app import make_app
from ner.serving.metrics import Metrics
from ner.serving.schemas import REFUSALS, EmbedRequest, TagRequest
from ner.serving.service import Service
from ner.serving.serving_settings import ServingSettings

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
PAGES = {name: (REFERENCE / name).read_text(encoding="utf-8") for name in ("http-api.md", "http-api.zh.md")}
each_page = pytest.mark.parametrize("name", PAGES)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Any:
    keys = tmp_path_factory.mktemp("keys") / "keys.txt"
    keys.write_text("a-key-of-the-tests\n", encoding="utf-8")
    gate = make_app(Service({"stub": "stub"}, ServingSettings()), admin_keys=ApiKeys(keys))
    return gate._app.openapi()


def test_every_route_is_named_and_no_other(document: Any) -> None:
    known = {f"{method.upper()} {path}" for path, route in document["paths"].items() for method in route}
    pages = {"GET /", "POST /", "GET /docs", "GET /openapi.json"}  # which the document leaves out
    for page in PAGES.values():
        assert set(re.findall(r"\b(?:GET|POST|PUT|DELETE) /[\w/{}.-]*", page)) == known | pages


@each_page
def test_every_status_has_its_row(name: str, document: Any) -> None:
    used = {status for path in document["paths"].values() for route in path.values() for status in route["responses"]}
    rows = re.findall(r"^\| ([\d, 、]+) \|", PAGES[name], re.MULTILINE)
    told = {status for row in rows for status in re.findall(r"\d+", row)}
    assert told == {*map(str, REFUSALS), "200", "405"}
    assert used <= {*told, "201"}


@each_page
def test_every_field_and_metric_is_named(name: str) -> None:
    for model in (TagRequest, EmbedRequest):
        assert all(f"| `{field}` |" in PAGES[name] for field in model.model_fields)
    exported = set(re.findall(r"^# TYPE (\w+)", Metrics().text().decode(), re.MULTILINE))
    told = set(re.findall(r"`(bert_ner_\w+)`", PAGES[name]))
    assert told == {metric for metric in exported if not metric.endswith("_created")}
