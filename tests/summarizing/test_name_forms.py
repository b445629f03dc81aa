import pytest

from ner.summarizing.name_forms import form_folder, is_short_form


@pytest.mark.parametrize(
    ("short", "full", "label"),
    [
        ("林", "林晓东", "PER"),
        ("晓东", "林晓东", "PER"),
        ("王", "王刚", "PER"),
        ("欧阳", "欧阳明月", "PERSON"),
        ("明月", "欧阳明月", "人名"),
        ("史密斯", "约翰·史密斯", "PER"),
        ("smith", "john smith", "PER"),
        ("浙江", "浙江省", "LOC"),
        ("内蒙古", "内蒙古自治区", "GPE"),
        ("清华", "清华大学", "ORG"),
        ("远山", "远山集团有限公司", "ORG"),
        ("北大", "北京大学", "ORG"),
        ("北师大", "北京师范大学", "ORG"),
        ("发改委", "发展和改革委员会", "机构"),
    ],
)
def test_short_forms(short: str, full: str, label: str) -> None:
    assert is_short_form(short, full, label)


@pytest.mark.parametrize(
    ("short", "full", "label"),
    [
        ("东", "林晓东", "PER"),  # one character of a given name
        ("林晓", "林晓东", "PER"),  # may be somebody else
        ("欧", "欧阳明月", "PER"),
        ("林晓东", "林晓东", "PER"),
        ("林晓东", "林", "PER"),
        ("史密", "约翰·史密斯", "PER"),
        ("张", "王张明美丽", "PER"),
        ("浙", "浙江省", "LOC"),
        ("江苏", "江苏路", "LOC"),
        ("北京大学", "北京大学附属医院", "ORG"),
        ("北京大学", "北京师范大学", "ORG"),  # the first is no short form of the second
        ("中国", "中国人民解放军", "ORG"),
        ("大学", "北京大学", "ORG"),
        ("肺炎", "肺部炎症", "DISEASE"),
        ("", "林晓东", "PER"),
    ],
)
def test_no_short_forms(short: str, full: str, label: str) -> None:
    assert not is_short_form(short, full, label)


def test_folding() -> None:
    pytest.importorskip("opencc")
    forms = ["ＩＢＭ", "臺灣大學", "New  York", "a\0b", "王小明", "a\u2028b"]
    assert form_folder()(forms) == ["ibm", "台湾大学", "new york", "a b", "王小明", "a b"]
