"""What is searched: the ranges of the settings."""

from collections.abc import Collection
from typing import Any

from optuna import Trial
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from ner.choices import FUSIONS, LEARNED_FUSIONS
from ner.errors import InputError
from ner.training.training_settings import TrainingSettings

Space = dict[str, BaseDistribution]
"""The range of each setting that is searched."""


def search_space(settings: TrainingSettings, given: Collection[str]) -> Space:
    """The ranges of all settings that are searched but those in `given`, and those that mean nothing in `settings`.

    Raises:
        InputError: nothing is left.
    """
    encoder_learns = settings.mode != "frozen"
    new_network = settings.init_from is None
    fusions = LEARNED_FUSIONS if settings.layer_dropout else FUSIONS
    ranges: dict[str, tuple[bool, BaseDistribution]] = {
        "learning_rate": (encoder_learns, FloatDistribution(1e-5, 5e-4, log=True)),
        "head_learning_rate": (True, FloatDistribution(3e-4, 1e-2, log=True)),
        "batch_size": (True, CategoricalDistribution((8, 16, 32))),
        "epochs": (settings.max_steps is None, IntDistribution(3, 10)),
        "dropout": (True, FloatDistribution(0.0, 0.5)),
        "encoder_dropout": (encoder_learns, FloatDistribution(0.0, 0.3)),
        "fusion": (new_network, CategoricalDistribution(fusions)),
        "lstm_size": (new_network and settings.lstm_layers > 0, CategoricalDistribution((64, 128, 256))),
    }
    space = {name: range_ for name, (means_something, range_) in ranges.items() if means_something}
    space = {name: range_ for name, range_ in space.items() if name not in given}
    if not space:
        raise InputError(f"nothing is left to search: leave out one of the options {', '.join(ranges)}")
    return space


def suggest(trial: Trial, space: Space) -> dict[str, Any]:
    """The values that a trial is to try."""
    return {name: _suggest(trial, name, range_) for name, range_ in space.items()}


def _suggest(trial: Trial, name: str, range_: BaseDistribution) -> Any:
    match range_:
        case FloatDistribution():
            return trial.suggest_float(name, range_.low, range_.high, log=range_.log)
        case IntDistribution():
            return trial.suggest_int(name, range_.low, range_.high)
        case CategoricalDistribution():
            return trial.suggest_categorical(name, range_.choices)
    raise AssertionError(range_)
