"""From texts to a session."""

from pathlib import Path

import pytest

from ner.annotating.annotate import open_session, render_guidelines
from ner.annotating.label_store import LabelStore
from ner.annotating.tasks import Task
from ner.errors import InputError
from ner.runs.progress import LogProgress
from tests.annotating.conftest import task
from tests.annotating.test_proposals import TEXT, Stub

PROGRESS = LogProgress()


@pytest.fixture
def store(tmp_path: Path) -> LabelStore:
    return LabelStore(tmp_path / "a.sqlite")


def test_what_has_no_proposals_is_tagged(store: LabelStore) -> None:
    given = task("李雷来了", ("李雷", "PER", 0.4), ("来", "VERB", 0.4))
    session = open_session(store, [Task(TEXT), given], Stub, progress=PROGRESS)
    assert session.types == ["PER", "LOC", "ORG", "VERB"]
    shown = [session.show(number) for number in session.queue]
    assert [[e["label"] for e in one["readings"]["proposed"]] for one in shown] == [["PER", "LOC"], ["PER", "VERB"]]


def test_chosen_types(store: LabelStore) -> None:
    given = task("李雷来了", ("李雷", "PER", 0.4), ("来", "VERB", 0.4))
    session = open_session(store, [Task(TEXT), given], Stub, types=["LOC", "VERB"], progress=PROGRESS)
    assert session.types == ["LOC", "VERB"]
    shown = [session.show(number) for number in session.queue]
    assert [[e["label"] for e in one["readings"]["proposed"]] for one in shown] == [["LOC"], ["VERB"]]


def test_what_is_labelled_needs_no_tagger(store: LabelStore) -> None:
    first = open_session(store, [Task(TEXT)], Stub, uncertain=0.9, progress=PROGRESS)
    first.save(first.queue[0], 0, "done", [(4, 8, "ORG")])

    def fail() -> Stub:
        raise AssertionError

    again = open_session(store, [Task(TEXT)], fail, progress=PROGRESS)
    assert again.types == ["ORG"]
    assert again.show(again.queue[0])["asked"] == ((4, 8), (9, 10))


def test_no_types(store: LabelStore) -> None:
    with pytest.raises(InputError, match="there are no types: set `types`"):
        open_session(store, [Task(TEXT)], None, progress=PROGRESS)
    many = [task("李雷", ("李雷", f"T{number}", 1)) for number in range(101)]
    with pytest.raises(InputError, match="there are 101 types, more than 100"):
        open_session(store, many, None, progress=PROGRESS)


def test_guidelines(tmp_path: Path) -> None:
    path = tmp_path / "guide.md"
    path.write_text("# Names\n\n<script>x</script> [a](javascript:x)\n\n|a|b|\n|-|-|\n|1|2|\n", encoding="utf-8")
    html = render_guidelines(path)
    assert "<h1>Names</h1>" in html
    assert "<table>" in html
    assert "<script" not in html
    assert "href" not in html
    path.write_bytes("规范".encode("gb18030"))
    with pytest.raises(InputError, match="expected a Markdown file in UTF-8"):
        render_guidelines(path)
