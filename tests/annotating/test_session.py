"""What the page shows, and what it may save."""

from dataclasses import replace
from pathlib import Path

import pytest

from ner.annotating.label_store import LabelStore, StaleVersionError
from ner.annotating.session import Session
from ner.annotating.tasks import PROPOSED
from ner.errors import InputError
from tests.annotating.conftest import TASKS, TYPES, task


@pytest.fixture
def session(tmp_path: Path) -> Session:
    store = LabelStore(tmp_path / "a.sqlite")
    return Session(store, store.add(TASKS), TYPES, "<p>rules</p>")


def test_overview(session: Session) -> None:
    first, second, third = session.queue
    session.save(first, 0, "done", [(0, 3, "PER"), (4, 8, "ORG")])
    session.save(second, 0, "skipped", [])
    assert session.overview() == {
        "types": TYPES,
        "queue": [first, second, third],
        "states": {first: "done", second: "skipped"},
        "guidelines": "<p>rules</p>",
        "done": 1,
        "skipped": 1,
        "round": 0,
        "agreement": {"proposed": 50.0},
    }
    assert Session(session.store, session.queue, TYPES).progress() == session.progress()


def test_a_text_that_is_opened_again_counts_no_more(session: Session) -> None:
    number = session.queue[0]
    session.save(number, 0, "done", [])
    session.save(number, 1, "open", [])
    assert session.progress() == {"done": 0, "skipped": 0, "round": 0, "agreement": {}}


def test_new_proposals_come_last_in_their_order(session: Session) -> None:
    first, second, third = session.queue
    left = session.untouched()
    session.save(second, 0, "open", [])  # while a tagger learned from others
    renewed = [replace(one, readings={PROPOSED: ()}) for one in reversed(left)]
    session.renew(renewed)
    assert (session.queue, session.progress()["round"]) == ([second, third, first], 1)
    assert session.show(first)["readings"] == {PROPOSED: []}
    assert session.show(second)["readings"] != {PROPOSED: []}
    session.renew([replace(one, asked=()) for one in session.untouched()])
    assert (session.queue, session.progress()["round"]) == ([second], 2)
    assert session.save(first, 0, "done", [])["version"] == 1  # a window may still show it


def test_agreement_counts_what_was_asked(tmp_path: Path) -> None:
    store = LabelStore(tmp_path / "a.sqlite")
    one = task("王小明在北京大学", ("王小明", "PER", 0.99), ("北京", "LOC", 0.5), asked=((4, 8),))
    session = Session(store, store.add([one]), TYPES)
    answer = session.save(session.queue[0], 0, "done", [(0, 3, "PER"), (4, 8, "ORG")])
    assert answer["agreement"] == {"proposed": 0.0}


@pytest.mark.parametrize(
    "entities",
    [[(0, 99, "PER")], [(3, 3, "PER")], [(0, 3, "PER"), (2, 4, "LOC")], [(0, 3, "ELSE")], [(4, 2, "PER")]],
)
def test_wrong_entities(session: Session, entities: list[tuple[int, int, str]]) -> None:
    with pytest.raises(InputError, match="expected"):
        session.save(session.queue[0], 0, "open", entities)
    assert session.show(session.queue[0])["version"] == 0


def test_unknown_texts_and_old_versions(session: Session) -> None:
    with pytest.raises(KeyError):
        session.show(99)
    with pytest.raises(KeyError):
        session.save(99, 0, "open", [])
    session.save(session.queue[0], 0, "open", [])
    with pytest.raises(StaleVersionError):
        session.save(session.queue[0], 0, "open", [])
