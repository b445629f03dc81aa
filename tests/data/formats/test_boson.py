from pathlib import Path

from ner.data.corpus import examine_file
from ner.data.entities import Entity

LINE = (
    "{{time:4月25日}}讯（记者{{person_name: 施宇翔}} ），{{org_name:{{location:杭州}}公安局}}查"
    "{{time：{{time:一年}}}}{多}。\n"
)


def test_the_published_form(tmp_path: Path) -> None:
    path = tmp_path / "origindata.txt"
    path.write_text(LINE, "utf-8")
    split = examine_file(path)
    assert (split.format, split.faults) == ("boson", [])
    (sentence,) = split.sentences
    assert sentence.text == "4月25日讯（记者施宇翔 ），杭州公安局查一年{多}。"
    assert sentence.entities == (
        Entity(0, 5, "time", "4月25日"),
        Entity(9, 12, "person_name", "施宇翔"),
        Entity(15, 20, "org_name", "杭州公安局"),
        Entity(15, 17, "location", "杭州"),
        Entity(21, 23, "time", "一年"),
    )


def test_braces_without_their_counterpart_are_faults(tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_text("{{time:今天\n{{time:今天}}，天}}\n" + LINE, "utf-8")
    split = examine_file(path)
    assert [(fault.line, fault.message) for fault in split.faults] == [
        (1, "an entity without end, '今天'; expected two braces after it"),
        (2, "'{{time:今天}}，天}}' ends an entity; expected two braces and its type before it"),
    ]
    assert len(split.sentences) == 1


def test_spaces_around_a_type_are_no_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_text("{{ time : 今天}}\n", "utf-8")
    (sentence,) = examine_file(path).sentences
    assert sentence.entities == (Entity(0, 2, "time", "今天"),)
