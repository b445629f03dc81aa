"""The examples in the docstrings of the public names run and give what they show."""

import doctest
import importlib
import inspect
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest

import ner
from ner.built_in import model_folder
from ner.serving.app import make_app
from ner.serving.engine_process import Models, Result, Start
from ner.serving.service import Service
from ner.serving.serving_settings import ServingSettings
from ner.serving.work_queue import Task
from tests.helpers.asgi_transport import transport_of

CLIENTS = ("ner.client.client", "ner.client.async_client")
TRAINING = ("ner.comparing.compare_settings", "ner.tuning.tune_settings")
ROOT = Path(__file__).parents[1]
MODULES = sorted({"ner", *(getattr(ner, name).__module__ for name in ner.__all__)})


@pytest.fixture(autouse=True)
def _service(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clients of examples ask a service in this process: all of it but the engine is that of `bert-ner serve`.

    The engine works in this process too, with the built-in tagger.
    """
    if getattr(request.node, "callspec", None) is None or request.node.callspec.params.get("name") not in CLIENTS:
        return
    folders = {"mini-zh-uner": str(model_folder("mini-zh-uner"))}
    start = {"models": folders, "encoders": {}, "precision": "fp32", "threads": 1, "batch_characters": 4096}
    models = Models(Start(**start, lexicons={}, lists={}))  # type: ignore[typeddict-item]
    service = Service(folders, ServingSettings())
    service.models, service.ready = models.describe(), True

    async def work(task: Task, items: Iterable[dict[str, Any]]) -> list[Result]:
        options = dict(task.options)
        return models.work(
            {
                "model": task.model,
                "task": task.name,
                "options": options,
                "items": list(items),
                "lexicons": {},
                "forget": [],
            }
        )

    monkeypatch.setattr(service, "work", work)
    transport = transport_of(make_app(service))
    client = httpx.AsyncClient
    monkeypatch.setattr(httpx, "AsyncClient", lambda **more: client(**{**more, "transport": transport}))


def _named(name: str) -> object:
    return pytest.param(name, marks=pytest.mark.slow) if name in TRAINING else name


@pytest.mark.parametrize("name", [*map(_named, MODULES)])
def test_examples(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("data_demo", "data_demo_classify"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    monkeypatch.chdir(tmp_path)
    public = {each: getattr(ner, each) for each in ner.__all__}
    result = doctest.testmod(importlib.import_module(name), extraglobs=public, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


@pytest.mark.parametrize("name", ner.__all__)
def test_every_public_name_has_an_example(name: str) -> None:
    assert ">>> " in (inspect.getdoc(getattr(ner, name)) or "")
