"""Training with a share of the sentences, for learning curves."""

import math
import random
from dataclasses import replace

from ner.data.corpus import Corpus
from ner.errors import InputError
from ner.training.training_settings import TrainingSettings


def take_train_fraction(corpus: Corpus, settings: TrainingSettings) -> Corpus:
    """The corpus with the share `train_fraction` of the training sentences, in their order.

    The sentences are chosen at random. With one seed, those of a smaller share are among those of a larger one, so that
    scores differ by the number of sentences and not by the choice. The types stay those of the whole corpus.

    Raises:
        InputError: the sentences have no entities.
    """
    whole = corpus.train
    count = math.ceil(settings.train_fraction * len(whole.sentences))
    if count == len(whole.sentences):
        return corpus
    order = random.Random(settings.seed).sample(range(len(whole.sentences)), len(whole.sentences))
    train = replace(whole, sentences=[whole.sentences[index] for index in sorted(order[:count])])
    if not train.types:
        raise InputError(
            f"`train_fraction` {settings.train_fraction:g} leaves {count:,} of {len(whole.sentences):,} sentences of "
            f"{whole.path}, and none has an entity: choose a larger share"
        )
    note = f"{count:,} of {len(whole.sentences):,} training sentences are used, chosen with seed {settings.seed}"
    return replace(corpus, train=train, notes=[*corpus.notes, note])
