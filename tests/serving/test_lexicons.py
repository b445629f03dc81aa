"""The lists of models: their files, and when these count as changed."""

import os
from pathlib import Path

import pytest

from ner.errors import InputError
from ner.lexicon.entries import Entry
from ner.lexicon.lexicon import Lexicon
from ner.serving.lexicons import Lexicons, ListFiles
from ner.serving.refusal import Refusal
from ner.serving.served_lexicon import pack


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "names.csv"
    path.write_text("term\n杭州\n", encoding="utf-8")
    return path


def test_all_files_of_a_model_are_one_list(path: Path) -> None:
    lexicons = Lexicons({"a": ListFiles([(path, "CITY")], ["builtin"])})
    (one,) = lexicons.read().values()
    assert {"CITY", "PHONE"} <= {*one.types}
    path.write_text("term\n=1+1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"names\.csv:2: expected a term, got a formula"):
        lexicons.read()


def test_a_changed_file_is_read_when_nobody_writes_to_it_any_more(path: Path) -> None:
    lexicons = Lexicons({"a": ListFiles([(path, "CITY")]), "b": ListFiles([], ["builtin"])})
    lexicons.read()
    assert lexicons.changed() == []
    for content in ("term\n杭州\n上", "term\n杭州\n上海\n"):  # somebody writes
        path.write_text(content, encoding="utf-8")
        assert lexicons.changed() == []
    assert lexicons.changed() == ["a"]
    assert lexicons.changed() == []  # it is named once
    replacement = path.with_name("new.csv")
    replacement.write_text("term\n杭州\n上海\n", encoding="utf-8")
    os.replace(replacement, path)
    assert [lexicons.changed(), lexicons.changed()] == [[], ["a"]]
    path.unlink()
    assert [lexicons.changed(), lexicons.changed()] == [[], ["a"]]


def test_a_request_has_the_lists_of_its_model_its_name_and_itself() -> None:
    one, two, three = (pack(Lexicon([Entry(term, "X")])) for term in "甲乙丙")
    lexicons = Lexicons({})
    lexicons.of_models["a"], lexicons.named["n"] = one, two
    assert lexicons.live == [one, two]
    assert lexicons.find("a", "n", three) == (one, two, three)
    assert lexicons.find("b", None, None) == ()
    with pytest.raises(Refusal, match="there is no such lexicon"):
        lexicons.find("a", "m", None)
