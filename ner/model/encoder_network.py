"""What the networks of taggers and classifiers share: a pretrained encoder and the fusion of its layers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers.utils.generic import ModelOutput

from ner.model.encoder_settings import EncoderSettings
from ner.model.feature_cache import FeatureCache
from ner.model.fusion import build_fusion
from ner.model.hardware import attention_kernel, pick_device
from ner.words.word_table import WordTable

if TYPE_CHECKING:
    from ner.choices import FusionName


class EncoderNetworkConfig(PreTrainedConfig):
    """The architecture of an encoder and of what stands above it, as saved in `config.json`.

    It has the settings of the network. Two have other names: `window` is `max_length`, and `encoder_name` is `encoder`,
    the name or folder that the encoder was loaded from.

    Args:
        encoder: the configuration of the encoder, with its `model_type`.
        **kwargs: the settings of the network by their keys in `config.json`, and the keys that transformers adds.
    """

    if TYPE_CHECKING:
        encoder_name: str
        fusion: FusionName
        layer_dropout: float
        dropout: float
        window: int

    def __init__(self, *, encoder: dict[str, Any] | None = None, **kwargs: Any) -> None:
        self.encoder = encoder or {"model_type": "bert"}
        kwargs.setdefault("encoder_name", "")
        group, entries = self.declared()
        for name, entry in entries.items():
            setattr(self, entry, kwargs.pop(entry, group.__pydantic_fields__[name].default))
        super().__init__(**kwargs)

    @classmethod
    def declared(cls) -> tuple[type[EncoderSettings], Mapping[str, str]]:
        """The group of the settings, and the key in `config.json` of each of them."""
        raise NotImplementedError

    def network_settings(self) -> dict[str, Any]:
        """The settings of the network, by their names in the group."""
        return {name: getattr(self, entry) for name, entry in self.declared()[1].items()}


@dataclass
class NetworkOutput(ModelOutput):
    """The scalar `loss`, if labels were given, and `emissions` in float32: scores of tags or of labels."""

    loss: Tensor | None = None
    emissions: Tensor | None = None


class EncoderNetwork(PreTrainedModel):
    """An encoder of the BERT family and the fusion of its layers, for subclasses to build on.

    Args:
        config: the architecture.
        encoder: a pretrained encoder. Without it, an encoder with random weights is built from `config`.
    """

    config: EncoderNetworkConfig
    main_input_name = "input_ids"
    _supports_sdpa = True
    positions = slice(None)
    """The positions that are above the encoder, of [CLS], the text and [SEP]."""

    def __init__(self, config: EncoderNetworkConfig, encoder: PreTrainedModel | None = None) -> None:
        super().__init__(config)
        settings = dict(config.encoder)
        self.encoder = encoder or AutoModel.from_config(AutoConfig.for_model(settings.pop("model_type"), **settings))
        if getattr(self.encoder, "pooler", None) is not None:
            self.encoder.pooler = None  # its vector of the whole text is not used
        layers = self.encoder.config.num_hidden_layers + 1
        self.fusion = build_fusion(config.fusion, layers, self.encoder.config.hidden_size, config.layer_dropout)
        self.words: WordTable | None = None  # set when a network that reads words is built or loaded
        self.feature_cache: FeatureCache | None = None  # set in training with a frozen encoder

    def _init_weights(self, module: nn.Module) -> None:
        """Keep the initialisation of PyTorch. Weights of the encoder come from a checkpoint."""

    def place(self) -> None:
        """Move the network to the GPU if there is one, and use the fastest attention kernel for its window."""
        device = pick_device()
        self.encoder.set_attn_implementation(attention_kernel(device, self.config.window))
        nn.Module.to(self, device)

    def layers(self, input_ids: Tensor, attention_mask: Tensor, **more: Tensor) -> Tensor:
        """Hidden states in all layers, `(batch, positions, layers, hidden)`; layer 0 is the embeddings.

        With the fusion `last` it is the top layer only. `more` are further inputs of the encoder.
        """
        if self.feature_cache is not None:
            return self.feature_cache.layers(input_ids, attention_mask, self._encode, **more)
        return self._encode(input_ids, attention_mask, **more)

    def _encode(self, input_ids: Tensor, attention_mask: Tensor, **more: Tensor) -> Tensor:
        every = self.config.fusion != "last"
        output: Any = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=every, **more
        )
        states = output.hidden_states if every else (output.last_hidden_state,)
        return torch.stack([state[:, self.positions] for state in states], dim=2)

    def divergence(self, one: Tensor, other: Tensor, labels: Tensor) -> Tensor:
        """How different two passes over a batch with different dropout are: the scalar divergence of R-Drop.

        Args:
            one: the emissions of one pass.
            other: those of the other pass.
            labels: the labels of the batch.
        """
        raise NotImplementedError
