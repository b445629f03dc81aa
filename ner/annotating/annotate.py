"""From texts to a session of the page: what is new is proposed by a tagger, what a person has labelled stays."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from markdown_it import MarkdownIt

from ner.annotating.label_store import LabelStore
from ner.annotating.proposals import propose, propose_unsure_first, types_of
from ner.annotating.session import Session
from ner.annotating.tasks import Task
from ner.data.entities import Entity
from ner.errors import InputError
from ner.files import read_bounded
from ner.runs.progress import Progress
from ner.tagging.tag_records import Reader

MOST_TYPES = 100


def open_session(
    store: LabelStore,
    tasks: Sequence[Task],
    load: Callable[[], Reader] | None,
    *,
    types: Sequence[str] = (),
    uncertain: float | None = None,
    unsure_first: bool = False,
    guidelines: str = "",
    progress: Progress,
) -> Session:
    """Store tasks, and make a session that asks them, but for those of which nothing is asked.

    Args:
        store: the labels.
        tasks: the tasks.
        load: gives the tagger that proposes entities of texts that have no proposals yet; None for no proposals. It is
            only called if there are such texts.
        types: the types to label; if there are none, those of the tagger and of the tasks.
        uncertain: see `propose`.
        unsure_first: whether the texts of which the tagger is least sure are asked first.
        guidelines: the guidelines as safe HTML.
        progress: shows how far the tagger is.

    Raises:
        InputError: there are no types, or too many.
    """
    known = store.answered(task.text for task in tasks)
    asked = [replace(task, readings=_only(task, types)) for task in tasks] if types else [*tasks]
    new = [task for task in asked if not task.readings and task.text not in known]
    tagger = load() if load and new else None
    names = [*types] or [*dict.fromkeys([*(tagger.types if tagger else ()), *types_of(asked), *store.types()])]
    if not names:
        raise InputError("there are no types: set `types`, for example PER,LOC,ORG")
    if len(names) > MOST_TYPES:
        raise InputError(f"there are {len(names):,} types, more than {MOST_TYPES}: set `types` to those to label")
    if tagger:
        find = propose_unsure_first if unsure_first else propose
        found = {task.text: task for task in _with_progress(find, tagger, new, names, uncertain, progress)}
        if unsure_first:
            asked = [task for task in asked if task.text not in found] + [*found.values()]
        else:
            asked = [found.get(task.text, task) for task in asked]
    numbers = store.add(asked)
    return Session(store, _with_questions(store, numbers), names, guidelines)


def render_guidelines(path: Path) -> str:
    """A Markdown file as HTML. Raw HTML in it is shown as text.

    Raises:
        InputError: it is no text in UTF-8.
        OSError: it can't be read.
    """
    try:
        text = read_bounded(path)
    except ValueError as error:
        raise InputError(f"{path}: expected a Markdown file in UTF-8 ({error})") from None
    html: str = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return html


def _only(task: Task, types: Collection[str]) -> dict[str, tuple[Entity, ...]]:
    return {name: tuple(e for e in found if e.label in types) for name, found in task.readings.items()}


def _with_questions(store: LabelStore, numbers: Sequence[int]) -> list[int]:
    """Leave out the texts of which nothing is asked. If all of such a text is known, it is finished."""
    queue = []
    for number in numbers:
        task, answer = store.task(number)
        if task.asked != ():
            queue.append(number)
        elif task.rest_is_known and answer.version == 0:
            store.save(number, 0, "done", answer.entities)
    return queue


def _with_progress(
    find: Callable[..., Iterable[Task]],
    tagger: Reader,
    tasks: Sequence[Task],
    types: Sequence[str],
    uncertain: float | None,
    progress: Progress,
) -> list[Task]:
    done = 0

    def advance(characters: int) -> None:
        nonlocal done
        done += characters
        progress.advance(done)

    progress.start("proposing", sum(len(task.text) for task in tasks))
    try:
        return [*find(tagger, tasks, types, uncertain, advance)]
    finally:
        progress.finish()
