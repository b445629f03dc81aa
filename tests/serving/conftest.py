"""A running service with real engine processes, and an application whose service is a stub."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from ner.exporting.export import export_tagger
from ner.serving.app import make_app
from ner.serving.service import Service
from ner.serving.serving_settings import ServingSettings
from ner.serving.work_queue import Task
from tests.helpers.asgi_transport import transport_of

ADMIN_KEY = "admin-key-of-the-tests"
PATIENT = ("--max-wait", 600, "--timeout", 600)
"""Limits of a service whose machine may be busy with other tests."""
_MODEL = {
    "types": ["LOC", "ORG", "PER"],
    "labels": [],
    "pairs": False,
    "precision": "fp32",
    "window": 256,
    "embeds": True,
    "layers": [1000, 1000, 1000],
    "characters_per_second": 1000.0,
}
_NAMES = {"林晓东": "PER", "王小明": "PER", "杭州": "LOC", "上海": "LOC", "远山集团": "ORG"}


class Served:
    """`bert-ner serve` in a process of its own.

    Args:
        *options: options of the command.
        environment: more environment variables.
        keep_log: whether its log is read to the end; else it is closed after the first line.
    """

    def __init__(self, *options: object, environment: dict[str, str] | None = None, keep_log: bool = True) -> None:
        line = [sys.executable, "-m", "ner", "serve", "--port", "0", *map(str, options)]
        self.process = subprocess.Popen(
            line, stderr=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1", **(environment or {})}
        )
        assert self.process.stderr is not None
        self.log: list[str] = []
        self._errors = self.process.stderr
        for line_ in self._errors:
            self.log.append(line_)
            if found := re.search(r"(https?://[\d.]+:\d+)", line_):
                self.url = found[1]
                break
        else:
            raise AssertionError("".join(self.log))
        if keep_log:
            threading.Thread(target=lambda: self.log.extend(self._errors), daemon=True).start()
        else:
            self._errors.close()
        self.client = httpx.Client(base_url=self.url, timeout=600, verify=False)

    def wait_until(self, condition: Callable[[], object], seconds: float = 300) -> None:
        """Wait for something that happens soon."""
        ends = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < ends, "".join(self.log[-20:])
            time.sleep(0.02)

    def wait_until_ready(self) -> "Served":
        """Wait until it takes texts."""
        self.wait_until(lambda: self.process.poll() is not None or self.get("/health/ready").status_code == 200)
        assert self.process.poll() is None, "".join(self.log)
        return self

    def get(self, path: str) -> httpx.Response:
        """Ask for a path."""
        return self.client.get(path)

    def tag(self, *texts: str, **more: Any) -> httpx.Response:
        """Tag texts."""
        return self.client.post("/v1/tag", json={"texts": list(texts), **more})

    def engines(self) -> list[int]:
        """The numbers of its engine processes."""
        listed = subprocess.run(
            ["pgrep", "-P", str(self.process.pid), "-f", "engine_process"], capture_output=True, text=True, check=False
        )
        return [int(number) for number in listed.stdout.split()]

    def metric(self, name: str) -> float:
        """The sum of a metric."""
        rows = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", self.get("/metrics").text, re.MULTILINE)
        return sum(map(float, rows))

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, and give its exit status."""
        self.client.close()
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(30)
        finally:
            self.process.kill()


@pytest.fixture(scope="session")
def exported_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built-in tagger, exported: its engines start in a second, since they need no PyTorch."""
    folder = tmp_path_factory.mktemp("exported") / "mini-zh-uner"
    export_tagger("mini-zh-uner", folder)
    return folder


@pytest.fixture
def serve(exported_folder: Path) -> Iterator[Callable[..., Served]]:
    """Starts services that end with the test, with the exported tagger unless a model or an encoder is named."""
    running: list[Served] = []

    def start(*options: object, **more: Any) -> Served:
        own = () if {"--model", "--encoder"} & set(options) else ("--model", exported_folder)
        running.append(Served(*own, *options, **more))
        return running[-1]

    yield start
    for one in running:
        one.end(signal.SIGKILL)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service for all tests that don't break it: one engine with one thread and the built-in tagger."""
    keys = tmp_path_factory.mktemp("keys") / "admin.txt"
    keys.write_text(f"# of the tests\n{ADMIN_KEY}\n", encoding="utf-8")
    running = Served("--engines", 1, "--threads", 1, "--precision", "fp32", *PATIENT, "--admin-key-file", keys)
    yield running.wait_until_ready()
    running.end(signal.SIGKILL)


async def _find_names(task: Task, items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a model with a few names would answer."""
    if task.name == "classify":
        return [{"labels": ["体育"], "scores": {"体育": 0.75, "财经": 0.25}} for _ in items]
    if task.name == "embed":
        if dict(task.options)["pooling"] == "none":
            return [{"vector": orjson.dumps([[1.0, 0.5]] * len(item["text"])).decode()} for item in items]
        return [{"vector": f"[{len(item['text'])}.0,0.5]"} for item in items]
    results: list[dict[str, Any]] = []
    listed = {row["term"]: row for one in task.lexicons for row in one.rows()}
    for item in items:
        names = [*_NAMES, *listed]
        places = [(found.start(), found[0]) for name in names for found in re.finditer(name, item["text"])]
        rows: list[tuple[Any, ...]] = []
        for start, name in sorted(places):
            row = listed.get(name, {"type": _NAMES.get(name), "source": "model"})
            said = (row.get("source", "dictionary"), row.get("id", ""), 0.1) if listed else ()
            rows.append((start, start + len(name), row["type"], 0.9, *said))
        results.append({"entities": rows, "alternatives": [[0.8, rows]] * dict(task.options).get("nbest", 0)})
    return results


def add_classifiers(service: Service) -> Service:
    """Let a stub service have a classifier of texts, `topic`, and one of pairs, `same`."""
    for name, pairs in (("topic", False), ("same", True)):
        service.models[name] = {**_MODEL, "types": [], "labels": ["体育", "财经"], "pairs": pairs}
    return service


def stub_service(**settings: Any) -> Service:
    """A service without engines, which finds a few names."""
    service = Service({"stub": "stub"}, ServingSettings(**settings))
    service.models = {"stub": _MODEL}
    service.ready = True
    service.work = _find_names  # type: ignore[method-assign]
    service.try_lexicon = _accept  # type: ignore[method-assign]
    return service


async def _accept(lexicon: Any, models: Any) -> None:
    pass


class _Current:
    """Stands for the service of the test that runs."""

    service: Service

    def __getattr__(self, name: str) -> Any:
        return getattr(self.service, name)


_APPS: dict[ServingSettings, tuple[_Current, Any]] = {}


def app_of(service: Service | None = None) -> Any:
    """An application with this service, or a stub. Services with equal settings share one, which takes long to make."""
    service = service or stub_service()
    if service.settings not in _APPS:
        current: Any = _Current()
        current.service = service
        _APPS[service.settings] = (current, make_app(current))
    current, app = _APPS[service.settings]
    current.service = service
    return app


def never_answer(service: Service) -> list[bool]:
    """Let the work of a service never end. The list gets an item for each work that is dropped."""
    dropped: list[bool] = []

    async def never(task: Task, items: Sequence[dict[str, Any]]) -> Any:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            dropped.append(True)
            raise

    service.work = never  # type: ignore[assignment,method-assign]
    return dropped


@pytest.fixture
def make_client() -> Callable[..., httpx.AsyncClient]:
    """Makes clients of an application in this process, with a stub service."""

    def make(service: Service | None = None, **more: Any) -> httpx.AsyncClient:
        app = make_app(service or stub_service(), **more) if more else app_of(service)
        return httpx.AsyncClient(transport=transport_of(app), base_url="http://service")

    return make


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A file with one API key, `a-secret-key`."""
    path = tmp_path / "keys.txt"
    path.write_text("a-secret-key\n", encoding="utf-8")
    return path
