"""Training a tagger again from its record, and comparing the two."""

import filecmp
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from ner.data.corpus import Corpus
from ner.data.joining import read_data_sets
from ner.data.read_options import ReadOptions
from ner.errors import InputError
from ner.model.hardware import pick_device
from ner.model.model_files import CONFIG, RECORD, WEIGHTS
from ner.model.require_model import require_whole_model
from ner.model.run_environment import describe_environment
from ner.model.stored_config import ADVICE, read_config
from ner.model.stored_record import read_training_record
from ner.runs.progress import Progress
from ner.runs.run_folder import UNFINISHED
from ner.training.begun_run import BegunRun, begun_run
from ner.training.run_description import describe_run
from ner.training.train import train
from ner.training.train_fraction import take_train_fraction
from ner.training.training_record import PACKAGES


class Change(NamedTuple):
    """Something of the machine or the versions that is not as it was."""

    name: str
    before: str
    now: str


@dataclass(frozen=True)
class Reproduction:
    """What training a tagger again gave.

    Args:
        weights_equal: whether the files with the weights are equal, byte for byte.
        scores: the conlleval scores by split, before and now.
    """

    weights_equal: bool
    scores: dict[str, tuple[dict[str, Any], dict[str, Any]]]

    @property
    def scores_equal(self) -> bool:
        """Whether all scores of all splits and types are equal."""
        return all(before == now for before, now in self.scores.values())

    @property
    def f1(self) -> dict[str, tuple[float, float]]:
        """The F1 in percent by split, before and now."""
        return {name: (before["f1"], now["f1"]) for name, (before, now) in self.scores.items()}


@dataclass(frozen=True)
class RecordedRun:
    """The run that made a tagger, as its folder records it."""

    folder: Path
    begun: BegunRun
    record: dict[str, Any]

    def read_data(self, data: Sequence[str] | None) -> Corpus:
        """Read the data of the run, and check that they are the same.

        Args:
            data: where they are now, as `train` takes them; None for where they were.

        Raises:
            InputError: they can't be read, they are others, or the record doesn't say where they were.
        """
        source = self.begun.source
        if data:
            names = [*data]
        elif source:
            names = [source.path]
        else:
            raise InputError(f"{self.folder} doesn't record where its data were read from: give `data`, as for train")
        options, dev_share = (source.options, source.dev_share) if source else (ReadOptions(), None)
        corpus = read_data_sets(names, self.begun.settings.seed, options, dev_share)
        prints = {name: split["fingerprint"] for name, split in self.record["data"].items()}
        corpus = replace(corpus, test=corpus.test if "test" in prints else None)
        used = take_train_fraction(corpus, self.begun.settings).splits
        if wrong := [name for name in prints if name not in used or used[name].fingerprint != prints[name]]:
            raise InputError(
                f"{' + '.join(names)} is not what {self.folder} was trained on ({', '.join(wrong)} differs): "
                "give the same files as `data`"
            )
        return corpus

    def changes(self, corpus: Corpus) -> list[Change]:
        """What of the machine, the versions and the word segmenter is not as it was.

        Raises:
            InputError: the user dictionary of the segmenter is another one, or can't be read.
        """
        now = describe_environment(pick_device(), PACKAGES)
        pairs = [(self.record.get(part, {}), now[part]) for part in ("machine", "versions")]
        words = describe_run(self.begun.settings, corpus).get("words")
        before = self.record.get("words")
        if words and before:
            if words["dictionary"] != before["dictionary"]:
                raise InputError(
                    f"{self.begun.settings.words_dictionary} is not the user dictionary that {self.folder} was "
                    "trained with: put that one there"
                )
            pairs.append(({before["package"]: before["version"]}, {words["package"]: words["version"]}))
        return [
            Change(name, str(was.get(name, "not recorded")), str(value))
            for was, is_now in pairs
            for name, value in is_now.items()
            if was.get(name) != value
        ]

    def train_again(self, corpus: Corpus, output: Path, progress: Progress) -> Reproduction:
        """Train with the settings of the run, and compare. An interrupted run in `output` is continued.

        Raises:
            InputError: as for `train`, such as that a file or a model that the settings name is not there any more.
            InterruptedRun: the user stopped the run.
        """
        resume = (output / UNFINISHED).is_dir()
        way_out = "run it again with the same `output` to continue"
        run = train(corpus, self.begun.settings, output, resume=resume, progress=progress, way_out=way_out)
        scores = {
            name: (score["conlleval"], run.record["scores"][name]["conlleval"])
            for name, score in self.record["scores"].items()
        }
        return Reproduction(filecmp.cmp(self.folder / WEIGHTS, output / WEIGHTS, shallow=False), scores)


def read_recorded_run(folder: Path) -> RecordedRun:
    """Read the run that made the tagger in `folder`.

    Raises:
        InputError: the folder holds no whole tagger of `train`, or its record is damaged.
    """
    require_whole_model(folder)
    read_config(folder / CONFIG)  # says if it is a classifier
    try:
        record = read_training_record(folder / RECORD)
    except FileNotFoundError:
        raise InputError(f"there is no {RECORD} in {folder}, so how it was trained is unknown: {ADVICE}") from None
    return RecordedRun(folder, begun_run(record, folder / RECORD, ADVICE), record)
