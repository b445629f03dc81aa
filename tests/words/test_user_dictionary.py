from pathlib import Path

import pytest

from ner.errors import InputError
from ner.words.user_dictionary import DictionaryWord, UserDictionary


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.txt"
    path.write_bytes(text.encode())
    return path


def test_words_with_and_without_frequency_and_part(tmp_path: Path) -> None:
    read = UserDictionary.load(write(tmp_path, "\ufeff量子芯片\r\n林晓东 nr\n\n阿司匹林 50 DRUG\n2024\n云南 7\n"))
    assert read.words == [
        DictionaryWord("量子芯片"),
        DictionaryWord("林晓东", None, "nr"),
        DictionaryWord("阿司匹林", 50, "DRUG"),
        DictionaryWord("2024"),
        DictionaryWord("云南", 7),
    ]
    assert read.parts == ["DRUG", "nr"]


def test_what_is_saved_is_read_and_the_digest_depends_on_the_content_only(tmp_path: Path) -> None:
    one = UserDictionary.load(write(tmp_path, "林晓东   nr\r\n云南 7"))
    one.save(tmp_path / "words.txt")
    again = UserDictionary.load(tmp_path / "words.txt")
    assert (again.words, again.digest) == (one.words, one.digest)
    assert UserDictionary.load(write(tmp_path, "林晓东 nr\n云南 8")).digest != one.digest


def test_all_wrong_lines_are_named(tmp_path: Path) -> None:
    path = write(tmp_path, "云南\n云南 7 ns 地名\n" + "长" * 101 + "\n云南 99999999999999999999999\n")
    with pytest.raises(InputError) as told:
        UserDictionary.load(path)
    lines = str(told.value).split("\n")
    assert [line.partition(": ")[0] for line in lines] == [f"{path}:{number}" for number in (2, 3, 4)]
    assert lines[0].endswith(
        ": expected a word, and optionally its frequency and its part of speech, found '云南 7 ns 地名'"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\n \n", "has no words: expected one per line"),
        ("云南".encode("gbk"), r"is damaged \(.*\): save it as UTF-8 text, one word per line"),
        ("\n".join(f"字{i} p{i}" for i in range(201)).encode(), "expected at most 200 parts of speech, found 201"),
    ],
)
def test_a_file_that_is_no_dictionary(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "mine.txt").write_bytes(content)
    with pytest.raises(InputError, match=message):
        UserDictionary.load(tmp_path / "mine.txt")
