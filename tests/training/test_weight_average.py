"""The average of the weights: its recurrence, its start, and a network of its own."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from transformers import TrainerControl, TrainerState

from ner.decoding.numpy_chain import IMPOSSIBLE
from ner.model.network import BertBiLstmCrf
from ner.training.starting_network import build_model
from ner.training.training_settings import TrainingSettings
from ner.training.weight_average import WeightAverage, decay_at

Change = Callable[..., TrainingSettings]
ARGUMENTS = SimpleNamespace(), TrainerState(), TrainerControl()


def move(model: BertBiLstmCrf) -> None:
    """As a step of training might."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.rand_like(parameter))


def test_the_decay_rises_from_almost_nothing() -> None:
    assert [decay_at(step, 0.9) for step in (0, 1, 8, 80, 1000)] == [0.1, 2 / 11, 0.5, 0.9, 0.9]


def test_the_average_is_that_of_the_recurrence(quick: Change) -> None:
    model, _ = build_model(["PER"], quick())
    average = WeightAverage(model, 0.3)
    average.on_train_begin(*ARGUMENTS)  # type: ignore[arg-type]
    expected: dict[str, torch.Tensor] = {}
    for step in range(5):
        move(model)
        model.tag_decoder.temperature.add_(1)
        average.on_optimizer_step(*ARGUMENTS)  # type: ignore[arg-type]
        decay = min(0.3, (1 + step) / (10 + step))
        for name, parameter in model.named_parameters():
            now = parameter.detach().double()
            expected[name] = decay * expected[name] + (1 - decay) * now if step else now
    averaged = dict(average.model.named_parameters())
    for name, tensor in expected.items():
        assert torch.allclose(averaged[name].double(), tensor, rtol=1e-5, atol=1e-6), name
        assert not torch.equal(averaged[name], model.get_parameter(name)) or (tensor < -1e20).all()
    assert average.model.tag_decoder.temperature == model.tag_decoder.temperature == 6


def test_impossible_transitions_stay_exactly_that(quick: Change) -> None:
    model, _ = build_model(["PER"], quick())
    average = WeightAverage(model, 0.9)
    for _ in range(50):
        average.on_optimizer_step(*ARGUMENTS)  # type: ignore[arg-type]
    (transitions,) = (p for name, p in average.model.named_parameters() if name == "tag_decoder.transitions")
    assert (transitions == IMPOSSIBLE).any()
    assert torch.equal(transitions, model.get_parameter("tag_decoder.transitions"))


def test_both_kinds_of_weights_come_back_from_a_checkpoint(quick: Change, tmp_path: Path) -> None:
    model, _ = build_model(["PER"], quick())
    average = WeightAverage(model, 0.9)
    for _ in range(3):
        move(model)
        average.on_optimizer_step(*ARGUMENTS)  # type: ignore[arg-type]
    average.model.save_pretrained(tmp_path)
    average.save_raw(tmp_path)
    other, _ = build_model(["PER"], quick())
    again = WeightAverage(other, 0.9)
    again.load(tmp_path)
    again.on_train_begin(ARGUMENTS[0], TrainerState(global_step=3), ARGUMENTS[2])  # type: ignore[arg-type]
    for one, two in ((model, other), (average.model, again.model)):
        assert all(torch.equal(tensor, two.state_dict()[name]) for name, tensor in one.state_dict().items())
    for _ in range(2):
        with torch.no_grad():
            for parameter in (*model.parameters(), *other.parameters()):
                parameter.add_(0.5)
        average.on_optimizer_step(*ARGUMENTS)  # type: ignore[arg-type]
        again.on_optimizer_step(*ARGUMENTS)  # type: ignore[arg-type]
    assert all(torch.equal(t, again.model.state_dict()[name]) for name, t in average.model.state_dict().items())


def test_a_missing_file_of_raw_weights_is_an_error(quick: Change, tmp_path: Path) -> None:
    model, _ = build_model(["PER"], quick())
    model.save_pretrained(tmp_path)
    with pytest.raises(FileNotFoundError):
        WeightAverage(model, 0.9).load(tmp_path)
