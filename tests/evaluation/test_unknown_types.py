from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.evaluation.unknown_types import note_on_types, note_on_types_map

GOLD = Split.from_sentences([Sentence("张伟是经理", [(0, 2, "NAME"), (3, 5, "TITLE")])] * 2)


def test_types_that_a_model_does_not_know_are_told_with_the_way_to_map_them() -> None:
    note = note_on_types(GOLD, ["PER", "LOC"])
    assert "NAME (2), TITLE (2)" in note
    assert "The model's types: LOC, PER" in note
    assert "set `types_map`, for example to NAME=PER" in note


def test_there_is_nothing_to_tell_of_types_that_are_mapped() -> None:
    assert note_on_types(GOLD, ["PER"], {"NAME": "PER", "TITLE": None}) == ""
    assert note_on_types(GOLD, ["NAME", "TITLE"]) == ""


def test_of_very_many_types_ten_are_told() -> None:
    many = Split.from_sentences([Sentence("好", [(0, 1, f"T{i}")]) for i in range(30)])
    assert "and 20 more" in note_on_types(many, [])


def test_names_in_the_map_that_nothing_has_are_told() -> None:
    assert note_on_types_map({"NAME": "PER", "ZZ": "PER"}, ["NAME"]).endswith("renames: ZZ")
    assert note_on_types_map({"NAME": "PER"}, ["NAME"]) == ""
