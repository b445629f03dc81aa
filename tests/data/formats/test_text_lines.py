from hypothesis import given
from hypothesis import strategies as st

from ner.data.formats.text_lines import parse_lines


def test_equal_lines_are_parsed_once_and_stand_between_two_empty_ones() -> None:
    lines = parse_lines("中 O\n国 O\n中 O\n\n")
    assert [line.columns for line in lines.distinct] == [[], ["中", "O"], ["国", "O"], []]
    assert lines.ids.tolist() == [0, 1, 2, 1, 3, 0]
    assert lines.counts == [2, 2, 1, 1]
    assert lines.spread(["a", "b", "c", "d"]) == ["a", "b", "c", "b", "d", "a"]
    assert lines.where([False, True, False, True]) == [1, 3, 4]


@given(st.lists(st.text(alphabet="中国 \t#O", max_size=4), max_size=8))
def test_lines_are_numbered_as_in_the_file(raw: list[str]) -> None:
    lines = parse_lines("".join(f"{line}\n" for line in raw))
    assert len(lines.ids) == len(raw) + 2
    for number, line in enumerate(raw, 1):
        parsed = lines.distinct[lines.ids[number]]
        assert "".join(parsed.columns).replace(" ", "") == line.replace(" ", "").replace("\t", "")
        assert parsed.blank == (not line.strip(" \t"))
