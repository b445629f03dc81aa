"""How long a run trains: the number of epochs, and of passes over the training data in each of them."""

import math

from ner.training.loop_settings import USUAL_EPOCHS, LoopSettings
from ner.training.training_settings import LEAST_STEPS, TrainingSettings


def number_of_epochs(settings: LoopSettings) -> int:
    """The number of epochs of a run."""
    return settings.epochs or USUAL_EPOCHS


def steps_per_epoch(settings: LoopSettings, examples: int) -> int:
    """The number of optimizer steps in an epoch of `examples`."""
    return math.ceil(math.ceil(examples / settings.batch_size) / settings.accumulate)


def passes_per_epoch(settings: TrainingSettings, sentences: int) -> int:
    """The number of passes over the training data in each epoch.

    It is 1, unless the user leaves the length of the run to the program and so few sentences would give fewer than
    `LEAST_STEPS` steps. Several passes are one epoch, so that the dev split is not scored every few steps.

    Args:
        settings: the settings of the run.
        sentences: the number of training sentences.
    """
    if settings.epochs is not None or settings.max_steps is not None:
        return 1
    needed = LEAST_STEPS / USUAL_EPOCHS * settings.batch_size * settings.accumulate
    return math.ceil(needed / sentences)
