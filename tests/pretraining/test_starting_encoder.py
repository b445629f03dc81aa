from pathlib import Path

import pytest
import torch
from transformers import (
    DistilBertConfig,
    DistilBertForMaskedLM,
    ElectraConfig,
    ElectraForMaskedLM,
    ErnieConfig,
    ErnieForMaskedLM,
)

from ner.errors import InputError
from ner.pretraining.pretraining_settings import PretrainingSettings
from ner.pretraining.starting_encoder import (
    encoder_layers,
    encoder_of,
    first_encoder,
    load_teacher,
    longest_row,
    vocabulary_scores,
)
from tests.model.test_load_encoder import SMALL, as_family, vocabulary_size


def settings(encoder: Path, **changes: object) -> PretrainingSettings:
    return PretrainingSettings(**{"encoder": str(encoder), "steps": 1, "lengths": (16, 32), **changes})  # type: ignore[arg-type]


def test_an_encoder_without_a_head_gets_a_new_one(encoder_folder: Path) -> None:
    language_model = first_encoder(settings(encoder_folder))
    assert language_model.head_is_new
    assert longest_row(language_model.model) == 66
    assert first_encoder(settings(Path("mini-zh"))).head_is_new is False


def test_layers_are_cut_from_the_top(encoder_folder: Path) -> None:
    whole = first_encoder(settings(encoder_folder)).model
    cut = first_encoder(settings(encoder_folder, layers=1)).model
    ids = torch.tensor([[2, 8, 9, 10, 3]])
    expected = encoder_of(whole.eval())(input_ids=ids, output_hidden_states=True).hidden_states[1]
    assert torch.equal(encoder_of(cut.eval())(input_ids=ids).last_hidden_state, expected)
    assert (len(encoder_layers(cut)), cut.config.num_hidden_layers) == (1, 1)
    with pytest.raises(InputError, match=r"expected `layers` to be at most 2, .*, got 3"):
        first_encoder(settings(encoder_folder, layers=3))


def test_random_weights_of_any_size(encoder_folder: Path) -> None:
    language_model = first_encoder(settings(encoder_folder, width=48, layers=3, heads=4))
    config = language_model.model.config
    assert (config.hidden_size, config.num_hidden_layers, config.num_attention_heads) == (48, 3, 4)
    assert config.vocab_size == vocabulary_size(encoder_folder)
    assert longest_row(language_model.model) == 512
    with pytest.raises(InputError, match="is not divisible by 2 heads: pass `heads`"):
        first_encoder(settings(encoder_folder, width=129))


def test_heads_of_other_families(encoder_folder: Path, tmp_path: Path) -> None:
    size = vocabulary_size(encoder_folder)
    families = {
        "electra": (ElectraConfig(vocab_size=size, embedding_size=8, **SMALL), ElectraForMaskedLM),
        "ernie": (ErnieConfig(vocab_size=size, **SMALL), ErnieForMaskedLM),
    }
    for name, (config, kind) in families.items():
        folder = as_family(encoder_folder, tmp_path / name, config, kind)
        model = first_encoder(settings(folder)).model.eval()
        ids = torch.tensor([[2, 8, 9, 3]])
        states = encoder_of(model)(input_ids=ids).last_hidden_state
        assert torch.equal(vocabulary_scores(model, states), model(input_ids=ids).logits)
    distil = DistilBertConfig(vocab_size=size, dim=16, hidden_dim=32, n_layers=1, n_heads=2)
    folder = as_family(encoder_folder, tmp_path / "distil", distil, DistilBertForMaskedLM)
    with pytest.raises(InputError, match="expected BERT, RoBERTa, XLM-R, ELECTRA or ERNIE"):
        first_encoder(settings(folder))


def test_rows_longer_than_the_encoder_reads_are_refused(encoder_folder: Path) -> None:
    with pytest.raises(InputError, match=r"expected `lengths` to be at most 66, .*, got 128"):
        first_encoder(settings(encoder_folder, lengths=(32, 128)))


def test_a_teacher_needs_a_head(encoder_folder: Path) -> None:
    with pytest.raises(InputError, match="has no masked-language-model head"):
        load_teacher(str(encoder_folder))
    assert not any(parameter.requires_grad for parameter in load_teacher("mini-zh").model.parameters())
