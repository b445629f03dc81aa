"""The report of a search: the best settings, a table of all trials, and plots."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import optuna
import pandas as pd
from optuna.trial import TrialState

from ner.files import atomic_path, atomic_writer
from ner.pages.plotting import can_draw, draw_without_display
from ner.settings_text import write_settings
from ner.spreadsheet_cells import frame_to_csv
from ner.training.loop_settings import LoopSettings
from ner.tuning.study import best_trial

_Settings = TypeVar("_Settings", bound=LoopSettings)
BEST, TRIALS = "best.json", "trials.csv"
_COLUMNS = ("number", "state", "value", "params", "user_attrs", "datetime_start", "duration")
_SCORE = "dev F1"


def write_report(study: optuna.Study, settings: LoopSettings, folder: Path) -> list[Path]:
    """Write the best settings, the trials, and plots if matplotlib is installed.

    Args:
        study: the finished search.
        settings: the settings that were not searched.
        folder: the folder for the files.

    Returns:
        The files that were written.

    Raises:
        OSError: the folder can't be written.
    """
    write_settings(best_settings(study, settings), folder / BEST)
    with atomic_writer(folder / TRIALS) as file:
        file.write(frame_to_csv(trial_table(study)))
    written = [folder / BEST, folder / TRIALS]
    if can_draw():
        written += _draw(study, folder)
    return written


def trial_table(study: optuna.Study) -> pd.DataFrame:
    """A row for each trial: `trial`, `state`, `dev_f1`, its settings, minutes, error, start time and duration."""
    table = study.trials_dataframe(_COLUMNS)
    table.columns = [name.removeprefix("params_").removeprefix("user_attrs_") for name in table.columns]
    return table.rename(columns={"number": "trial", "value": "dev_f1"})


def best_settings(study: optuna.Study, settings: _Settings) -> _Settings:
    """The settings of the trial with the best dev F1."""
    best = best_trial(study.get_trials(deepcopy=False))
    assert best is not None, "a search without a best trial ends in an error"
    return replace(settings, **best.params)


def _draw(study: optuna.Study, folder: Path) -> list[Path]:
    """Draw Optuna's plots: best F1 over time, F1 by the value of each setting, and importance of the settings."""
    import numpy as np

    draw_without_display()
    from matplotlib import pyplot
    from optuna.visualization import matplotlib as plots

    names: dict[str, Callable[[], Any]] = {
        "history": lambda: plots.plot_optimization_history(study, target_name=_SCORE),
        "slices": lambda: plots.plot_slice(study, target_name=_SCORE),
    }
    scores = {trial.value for trial in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))}
    if len(scores) > 1:  # else nothing matters
        names["importance"] = lambda: plots.plot_param_importances(study, target_name=_SCORE)
    written = []
    for name, plot in names.items():
        path = folder / f"{name}.png"
        with warnings.catch_warnings(), pyplot.rc_context(), atomic_path(path) as partial:
            warnings.simplefilter("ignore")  # that Optuna's plots are new, or that a setting had one value
            axes = np.ravel(plot())  # one or several, of one figure
            if len(axes) > 1:
                for narrow in axes:
                    narrow.tick_params(axis="x", which="both", rotation=45)
            figure = axes[0].figure
            figure.savefig(partial, format="png", dpi=150, bbox_inches="tight")
            pyplot.close(figure)
        written.append(path)
    return written
