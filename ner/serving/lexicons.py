"""The lists of a service: those of its models, which are read from files, and those that have names."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ner.lexicon.lexicon import Lexicon
from ner.serving.refusal import Refusal
from ner.serving.served_lexicon import ServedLexicon, pack

MOST_NAMED = 100
"""Lists that have names. Engines keep all of them in memory."""

_Signature = tuple[tuple[int, int, int], ...]


class ListFiles(NamedTuple):
    """The files of the list of a model.

    Args:
        lists: the lists, each with the type of its terms that have none.
        rules: files of rules, and `builtin`.
        any_script: whether terms match in simplified and in traditional characters.
    """

    lists: Sequence[tuple[Path, str]]
    rules: Sequence[str] = ()
    any_script: bool = False

    def read(self) -> ServedLexicon:
        """Read all files as one list.

        Raises:
            InputError: some can't be read, or have errors.
        """
        lexicon = Lexicon.read_typed(self.lists, any_script=self.any_script)
        for name in self.rules:
            lexicon.add_rules(name)
        return pack(lexicon)

    def signature(self) -> _Signature:
        """What changes when somebody writes to one of the files."""
        found = []
        for path in [*(path for path, _ in self.lists), *map(Path, self.rules)]:
            try:
                status = path.stat()
            except OSError:
                found.append((0, 0, 0))
            else:
                found.append((status.st_mtime_ns, status.st_size, status.st_ino))
        return tuple(found)


class Lexicons:
    """All lists of a service.

    Args:
        files: the files of the list of each model that has one.
    """

    def __init__(self, files: Mapping[str, ListFiles]) -> None:
        self.files = dict(files)
        self.of_models: dict[str, ServedLexicon] = {}
        """The list of each model that has one."""
        self.named: dict[str, ServedLexicon] = {}
        """The lists that have names."""
        self._read = {model: one.signature() for model, one in self.files.items()}
        self._seen = dict(self._read)

    @property
    def live(self) -> list[ServedLexicon]:
        """The lists of models and those that have names."""
        return [*self.of_models.values(), *self.named.values()]

    def read(self) -> dict[str, ServedLexicon]:
        """Read the files of all models.

        Raises:
            InputError: some can't be read, or have errors.
        """
        self._read = {model: one.signature() for model, one in self.files.items()}
        return {model: one.read() for model, one in self.files.items()}

    def changed(self) -> list[str]:
        """The models whose files have changed since they were read or named here, and that nobody writes any more.

        A file counts as written while it differs between two calls.
        """
        found = []
        for model, files in self.files.items():
            now = files.signature()
            if now != self._read[model] and now == self._seen[model]:
                self._read[model] = now
                found.append(model)
            self._seen[model] = now
        return found

    def find(self, model: str, name: str | None, of_request: ServedLexicon | None) -> tuple[ServedLexicon, ...]:
        """The lists for a request: that of the model, that of a name, and that of the request itself.

        Raises:
            Refusal: there is no list of this name.
        """
        named = None if name is None else self.of_name(name)
        return tuple(one for one in (self.of_models.get(model), named, of_request) if one is not None)

    def of_name(self, name: str) -> ServedLexicon:
        """The list of a name.

        Raises:
            Refusal: there is none.
        """
        if name not in self.named:
            raise Refusal(404, "there is no such lexicon")
        return self.named[name]
