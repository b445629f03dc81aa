"""Which sentences a model was trained on, also if its dev was split off them."""

from dataclasses import replace
from typing import Any

import pytest

from ner.data.corpus import split_off_dev
from ner.data.data_split import Split
from ner.data.entities import Sentence
from ner.evaluation.evaluation_report import Background, Report
from ner.evaluation.train_split import take_trained_part

WHOLE = Split.from_sentences([Sentence(f"我在上海{n}天。", [(2, 4, "LOC")]) for n in range(30)], "all.txt")
PARTS = split_off_dev(WHOLE, 0.2, 7)
ALL_OF_THEM = "The model was trained on these sentences. The scores don't show how it works on other text."


def record_of(**changes: Any) -> dict[str, Any]:
    data = {
        name: {"path": "all.txt", "fingerprint": part.fingerprint, "sentences": len(part.sentences)}
        for name, part in PARTS.items()
    }
    return {"data": data, "settings": {"seed": 1}, "source": {"seed": 7, "dev_share": 0.2}} | changes


def warning(split: Split, train: Split | None = None) -> str:
    unused: Any = None
    return Report(unused, Background(split, "model", record_of(), train=train)).warning


def test_the_dev_that_was_split_off_is_no_train() -> None:
    assert len(PARTS["train"].sentences) == 24
    part = take_trained_part(WHOLE, record_of())
    assert [sentence.text for sentence in part.sentences] == [sentence.text for sentence in PARTS["train"].sentences]


@pytest.mark.parametrize(
    ("split", "record"),
    [
        (WHOLE, None),
        (WHOLE, record_of(source={"seed": 8, "dev_share": 0.2})),
        (WHOLE, record_of(source=None)),
        (WHOLE, record_of(data={"train": record_of()["data"]["train"]})),
        (replace(WHOLE, sentences=WHOLE.sentences[1:]), record_of()),
    ],
    ids=["no record", "another seed", "no source", "no dev", "another file"],
)
def test_what_is_not_known_to_be_split_off_stays(split: Split, record: dict[str, Any] | None) -> None:
    assert take_trained_part(split, record) is split


def test_scores_on_what_a_model_was_trained_on_are_marked() -> None:
    assert warning(PARTS["train"]) == ALL_OF_THEM
    assert warning(WHOLE) == ALL_OF_THEM.replace("on these", "on 24 of these")
    assert warning(PARTS["dev"]) == warning(PARTS["dev"], PARTS["train"]) == ""


def test_copies_of_sentences_of_train_are_marked_if_they_are_most() -> None:
    train, dev = PARTS["train"].sentences, PARTS["dev"].sentences
    mixed = Split("test.txt", [*train[:7], *dev])
    assert warning(mixed, PARTS["train"]) == ALL_OF_THEM.replace("on these", "on 7 of these")
    assert warning(replace(mixed, sentences=mixed.sentences[1:]), PARTS["train"]) == ""
    assert warning(mixed) == ""
