import io
import os
from collections.abc import Iterator

import pytest

from ner.records.live_lines import LiveLines, until_pauses

TEXT = "张伟\n去上海\r\n\n𠮷\u2028没有换行"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_lines_are_those_of_a_file(encoding: str) -> None:
    data = TEXT.encode(encoding)
    file = io.TextIOWrapper(io.BytesIO(data), encoding, newline="\n")
    live = LiveLines(io.BytesIO(data), encoding)
    assert [*iter(lambda: live.readline(100), "")] == [*iter(lambda: file.readline(100), "")]


def test_a_character_may_come_in_two_blocks_and_a_long_line_in_pieces() -> None:
    class Bytewise(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            return super().read1(1)

    live = LiveLines(Bytewise("王小明去\n上海".encode()), "utf-8")
    assert [live.readline(3), live.readline(3), live.readline(3), live.readline(3)] == ["王小明", "去\n", "上海", ""]


def test_another_encoding_is_an_error_after_the_lines_before_it() -> None:
    blocks = iter([b"a\n", b"\xff\xff\n"])

    class Blocks(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            return next(blocks, b"")

    live = LiveLines(Blocks(), "utf-8")
    assert live.readline(9) == "a\n"
    assert live.has_line(0)
    with pytest.raises(UnicodeError):
        live.readline(9)


def test_whether_a_line_is_there_is_known_without_waiting_for_it() -> None:
    read, write = os.pipe()
    with os.fdopen(read, "rb") as stream:
        live = LiveLines(stream, "utf-8")
        assert not live.has_line(0)
        os.write(write, b"half")
        assert not live.has_line(0)
        os.write(write, b" and half\nmore")
        assert live.has_line(0)
        assert live.readline(99) == "half and half\n"
        assert not live.has_line(0)
        os.close(write)
        assert live.has_line(0)
        assert (live.readline(99), live.readline(99)) == ("more", "")


def test_parts_end_where_the_stream_pauses() -> None:
    pauses = iter([True, False, True, True, False, True])  # the last one is the end of the stream
    assert [[*part] for part in until_pauses(iter("abcdef"), lambda seconds: next(pauses))] == [
        ["a", "b"],
        ["c", "d", "e"],
        ["f"],
    ]


def test_a_part_ends_half_a_second_after_its_first_item_if_none_is_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 0.1, 0.48, 0.6, 9.0])
    monkeypatch.setattr("ner.records.live_lines.time.monotonic", lambda: next(now))
    waits: list[float] = []

    def is_ready(seconds: float) -> bool:
        waits.append(seconds)
        return seconds > 0

    def endless() -> Iterator[str]:
        while True:
            yield "line"

    assert len([*next(until_pauses(endless(), is_ready))]) == 3
    assert waits == pytest.approx([0.05, 0.02, 0.0])
