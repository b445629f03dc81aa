from ner.pretraining.word_segmenter import segmenter


def test_characters_are_units_of_their_own() -> None:
    assert segmenter("character")("王小明").tolist() == [True, True, True]


def test_words() -> None:
    text = "我来到北京清华大学 ABC😀"
    starts = segmenter("word")(text)
    assert [text[i] for i, begins in enumerate(starts) if begins] == ["我", "来", "北", "清", " ", "A", "😀"]
