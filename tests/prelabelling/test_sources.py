from pathlib import Path

import pytest

from ner.errors import InputError
from ner.lexicon.lexicon import Lexicon
from ner.prelabelling.sources import answers_source, lexicon_source, tagger_source
from ner.tagging.tagger import Tagger


def test_a_list_proposes_its_longest_matches() -> None:
    lexicon = Lexicon()
    lexicon.add("上海", "LOC")
    lexicon.add("上海大学", "ORG")
    lexicon.add("大学", mode="never")
    source = lexicon_source(lexicon, "names.csv")
    found = [[(e.text, e.label) for e in own or ()] for own in source.propose(["上海大学在上海", "大学"])]
    assert found == [[("上海大学", "ORG"), ("上海", "LOC")], []]
    assert (source.name, source.types) == ("names.csv", ["LOC", "ORG"])


def test_answers_say_nothing_about_other_texts(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text('{"text": "我在上海", "entities": [{"text": "上海", "label": "LOC"}]}\n', encoding="utf-8")
    source = answers_source(path)
    assert source.types == ["LOC"]
    one, other = source.propose(["我在上海", "我在北京"])
    assert other is None
    assert one is not None
    assert [e.text for e in one] == ["上海"]


def test_answers_without_any_entity_are_no_source(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text('{"text": "我在上海", "entities": []}\n', encoding="utf-8")
    with pytest.raises(InputError, match="there is no entity in it"):
        answers_source(path)


def test_a_tagger_proposes_what_it_finds(tagger: Tagger) -> None:
    source = tagger_source(tagger)
    assert [*source.propose(["张伟去上海。"])] == [tagger.tag("张伟去上海。")]
    assert source.types == tagger.types
