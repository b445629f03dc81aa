"""The study of a search: where Optuna keeps its trials, and that they are all of one search."""

import time
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import distribution_to_json
from optuna.exceptions import ExperimentalWarning
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ner.data.corpus import Corpus
from ner.errors import InputError
from ner.runs.run_folder import check_same_run
from ner.training.model_output import describe_run
from ner.training.training_settings import TrainingSettings
from ner.tuning.sampler import RepeatableSampler
from ner.tuning.space import Space

DATABASE = "study.db"
_SEARCH = "search"
# Seconds. A worker that was killed is known by this: its trial is given up after twice that time.
_HEARTBEAT = 60
_WAIT_FOR_OTHERS = 60
_ATTEMPTS = 3
# A trial is ended early only against that many finished ones, and from its second epoch on.
_COMPARED_WITH = 5
_FIRST_EPOCH = 2


def open_study(
    output: Path, storage: str | None, corpus: Corpus, settings: TrainingSettings, space: Space
) -> optuna.Study:
    """The study with the name of the folder `output`, begun or gone on with, in the database `storage` or in `output`.

    Raises:
        InputError: the database can't be opened, or the study was begun with other settings, data or ranges, or the
            folder has trials of another study.
    """
    output.mkdir(parents=True, exist_ok=True)
    optuna.logging.set_verbosity(optuna.logging.ERROR)  # what is to be told of a trial is told by us
    study = optuna.create_study(
        storage=_open_storage(storage or f"sqlite:///{output / DATABASE}"),
        sampler=RepeatableSampler(settings.seed, {name: getattr(settings, name) for name in space}),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=_COMPARED_WITH, n_warmup_steps=_FIRST_EPOCH),
        study_name=output.resolve().name,
        direction="maximize",
        load_if_exists=True,
    )
    search = {
        **describe_run(settings, corpus),
        "space": {name: distribution_to_json(range_) for name, range_ in space.items()},
    }
    before: dict[str, Any] | None = study.user_attrs.get(_SEARCH)
    if before is None:
        if others := sorted(output.glob("trial-*")):
            raise InputError(f"{others[0]} is of another search: choose another `output`, or move it away")
        study.set_user_attr(_SEARCH, search)
        return study
    check_same_run(before, search, output)
    if before["space"] != search["space"]:
        raise InputError(
            f"the search in {output} began over other settings or ranges ({', '.join(before['space'])}): go on with "
            "the same options, or choose another `output`"
        )
    return study


def best_trial(trials: Iterable[FrozenTrial]) -> FrozenTrial | None:
    """The trial with the best dev F1, of equals the first; None if none has ended well."""
    ended = (trial for trial in trials if trial.state == TrialState.COMPLETE)
    return max(ended, key=lambda trial: (trial.value, -trial.number), default=None)


def _open_storage(url: str) -> optuna.storages.RDBStorage:
    # Workers of one SQLite file wait for each other rather than fail.
    options = {"connect_args": {"timeout": _WAIT_FOR_OTHERS}} if url.startswith("sqlite") else {}
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ExperimentalWarning)  # of the heartbeat
                return optuna.storages.RDBStorage(url, engine_kwargs=options, heartbeat_interval=_HEARTBEAT)
        except (SQLAlchemyError, ImportError, ValueError, RuntimeError) as error:
            # Of workers that start at once one makes the tables, and the others fail at that.
            if isinstance(error, DBAPIError) and attempt < _ATTEMPTS:
                time.sleep(1)
                continue
            reason = str(error).strip().split("\n")[0]
            raise InputError(
                f"can't open the database of `storage` ({reason}): expected a URL such as sqlite:///FILE or "
                "postgresql://USER@HOST/NAME, and the package of its driver"
            ) from None
    raise AssertionError("the last attempt returns or raises")
