"""The search itself: a training run for each trial, bad ones ended early, the best model kept."""

import math
import shutil
import warnings
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import optuna
from optuna.exceptions import ExperimentalWarning, StorageInternalError
from optuna.trial import FrozenTrial, TrialState
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ner.data.corpus import Corpus
from ner.errors import InputError, InterruptedRun
from ner.runs.progress import Progress, RunProgress, choose_progress
from ner.training.starting_network import build_model
from ner.training.train import require_entities, train
from ner.training.training_settings import TrainingSettings
from ner.tuning.sampler import ERROR, is_counted
from ner.tuning.space import Space, search_space, suggest
from ner.tuning.study import best_trial, open_study

_MINUTES = "minutes"


def search(
    corpus: Corpus,
    settings: TrainingSettings,
    given: Collection[str],
    trials: int,
    output: Path,
    storage: str | None,
    progress: Progress | None = None,
) -> optuna.Study:
    """Train with settings that promise a good dev F1 until there are `trials` trials; a line tells of each.

    `settings` hold what isn't searched, and so do those of the names in `given`. The best model is in the folder of
    its trial in `output`. Other workers may take part in the same study, and trials of earlier calls count.

    Raises:
        InputError: the settings, the data or the storage won't do, or every trial came to nothing.
        InterruptedRun: the user stopped it; the same call goes on.
        OSError: the output folder or the storage can't be written; the same call goes on.
    """
    if corpus.test is not None:
        raise ValueError("expected a corpus without test: what is chosen by it can't be judged by it")
    progress = choose_progress(progress)
    space = search_space(settings, given)
    # What would keep every trial from training is better said before the first.
    require_entities(corpus)
    if settings.init_from is None:
        build_model(corpus.types, settings)
    study = open_study(output, storage, corpus, settings, space)
    _give_up_killed(study)
    if before := _count(study):
        progress.note(f"{_trials(before)} of {trials:,} were there before")
    try:
        while _count(study) < trials:
            study.optimize(
                lambda trial: _train(trial, corpus, settings, space, output, progress),
                n_trials=1,
                catch=(InputError,),
                callbacks=[lambda study, trial: _close(study, trial, output, progress)],
            )
    except (InterruptedRun, KeyboardInterrupt):
        left = trials - _count(study)
        raise InterruptedRun(f"stopped with {_trials(left)} left; the same command goes on") from None
    except StorageInternalError as error:
        raise OSError(f"the storage of the search can't be written ({error}); the same command goes on") from error
    all_trials = study.get_trials(deepcopy=False)
    if running := sum(trial.state == TrialState.RUNNING for trial in all_trials):
        progress.note(
            f"note: {_trials(running)} still running elsewhere, or killed less than two minutes ago; the same "
            "command takes them in, or tries them again"
        )
    if best_trial(all_trials) is None:
        errors = [trial.user_attrs[ERROR] for trial in all_trials if ERROR in trial.user_attrs]
        raise InputError(f"no trial has come to an end{f'; the last error: {errors[-1]}' if errors else ''}")
    return study


class EndIfBad(TrainerCallback):
    """Reports dev F1 after each epoch, and ends a trial that is worse than others were there.

    Raises:
        optuna.TrialPruned: in training, when it is to end.
    """

    def __init__(self, trial: optuna.Trial) -> None:
        self._trial = trial

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        epoch = math.ceil(state.epoch or 0)
        self._trial.report(kwargs["metrics"]["eval_f1"], epoch)
        if self._trial.should_prune():
            raise optuna.TrialPruned(f"after epoch {epoch}")


def trial_folder(trial: FrozenTrial | optuna.Trial, output: Path) -> Path:
    """Where the model of a trial is."""
    return output / f"trial-{trial.number}"


def _train(
    trial: optuna.Trial, corpus: Corpus, settings: TrainingSettings, space: Space, output: Path, progress: Progress
) -> float:
    """The best dev F1 of a trial."""
    folder = trial_folder(trial, output)
    try:
        run = train(
            corpus,
            replace(settings, **suggest(trial, space)),
            folder,
            progress=RunProgress(progress, f"trial {trial.number}"),
            callbacks=[EndIfBad(trial)],
        )
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, InputError):
            trial.set_user_attr(ERROR, str(error))
        raise
    trial.set_user_attr(_MINUTES, run.record["minutes"])
    best: float = run.record["best_dev_f1"]
    return best


def _close(study: optuna.Study, trial: FrozenTrial, output: Path, progress: Progress) -> None:
    """Tell how a trial ended, and remove the models that are not the best."""
    trials = study.get_trials(deepcopy=False)  # once: another worker's may come to be the best meanwhile
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
        return f"dev F1 {trial.value:.2f}, {trial.user_attrs[_MINUTES]:.1f} minutes"
    if trial.state == TrialState.PRUNED:
        return f"ended after epoch {trial.last_step} with dev F1 {trial.intermediate_values[trial.last_step or 0]:.2f}"
    return f"came to nothing: {trial.user_attrs.get(ERROR, 'interrupted')}"


def _count(study: optuna.Study) -> int:
    return sum(map(is_counted, study.get_trials(deepcopy=False)))


def _give_up_killed(study: optuna.Study) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        optuna.storages.fail_stale_trials(study)


def _trials(count: int) -> str:
    return f"{count:,} trial{'s' * (count != 1)}"


def _shown(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
