"""The network that a run begins with: one on a pretrained encoder, or that of a tagger to continue from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from transformers import PreTrainedModel, set_seed

from ner.characters.character_table import CharacterTable
from ner.data.corpus import Corpus
from ner.data.data_split import Split
from ner.errors import InputError
from ner.model.load_encoder import load_encoder, longest_window
from ner.model.model_folder import load_model
from ner.model.network import BertBiLstmCrf
from ner.model.network_config import BertBiLstmCrfConfig, config_entries
from ner.tagging.tagger import Tagger
from ner.tagging.torch_engine import NetworkEngine
from ner.training.continue_tagger import build_from_tagger, f1_of_types
from ner.training.training_settings import TrainingSettings


class Source(NamedTuple):
    """A trained tagger to continue from."""

    model: BertBiLstmCrf
    table: CharacterTable


@dataclass(frozen=True)
class Start:
    """What a run begins with.

    `shared_types` are the types of train that the tagger to continue from knows, and `f1_before` its F1 over them by
    split; without such a tagger, `continued` is False and both are empty.
    """

    model: BertBiLstmCrf
    table: CharacterTable
    continued: bool
    shared_types: list[str]
    f1_before: dict[str, float]


def load_source(settings: TrainingSettings) -> Source | None:
    """The tagger of `init_from`, None if the settings name none.

    Raises:
        InputError: the folder holds no complete model that this version reads.
    """
    return Source(*load_model(settings.init_from)) if settings.init_from else None


def build_start(source: Source | None, corpus: Corpus, splits: Sequence[Split], settings: TrainingSettings) -> Start:
    """The network to train, on its device, with weights that depend on the seed alone; `splits` are to be scored.

    Raises:
        InputError: the encoder can't be loaded, or reads less than `max_length` characters at once.
    """
    set_seed(settings.seed)
    if source is None:
        return Start(*build_model(corpus.types, settings), continued=False, shared_types=[], f1_before={})
    _require_window(source.model.encoder, settings)
    source.model.place()
    shared = sorted({*corpus.types} & {*source.model.config.types})
    tagger = Tagger(NetworkEngine(source.model, settings.precision), source.table)
    before = {split.name: f1_of_types(tagger.evaluate(split), shared) for split in splits}
    return Start(build_from_tagger(corpus.types, settings, source.model), source.table, True, shared, before)


def build_model(types: list[str], settings: TrainingSettings) -> tuple[BertBiLstmCrf, CharacterTable]:
    """A network for entities of `types` with pretrained encoder weights, on the device where it is to be trained.

    Raises:
        InputError: the encoder can't be loaded, or reads less than `max_length` characters at once.
    """
    encoder, table = load_encoder(settings.encoder, settings.encoder_dropout)
    _require_window(encoder, settings)
    config = BertBiLstmCrfConfig(
        encoder={name: value for name, value in encoder.config.to_dict().items() if name != "_name_or_path"},
        types=types,
        **config_entries(settings),
    )
    try:
        model = BertBiLstmCrf(config, encoder)
    except ValueError as error:
        raise InputError(f"`fusion` {settings.fusion} doesn't fit {settings.encoder}: {error}") from error
    model.encoder.requires_grad_(settings.mode == "fine-tune")
    model.place()
    return model, table


def _require_window(encoder: PreTrainedModel, settings: TrainingSettings) -> None:
    longest = longest_window(encoder)
    if settings.max_length > longest:
        raise InputError(
            f"`max_length` {settings.max_length} is more than {settings.encoder} reads: expected at most {longest}"
        )
