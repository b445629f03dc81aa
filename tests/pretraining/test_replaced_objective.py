"""Replaced-token detection is tested by what it learns: the rest of it is chance."""

from pathlib import Path

import numpy as np
import pytest
import torch

from ner.pretraining.masking import MaskedBatch, Masker
from ner.pretraining.objectives import held_out_scores
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.pretraining.replaced_objective import ReplacedCharacters
from ner.pretraining.starting_encoder import encoder_of, first_encoder, remove_dropout

MASK = 4


def toy(encoder_folder: Path) -> tuple[ReplacedCharacters, list[MaskedBatch]]:
    """An objective, and batches of rows that repeat one character: another one was put there."""
    torch.manual_seed(1)
    settings = PretrainingSettings(
        encoder=str(encoder_folder), width=32, layers=2, heads=2, steps=1, lengths=(16,), objective="replaced"
    )
    language_model = first_encoder(settings)
    table = language_model.table
    objective = ReplacedCharacters(remove_dropout(language_model.model), table)
    digits = table.encode("0123456789")
    chance = np.random.default_rng(1)
    masker = Masker(table, MASK, 0.15)
    batches = []
    for number in range(30):
        ids = digits[np.repeat(chance.integers(10, size=(16, 1)), 16, axis=1)]
        ids[:, 0], ids[:, -1] = table.cls, table.sep
        batches.append(masker(ids, np.ones_like(ids, dtype=np.bool_), (number,)))
    return objective, batches


@pytest.mark.slow
def test_the_detector_learns_to_find_what_was_replaced(encoder_folder: Path) -> None:
    objective, batches = toy(encoder_folder)
    optimizer = torch.optim.AdamW(objective.parameters(), lr=3e-3)
    with torch.no_grad():
        before = held_out_scores(objective, batches[25:])
    for _ in range(5):
        for batch in batches[:25]:
            optimizer.zero_grad()
            objective.loss(batch, head_only=False).backward()
            torch.nn.utils.clip_grad_norm_(objective.parameters(), 1.0)
            optimizer.step()
    with torch.no_grad():
        after = held_out_scores(objective, batches[25:])
    assert after["detection_loss"] < before["detection_loss"] / 4
    assert after["found"] > 0.9
    assert after["false_alarms"] < 0.05
    assert after["perplexity"] < before["perplexity"] / 3


def test_generator_and_encoder_share_their_embeddings_and_the_same_draw_comes_back(encoder_folder: Path) -> None:
    objective, batches = toy(encoder_folder)
    assert objective.generator.get_input_embeddings() is encoder_of(objective.encoder).get_input_embeddings()
    assert objective.generator.get_output_embeddings().weight is objective.encoder.get_input_embeddings().weight
    assert objective.loss(batches[0], head_only=False).item() == objective.loss(batches[0], head_only=False).item()


def test_with_the_head_alone_the_encoder_gets_no_gradient(encoder_folder: Path) -> None:
    objective, batches = toy(encoder_folder)
    objective.loss(batches[0], head_only=True).backward()
    assert all(parameter.grad is None for parameter in objective.encoder.encoder.parameters())
    assert objective.detector[0].weight.grad is not None
