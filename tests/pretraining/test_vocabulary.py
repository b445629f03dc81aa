from collections import Counter
from pathlib import Path

import torch

from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.pretraining.starting_encoder import embeddings_of, first_encoder
from ner.pretraining.vocabulary import add_characters, find_unknown_characters


def test_unknown_characters_by_frequency(encoder_folder: Path) -> None:
    table = first_encoder(PretrainingSettings(encoder=str(encoder_folder), steps=1, lengths=(16,))).table
    counts = Counter("王王王鑫淼淼㎡Ａ\t\x07 ")
    assert find_unknown_characters(counts, table) == [("淼", 2), ("㎡", 1), ("鑫", 1)]


def test_new_characters_begin_as_their_nfkc_form_or_as_the_mean(encoder_folder: Path) -> None:
    language_model = first_encoder(PretrainingSettings(encoder=str(encoder_folder), steps=1, lengths=(16,)))
    before = embeddings_of(language_model.model).detach().clone()
    table = language_model.table
    known = torch.from_numpy(table.character_ids)
    grown = add_characters(language_model, ["淼", "㏂", "㎡"], str(encoder_folder))
    rows = embeddings_of(grown.model)
    assert grown.table.unknown("淼㏂㎡") == 0
    assert torch.equal(rows[: len(before)], before)
    a, m, two, dot = (int(table.encode(character)[0]) for character in "am2.")
    assert (m, dot) == (table.unk, table.unk)
    ids = grown.table.encode("淼㏂㎡").tolist()
    assert sorted(ids) == list(range(len(before), len(before) + 3))
    assert torch.allclose(rows[ids[0]], before[known].mean(dim=0))
    assert torch.allclose(rows[ids[1]], before[a])  # a.m., of which only a is known
    assert torch.allclose(rows[ids[2]], before[two])
    output = grown.model.get_output_embeddings()
    assert output.weight is rows
    assert output.bias.shape == (len(before) + 3,)
    assert len(grown.tokenizer) == len(before) + 3
