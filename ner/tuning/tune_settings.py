"""Searching for the best settings with the Python API. It does what `bert-ner tune` does."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Generic

from typing_extensions import TypeVar

from ner.errors import InputError
from ner.extras import import_extra
from ner.model.find_encoder import require_encoder
from ner.pages.frame_html import render_frame
from ner.quantities import counted
from ner.runs.launched import require_one_process
from ner.runs.progress import Progress
from ner.settings import find_name
from ner.trainable import Trainable, require_trainable
from ner.training.loop_settings import LoopSettings
from ner.training.training_settings import TrainingSettings

if TYPE_CHECKING:
    import pandas as pd

_Settings = TypeVar("_Settings", bound=LoopSettings, default=TrainingSettings)


@dataclass(frozen=True)
class Tuning(Generic[_Settings]):
    """The result of a search.

    >>> tuning.trials[["trial", "dev_f1"]]  # from `tune_settings`  # doctest: +SKIP

    Args:
        settings: the best settings.
        trials: a row for each trial.
        files: the files of the report.
    """

    settings: _Settings
    trials: "pd.DataFrame"
    files: list[Path]

    def _repr_html_(self) -> str:
        """The table of trials for a notebook, the best trial first."""
        return render_frame(self.trials.sort_values("dev_f1", ascending=False), counted(len(self.trials), "trial"))


def tune_settings(
    corpus: Trainable,
    settings: _Settings,
    *,
    trials: int,
    output: str | Path,
    fixed: Collection[str] = (),
    storage: str | None = None,
    progress: Progress | None = None,
) -> Tuning[_Settings]:
    """Search for the settings with the best dev F1.

    `output` contains the best model, a table of all trials, and plots. To continue an interrupted search, call it again
    with the same arguments. The test split is not used.

    >>> corpus = Corpus.from_sentences([Sentence(f"我在上海{i}天。", [(2, 4, "LOC")]) for i in range(20)])
    >>> base = TrainingSettings(init_from="mini-zh-uner", epochs=1)
    >>> tuning = tune_settings(corpus, base, trials=1, fixed=["epochs"], output="search")
    >>> tuning.settings.epochs
    1

    Args:
        corpus: the data: a corpus, or `LabelledData` for classifiers, with `ClassifierSettings`.
        settings: the settings that are not searched. The searched settings start with these values.
        trials: the number of training runs, with those of earlier calls.
        output: the folder of the search. Its name is also the name of the search.
        fixed: the names of settings that could be searched, but keep their values.
        storage: the URL of a database that several workers share. The default is SQLite in `output`.
        progress: shows the progress of the trials.

    Raises:
        InputError: Optuna is not installed, `output` contains another search, or all trials failed.
        InterruptedRun: the user stopped the search.
        OSError: the folder or the database can't be written.
    """
    require_one_process()
    require_trainable(corpus, settings)
    require_encoder(settings.encoder)
    if isinstance(fixed, str) or not isinstance(fixed, Collection):
        raise InputError(f"expected `fixed` to be a list of names of settings, got {fixed!r:.60}")
    fixed = {find_name(type(settings), name) for name in fixed}
    import_extra("optuna", "tune", output)
    from ner.tuning.search import search
    from ner.tuning.search_report import best_settings, trial_table, write_report
    from ner.tuning.study import SearchPlan

    folder = Path(output)
    study = search(SearchPlan(replace(corpus, test=None), settings, folder, fixed, storage), trials, progress)
    files = write_report(study, settings, folder)
    return Tuning(best_settings(study, settings), trial_table(study), files)
