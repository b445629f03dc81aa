"""Settings against each other: what `bert-ner compare` does, from Python."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ner.comparing.comparison import Comparison, compare_runs
from ner.comparing.grid import grid
from ner.comparing.run_grid import run_grid
from ner.data.corpus import Corpus
from ner.runs.progress import Progress
from ner.training.training_settings import TrainingSettings


def compare_settings(
    corpus: Corpus,
    settings: TrainingSettings,
    vary: Mapping[str, Sequence[Any]],
    *,
    output: str | Path,
    seeds: int = 3,
    progress: Progress | None = None,
) -> Comparison:
    """Train with every combination of some settings and several seeds, and set the scores beside each other.

    The same call continues an interrupted comparison, and keeps the runs that are finished.

    >>> corpus = Corpus.from_sentences([Sentence(f"我在上海{i}天。", [(2, 4, "LOC")]) for i in range(20)])
    >>> base = TrainingSettings(init_from="mini-zh-uner", epochs=1)
    >>> comparison = compare_settings(corpus, base, {"dropout": [0.1, 0.5]}, seeds=1, output="comparison")
    >>> comparison.frame["dropout"].tolist()
    [0.1, 0.5]

    Args:
        corpus: the data to train and to score on.
        settings: what is not varied. The seed is ignored.
        vary: the values of each setting, such as `{"fusion": ["last", "mean"]}`. The first combination is the baseline.
        output: the folder for the models.
        seeds: each combination is trained with the seeds 1 to `seeds`.
        progress: is told of every run.

    Raises:
        InputError: a setting or a value is unknown, the folder holds another comparison, or some runs failed.
        InterruptedRun: the user stopped it.
        OSError: the folder can't be written.
    """
    return compare_runs(run_grid(corpus, grid(vary, settings), seeds, Path(output), progress))
