import re
import xml.etree.ElementTree as ET

import pytest

from ner.data.data_split import Split
from ner.data.entities import Entity, Sentence
from ner.evaluation import fonts
from ner.evaluation.evaluation_report import Background, Report
from ner.evaluation.pictures import draw_pictures
from ner.evaluation.scores import compare

pytest.importorskip("matplotlib")
TEXT = "王小明去北京"
EPOCHS = [
    {"epoch": 1.0, "loss": 2.5, "dev_f1": 70.0, "dev_precision": 70.0, "dev_recall": 70.0},
    {"epoch": 2.0, "loss": 0.5, "dev_f1": 80.0, "dev_precision": 80.0, "dev_recall": 80.0},
]


def report(person: str, place: str) -> Report:
    sentence = Sentence(TEXT, (Entity(0, 3, person, "王小明"), Entity(4, 6, place, "北京")), "test.txt", 1)
    predicted = [Entity(0, 3, person, "王小明", 0.9), Entity(4, 5, place, "北", 0.4)]
    evaluation = compare([sentence], [predicted], [person, place])
    record = {"epochs": EPOCHS, "data": {"train": {"fingerprint": "f"}}}
    split = Split("test.txt", [sentence])
    return Report(evaluation, Background(split, "model", record, train=Split("train.txt", [sentence])))


def test_each_picture_is_svg_of_outlines_with_ids_of_its_own() -> None:
    pictures = draw_pictures(report("PER", "LOC"))
    assert set(pictures) == {
        "types", "error_kinds", "by_entity_length", "by_sentence_length", "by_density", "by_seen", "reliability",
        "thresholds", "epochs",
    }  # fmt: skip
    ids: list[str] = []
    for picture in pictures.values():
        root = ET.fromstring(picture.svg)
        assert not [node for node in root.iter() if node.tag.endswith("}text")]  # letters need no font
        assert picture.alt
        own = {node.attrib["id"] for node in root.iter() if "id" in node.attrib}
        used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', picture.svg))
        assert used <= own
        ids += own
    assert len(ids) == len(set(ids))


@pytest.mark.slow
def test_the_same_report_gives_the_same_pictures() -> None:
    assert draw_pictures(report("PER", "LOC")) == draw_pictures(report("PER", "LOC"))


@pytest.fixture
def no_chinese_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    latin = [font for font in fonts.font_manager.fontManager.ttflist if font.name.startswith("DejaVu")]
    monkeypatch.setattr(fonts.font_manager.fontManager, "ttflist", latin)


@pytest.mark.usefixtures("no_chinese_fonts")
def test_without_a_chinese_font_types_are_numbers_with_a_key() -> None:
    pictures = draw_pictures(report("人名", "地名"))
    assert pictures["types"].caption == pictures["error_kinds"].caption == "Types: 1 人名, 2 地名."
    assert pictures["epochs"].caption == ""
    # Matplotlib names the glyphs that it draws by their fonts.
    assert {name.rpartition("-")[0] for name in re.findall(r'id="types-(\w[^"]*-\d+)"', pictures["types"].svg)} <= {
        "DejaVuSans"
    }
    assert fonts.families_for(["PER", "Ж"]) == ["DejaVu Sans"]


@pytest.mark.filterwarnings("error:Glyph")  # that matplotlib can't draw
def test_with_a_chinese_font_types_are_drawn_by_their_names() -> None:
    families = fonts.families_for(["人名", "地名"])
    if families is None:
        pytest.skip("this machine has no Chinese font")
    assert families[0] == "DejaVu Sans"
    assert len(families) == 2
    pictures = draw_pictures(report("人名", "地名"))
    assert pictures["types"].caption == ""
    assert families[1].split()[0] in pictures["types"].svg


def test_of_many_types_those_with_most_gold_are_drawn_and_the_caption_says_so() -> None:
    types = [f"T{n}" for n in range(30)]
    sentence = Sentence("甲" * 30, tuple(Entity(i, i + 1, type_, "甲") for i, type_ in enumerate(types)), "a.txt", 1)
    evaluation = compare([sentence], [[]], types)
    pictures = draw_pictures(Report(evaluation, Background(Split("a.txt", [sentence]), "model")))
    captions = {name: picture.caption for name, picture in pictures.items()}
    assert captions["types"] == captions["error_kinds"] == "The 25 types with the most gold entities."
    assert captions["by_entity_length"] == ""
    assert draw_pictures(report("PER", "LOC"))["types"].caption == ""


def test_where_gold_has_no_entity_no_f1_is_drawn() -> None:
    sentence = Sentence(TEXT, (), "test.txt", 1)
    evaluation = compare([sentence], [[Entity(0, 3, "PER", "王小明", 0.9)]], ["PER"])
    pictures = draw_pictures(Report(evaluation, Background(Split("test.txt", [sentence]), "model")))
    assert not {"by_entity_length", "by_sentence_length", "by_density"} & {*pictures}
    assert "error_kinds" in pictures


@pytest.mark.filterwarnings("error")  # as when the names leave no room
def test_long_type_names_are_clipped_and_types_stay_apart() -> None:
    pictures = draw_pictures(report("Very long " * 30 + "A", "Very long " * 30 + "B"))
    assert pictures == draw_pictures(report("Very long Very long A", "Very long Very long B"))
    assert pictures["types"].svg.count('id="types-ytick_') == 2


def test_markup_and_formulas_in_type_names_are_drawn_as_text() -> None:
    pictures = draw_pictures(report("$x_1", "<b>$"))
    assert "<b>" not in pictures["types"].svg
    ET.fromstring(pictures["types"].svg)
