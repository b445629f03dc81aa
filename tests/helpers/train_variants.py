"""Train with several settings, and write what each run was like: `torchrun tests/helpers/train_variants.py PLAN.json`.

A plan is a list of runs, with `data`, `output`, `settings`, whether to `resume`, the step to `stop` after, and whether
to train a `classifier`. What each rank has seen is written beside the plan.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback

from ner import InputError, TrainingSettings, read_corpus, read_labelled_data, train_classifier
from ner.classifying.classifier_training_settings import ClassifierSettings
from ner.errors import InterruptedRun
from ner.runs.launched import process_number
from ner.training.train import train


class Watch(TrainerCallback):
    """Keeps the losses that the trainer logs, and sends a signal to one rank after a step."""

    def __init__(self, stop: int, rank: int) -> None:
        self.losses: list[float] = []
        self.stop, self.rank = stop, rank

    def on_log(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if "loss" in kwargs["logs"]:
            self.losses.append(kwargs["logs"]["loss"])

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step + 1 == self.stop and self.rank == int(os.environ.get("STOPPED_RANK", "0")):
            os.kill(os.getpid(), signal.SIGTERM)


def run(plan: dict[str, Any], rank: int) -> dict[str, Any]:
    """Train once."""
    watch = Watch(plan.get("stop", 0), rank)
    seen: dict[str, Any] = {}
    try:
        output, resume = Path(plan["output"]), plan.get("resume", False)
        if plan.get("classifier"):
            data = read_labelled_data(plan["data"])
            finished: Any = train_classifier(
                data, output, ClassifierSettings(**plan["settings"]), resume=resume, callbacks=[watch]
            )
            model = finished.classifier.engine.model
        else:
            corpus = read_corpus(Path(plan["data"]), seed=1)
            finished = train(corpus, TrainingSettings(**plan["settings"]), output, resume=resume, callbacks=[watch])
            model = finished.tagger.engine.model
        state = model.state_dict().values()
        # without transitions that are impossible, whose scores hide all others
        weights = [value.double().abs().sum().item() for value in state if value.abs().max() < 1e4]
        seen = {"epochs": finished.record["epochs"], "steps": finished.record["steps"], "weights": sum(weights)}
    except (InputError, InterruptedRun) as error:
        seen = {"error": str(error)}
    return {**seen, "losses": watch.losses}


def main() -> None:
    """Train as a plan says."""
    torch.set_num_threads(1)
    rank, path = process_number(), Path(sys.argv[1])
    results = [run(plan, rank) for plan in json.loads(path.read_text(encoding="utf-8"))]
    path.with_suffix(f".rank{rank}.json").write_text(json.dumps(results), encoding="utf-8")


if __name__ == "__main__":
    main()
