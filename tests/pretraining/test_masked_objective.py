from pathlib import Path

import numpy as np
import pytest
import torch

from ner.pretraining.masked_objective import MaskedCharacters
from ner.pretraining.masking import MaskedBatch, Masker
from ner.pretraining.objectives import held_out_scores
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.pretraining.starting_encoder import encoder_of, first_encoder, remove_dropout


@pytest.fixture
def objective(encoder_folder: Path) -> MaskedCharacters:
    settings = PretrainingSettings(encoder=str(encoder_folder), steps=1, lengths=(16,))
    return MaskedCharacters(remove_dropout(first_encoder(settings).model))


def batch(objective: MaskedCharacters, seed: int = 1) -> MaskedBatch:
    language_model = first_encoder(
        PretrainingSettings(encoder=objective.model.config.name_or_path, steps=1, lengths=(16,))
    )
    table = language_model.table
    ids = np.random.default_rng(seed).choice(table.character_ids, (6, 16))
    ids[:, 0], ids[:, -1] = table.cls, table.sep
    return Masker(table, 4, 0.3)(ids, np.ones_like(ids, dtype=np.bool_), (seed,))


def test_the_loss_is_that_of_transformers_though_only_masked_places_are_scored(objective: MaskedCharacters) -> None:
    masked = batch(objective)
    labels = torch.full((6 * 16,), -100)
    labels[masked.places] = masked.targets
    expected = objective.model(input_ids=masked.input_ids, labels=labels.view(6, 16)).loss
    assert torch.allclose(objective.loss(masked, head_only=False), expected)


def test_held_out_scores_are_means_over_all_characters(objective: MaskedCharacters) -> None:
    batches = [batch(objective, 1), batch(objective, 2)]
    with torch.no_grad():
        scores = held_out_scores(objective, batches)
        sums = [objective.loss(one, head_only=False) * len(one.targets) for one in batches]
    count = sum(len(one.targets) for one in batches)
    assert scores["loss"] == pytest.approx(float(sum(sums)) / count, rel=1e-5)
    assert scores["perplexity"] == pytest.approx(np.exp(scores["loss"]), rel=1e-5)
    assert 0 <= scores["accuracy"] < 1


def test_with_the_head_alone_the_layers_get_no_gradient(objective: MaskedCharacters) -> None:
    masked = batch(objective)
    objective.loss(masked, head_only=True).backward()
    assert all(parameter.grad is None for parameter in encoder_of(objective.model).encoder.parameters())
    assert objective.model.cls.predictions.transform.dense.weight.grad is not None


def test_a_batch_in_which_nothing_was_chosen_teaches_nothing(objective: MaskedCharacters) -> None:
    masked = batch(objective)
    nothing = MaskedBatch(masked.original_ids, masked.original_ids, masked.places[:0], masked.targets[:0], seed=1)
    assert objective.loss(nothing, head_only=False).item() == 0
