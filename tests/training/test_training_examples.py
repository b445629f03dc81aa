from dataclasses import replace
from pathlib import Path

import pytest

from ner.characters.padding import IGNORED, UNKNOWN_LABEL
from ner.data.entities import Entity, Sentence
from ner.training.starting_network import build_model
from ner.training.training_examples import Collator, Examples
from ner.training.training_settings import TrainingSettings


@pytest.fixture
def parts(encoder_folder: Path) -> tuple:
    model, table = build_model(["LOC", "PER"], TrainingSettings(encoder=str(encoder_folder), max_length=16))
    return table, model.config


def sentence(text: str, *spans: tuple[int, int, str]) -> Sentence:
    return Sentence(text, tuple(Entity(start, end, label, text[start:end]) for start, end, label in spans))


def labels_of(examples: Examples, config: object) -> list[list[str]]:
    names = {IGNORED: "-", UNKNOWN_LABEL: "?", **dict(enumerate(config.labels))}  # type: ignore[attr-defined]
    return [[names[label] for label in examples[i].labels.tolist()] for i in range(len(examples))]


def test_labels_stand_at_their_characters(parts: tuple) -> None:
    table, config = parts
    examples = Examples([sentence("王小明去北京", (0, 3, "PER"), (4, 6, "LOC"))], table, config)
    assert labels_of(examples, config) == [["B-PER", "I-PER", "E-PER", "O", "B-LOC", "E-LOC"]]
    assert examples[0].ids.tolist() == table.encode("王小明去北京").tolist()
    assert (examples.sentences_cut, examples.entities_cut) == (0, 0)


def test_long_sentences_become_pieces_with_context_that_is_not_learned_from(parts: tuple) -> None:
    table, config = parts
    text = "一二三四五六七八九。" * 3
    examples = Examples([sentence(text, (12, 14, "PER"))], table, config)
    labels = labels_of(examples, config)
    assert examples.sentences_cut == 1
    assert sum(label != "-" for row in labels for label in row) == len(text)
    assert [label for row in labels for label in row].count("B-PER") == 1
    assert labels[1][:2] == ["-", "-"]
    assert max(examples.lengths) <= 16


def test_repeated_sentences_are_there_as_often_as_asked_and_counted_once(parts: tuple) -> None:
    table, config = parts
    sentences = [sentence("字" * 20, (2, 18, "PER")), sentence("王小明", (0, 3, "PER")), sentence("我")]
    once, often = Examples(sentences, table, config), Examples(sentences, table, config, [2, 3, 1])
    *pieces, name, one = once.lengths
    assert (len(pieces), name, one) == (2, 3, 1)
    assert sorted(often.lengths) == sorted([*pieces, *pieces, 3, 3, 3, 1])
    assert (often.sentences_cut, often.entities_cut) == (once.sentences_cut, once.entities_cut) == (1, 1)


def test_an_entity_longer_than_a_piece_is_cut_in_two_and_counted(parts: tuple) -> None:
    table, config = parts
    examples = Examples([sentence("字" * 20, (2, 18, "PER"))], table, config)
    kept = [[label for label in row if label != "-"] for row in labels_of(examples, config)]
    assert kept[0][-1] == "E-PER"
    assert kept[1][0] == "B-PER"
    assert examples.entities_cut == 1


def test_batches_are_the_arguments_of_the_network(parts: tuple) -> None:
    table, config = parts
    examples = Examples([sentence("王小明", (0, 3, "PER")), sentence("我")], table, config)
    batch = Collator(table)([examples[0], examples[1]])
    assert {name: tuple(tensor.shape) for name, tensor in batch.items()} == {
        "input_ids": (2, 5), "attention_mask": (2, 5), "labels": (2, 3)
    }  # fmt: skip
    assert batch["labels"][1].tolist() == [0, IGNORED, IGNORED]


def test_what_is_unknown_has_a_label_of_its_own(parts: tuple) -> None:
    table, config = parts
    partial = replace(sentence("王小明去北京", (0, 3, "PER")), unknown=((3, 4), (5, 6)))
    examples = Examples([partial], table, config)
    assert labels_of(examples, config) == [["B-PER", "I-PER", "E-PER", "?", "O", "?"]]


def test_unknown_characters_in_pieces(parts: tuple) -> None:
    table, config = parts
    text = "一二三四五六七八九。" * 3
    partial = replace(sentence(text, (2, 4, "PER")), unknown=((5, 24), (27, 28)))
    examples = Examples([partial], table, config)
    labels = labels_of(examples, config)
    assert (examples.sentences_cut, examples.windows_unknown) == (1, 1)
    assert [label for row in labels for label in row if label != "-"] == [
        *("O", "O", "B-PER", "E-PER", "O", "?", "?", "?", "?", "?"),
        *("?", "?", "?", "?", "O", "O", "O", "?", "O", "O"),
    ]


def test_sentences_without_a_known_tag_are_left_out(parts: tuple) -> None:
    table, config = parts
    examples = Examples([replace(sentence("王小明"), unknown=((0, 3),)), sentence("我")], table, config)
    assert (len(examples), examples.windows_unknown) == (1, 1)
