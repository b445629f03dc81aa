import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.characters.windows import Window, sliding_windows, training_windows
from ner.data.entities import Entity


@given(st.integers(0, 400), st.integers(4, 60), st.data())
def test_each_character_is_kept_by_the_window_where_it_is_farthest_from_an_edge(
    length: int, size: int, data: st.DataObject
) -> None:
    overlap = data.draw(st.integers(0, size - 1))
    windows = sliding_windows(length, size, overlap)
    kept = [i for window in windows for i in range(window.keep_start, window.keep_end)]
    assert kept == list(range(length))
    for window in windows:
        assert 0 <= window.start <= window.keep_start < window.keep_end <= window.end <= length
        assert window.end - window.start <= size

    def distance(window: Window, i: int) -> float:
        left = i - window.start if window.start else float("inf")
        right = window.end - 1 - i if window.end < length else float("inf")
        return min(left, right)

    for window in windows:
        for i in range(window.keep_start, window.keep_end):
            best = max(distance(other, i) for other in windows if other.start <= i < other.end)
            assert distance(window, i) >= best - 1  # the two in the middle of an overlap are as far


def test_a_short_text_is_one_window() -> None:
    assert sliding_windows(5, 8, 2) == [Window(0, 5, 0, 5)]
    assert sliding_windows(0, 8, 2) == []


def test_long_sentences_are_cut_behind_the_best_mark() -> None:
    text = "一二三四五六，七八。九十一二，三四五六七八九十一二三四"
    pieces = [text[w.keep_start : w.keep_end] for w in training_windows(text, [], size=16, context=2)]
    assert pieces == ["一二三四五六，七八。", "九十一二，三四五六七八九", "十一二三四"]


def test_pieces_are_read_with_context() -> None:
    windows = training_windows("字" * 40, [], size=16, context=2)
    assert windows[0] == Window(0, 14, 0, 12)
    assert windows[1] == Window(10, 26, 12, 24)


def test_entities_are_not_cut() -> None:
    text = "字" * 11 + "。" + "字" * 20
    entity = Entity(8, 14, "PER", text[8:14])
    windows = training_windows(text, [entity], size=16, context=2)
    assert all(not entity.start < window.keep_start < entity.end for window in windows)


@given(
    st.text("字，。 ", max_size=200), st.integers(16, 40), st.lists(st.tuples(st.integers(0, 199), st.integers(1, 50)))
)
def test_training_windows_cover_each_character_once(text: str, size: int, spans: list[tuple[int, int]]) -> None:
    entities = [Entity(s, min(s + n, len(text)), "PER", "") for s, n in spans if s < len(text)]
    windows = training_windows(text, entities, size, size // 8)
    assert [i for window in windows for i in range(window.keep_start, window.keep_end)] == list(range(len(text)))
    assert all(window.end - window.start <= size for window in windows)


def test_no_overlap_larger_than_a_window() -> None:
    with pytest.raises(AssertionError):
        sliding_windows(100, 8, 8)
