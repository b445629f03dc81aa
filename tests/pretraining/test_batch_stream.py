from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from ner.model.load_encoder import load_characters
from ner.pretraining.batch_stream import Batches, held_out_batches
from ner.pretraining.masking import Masker
from ner.pretraining.packing import Packer
from ner.pretraining.passages import Passages
from ner.pretraining.survey import survey
from ner.pretraining.unlabelled_text import Source
from ner.pretraining.word_segmenter import segmenter
from tests.helpers.pretraining_text import sentences

LENGTHS = (16, 32, 64)


@pytest.fixture
def make(encoder_folder: Path, tmp_path: Path) -> Callable[[], Batches]:
    (tmp_path / "text.txt").write_text("\n".join(sentences(400)))
    files = survey([Source(tmp_path / "text.txt")], "utf-8", 0.1).files
    table = load_characters(str(encoder_folder))

    def new() -> Batches:
        passages = Passages(files, "utf-8", 0.1, buffer=5, seed=1)
        packer = Packer(passages, table, segmenter("character"))
        return Batches(passages, packer, Masker(table, 4, 0.15), LENGTHS, characters=128, seed=1)

    return new


def test_all_lengths_come_and_all_batches_have_as_many_characters(make: Callable[[], Batches]) -> None:
    batches = make()
    shapes = Counter(tuple(batches.batch(number).input_ids.shape) for number in range(60))
    assert shapes.keys() == {(8, 16), (4, 32), (2, 64)}
    assert min(shapes.values()) > 10


def test_batches_go_on_from_their_state(make: Callable[[], Batches]) -> None:
    batches, again = make(), make()
    for number in range(40):
        batches.batch(number)
    again.restore(batches.state())
    for number in range(40, 60):
        expected, found = batches.batch(number), again.batch(number)
        assert torch.equal(expected.input_ids, found.input_ids)
        assert torch.equal(expected.targets, found.targets)
    assert again.passes == batches.passes != [0]


def test_held_out_batches_hold_all_text_but_the_last_piece(encoder_folder: Path) -> None:
    table = load_characters(str(encoder_folder))
    text = sentences(50)
    for paragraphs in (text, text[:2]):  # the second is shorter than a row
        made = [
            held_out_batches(paragraphs, table, segmenter("character"), Masker(table, 4, 0.15), 66, characters=256)
            for _ in range(2)
        ]
        length = made[0][0].input_ids.shape[1]
        rows = sum(len(batch.input_ids) for batch in made[0])
        size = sum(map(len, paragraphs)) + len(paragraphs)
        assert 0 <= size - rows * (length - 2) < length - 2
        assert all(torch.equal(one.input_ids, two.input_ids) for one, two in zip(*made, strict=True))
