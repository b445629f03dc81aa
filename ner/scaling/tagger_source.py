"""Where a tagger comes from: each process that tags loads it by itself."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ner.built_in import model_folder
from ner.tagging.engine_settings import EngineSettings
from ner.tagging.model_version import model_version

if TYPE_CHECKING:
    from ner.lexicon.lexicon import Lexicon
    from ner.tagging.tagger import Tagger


@dataclass(frozen=True)
class TaggerSource:
    """A model folder, how it computes, and the files of its lexicon.

    Args:
        model: the folder; None for the built-in tagger.
        engine: how it computes.
        lists: the files of terms, each with the type of terms that have none, "" if all have one.
        rules: the files of rules, or `builtin`.
        any_script: whether terms match in simplified and in traditional characters.
    """

    model: Path | None = None
    engine: EngineSettings = EngineSettings()  # noqa: RUF009 - it can't be changed
    lists: Sequence[tuple[Path, str]] = ()
    rules: Sequence[str] = ()
    any_script: bool = False

    @property
    def folder(self) -> Path:
        """The model folder."""
        return model_folder(self.model)

    def load(self, characters: int, lexicon: "Lexicon | None" = None) -> "Tagger":
        """Load the tagger, in the way that is fastest for so many characters.

        Args:
            characters: the number of characters.
            lexicon: the lexicon, if it has been read.

        Raises:
            InputError: the model or a list has errors.
        """
        from ner.tagging.model_graph import has_graph, needs_pytorch
        from ner.tagging.tagger import Tagger

        if lexicon is None:
            lexicon = self.read_lexicon()
        pytorch = not has_graph(self.folder) or needs_pytorch(characters)
        engine = self.engine
        return Tagger.load(
            self.model, engine.precision, engine.threads, engine.batch_characters, pytorch=pytorch, lexicon=lexicon
        )

    def read_lexicon(self) -> "Lexicon | None":
        """Read the lists and the rules; None if there are none.

        Raises:
            InputError: some have errors. The message has all of the lists, or all of the rules.
        """
        if not self.lists and not self.rules:
            return None
        from ner.lexicon.lexicon import Lexicon

        lexicon = Lexicon.read_typed(self.lists, any_script=self.any_script)
        for name in self.rules:
            lexicon.add_rules(name)
        return lexicon

    def check_types(self, names: str, lexicon: "Lexicon | None" = None) -> None:
        """Make sure that the tagger finds the types of a list such as "PER,ORG", without loading it.

        Args:
            names: the list.
            lexicon: the lexicon, if it has been read.

        Raises:
            InputError: it doesn't, or the model or a list has errors.
        """
        from ner.tagging.model_info import read_types
        from ner.tagging.tag_records import choose_types

        lexicon = lexicon or self.read_lexicon()
        choose_types([*read_types(self.folder)[0], *(lexicon.types if lexicon else ())], names)

    def describe(self) -> dict[str, object]:
        """What results depend on: digests of the model and of the lists, and how it computes."""
        files = [*self.lists, *((Path(name), "rules") for name in self.rules)]
        return {
            "model": f"{self.model or self.folder.name} ({model_version(self.folder)})",
            "precision": self.engine.precision,
            "batch_characters": self.engine.batch_characters,
            "dictionary": [f"{path.name} {type_} ({_digest(path)})" for path, type_ in files],
            "any_script": self.any_script,
        }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8] if path.is_file() else ""
