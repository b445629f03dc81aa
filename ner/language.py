"""The language of what a person reads on the terminal: English, or Chinese where the person asks for it."""

import os
from typing import Literal, NamedTuple

Language = Literal["en", "zh"]


class Text(NamedTuple):
    """A sentence in both languages; `str()` gives the one in the user's language."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.zh if language() == "zh" else self.en


def language() -> Language:
    """The language asked for by BERT_NER_LANG, or else by the locale; `zh` for every kind of Chinese."""
    variables = ("BERT_NER_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    asked = next((os.environ[name] for name in variables if os.environ.get(name)), "en")
    return "zh" if asked.lower().startswith("zh") else "en"
