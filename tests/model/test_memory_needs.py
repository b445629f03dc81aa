import time
from pathlib import Path

import pytest

from ner import memory
from ner.choices import CellName
from ner.errors import InputError
from ner.model.memory_needs import recurrent_parameters
from ner.model.model_folder import load_model
from ner.model.network import BertBiLstmCrf
from ner.model.network_config import BertBiLstmCrfConfig
from ner.training.starting_network import build_model
from ner.training.training_settings import TrainingSettings


@pytest.mark.parametrize(("cell", "layers"), [("lstm", 0), ("lstm", 1), ("lstm", 3), ("gru", 2)])
@pytest.mark.parametrize("fusion", ["last", "last4"])
def test_parameters_are_counted_as_the_network_has_them(
    model_folder: Path, cell: CellName, layers: int, fusion: str
) -> None:
    encoder = load_model(model_folder)[0].config.encoder | {"num_hidden_layers": 4}
    config = BertBiLstmCrfConfig(
        encoder=encoder, types=["PER"], cell=cell, lstm_layers=layers, lstm_size=7, fusion=fusion
    )
    recurrent = BertBiLstmCrf(config).recurrent
    found = sum(parameter.numel() for parameter in recurrent.parameters()) if recurrent else 0
    assert recurrent_parameters(config, encoder["hidden_size"]) == found


@pytest.mark.parametrize(
    ("types", "changes", "message"),
    [
        (["PER"], {"lstm_size": 4096, "lstm_layers": 16}, "million parameters needs 9.* lower `lstm_size`"),
        (
            [f"T{i}" for i in range(1000)],
            {"batch_size": 64},
            r"a CRF over 1,000 types \(4,001 labels\) in batches of 64",
        ),
    ],
)
def test_what_does_not_fit_is_refused_before_it_is_built(
    encoder_folder: Path, monkeypatch: pytest.MonkeyPatch, types: list[str], changes: dict[str, int], message: str
) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 8 << 30)
    began = time.perf_counter()
    with pytest.raises(InputError, match=message):
        build_model(types, TrainingSettings(encoder=str(encoder_folder), max_length=64, **changes))  # type: ignore[arg-type]
    assert time.perf_counter() - began < 5
