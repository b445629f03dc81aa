"""The network at the start of a run: a new one with a pretrained encoder, or that of a tagger to continue from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from transformers import PreTrainedModel, set_seed

from ner.characters.character_table import CharacterTable
from ner.data.corpus import Corpus
from ner.data.data_split import Split
from ner.errors import InputError
from ner.model.encoder_network import EncoderNetwork, EncoderNetworkConfig
from ner.model.encoder_settings import EncoderSettings
from ner.model.load_encoder import load_encoder, longest_window
from ner.model.memory_needs import require_training_memory
from ner.model.model_folder import load_model
from ner.model.network import BertBiLstmCrf
from ner.model.network_config import BertBiLstmCrfConfig, config_entries
from ner.tagging.tagger import Tagger
from ner.tagging.torch_engine import NetworkEngine
from ner.training.continue_tagger import build_from_tagger, f1_of_types
from ner.training.loop_settings import LoopSettings
from ner.training.training_settings import TrainingSettings
from ner.words.word_table import new_table

_Config = TypeVar("_Config", bound=EncoderNetworkConfig)
_Network = TypeVar("_Network", bound=EncoderNetwork)


class Source(NamedTuple):
    """A trained tagger to continue from."""

    model: BertBiLstmCrf
    table: CharacterTable


@dataclass(frozen=True)
class Start:
    """The network at the start of a run.

    Args:
        model: the network.
        table: the characters that it knows.
        continued: whether it is from a trained tagger. Otherwise `shared_types` and `f1_before` are empty.
        shared_types: the types of train that this tagger knows.
        f1_before: the F1 of this tagger for the shared types, in percent, by split.
    """

    model: BertBiLstmCrf
    table: CharacterTable
    continued: bool
    shared_types: list[str]
    f1_before: dict[str, float]


def load_source(settings: TrainingSettings) -> Source | None:
    """Load the tagger of the setting `init_from`; None if it is not set.

    Raises:
        InputError: the folder contains no complete model, or its format is too new.
    """
    return Source(*load_model(settings.init_from)) if settings.init_from else None


def build_start(source: Source | None, corpus: Corpus, splits: Sequence[Split], settings: TrainingSettings) -> Start:
    """Build the network to train, on its device. The same seed gives the same weights.

    Args:
        source: the tagger to continue from, or None. It is scored before training.
        corpus: the data, whose types the network predicts.
        splits: the splits to score the tagger on.
        settings: the settings of the run.

    Raises:
        InputError: the encoder can't be loaded, `max_length` is more than the encoder can read, or the network needs
            more memory than there is.
    """
    set_seed(settings.seed)
    if source is None:
        return Start(*build_model(corpus.types, settings), continued=False, shared_types=[], f1_before={})
    require_window(source.model.encoder, settings)
    source.model.place()
    shared = sorted({*corpus.types} & {*source.model.config.types})
    tagger = Tagger(NetworkEngine(source.model, settings.precision), source.table)
    before = {split.name: f1_of_types(tagger.evaluate(split), shared) for split in splits}
    return Start(build_from_tagger(corpus.types, settings, source.model), source.table, True, shared, before)


def build_model(types: list[str], settings: TrainingSettings) -> tuple[BertBiLstmCrf, CharacterTable]:
    """Build a new network for entities of `types`, with a pretrained encoder, on its device.

    Returns:
        The network, and the characters that its encoder knows.

    Raises:
        InputError: the encoder or the word segmenter can't be loaded, `max_length` is more than the encoder can read,
            or the network needs more memory than there is.
    """
    words = new_table(settings.words, settings.words_dictionary) if settings.words != "none" else None
    encoder, table = load_encoder(settings.encoder, settings.encoder_dropout)
    require_window(encoder, settings)
    config = BertBiLstmCrfConfig(
        encoder=encoder_entries(encoder),
        types=types,
        segmenter=words.stored.model_dump() if words else None,
        **config_entries(settings),
    )
    require_training_memory(config, encoder, settings.batch_size, frozen=settings.mode == "frozen")
    model = build_network(BertBiLstmCrf, config, encoder, settings)
    model.words = words
    return model, table


def encoder_entries(encoder: PreTrainedModel) -> dict[str, Any]:
    """The configuration of an encoder, as the configuration of a network contains it."""
    return {name: value for name, value in encoder.config.to_dict().items() if name != "_name_or_path"}


def build_network(
    kind: Callable[[_Config, PreTrainedModel], _Network],
    config: _Config,
    encoder: PreTrainedModel,
    settings: LoopSettings,
) -> _Network:
    """Build a network above a pretrained encoder, on its device.

    Raises:
        InputError: the fusion doesn't fit the encoder.
    """
    try:
        model = kind(config, encoder)
    except ValueError as error:
        raise InputError(f"`fusion` {settings.fusion} doesn't fit {settings.encoder}: {error}") from error
    model.encoder.requires_grad_(settings.mode == "fine-tune")
    model.place()
    return model


def require_window(encoder: PreTrainedModel, settings: EncoderSettings) -> None:
    """Check that the encoder can read windows of `max_length` characters.

    Raises:
        InputError: it can't.
    """
    longest = longest_window(encoder)
    if settings.max_length > longest:
        raise InputError(
            f"expected `max_length` to be at most {longest}, the limit of {settings.encoder}, got {settings.max_length}"
        )
