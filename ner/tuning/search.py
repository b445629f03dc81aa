"""The search: a training run for each trial. Bad trials are stopped early, and the best model is kept."""

import math
import shutil
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import optuna
from optuna.exceptions import ExperimentalWarning, StorageInternalError
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import SQLAlchemyError
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ner.errors import InputError, InterruptedRun
from ner.quantities import counted, describe_duration
from ner.runs.progress import Progress, RunProgress, choose_progress
from ner.trainable import run_training, try_out
from ner.tuning.sampler import ERROR, is_counted
from ner.tuning.space import suggest
from ner.tuning.study import AGAIN, TRIAL, SearchPlan, best_trial, cannot_write, open_study

_MINUTES = "minutes"


def search(plan: SearchPlan, trials: int, progress: Progress | None = None) -> optuna.Study:
    """Train with promising settings until the study has enough trials. A line reports each trial.

    The best model is in the folder of its trial. Other workers can take part in the same study.

    Args:
        plan: the data, the settings and the folder.
        trials: the number of trials, with those of earlier calls.
        progress: shows the progress of the trials.

    Returns:
        The study, with at least one complete trial.

    Raises:
        InputError: the settings, the data or the storage can't be used, or all trials failed.
        InterruptedRun: the user stopped the search. The same call continues it.
        OSError: the output folder or the storage can't be written. The same call continues the search.
    """
    if plan.data.test is not None:
        raise ValueError("expected a corpus without test: the search must not use test scores")
    if isinstance(trials, bool) or not isinstance(trials, int) or trials < 1:
        raise InputError(f"expected `trials` to be a whole number of at least 1, got {trials!r:.60}")
    progress = choose_progress(progress)
    # Errors that all trials would have are raised before the first trial.
    try_out(plan.data, plan.settings)
    study = open_study(plan)
    stopped: list[int] = []
    try:
        _give_up_killed(study)
        if before := _count(study):
            progress.note(f"{counted(before, 'trial')} of {trials:,} already done or running")
        while _count(study) < trials:
            study.optimize(
                lambda trial: _train(trial, plan, progress, stopped),
                n_trials=1,
                catch=(InputError,),
                callbacks=[lambda study, trial: _close(study, trial, plan.output, progress)],
            )
            if stopped and _count(study) < trials:
                raise InterruptedRun
    except (InterruptedRun, KeyboardInterrupt):
        left = trials - _count(study)
        raise InterruptedRun(f"stopped with {counted(left, 'trial')} left; {AGAIN}") from None
    except (StorageInternalError, SQLAlchemyError) as error:
        raise cannot_write(error) from error
    all_trials = study.get_trials(deepcopy=False)
    if running := sum(trial.state == TrialState.RUNNING for trial in all_trials):
        progress.note(
            f"note: {counted(running, 'trial')} still running elsewhere, or killed less than two minutes ago; run it "
            "again to include or repeat them"
        )
    if best_trial(all_trials) is None:
        errors = [trial.user_attrs[ERROR] for trial in all_trials if ERROR in trial.user_attrs]
        raise InputError(f"no trial is complete{f'; the last error: {errors[-1]}' if errors else ''}")
    return study


class EndIfBad(TrainerCallback):
    """Reports dev F1 after each epoch, and stops a trial that is worse than other trials after the same epoch.

    Raises:
        optuna.TrialPruned: during training, to stop the trial.
    """

    def __init__(self, trial: optuna.Trial) -> None:
        self._trial = trial

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        epoch = math.ceil(state.epoch or 0)
        self._trial.report(kwargs["metrics"]["eval_f1"], epoch)
        if self._trial.should_prune():
            raise optuna.TrialPruned(f"after epoch {epoch}")


def trial_folder(trial: FrozenTrial | optuna.Trial, output: Path) -> Path:
    """The folder of the model of a trial."""
    return output / f"{TRIAL}{trial.number}"


def _train(trial: optuna.Trial, plan: SearchPlan, progress: Progress, stopped: list[int]) -> float:
    """Train with the settings of a trial, and return the best dev F1.

    If the user asked to stop in its last step, the number of the trial is added to `stopped`.
    """
    folder = trial_folder(trial, plan.output)
    try:
        run = run_training(
            plan.data,
            replace(plan.settings, **suggest(trial, plan.space)),
            folder,
            progress=RunProgress(progress, f"trial {trial.number}"),
            callbacks=[EndIfBad(trial)],
            way_out=AGAIN,
        )
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, InputError):
            trial.set_user_attr(ERROR, str(error))
        raise
    trial.set_user_attr(_MINUTES, run.record["minutes"])
    if run.interrupted:
        stopped.append(trial.number)
    best: float = run.record["best_dev_f1"]
    return best


def _close(study: optuna.Study, trial: FrozenTrial, output: Path, progress: Progress) -> None:
    """Report how a trial ended, and remove all models except the best."""
    trials = study.get_trials(deepcopy=False)  # read once, because another worker may change the best trial
    best = best_trial(trials)
    for one in trials:
        if one.state.is_finished() and one != best:
            shutil.rmtree(trial_folder(one, output), ignore_errors=True)
    values = ", ".join(f"{name} {_shown(value)}" for name, value in trial.params.items())
    line = f"trial {trial.number}: {_outcome(trial)}; {values}"
    if best:
        line += f"; best {best.value:.2f} (trial {best.number})"
    progress.note(line)


def _outcome(trial: FrozenTrial) -> str:
    if trial.state == TrialState.COMPLETE:
        return f"dev F1 {trial.value:.2f}, {describe_duration(trial.user_attrs[_MINUTES])}"
    if trial.state == TrialState.PRUNED:
        return (
            f"stopped after epoch {trial.last_step} with dev F1 {trial.intermediate_values[trial.last_step or 0]:.2f}"
        )
    return f"failed: {trial.user_attrs.get(ERROR, 'interrupted')}"


def _count(study: optuna.Study) -> int:
    return sum(map(is_counted, study.get_trials(deepcopy=False)))


def _give_up_killed(study: optuna.Study) -> None:
    """Mark the trials of killed workers as failed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        optuna.storages.fail_stale_trials(study)


def _shown(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
