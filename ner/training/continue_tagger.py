"""Continuing from a trained tagger: its network, and its weights for the labels that both have."""

from collections.abc import Collection
from copy import deepcopy
from dataclasses import replace

import torch

from conlleval import TypeScores
from ner.errors import InputError
from ner.evaluation.scores import Evaluation
from ner.model.load_encoder import set_dropout
from ner.model.memory_needs import require_training_memory
from ner.model.network import BertBiLstmCrf
from ner.model.network_config import BertBiLstmCrfConfig, config_entries
from ner.training.training_settings import TrainingSettings

# These settings may change, because no weight depends on them.
_WITHOUT_WEIGHTS = ("dropout", "layer_dropout", "label_smoothing", "max_length")


def adopt_network_settings(settings: TrainingSettings, source: BertBiLstmCrfConfig) -> TrainingSettings:
    """Replace the network settings by those of the tagger to continue from.

    Args:
        settings: the settings of the run.
        source: the configuration of the tagger.

    Raises:
        InputError: a setting differs from the tagger's and from the default.
    """
    default = TrainingSettings()
    network = {name: value for name, value in source.network_settings().items() if name not in _WITHOUT_WEIGHTS}
    for name, value in network.items():
        asked = getattr(settings, name)
        if asked not in (value, getattr(default, name)):
            raise InputError(
                f"`{name}` {asked} doesn't fit `init_from` {settings.init_from}, which has {value}: leave it out"
            )
    continued = replace(settings, **network)
    replace(
        continued, init_from=None, keep_old=False
    )  # checks the settings with this network; with `init_from`, the check is left out
    return continued


def build_from_tagger(types: list[str], settings: TrainingSettings, source: BertBiLstmCrf) -> BertBiLstmCrf:
    """Build a network with the weights of another network.

    Weights of labels that `source` doesn't have are initialized as in a new network.

    Args:
        types: the entity types of the new network.
        settings: the settings of the run, for example dropout.
        source: the network to copy the weights from.

    Raises:
        InputError: the network needs more memory than there is.
    """
    encoder = deepcopy(source.encoder.config)
    set_dropout(encoder, settings.encoder_dropout)
    content = {**source.config.to_dict(), **config_entries(settings), "types": types, "encoder": encoder.to_dict()}
    for derived in ("id2label", "label2id", "list_weights"):  # the new network has other probabilities
        content.pop(derived)
    config = BertBiLstmCrfConfig.from_dict(content)
    require_training_memory(config, source.encoder, settings.batch_size, frozen=settings.mode == "frozen")
    model = BertBiLstmCrf(config)
    known = source.state_dict()
    places = {label: i for i, label in enumerate(source.config.labels)}
    shared = [(i, places[label]) for i, label in enumerate(model.config.labels) if label in places]
    with torch.no_grad():
        into, out_of = (torch.tensor(places) for places in zip(*shared, strict=True))
        for name, tensor in model.state_dict().items():
            if name == "tag_decoder.transitions":  # (tags, tags)
                tensor[into[:, None], into] = known[name][out_of[:, None], out_of]
            elif name == "tag_decoder.temperature":
                continue  # the new network starts uncalibrated
            elif name.startswith(("classifier.", "tag_decoder.")):  # (tags, ...)
                tensor[into] = known[name][out_of]
            else:
                tensor.copy_(known[name])
    model.words = source.words
    model.encoder.requires_grad_(settings.mode == "fine-tune")
    model.place()
    return model


def f1_of_types(evaluation: Evaluation, types: Collection[str]) -> float:
    """The F1 in percent of the entities with one of `types`."""
    rows = [row for name, row in evaluation.scores.types.items() if name in types]
    return TypeScores(
        gold_chunks=sum(row.gold_chunks for row in rows),
        predicted_chunks=sum(row.predicted_chunks for row in rows),
        correct_chunks=sum(row.correct_chunks for row in rows),
    ).f1
