"""The table of simplified characters."""

from ner.lexicon.simplified import simplified_characters


def test_one_character_is_one_character() -> None:
    table = simplified_characters()
    assert len(table) > 4000
    assert {len(character) for character in table.values()} == {1}
    assert "臺灣裡裏頭髮𠀀，a".translate(table) == "台湾里里头发𠀀，a"
