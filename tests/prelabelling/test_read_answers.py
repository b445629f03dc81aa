import json
from pathlib import Path

import pytest

from ner.errors import InputError
from ner.prelabelling.read_answers import read_answers


def spans(tmp_path: Path, text: str, *entities: object) -> list[tuple[int, int, str]]:
    path = tmp_path / "answers.jsonl"
    path.write_text(json.dumps({"text": text, "entities": entities}, ensure_ascii=False) + "\n", encoding="utf-8")
    return [(e.start, e.end, e.label) for e in read_answers(path)[text]]


def test_without_offsets_every_place_is_taken(tmp_path: Path) -> None:
    assert spans(tmp_path, "上海人爱上海", {"text": "上海", "label": "LOC"}) == [(0, 2, "LOC"), (4, 6, "LOC")]


def test_right_offsets_are_used_and_wrong_ones_are_not(tmp_path: Path) -> None:
    right = {"text": "上海", "label": "LOC", "start": 4, "end": 6}
    assert spans(tmp_path, "上海人爱上海", right) == [(4, 6, "LOC")]
    assert spans(tmp_path, "我在上海", {**right, "start": 1, "end": 3}) == [(2, 4, "LOC")]


def test_what_is_not_in_the_text_is_left_out_and_of_overlaps_the_longest_is_kept(tmp_path: Path) -> None:
    answers = [{"text": name, "type": "LOC"} for name in ("北京", "上海", "上海浦东")]
    assert spans(tmp_path, "我在上海浦东", *answers) == [(2, 6, "LOC")]


@pytest.mark.parametrize("item", ["上海", {"text": "上海"}, {"text": "", "label": "LOC"}, {"text": 1, "label": "LOC"}])
def test_an_answer_of_another_form_is_an_error_with_its_line(tmp_path: Path, item: object) -> None:
    with pytest.raises(
        InputError, match=r'answers.jsonl:1: expected an entity as \{"text": "王小明", "label": "PER"\}'
    ):
        spans(tmp_path, "上海", item)
