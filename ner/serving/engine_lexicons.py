"""The lists that an engine process has."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ner.lexicon.lexicon import Lexicon
    from ner.lexicon.matcher import Matcher
    from ner.tagging.tagger import Tagger


class EngineLexicons:
    """Lists by their versions, and what finds their terms with the characters of each model.

    Args:
        contents: the first lists.
    """

    def __init__(self, contents: Mapping[str, Any]) -> None:
        self._lexicons: dict[str, Lexicon] = {}
        self._matchers: dict[tuple[str, str], Matcher] = {}
        self.update(contents, ())

    def update(self, contents: Mapping[str, Any], forget: Iterable[str]) -> None:
        """Learn the lists that have a content, and forget others."""
        from ner.serving.served_lexicon import unpack

        for version in forget:
            self._lexicons.pop(version, None)
            self._matchers = {key: matcher for key, matcher in self._matchers.items() if key[1] != version}
        for version, content in contents.items():
            if content is not None and version not in self._lexicons:
                self._lexicons[version] = unpack(content)

    def apply(self, model: str, tagger: "Tagger", versions: Iterable[str]) -> "Tagger":
        """The tagger of a model with some of the lists.

        Raises:
            InputError: the entries of a list contradict each other, or the model has no CRF.
        """
        return tagger.with_matchers([self._matcher(model, tagger, version) for version in versions])

    def _matcher(self, model: str, tagger: "Tagger", version: str) -> "Matcher":
        from ner.lexicon.matcher import Matcher

        key = (model, version)
        if key not in self._matchers:
            self._matchers[key] = Matcher(self._lexicons[version], tagger.table)
        return self._matchers[key]
