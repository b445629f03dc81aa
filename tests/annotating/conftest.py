"""A running page with a few texts."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ner.annotating.gold_file import GoldFile, open_store
from ner.annotating.label_store import LabelStore
from ner.annotating.page_server import PageServer
from ner.annotating.session import Session
from ner.annotating.tasks import PROPOSED, Task
from ner.data.corpus import read_sentences
from ner.data.entities import Entity, Sentence

TYPES = ["PER", "LOC", "ORG"]


def task(text: str, *found: tuple[str, str, float], **more: Any) -> Task:
    """A task with proposals, each given as its characters, its type and its score."""
    entities = []
    for surface, label, score in found:
        start = text.index(surface)
        entities.append(Entity(start, start + len(surface), label, surface, score))
    return Task(text, readings={PROPOSED: tuple(entities)}, **more)


TASKS = [
    task("王小明在北京大学看书。", ("王小明", "PER", 0.99), ("北京", "LOC", 0.6)),
    task("😀王小明说：“ABC 15 在上海。”　没去", ("上海", "LOC", 0.9)),
    task("今天天气很好。"),
]


@dataclass
class Running:
    """A page that runs in a thread."""

    session: Session
    server: PageServer
    output: Path

    @property
    def store(self) -> LabelStore:
        return self.session.store

    def gold(self) -> list[Sentence]:
        """What the output holds now."""
        GoldFile(self.output, self.store).write()
        return read_sentences(self.output)


@pytest.fixture
def run_page(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts pages that end with the test."""
    running: list[tuple[Running, threading.Thread]] = []

    def start(tasks: Sequence[Task] = TASKS, types: Sequence[str] = TYPES, guidelines: str = "") -> Running:
        output = tmp_path / f"gold{len(running)}.jsonl"
        store = open_store(output)
        session = Session(store, store.add(tasks), types, guidelines)
        page = Running(session, PageServer(session, GoldFile(output, store)), output)
        thread = threading.Thread(target=page.server.run)
        thread.start()
        running.append((page, thread))
        return page

    yield start
    for page, thread in running:
        page.server.stop()
        thread.join()
        page.store.close()
