"""Label configs of Label Studio."""

import pytest

from ner.serving.protocols.label_config import LabelledText, parse_label_config
from ner.serving.refusal import Refusal


def test_labels_and_their_texts() -> None:
    config = """
    <View>
      <Header value="$title"/>
      <Labels name="names" toName="body, head">
        <View><Label value="PER" alias="人"/></View>
        <Label value="Place" predicted_values="LOC, GPE"/>
      </Labels>
      <Choices name="kind" toName="body"><Choice value="PER"/></Choices>
      <Label value="ORG"/>
      <Text name="body" value="$text"/><Text name="head" value="$title"/>
    </View>"""
    labels = {"PER": "人", "人": "人", "Place": "Place", "LOC": "Place", "GPE": "Place"}
    assert parse_label_config(config) == [
        LabelledText("names", "body", "text", labels),
        LabelledText("names", "head", "title", labels),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '<HyperText name="t" value="$text"/>',  # its offsets don't count the characters of a text
        '<Text name="t" value="$text" valueType="url"/>',  # nothing is fetched
        '<Text name="t" value="text"/>',
        '<Text name="other" value="$text"/>',
    ],
)
def test_what_cannot_be_labelled(text: str) -> None:
    assert parse_label_config(f'<View><Labels name="l" toName="t"><Label value="PER"/></Labels>{text}</View>') == []


@pytest.mark.parametrize(
    ("config", "status", "message"),
    [
        ("", 422, "is not well-formed XML"),
        ("<View>", 422, "is not well-formed XML"),
        ("<View>&name;</View>", 422, "is not well-formed XML"),
        ('<!DOCTYPE View [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><View>&b;</View>', 422, "expected no DOCTYPE"),
        ('<!DOCTYPE View SYSTEM "file:///etc/passwd"><View/>', 422, "expected no DOCTYPE"),
        (
            f'<View><Labels name="l" toName="{"t," * 51}"/><Text name="t" value="$t"/></View>',
            413,
            "expected at most 50",
        ),
        ("<View/>" + " " * 200_000, 413, "expected at most 200000 characters"),
    ],
)
def test_bad_configs(config: str, status: int, message: str) -> None:
    with pytest.raises(Refusal, match=message) as refused:
        parse_label_config(config)
    assert refused.value.status == status


def test_deep_configs() -> None:
    assert parse_label_config("<View>" * 15_000 + "</View>" * 15_000) == []
