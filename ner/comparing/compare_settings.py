"""Comparing settings with the Python API. It does what `bert-ner compare` does."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from ner.comparing.comparison import Comparison, compare_runs
from ner.comparing.grid import grid
from ner.comparing.run_grid import run_grid
from ner.model.find_encoder import require_encoder
from ner.runs.launched import require_one_process
from ner.runs.progress import Progress
from ner.trainable import Trainable, require_trainable
from ner.training.loop_settings import LoopSettings

_Settings = TypeVar("_Settings", bound=LoopSettings)


def compare_settings(
    corpus: Trainable,
    settings: _Settings,
    vary: Mapping[str, Sequence[Any]] | None = None,
    *,
    output: str | Path,
    seeds: int = 3,
    progress: Progress | None = None,
) -> Comparison[_Settings]:
    """Train with every combination of some settings and with several seeds, and compare the scores.

    Without settings to vary, it trains with several seeds alone: for a mean score with its standard deviation.

    To continue an interrupted comparison, call it again with the same arguments. Finished runs are kept.

    >>> corpus = Corpus.from_sentences([Sentence(f"我在上海{i}天。", [(2, 4, "LOC")]) for i in range(20)])
    >>> base = TrainingSettings(init_from="mini-zh-uner", epochs=1)
    >>> comparison = compare_settings(corpus, base, {"dropout": [0.1, 0.5]}, seeds=1, output="comparison")
    >>> comparison.frame["dropout"].tolist()
    [0.1, 0.5]

    Args:
        corpus: the data: a corpus, or `LabelledData` with `ClassifierSettings`. The scores are those on test, or on dev
            if there is no test split.
        settings: the settings that are not varied. Their seed is ignored.
        vary: the values of each varied setting, for example `{"fusion": ["last", "mean"]}`. The first combination is
            the baseline. With `{"train_fraction": [0.1, 0.3, 1]}`, the result has a learning curve.
        output: the folder for the models.
        seeds: each combination is trained with the seeds 1 to `seeds`.
        progress: shows the progress of the runs.

    Raises:
        InputError: a setting is unknown, a value is wrong, the folder contains other runs, or some runs failed.
        InterruptedRun: the user stopped the comparison.
        OSError: the folder can't be written.
    """
    require_one_process()
    require_trainable(corpus, settings)
    cells = grid(vary or {}, settings)
    for encoder in dict.fromkeys(cell.settings.encoder for cell in cells):
        require_encoder(encoder)  # said once, before the first run
    return compare_runs(run_grid(corpus, cells, seeds, Path(output), progress))
