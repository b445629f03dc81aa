"""Choosing the settings of the next trial: first the given settings, then TPE with a separate seed for each trial."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from optuna import Study
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState

ERROR = "error"
"""The attribute of a failed trial that contains its error message."""


def is_counted(trial: FrozenTrial) -> bool:
    """Whether a trial counts as one of the requested trials: all except interrupted ones."""
    return trial.state != TrialState.FAIL or ERROR in trial.user_attrs


class RepeatableSampler(BaseSampler):
    """TPE (Bergstra et al. 2011) with a separate seed for each trial.

    The choice depends only on the seed of the search, the position of the trial among the counted trials, and their
    results. So a search with one worker has the same trials even if it is interrupted. The usual sampler has one random
    state for all trials, and each new process would repeat its first choices.

    Args:
        seed: the seed of the search.
        first: the settings of the first counted trial: the baseline for the other trials.
    """

    def __init__(self, seed: int, first: Mapping[str, Any]) -> None:
        self._seed = seed
        self._first = first
        self._is_first = False
        self._sampler = TPESampler(seed=seed)

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        earlier = [one for one in study.get_trials(deepcopy=False) if one.number < trial.number]
        place = trial.number - sum(not is_counted(one) for one in earlier)
        self._is_first = not any(is_counted(one) and one.params.items() <= self._first.items() for one in earlier)
        self._sampler = TPESampler(seed=int(np.random.SeedSequence((self._seed, place)).generate_state(1)[0]))
        self._sampler.before_trial(study, trial)

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return self._sampler.infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return self._sampler.sample_relative(study, trial, search_space)

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        if self._is_first:
            return self._first[param_name]
        return self._sampler.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None) -> None:
        self._sampler.after_trial(study, trial, state, values)
