"""The network that computes emissions from ids, and its loss."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedModel
from transformers.utils.generic import ModelOutput

from ner.characters.padding import IGNORED, OPEN_LABEL, UNKNOWN_LABEL
from ner.choices import CellName
from ner.data import schemes
from ner.model.crf.partial_labels import allowed_by_partial_labels
from ner.model.crf.scheme_crf import SchemeCrf
from ner.model.crf.softmax_output import SoftmaxOutput
from ner.model.crf.tag_distribution import TagDistribution
from ner.model.feature_cache import FeatureCache
from ner.model.fusion import build_fusion
from ner.model.hardware import attention_kernel, pick_device
from ner.model.network_config import BertBiLstmCrfConfig
from ner.model.recurrent import run_both_ways
from ner.words.word_table import WordTable

_CELLS: dict[CellName, type[nn.LSTM] | type[nn.GRU]] = {"lstm": nn.LSTM, "gru": nn.GRU}


@dataclass
class NetworkOutput(ModelOutput):
    """The scalar `loss`, if labels were given, and `emissions` `(batch, chars, tags)` in float32."""

    loss: Tensor | None = None
    emissions: Tensor | None = None


class BertBiLstmCrf(PreTrainedModel):
    """Encoder (BERT family), fusion of its layers, BiLSTM or BiGRU, linear layer and CRF. Each character gets a tag.

    With words, a vector of its word stands beside the encoder's output for each character.

    Args:
        config: the architecture.
        encoder: a pretrained encoder. Without it, an encoder with random weights is built from `config`.
    """

    config_class = BertBiLstmCrfConfig
    config: BertBiLstmCrfConfig
    base_model_prefix = "tagger"
    main_input_name = "input_ids"
    _supports_sdpa = True

    def __init__(self, config: BertBiLstmCrfConfig, encoder: PreTrainedModel | None = None) -> None:
        super().__init__(config)
        settings = dict(config.encoder)
        self.encoder = encoder or AutoModel.from_config(AutoConfig.for_model(settings.pop("model_type"), **settings))
        if getattr(self.encoder, "pooler", None) is not None:
            self.encoder.pooler = None  # the vector of a whole sentence, which is not used here
        hidden = self.encoder.config.hidden_size
        layers = self.encoder.config.num_hidden_layers + 1
        self.fusion = build_fusion(config.fusion, layers, hidden, config.layer_dropout)
        hidden = self.fusion.size
        self.word_embedding: nn.Embedding | None = None
        if stored := config.stored_segmenter:
            self.word_embedding = nn.Embedding(stored.ids, stored.size)
            hidden += stored.size
        self.dropout = nn.Dropout(config.dropout)
        self.recurrent: nn.LSTM | nn.GRU | None = None
        if config.lstm_layers > 0:
            self.recurrent = _CELLS[config.cell](
                hidden,
                config.lstm_size,
                config.lstm_layers,
                batch_first=True,
                bidirectional=True,
                dropout=config.dropout if config.lstm_layers > 1 else 0.0,
            )
            hidden = 2 * config.lstm_size
        labels = config.labels
        self.classifier = nn.Linear(hidden, len(labels))
        self.tag_decoder: TagDistribution = (
            SchemeCrf(labels, schemes.SCHEMES[config.scheme])
            if config.tag_decoder == "crf"
            else SoftmaxOutput(config.label_smoothing)
        )
        self.words: WordTable | None = None  # set when a network that reads words is built or loaded
        self.feature_cache: FeatureCache | None = None  # set in training with a frozen encoder
        self.post_init()  # type: ignore[no-untyped-call]

    def _init_weights(self, module: nn.Module) -> None:
        """Keep the initialisation of PyTorch. Weights of the encoder come from a checkpoint."""

    def place(self) -> None:
        """Move the network to the GPU if there is one, and use the fastest attention kernel for its window."""
        device = pick_device()
        self.encoder.set_attn_implementation(attention_kernel(device, self.config.window))
        nn.Module.to(self, device)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        labels: Tensor | None = None,
        word_ids: Tensor | None = None,
        closed: Tensor | None = None,
    ) -> NetworkOutput:
        """Compute emissions for each character, and the loss if `labels` are given.

        Args:
            input_ids: `(batch, chars + 2)`. Each row starts with [CLS] and ends with [SEP].
            attention_mask: `(batch, chars + 2)`, 1 for characters, [CLS] and [SEP], 0 for padding.
            labels: `(batch, chars)`. `IGNORED` marks padding, and context before and after the labelled characters of a
                row. `UNKNOWN_LABEL` marks characters that nobody annotated, `OPEN_LABEL` those whose tag is O or one
                that is not closed.
            word_ids: `(batch, chars + 2)`, 0 for [CLS], [SEP] and padding. Only a network with words takes them.
            closed: bool, `(batch, tags)`: the tags that characters with `OPEN_LABEL` can't have. None if none has it.
        """
        features = self.fusion(self.layers(input_ids, attention_mask))  # (batch, chars, hidden)
        features = self.dropout(self.with_words(features, word_ids))
        if self.recurrent is not None:
            lengths = attention_mask.sum(dim=1) - 2  # [CLS] and [SEP]
            features = self.dropout(run_both_ways(self.recurrent, features, lengths))
        emissions = self.classifier(features).float()  # (batch, chars, tags)
        if labels is None:
            return NetworkOutput(emissions=emissions)
        return NetworkOutput(loss=self._loss(emissions, labels, closed), emissions=emissions)

    def with_words(self, features: Tensor, word_ids: Tensor | None) -> Tensor:
        """Put the vectors of words beside those of characters: `(batch, chars, hidden)` -> `(batch, chars, more)`."""
        if self.word_embedding is None:
            return features
        if word_ids is None:
            raise ValueError("expected `word_ids`, because the network was trained with words, got None")
        words = self.word_embedding(word_ids[:, 1:-1])
        return torch.cat([features, words.to(features.dtype)], dim=2)

    def layers(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Hidden states of the characters in all layers, `(batch, chars, layers, hidden)`; layer 0 is the embeddings.

        With the fusion `last` it is the top layer only.
        """
        if self.feature_cache is not None:
            return self.feature_cache.layers(input_ids, attention_mask, self._encode)
        return self._encode(input_ids, attention_mask)

    def _encode(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        every = self.config.fusion != "last"
        output: Any = self.encoder(input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=every)
        states = output.hidden_states if every else (output.last_hidden_state,)
        return torch.stack([state[:, 1:-1] for state in states], dim=2)

    def _loss(self, emissions: Tensor, labels: Tensor, closed: Tensor | None) -> Tensor:
        emissions, tags, mask = select_labelled(emissions, labels)
        unknown, open_ = tags == UNKNOWN_LABEL, tags == OPEN_LABEL
        tags = tags.clamp(min=0)
        with torch.autocast(emissions.device.type, enabled=False):
            if (unknown | open_).any():
                allowed = allowed_by_partial_labels(tags, unknown | open_, tuple(self.config.labels))
                if closed is not None:
                    allowed &= ~(open_.unsqueeze(2) & closed.unsqueeze(1))
                return self.tag_decoder.partial_loss(emissions, allowed, mask)
            return self.tag_decoder.loss(emissions, tags, mask)


def select_labelled(emissions: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Select the labelled characters of each row, as a `TagDistribution` needs them.

    Args:
        emissions: `(batch, chars, tags)`.
        labels: `(batch, chars)`, `IGNORED` for padding and for context.

    Returns:
        Emissions `(batch, labelled, tags)`, tags `(batch, labelled)`, and their mask `(batch, labelled)`.
    """
    learned = labels != IGNORED
    count = learned.sum(dim=1)
    first = learned.int().argmax(dim=1)
    # The mask of the CRF must begin at the start of a row, so move the labelled characters there.
    index = first.unsqueeze(1) + torch.arange(int(count.max()), device=labels.device)  # (batch, labelled)
    mask = index < (first + count).unsqueeze(1)
    index = index.clamp(max=labels.shape[1] - 1)
    tags = labels.gather(1, index)
    return emissions.gather(1, index.unsqueeze(2).expand(-1, -1, emissions.shape[2])), tags, mask
