"""The search for the best settings: what `bert-ner tune` does, from Python."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ner.data.corpus import Corpus
from ner.extras import import_extra
from ner.pages.frame_html import render_frame
from ner.runs.progress import Progress
from ner.training.training_settings import TrainingSettings

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Tuning:
    """A finished search: the best `settings`, all `trials` (a row for each), and the `files` that tell of it.

    >>> tuning.trials[["trial", "dev_f1"]]  # from `tune_settings`  # doctest: +SKIP
    """

    settings: TrainingSettings
    trials: "pd.DataFrame"
    files: list[Path]

    def _repr_html_(self) -> str:
        """The trials as a notebook shows them, the best first."""
        return render_frame(self.trials.sort_values("dev_f1", ascending=False), f"{len(self.trials):,} trials")


def tune_settings(
    corpus: Corpus,
    settings: TrainingSettings,
    *,
    trials: int,
    output: str | Path,
    fixed: Collection[str] = (),
    storage: str | None = None,
    progress: Progress | None = None,
) -> Tuning:
    """Search for the settings with the best dev F1.

    The best model, all trials and plots are in `output`. The same call continues an interrupted search. The test split
    is never looked at.

    >>> corpus = Corpus.from_sentences([Sentence(f"我在上海{i}天。", [(2, 4, "LOC")]) for i in range(20)])
    >>> base = TrainingSettings(init_from="mini-zh-uner", epochs=1)
    >>> tuning = tune_settings(corpus, base, trials=1, fixed=["epochs"], output="search")
    >>> tuning.settings.epochs
    1

    Args:
        corpus: the data.
        settings: what is not searched.
        trials: the number of training runs, with those of earlier calls.
        output: the folder, which also names the search.
        fixed: settings that could be searched, but stay as they are.
        storage: the URL of a database that several workers share; SQLite in `output` by default.
        progress: is told of every trial.

    Raises:
        InputError: Optuna is not installed, `output` holds another search, or all trials failed.
        InterruptedRun: the user stopped it.
        OSError: the folder or the database can't be written.
    """
    import_extra("optuna", "tune", output)
    from ner.tuning.search import search
    from ner.tuning.search_report import best_settings, trial_table, write_report

    folder = Path(output)
    study = search(replace(corpus, test=None), settings, fixed, trials, folder, storage, progress)
    files = write_report(study, settings, folder)
    return Tuning(best_settings(study, settings), trial_table(study), files)
