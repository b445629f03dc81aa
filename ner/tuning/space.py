"""The search space: the ranges of the settings."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from optuna import Trial
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from pydantic.fields import FieldInfo

from ner.choices import LEARNED_FUSIONS
from ner.errors import InputError
from ner.model.network_settings import NetworkSettings
from ner.settings import Search, marker, value_type
from ner.training.loop_settings import LoopSettings
from ner.training.training_length import number_of_epochs
from ner.training.training_settings import TrainingSettings

Space = dict[str, BaseDistribution]
"""The range of each searched setting, by name."""


def search_space(settings: LoopSettings, fixed: Collection[str]) -> Space:
    """The search space: all settings with a search range that have an effect.

    Args:
        settings: the settings that are not searched. They determine which other settings have an effect.
        fixed: the names of settings that are not searched.

    Raises:
        InputError: there is nothing to search.
    """
    without_effect: set[str] = set()
    if settings.mode == "frozen":
        without_effect |= {"learning_rate", "encoder_dropout"}
    if settings.max_steps is not None:
        without_effect |= {"epochs"}
    if isinstance(settings, TrainingSettings):
        if settings.init_from is not None:  # the network is that of the tagger
            without_effect |= NetworkSettings.__pydantic_fields__.keys() - {"dropout"}
        if settings.lstm_layers == 0:
            without_effect |= {"lstm_size"}
    fields = type(settings).__pydantic_fields__
    ranges = {name: _range(field, search) for name, field in fields.items() if (search := marker(field, Search))}
    if settings.layer_dropout:
        ranges["fusion"] = CategoricalDistribution(LEARNED_FUSIONS)
    space = {name: range_ for name, range_ in ranges.items() if name not in without_effect and name not in fixed}
    if not space:
        raise InputError(f"there is nothing to search: leave out one of {', '.join(f'`{name}`' for name in ranges)}")
    return space


def starting_values(settings: LoopSettings, space: Space) -> dict[str, Any]:
    """The values of the searched settings in the first trial."""
    return {name: getattr(replace(settings, epochs=number_of_epochs(settings)), name) for name in space}


def _range(field: FieldInfo, search: Search) -> BaseDistribution:
    if search.choices:
        return CategoricalDistribution(search.choices)
    if value_type(field)[0] is int:
        return IntDistribution(int(search.low), int(search.high), log=search.log)
    return FloatDistribution(search.low, search.high, log=search.log)


def suggest(trial: Trial, space: Space) -> dict[str, Any]:
    """Choose the values of a trial."""
    return {name: _suggest(trial, name, range_) for name, range_ in space.items()}


def _suggest(trial: Trial, name: str, range_: BaseDistribution) -> Any:
    match range_:
        case FloatDistribution():
            return trial.suggest_float(name, range_.low, range_.high, log=range_.log)
        case IntDistribution():
            return trial.suggest_int(name, range_.low, range_.high, log=range_.log)
        case CategoricalDistribution():
            return trial.suggest_categorical(name, range_.choices)
    raise AssertionError(range_)
