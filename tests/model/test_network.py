import shutil
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from torch import nn
from transformers import BertConfig, BertModel

from ner.characters.padding import IGNORED, UNKNOWN_LABEL, pad_labels
from ner.choices import FUSIONS, DecoderName
from ner.errors import InputError
from ner.model.model_folder import save_model
from ner.tagging.tagger import Tagger
from ner.tagging.torch_engine import NetworkEngine
from ner.training.starting_network import build_model
from ner.training.training_settings import TrainingSettings
from tests.helpers.padded_tensors import padded_tensors


def settings_for(encoder_folder: Path, **changes: object) -> TrainingSettings:
    return TrainingSettings(**{"encoder": str(encoder_folder), "lstm_size": 8, "max_length": 64, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("fusion", FUSIONS)
@pytest.mark.parametrize(("cell", "lstm_layers"), [("lstm", 0), ("lstm", 1), ("gru", 2)])
@pytest.mark.parametrize("decoder", get_args(DecoderName))
def test_every_combination_learns_is_saved_and_tags(
    encoder_folder: Path, tmp_path: Path, fusion: str, cell: str, lstm_layers: int, decoder: str
) -> None:
    choice = {"fusion": fusion, "cell": cell, "lstm_layers": lstm_layers, "decoder": decoder}
    model, table = build_model(["LOC", "PER"], settings_for(encoder_folder, **choice))
    input_ids, attention_mask = padded_tensors([table.encode("王小明去北京"), table.encode("我")], table)
    labels = torch.from_numpy(pad_labels([np.array([5, 6, 7, 0, 1, 3]), np.array([0])]))
    output = model.train()(input_ids, attention_mask, labels)
    assert output.emissions.shape == (2, 6, 9)
    output.loss.backward()
    without = {name for name, parameter in model.named_parameters() if parameter.grad is None}
    assert without == set()
    assert {type(module) for module in model.modules()} & {nn.LSTM, nn.GRU} == (
        {nn.LSTM if cell == "lstm" else nn.GRU} if lstm_layers else set()
    )
    save_model(model, table, tmp_path)
    taggers = Tagger(NetworkEngine(model, "fp32"), table), Tagger.load(tmp_path, "fp32")
    before, after = (tagger.tag(["王小明去北京", "", "我"]) for tagger in taggers)
    assert [[replace(e, score=0) for e in found] for found in before] == [
        [replace(e, score=0) for e in found] for found in after
    ]
    assert [e.score for found in after for e in found] == pytest.approx([e.score for found in before for e in found])


def test_a_fusion_that_does_not_fit_the_encoder(encoder_folder: Path, tmp_path: Path) -> None:
    BertModel(
        BertConfig(vocab_size=60, hidden_size=36, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8)
    ).save_pretrained(tmp_path)
    for name in ("vocab.txt", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(encoder_folder / name, tmp_path)
    with pytest.raises(InputError, match=r"multi-head doesn't fit .*: expected a hidden size that is a multiple"):
        build_model(["PER"], settings_for(tmp_path, fusion="multi-head"))


def test_pretrained_weights_survive_the_building(encoder_folder: Path) -> None:
    stored = BertModel.from_pretrained(encoder_folder, add_pooling_layer=False).state_dict()
    model, _ = build_model(["PER"], settings_for(encoder_folder))
    for name, tensor in model.encoder.state_dict().items():
        assert torch.equal(tensor, stored[name]), name


def test_the_bilstm_is_called_and_sees_both_sides(encoder_folder: Path) -> None:
    model, table = build_model(["PER"], settings_for(encoder_folder))
    model.eval()
    input_ids, attention_mask = padded_tensors([table.encode("王小明去北京")], table)
    with torch.no_grad():
        before = model(input_ids, attention_mask).emissions
        for name, parameter in model.recurrent.named_parameters():
            if name.endswith("_reverse"):
                parameter.zero_()
        after = model(input_ids, attention_mask).emissions
    assert not torch.allclose(before, after)


def test_padding_and_neighbours_in_a_batch_change_nothing(encoder_folder: Path) -> None:
    model, table = build_model(["PER"], settings_for(encoder_folder, fusion="attention"))
    model.eval()
    short, long = table.encode("我去"), table.encode("王小明在北京大学看书。")
    with torch.no_grad():
        alone = model(*padded_tensors([short], table)).emissions
        together = model(*padded_tensors([long, short], table)).emissions
    assert torch.allclose(alone[0], together[1, :2], atol=1e-5)


def test_context_is_read_but_not_learned_from(encoder_folder: Path) -> None:
    """The loss of a piece with context is that of the CRF over the emissions of the piece alone."""
    model, table = build_model(["PER"], settings_for(encoder_folder))
    model.eval()
    batch = padded_tensors([table.encode("王小明去北京"), table.encode("我去看书")], table)
    labels = torch.full((2, 6), IGNORED)
    labels[0, 2:5] = torch.tensor([4, 0, 0])
    labels[1, 1:3] = torch.tensor([0, 0])
    with torch.no_grad():
        output = model(*batch, labels)
        emissions = output.emissions
        first = model.tag_decoder.loss(emissions[:1, 2:5], labels[:1, 2:5], torch.ones(1, 3, dtype=torch.bool))
        second = model.tag_decoder.loss(emissions[1:, 1:3], labels[1:, 1:3], torch.ones(1, 2, dtype=torch.bool))
    assert output.loss.item() == pytest.approx((first + second).item() / 2, abs=1e-5)


def test_bf16_leaves_the_crf_in_float32(encoder_folder: Path) -> None:
    model, table = build_model(["PER"], settings_for(encoder_folder))
    batch = padded_tensors([table.encode("王小明去北京")], table)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = model(*batch, torch.zeros(1, 6, dtype=torch.long))
    assert output.loss.dtype == output.emissions.dtype == torch.float32


@pytest.mark.parametrize("fusion", FUSIONS)
def test_bf16_gives_the_loss_and_gradients_of_float32_but_for_rounding(encoder_folder: Path, fusion: str) -> None:
    model, table = build_model(["PER"], settings_for(encoder_folder, fusion=fusion, dropout=0.0))
    batch = padded_tensors([table.encode("王小明去北京"), table.encode("我去看书")], table)
    labels = torch.from_numpy(pad_labels([np.array([1, 2, 3, 0, 0, 0]), np.array([0, 0, 0, 0])]))
    named = model.encoder.named_parameters()
    encoder = [parameter for name, parameter in named if "key.bias" not in name]  # whose gradient is rounding alone
    losses, gradients = [], []
    for bf16 in (False, True):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            losses.append(model(*batch, labels).loss)
        gradients.append(torch.cat([g.flatten() for g in torch.autograd.grad(losses[-1], encoder)]))
    assert losses[1].item() == pytest.approx(losses[0].item(), rel=0.01)
    assert (gradients[1] - gradients[0]).norm() < 0.05 * gradients[0].norm()


@pytest.mark.parametrize("decoder", get_args(DecoderName))
def test_what_is_unknown_is_summed_over(encoder_folder: Path, decoder: str) -> None:
    """Beside context and padding too, the loss is the decoder's partial one of the labelled piece."""
    model, table = build_model(["PER"], settings_for(encoder_folder, decoder=decoder))
    model.eval()
    batch = padded_tensors([table.encode("王小明去北京"), table.encode("我去看书")], table)
    labels = torch.full((2, 6), IGNORED)
    labels[0, 2:5] = torch.tensor([4, UNKNOWN_LABEL, 0])
    labels[1, 1:4] = torch.tensor([UNKNOWN_LABEL, 0, 0])
    allowed = torch.zeros(2, 3, 5, dtype=torch.bool)
    allowed[0, 0, 4] = allowed[0, 1] = allowed[0, 2, 0] = True
    allowed[1, 0] = allowed[1, 1:, 0] = True
    with torch.no_grad():
        output = model(*batch, labels)
        emissions = torch.stack([output.emissions[0, 2:5], output.emissions[1, 1:4]])
        mask = torch.ones(2, 3, dtype=torch.bool)
        expected = model.tag_decoder.partial_loss(emissions, allowed, mask)
        known = model.tag_decoder.loss(emissions, labels[[[0], [1]], [[2, 3, 4], [1, 2, 3]]].clamp(min=0), mask)
    assert output.loss.item() == pytest.approx(expected.item(), abs=1e-6)
    assert output.loss < known


@pytest.mark.parametrize("decoder", get_args(DecoderName))
def test_a_batch_of_which_nothing_is_known_teaches_nothing(encoder_folder: Path, decoder: str) -> None:
    model, table = build_model(["PER"], settings_for(encoder_folder, decoder=decoder))
    batch = padded_tensors([table.encode("王小明去北京"), table.encode("我去看书")], table)
    labels = torch.full((2, 6), IGNORED)
    labels[0, 2:5] = labels[1, :4] = UNKNOWN_LABEL
    loss = model.train()(*batch, labels).loss
    loss.backward()
    assert loss.item() == 0
    for name, parameter in model.named_parameters():
        assert parameter.grad.abs().max() < 1e-6, name  # and so it is no NaN


def test_what_is_known_wholly_has_the_loss_as_ever(encoder_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, table = build_model(["PER"], settings_for(encoder_folder))
    monkeypatch.setattr(model.tag_decoder, "partial_loss", None)
    labels = torch.tensor([[1, 2, 3, 0, 0, IGNORED]])
    assert model(*padded_tensors([table.encode("王小明去北京")], table), labels).loss > 0
