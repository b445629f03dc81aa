"""The file `config.json` of a model folder. This module needs no PyTorch."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, create_model, model_validator
from typing_extensions import Self

from ner.data import schemes
from ner.errors import InputError
from ner.file_schema import FileSchema, Name, Names, check_file, check_format
from ner.files import read_json
from ner.lexicon.default_weight import ListWeights
from ner.model.network_settings import NetworkSettings
from ner.settings import AlsoNamed, Settings, marker
from ner.words.stored_segmenter import StoredSegmenter

FORMAT_VERSION = 2
WITHOUT_WORDS = 1
"""The format of a network that reads no words. Older versions of bert-ner read it."""
MODEL_TYPE = "bert-bilstm-crf"
CLASSIFIER_TYPE = "bert-text-classifier"
ADVICE = "copy it again, or train again"


def entries_of(group: type[Settings]) -> dict[str, str]:
    """The key in `config.json` of each setting of a network."""
    return {
        name: also.name if (also := marker(field, AlsoNamed)) else name
        for name, field in group.__pydantic_fields__.items()
    }


def schema_entries(group: type[Settings]) -> dict[str, Any]:
    """The settings of a network, each with the range of its declaration, under their keys in the file."""
    fields = group.__pydantic_fields__
    return {
        entry: (Annotated[(fields[name].annotation, *fields[name].metadata, None)], fields[name].default)
        for name, entry in entries_of(group).items()
    }


NETWORK_ENTRIES = entries_of(NetworkSettings)
"""The key in `config.json` of each setting of the network."""

# Sizes of encoders, far above those of the largest. Families have different names for them.
_Layers = Annotated[int, Field(ge=1, le=1000)]
_Width = Annotated[int, Field(ge=1, le=1_000_000)]
_Rows = Annotated[int, Field(ge=1, le=10_000_000)]
_Share = Annotated[float, Field(ge=0, le=1)]


class StoredEncoder(FileSchema):
    """The configuration of the encoder. A field that a family doesn't have is not checked."""

    model_type: Name
    num_hidden_layers: _Layers = 1
    n_layers: _Layers = 1
    num_attention_heads: _Width = 1
    n_heads: _Width = 1
    hidden_size: _Width = 1
    dim: _Width = 1
    embedding_size: _Width = 1
    intermediate_size: _Width = 1
    hidden_dim: _Width = 1
    vocab_size: _Rows = 1
    max_position_embeddings: _Rows = 1
    type_vocab_size: Annotated[int, Field(ge=0, le=1_000_000)] = 1
    pad_token_id: Annotated[int, Field(ge=0)] | None = None
    hidden_dropout_prob: _Share = 0.0
    attention_probs_dropout_prob: _Share = 0.0
    layer_norm_eps: Annotated[float, Field(gt=0, le=1)] = 1e-12
    # With other values the encoder returns something else, or refuses some lengths.
    is_decoder: Literal[False] = False
    is_encoder_decoder: Literal[False] = False
    add_cross_attention: Literal[False] = False
    return_dict: Literal[True] = True
    chunk_size_feed_forward: Literal[0] = 0

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for width, heads in ((self.hidden_size, self.num_attention_heads), (self.dim, self.n_heads)):
            if width % heads and width > 1:
                raise ValueError(f"expected a number of heads that divides {width}, found {heads}")
        if "vocab_size" in self.model_fields_set and (self.pad_token_id or 0) >= self.vocab_size:
            raise ValueError(f"expected a pad_token_id below {self.vocab_size:,}, found {self.pad_token_id:,}")
        return self


_Network: Any = create_model("_Network", __base__=FileSchema, **schema_entries(NetworkSettings))


class _Config(_Network):  # type: ignore[misc]
    """What `config.json` contains."""

    encoder: StoredEncoder
    types: Names
    id2label: dict[str, str] = Field(default_factory=dict)
    quantization_config: None = None
    segmenter: StoredSegmenter | None = None
    list_weights: ListWeights | None = None

    @model_validator(mode="after")
    def _segmenter_fits(self) -> Self:
        if self.words != (self.segmenter.name if self.segmenter else "none"):
            raise ValueError(f"segmenter: expected that of the entry words, {self.words}, found another")
        return self

    @model_validator(mode="after")
    def _labels_fit(self) -> Self:
        expected = {str(i): label for i, label in enumerate(schemes.labels(schemes.SCHEMES[self.scheme], self.types))}
        for index, label in self.id2label.items():
            if expected.get(index) != label:
                raise ValueError(
                    f"types: expected those of id2label in their order, but label {index} is {label} there, "
                    f"and {expected.get(index)} by types and scheme"
                )
        return self


def read_config(path: Path) -> dict[str, Any]:
    """Read a configuration and check all that the program uses of it.

    Raises:
        InputError: the file is damaged, or describes a model of another type or of a newer format.
        OSError: the file can't be read.
    """
    content = read_json(path, ADVICE)
    if not isinstance(content, dict):
        raise InputError(f"{path} is damaged (expected an object with the configuration of a model): {ADVICE}")
    if content.get("model_type") != MODEL_TYPE:
        kind = str(content.get("model_type"))[:40]
        if kind == CLASSIFIER_TYPE:
            raise InputError(
                f"{path.parent} contains a classifier: give the folder of a tagger, or use bert-ner classify"
            )
        raise InputError(f"{path} describes a model of the type {kind}: expected {MODEL_TYPE}")
    check_format(content, FORMAT_VERSION, path, ADVICE)
    check_file(_Config, content, path, ADVICE)
    return content
