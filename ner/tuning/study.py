"""The Optuna study of a search: opening it, and checking that it belongs to the same search."""

import re
import sqlite3
import time
import warnings
from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import distribution_to_json
from optuna.exceptions import ExperimentalWarning, StorageInternalError
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SAWarning, SQLAlchemyError

from ner.errors import InputError
from ner.files import plain_reason
from ner.runs.run_folder import check_same_run, require_own_folder
from ner.trainable import Trainable, describe, has_several_passes
from ner.training.loop_settings import LoopSettings
from ner.tuning.sampler import RepeatableSampler
from ner.tuning.space import Space, search_space, starting_values

DATABASE = "study.db"
AGAIN = "run it again to continue"
"""The way out of an unfinished search."""
TRIAL = "trial-"
"""How the name of the folder of a trial begins."""
_RESULTS = ("best.json", "trials.csv", "*.png")
_SEARCH = "search"
# Seconds. If the heartbeat of a worker is missing for twice this time, its trial is marked as failed.
_HEARTBEAT = 60
_WAIT_FOR_OTHERS = 60
_ATTEMPTS = 3
# A trial can be stopped early only if this many trials are finished, and only after its second epoch.
_COMPARED_WITH = 5
_FIRST_EPOCH = 2


@dataclass(frozen=True)
class SearchPlan:
    """The input of a search.

    Args:
        data: the data, without a test split.
        settings: the settings that are not searched.
        output: the folder for the models. Its name is the name of the study.
        fixed: the names of settings that could be searched, but keep their values.
        storage: the URL of the database; None for SQLite in `output`.
    """

    data: Trainable
    settings: LoopSettings
    output: Path
    fixed: Collection[str] = ()
    storage: str | None = None

    @cached_property
    def space(self) -> Space:
        """The search space, without `epochs` if train is so small that each epoch has several passes over it."""
        several = has_several_passes(self.data, self.settings)
        return search_space(self.settings, {*self.fixed, *(["epochs"] if several else [])})


def open_study(plan: SearchPlan) -> optuna.Study:
    """Create the study of a search, or open it if it exists.

    Raises:
        InputError: the database can't be opened, the study has other settings, data or ranges, or the folder contains
            trials of another study or other files.
        OSError: the folder or the database can't be written.
    """
    plan.output.mkdir(parents=True, exist_ok=True)
    require_own_folder(plan.output, (f"{DATABASE}*", f"{TRIAL}*", *_databases(plan.storage)), _RESULTS)
    optuna.logging.set_verbosity(optuna.logging.ERROR)  # `search` reports the trials
    if plan.storage is None:
        _check_database(plan.output)
    try:
        return _open_study(plan)
    except (StorageInternalError, SQLAlchemyError) as error:
        raise cannot_write(error) from error


def _databases(storage: str | None) -> list[str]:
    """The names of the files of an SQLite database, which may be in the output folder."""
    found = re.match(r"sqlite.*?([^/\\]+?)(?:\?.*)?$", storage or "")
    return [f"{found[1]}*"] if found else []


def cannot_write(error: Exception) -> OSError:
    """Say in one sentence that the database of a search can't be written."""
    cause = error.__cause__ or error
    reason = str(getattr(cause, "orig", cause)).strip().split("\n")[0]
    return OSError(
        f"can't write the storage of the search ({reason}): make it writable or free some space, and {AGAIN}"
    )


def _open_study(plan: SearchPlan) -> optuna.Study:
    settings, output, space = plan.settings, plan.output, plan.space
    study = optuna.create_study(
        storage=_open_storage(plan.storage, output / DATABASE),
        sampler=RepeatableSampler(settings.seed, starting_values(settings, space)),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=_COMPARED_WITH, n_warmup_steps=_FIRST_EPOCH),
        study_name=output.resolve().name,
        direction="maximize",
        load_if_exists=True,
    )
    search = {
        **describe(plan.data, settings),
        "space": {name: distribution_to_json(range_) for name, range_ in space.items()},
    }
    before: dict[str, Any] | None = study.user_attrs.get(_SEARCH)
    if before is None:
        if others := sorted(output.glob(f"{TRIAL}*")):
            raise InputError(f"{others[0]} belongs to another search: choose another `output`, or move it away")
        study.set_user_attr(_SEARCH, search)
        return study
    check_same_run(before, search, output)
    if before["space"] != search["space"]:
        raise InputError(
            f"the search in {output} started with other searched settings or ranges ({', '.join(before['space'])}): "
            "continue it with the same settings, or choose another `output`"
        )
    study.set_user_attr(_SEARCH, search)  # if it can't be written, this is said before the first trial
    return study


def best_trial(trials: Iterable[FrozenTrial]) -> FrozenTrial | None:
    """The trial with the best dev F1, the first one of equals; None if no trial is complete."""
    ended = (trial for trial in trials if trial.state == TrialState.COMPLETE)
    return max(ended, key=lambda trial: (trial.value, -trial.number), default=None)


def _check_database(output: Path) -> None:
    """Check that the database in `output` is there, if there are trials, and that it is whole."""
    path = output / DATABASE
    try:
        if path.exists() and path.stat().st_size:
            with closing(sqlite3.connect(path, timeout=_WAIT_FOR_OTHERS)) as database:
                is_whole = database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
        else:
            is_whole = not any(output.glob(f"{TRIAL}*"))
    except sqlite3.OperationalError:  # it can't be read or is busy
        return
    except sqlite3.DatabaseError:
        is_whole = False
    if not is_whole:
        raise InputError(
            f"{path} is damaged or missing, and without it the search in {output} can't be continued: copy it back, or "
            "choose another `output`"
        )


def _open_storage(given: str | None, path: Path) -> optuna.storages.RDBStorage:
    """Open the database of the given URL, or else the SQLite file at `path`."""

    def connect() -> sqlite3.Connection:  # so the path may have characters that a URL can't have
        return sqlite3.connect(path, timeout=_WAIT_FOR_OTHERS, check_same_thread=False)

    # Workers with the same SQLite file wait for each other.
    options: dict[str, Any] = {}
    if given is None:
        options = {"creator": connect}
    elif given.startswith("sqlite"):
        options = {"connect_args": {"timeout": _WAIT_FOR_OTHERS}}
    url = given or f"sqlite:///{DATABASE}"
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ExperimentalWarning)  # from the heartbeat
                warnings.simplefilter("error", SAWarning)  # of options in the URL that have no effect
                _require_file(url)
                return optuna.storages.RDBStorage(url, engine_kwargs=options, heartbeat_interval=_HEARTBEAT)
        except InputError:
            raise
        except (SQLAlchemyError, SAWarning, ImportError, LookupError, ValueError, RuntimeError) as error:
            # If several workers start at the same time, one creates the tables, and the others fail and try again.
            if isinstance(error, DBAPIError) and attempt < _ATTEMPTS:
                time.sleep(1)
                continue
            if given is None:
                raise cannot_write(error) from error
            reason = plain_reason(error)
            raise InputError(
                f"can't open the database of `storage` ({reason}): expected a URL, for example sqlite:///FILE or "
                "postgresql://USER@HOST/NAME, and the package of the database driver"
            ) from None
    raise AssertionError("the last attempt returns or raises")


def _require_file(url: str) -> None:
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database in (None, "", ":memory:"):
        raise InputError(
            f"expected the database of `storage` to be a file or a server, got {url}, which is lost with the program: "
            "for example sqlite:///FILE"
        )
