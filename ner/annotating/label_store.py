"""The labels of a person, in a file of SQLite: every action is on the disk before it is answered.

No answer is ever changed or removed there. Each action is a new version of the answer for its text, and the newest
counts. So two windows can't overwrite each other: of two that make the same version, the second is refused.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Literal, NamedTuple, get_args

from ner.annotating.tasks import Span, Task, span_of
from ner.errors import InputError

State = Literal["open", "done", "skipped"]
STATES: tuple[State, ...] = get_args(State)

_APPLICATION = 0x4E455221  # tells SQLite files of this program from others
_TABLES = """
CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, document TEXT NOT NULL, task TEXT NOT NULL);
CREATE TABLE answers (
    text INTEGER NOT NULL REFERENCES texts, version INTEGER NOT NULL, state TEXT NOT NULL, entities TEXT NOT NULL,
    PRIMARY KEY (text, version)
) WITHOUT ROWID;
CREATE TABLE written (sha256 TEXT NOT NULL);
CREATE VIEW newest AS
    SELECT text, version, state, entities FROM answers
    WHERE version = (SELECT MAX(version) FROM answers AS all_of WHERE all_of.text = answers.text);
"""


class Answer(NamedTuple):
    """What a person said about a text. Version 0 is that of a text about which nothing was said yet."""

    version: int
    state: State
    entities: tuple[Span, ...]


class StaleVersionError(Exception):
    """The labels of a text have changed since they were read."""


class LabelStore:
    """The tasks and answers in one file. All methods may be called from any thread.

    Args:
        path: the file. It is made if it isn't there.

    Raises:
        InputError: it is another file, or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        is_new = not path.exists()
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            if is_new:
                self._database.executescript(f"BEGIN;{_TABLES}PRAGMA application_id = {_APPLICATION};COMMIT;")
            (application,) = self._database.execute("PRAGMA application_id").fetchone()
        except sqlite3.DatabaseError as error:
            self._database.close()
            raise InputError(f"{path} is damaged ({error}): restore it from a copy, or move it away") from None
        if application != _APPLICATION:
            self._database.close()
            raise InputError(f"{path} is no file of labels: choose another `output`, or move it away")

    def close(self) -> None:
        """Close the file. One without a text, as before the first run has found its texts, is removed."""
        with self._read() as cursor:
            empty = cursor.execute("SELECT 1 FROM texts LIMIT 1").fetchone() is None
        self._database.close()
        if empty:
            self.path.unlink()

    def add(self, tasks: Iterable[Task]) -> list[int]:
        """Store tasks, and give the id of each text. A text that a person has dealt with keeps its task.

        The same text twice is one task.
        """
        ids = []
        with self._change() as cursor:
            for task in tasks:
                row = (task.text, task.document, json.dumps(task.to_dict(), ensure_ascii=False))
                cursor.execute(
                    "INSERT INTO texts (text, document, task) VALUES (?, ?, ?) ON CONFLICT (text) DO UPDATE SET "
                    "document = excluded.document, task = excluded.task "
                    "WHERE NOT EXISTS (SELECT 1 FROM answers WHERE answers.text = texts.id)",
                    row,
                )
                ids.append(cursor.execute("SELECT id FROM texts WHERE text = ?", row[:1]).fetchone()[0])
        return [*dict.fromkeys(ids)]

    def answered(self, texts: Iterable[str]) -> set[str]:
        """Those of some texts with which a person has dealt."""
        query = "SELECT 1 FROM texts JOIN answers ON answers.text = texts.id WHERE texts.text = ? LIMIT 1"
        with self._read() as cursor:
            return {text for text in texts if cursor.execute(query, (text,)).fetchone()}

    def task(self, number: int) -> tuple[Task, Answer]:
        """A task and its newest answer; before the first, that is the entities that the person begins with.

        Raises:
            KeyError: there is no such text.
        """
        with self._read() as cursor:
            row = cursor.execute("SELECT text, document, task FROM texts WHERE id = ?", (number,)).fetchone()
            if row is None:
                raise KeyError(number)
            newest = cursor.execute("SELECT version, state, entities FROM newest WHERE text = ?", (number,)).fetchone()
        task = Task.from_dict(row[0], row[1], json.loads(row[2]))
        return task, _answer(newest) if newest else Answer(0, "open", tuple(map(span_of, task.start)))

    def save(self, number: int, version: int, state: State, entities: Sequence[Span]) -> int:
        """Store an answer. It is on the disk when this returns.

        Args:
            number: the id of the text.
            version: the version that the person has seen.
            state: whether the text is finished.
            entities: its entities.

        Returns:
            The new version.

        Raises:
            StaleVersionError: the text has a newer version.
        """
        row = (number, version + 1, state, json.dumps(entities, ensure_ascii=False))
        with self._change() as cursor:
            newest = cursor.execute("SELECT version FROM newest WHERE text = ?", (number,)).fetchone()
            if version != (newest[0] if newest else 0):
                raise StaleVersionError
            cursor.execute("INSERT INTO answers VALUES (?, ?, ?, ?)", row)
        return version + 1

    def states(self) -> dict[int, State]:
        """The state of each text with which a person has dealt, by id."""
        with self._read() as cursor:
            return dict(cursor.execute("SELECT text, state FROM newest"))

    def types(self) -> list[str]:
        """The types of all answers."""
        with self._read() as cursor:
            rows = cursor.execute("SELECT entities FROM newest").fetchall()
        return [*dict.fromkeys(label for (entities,) in rows for _, _, label in json.loads(entities))]

    def finished(self) -> Iterator[tuple[int, Task, Answer]]:
        """The finished texts in order of their ids."""
        query = (
            "SELECT texts.id, texts.text, document, task, version, state, entities FROM newest "
            "JOIN texts ON texts.id = newest.text WHERE state = 'done' ORDER BY texts.id"
        )
        with self._read() as cursor:
            rows = cursor.execute(query).fetchall()
        for number, text, document, task, *answer in rows:
            yield number, Task.from_dict(text, document, json.loads(task)), _answer(answer)

    @property
    def learned(self) -> int:
        """The number of finished texts from which a tagger has learned."""
        with self._read() as cursor:
            number: int = cursor.execute("PRAGMA user_version").fetchone()[0]
        return number

    @learned.setter
    def learned(self, number: int) -> None:
        with self._read() as cursor:
            cursor.execute(f"PRAGMA user_version = {number:d}")

    def written(self) -> set[str]:
        """The SHA-256 of what the output may hold: what was written last, and what was being written."""
        with self._read() as cursor:
            return {digest for (digest,) in cursor.execute("SELECT sha256 FROM written")}

    def will_write(self, digest: str) -> None:
        """Remember the SHA-256 of an output before it is written."""
        with self._change() as cursor:
            cursor.execute("INSERT INTO written VALUES (?)", (digest,))

    def has_written(self, digest: str) -> None:
        """Forget all outputs but the one that was just written."""
        with self._change() as cursor:
            cursor.execute("DELETE FROM written WHERE sha256 != ?", (digest,))

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Cursor]:
        with self._lock, closing(self._database.cursor()) as cursor:
            yield cursor

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Cursor]:
        """A transaction: all of it is stored, or nothing."""
        with self._read() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")


def _answer(row: Sequence[Any]) -> Answer:
    version, state, entities = row
    return Answer(version, state, tuple((start, end, label) for start, end, label in json.loads(entities)))
