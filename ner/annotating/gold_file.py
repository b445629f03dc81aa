"""The file of finished texts, which training reads. It is always whole, and made anew from the store."""

import hashlib
from pathlib import Path

from ner.annotating.label_store import LabelStore
from ner.data.formats import json_lines
from ner.errors import InputError
from ner.files import atomic_path
from ner.output_paths import check_file

_STORE = ".sqlite"


class GoldFile:
    """The output of a store.

    Args:
        path: the file.
        store: the labels.
    """

    def __init__(self, path: Path, store: LabelStore) -> None:
        self.path = path
        self._store = store

    def write(self) -> int:
        """Write the finished texts, and give their number.

        Raises:
            OSError: the file can't be written.
        """
        sentences = [task.sentence(answer.entities) for _, task, answer in self._store.finished()]
        with atomic_path(self.path) as partial:
            json_lines.write(sentences, partial)
            digest = _digest(partial)
            self._store.will_write(digest)
        self._store.has_written(digest)
        return len(sentences)


def check_output(output: Path, uses: list[Path]) -> None:
    """Check an output before there is work.

    Args:
        output: the output; a name that ends in .jsonl.
        uses: the files that are read.

    Raises:
        InputError: the output is something else, or is in use.
        OSError: the folder can't be written.
    """
    if output.suffix != ".jsonl":
        raise InputError(f"expected `output` to end in .jsonl, got {output}")
    kept = output.with_suffix(_STORE)
    check_file(output, "output", uses, new=not kept.exists())
    check_file(kept, "output", [*uses, output])


def open_store(output: Path) -> LabelStore:
    """Open the labels of an output, which are in a file beside it, to go on where a person stopped.

    Args:
        output: the output, which has been checked.

    Raises:
        InputError: the output has been changed since, or the labels are damaged.
    """
    kept = output.with_suffix(_STORE)
    output.parent.mkdir(parents=True, exist_ok=True)
    store = LabelStore(kept)
    if output.exists() and _digest(output) not in store.written():
        store.close()
        raise InputError(
            f"{output} was changed by something else, and {kept} would overwrite that: move the changed file away"
        )
    return store


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
