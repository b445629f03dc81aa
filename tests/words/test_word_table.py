"""One id for each code point, whatever the text is and however the segmenter treats it."""

import multiprocessing
import pickle
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.errors import InputError
from ner.words import word_table
from ner.words.stored_segmenter import StoredSegmenter
from ner.words.word_table import DICTIONARY, WordTable, cut, load_table, new_table

ODD = "我来到北京清华大学 ABC😀\n\ud83d\r\n\u3000Ａ１ e\u0301👨\u200d👩\u200d👧\x00한국어テスト。"


class Fixed:
    """A segmenter that returns the same words for any text."""

    package = "fixed"
    version = "1"
    parts = ("n", "v")

    def __init__(self, *words: tuple[str, str]) -> None:
        self._words = words

    def words(self, text: str) -> Iterable[tuple[str, str]]:
        return self._words


def table_of(*words: tuple[str, str]) -> WordTable:
    stored = StoredSegmenter(name="jieba", package="fixed", version="1", dictionary=None, parts=["n", "v"], size=4)
    return WordTable(Fixed(*words), stored, None)


@pytest.fixture(scope="module")
def jieba() -> WordTable:
    return new_table("jieba", None)


def test_places_and_parts_of_speech() -> None:
    table = table_of(("北京", "n"), ("去", "v"), ("图书馆", "n"), ("啊", "y"))
    # 0 for no word; then first, inside, last and alone for each of: an unknown part, n, v
    assert table.encode("北京去图书馆啊").tolist() == [5, 7, 12, 5, 6, 7, 4]
    assert table.stored.ids == 13


def test_white_space_that_a_segmenter_leaves_out_is_no_word() -> None:
    assert table_of(("北京", "n"), ("去", "v")).encode(" 北京\u3000\n去 \n").tolist() == [0, 5, 7, 0, 0, 12, 0, 0]


@pytest.mark.parametrize("words", [[("上海", "n")], [("北京", "n"), ("北京", "n")]])
def test_words_that_the_text_does_not_have(words: list[tuple[str, str]]) -> None:
    with pytest.raises(InputError, match=r"^fixed found the word '(上海|北京)' where the text has"):
        table_of(*words).encode("北京")


@given(st.text(st.one_of(st.characters(codec=None), st.sampled_from(ODD + "的一是不了在人有我他")), max_size=60))
def test_each_code_point_has_one_id(text: str) -> None:
    table = new_table("jieba", None)
    ids = table.encode(text)
    assert len(ids) == len(text)
    assert ((ids >= 0) & (ids < table.stored.ids)).all()


def test_words_are_those_of_the_segmenter(jieba: WordTable) -> None:
    text = "我来到北京清华大学 ABC😀"
    begins = (jieba.encode(text) - 1) % 4 % 3 == 0  # first or alone
    assert [text[i] for i in np.flatnonzero(begins)] == ["我", "来", "北", "清", " ", "A", "😀"]
    assert len(jieba.encode(ODD)) == len(ODD)
    assert jieba.encode("").tolist() == []


def test_a_long_text_is_cut_where_words_end_anyway(jieba: WordTable, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "王小明在北京大学看书。他明天去上海，\r\n后天回来；" * 30
    whole = jieba.encode(text)
    monkeypatch.setattr(word_table, "_LONGEST", 50)
    assert jieba.encode(text).tolist() == whole.tolist()
    unbroken = "北京大学" * 100
    assert len(jieba.encode(unbroken)) == len(unbroken)


@pytest.mark.parametrize("text", ["王小明在北京大学看书。", "不了在人有我他", "哈", " ", "，哈哈", "a"])
def test_a_segmenter_reads_little_at_once_so_time_grows_with_the_length_only(
    jieba: WordTable, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    sizes: list[int] = []
    words = jieba._segmenter.words
    monkeypatch.setattr(jieba._segmenter, "words", lambda piece: sizes.append(len(piece)) or words(piece))
    long = (text * 100_000)[:100_000]
    assert len(jieba.encode(long)) == sum(sizes) == 100_000
    assert max(sizes) <= 10_000
    assert len(sizes) <= 20


def test_pickles_copies_and_forks_give_the_same(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("京大学看 DRUG\n", encoding="utf-8")
    table = new_table("jieba", tmp_path / "mine.txt")
    ids = table.encode("北京大学看书")
    (tmp_path / "mine.txt").unlink()
    assert pickle.loads(pickle.dumps(table)).encode("北京大学看书").tolist() == ids.tolist()
    assert deepcopy(table) is table
    if "fork" in multiprocessing.get_all_start_methods():
        with multiprocessing.get_context("fork").Pool(1) as pool:
            assert pool.apply(table.encode, ("北京大学看书",)).tolist() == ids.tolist()


def test_a_model_folder_keeps_the_dictionary(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("量子芯片 DRUG\n", encoding="utf-8")
    table = new_table("jieba", tmp_path / "mine.txt")
    assert table.stored.parts[-1] == "DRUG"
    table.save(tmp_path)
    again = load_table(table.stored, tmp_path)
    assert again.encode("买量子芯片").tolist() == table.encode("买量子芯片").tolist()
    (tmp_path / DICTIONARY).write_text("量子 DRUG\n", encoding="utf-8")
    with pytest.raises(InputError, match=rf"{DICTIONARY} is not the dictionary that the model was trained with: copy"):
        load_table(table.stored, tmp_path)
    (tmp_path / DICTIONARY).unlink()
    with pytest.raises(InputError, match=rf"is incomplete: {DICTIONARY} not found; copy the whole folder"):
        load_table(table.stored, tmp_path)


def test_another_version_is_refused(jieba: WordTable, tmp_path: Path) -> None:
    other = jieba.stored.model_copy(update={"version": "0.0.1"})
    with pytest.raises(
        InputError,
        match=r"was trained with words of rjieba 0\.0\.1, but .* is installed: pip install rjieba==0\.0\.1, or train",
    ):
        load_table(other, tmp_path)


def test_another_release_of_the_same_series_is_read(jieba: WordTable, tmp_path: Path) -> None:
    series = jieba.stored.version.rpartition(".")[0]
    other = jieba.stored.model_copy(update={"version": f"{series}.999"})
    assert load_table(other, tmp_path).encode("王小明").tolist() == jieba.encode("王小明").tolist()


def test_a_dictionary_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"can't read `words_dictionary` .*mine.txt: No such file"):
        new_table("jieba", tmp_path / "mine.txt")


def test_cut_gives_lengths_for_masking() -> None:
    assert [*cut(Fixed(("北京", "n")), " 北京 ")] == [(1, None), (2, "n"), (1, None)]
