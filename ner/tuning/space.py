"""What is searched: the ranges of the settings."""

from collections.abc import Collection
from typing import Any

from optuna import Trial
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from pydantic.fields import FieldInfo

from ner.choices import LEARNED_FUSIONS
from ner.errors import InputError
from ner.model.network_settings import NetworkSettings
from ner.settings import Search, marker
from ner.training.training_settings import TrainingSettings

Space = dict[str, BaseDistribution]
"""The range of each setting that is searched."""

_FIELDS = TrainingSettings.__pydantic_fields__


def search_space(settings: TrainingSettings, given: Collection[str]) -> Space:
    """The ranges of all settings that are searched but those in `given`, and those that mean nothing in `settings`.

    Raises:
        InputError: nothing is left.
    """
    means_nothing: set[str] = set()
    if settings.mode == "frozen":
        means_nothing |= {"learning_rate", "encoder_dropout"}
    if settings.max_steps is not None:
        means_nothing |= {"epochs"}
    if settings.init_from is not None:  # then the network is that of a tagger
        means_nothing |= NetworkSettings.__pydantic_fields__.keys() - {"dropout"}
    if settings.lstm_layers == 0:
        means_nothing |= {"lstm_size"}
    ranges = {name: _range(field, search) for name, field in _FIELDS.items() if (search := marker(field, Search))}
    if settings.layer_dropout:
        ranges["fusion"] = CategoricalDistribution(LEARNED_FUSIONS)
    space = {name: range_ for name, range_ in ranges.items() if name not in means_nothing and name not in given}
    if not space:
        raise InputError(f"nothing is left to search: leave out one of {', '.join(f'`{name}`' for name in ranges)}")
    return space


def _range(field: FieldInfo, search: Search) -> BaseDistribution:
    if search.choices:
        return CategoricalDistribution(search.choices)
    if field.annotation is int:
        return IntDistribution(int(search.low), int(search.high), log=search.log)
    return FloatDistribution(search.low, search.high, log=search.log)


def suggest(trial: Trial, space: Space) -> dict[str, Any]:
    """The values that a trial is to try."""
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
