from pathlib import Path

from ner.words.segmenter import open_segmenter
from ner.words.user_dictionary import UserDictionary


def test_words_have_parts_of_speech_that_it_lists() -> None:
    jieba = open_segmenter("jieba")
    found = [*jieba.words("王小明2024年去北京大学读ABC。")]
    assert [word for word, _ in found] == ["王小明", "2024", "年", "去", "北京大学", "读", "ABC", "。"]
    assert {part for _, part in found} <= {*jieba.parts}
    assert dict(found)["北京大学"] == "nt"


def test_words_of_a_dictionary_are_known_to_this_segmenter_only(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("阿司匹林肠溶片 DRUG\n", encoding="utf-8")
    own = open_segmenter("jieba", UserDictionary.load(tmp_path / "mine.txt"))
    plain = open_segmenter("jieba")
    assert ("阿司匹林肠溶片", "DRUG") in [*own.words("服用阿司匹林肠溶片。")]
    assert ("阿司匹林肠溶片", "DRUG") not in [*plain.words("服用阿司匹林肠溶片。")]
