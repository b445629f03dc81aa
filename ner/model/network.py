"""The network that computes emissions from ids, and its loss."""

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from ner.characters.padding import IGNORED, OPEN_LABEL, UNKNOWN_LABEL
from ner.choices import CellName
from ner.data import schemes
from ner.model.crf.partial_labels import allowed_by_partial_labels
from ner.model.crf.scheme_crf import SchemeCrf
from ner.model.crf.softmax_output import SoftmaxOutput
from ner.model.crf.tag_distribution import TagDistribution
from ner.model.encoder_network import EncoderNetwork, NetworkOutput
from ner.model.network_config import BertBiLstmCrfConfig
from ner.model.recurrent import run_both_ways
from ner.words.stored_segmenter import ALONE, FIRST, PLACES

_LEFT_OUT = 0.3
"""The share of the words of a list that a network doesn't read in training, so that it doesn't depend on the list."""
_CELLS: dict[CellName, type[nn.LSTM] | type[nn.GRU]] = {"lstm": nn.LSTM, "gru": nn.GRU}


class BertBiLstmCrf(EncoderNetwork):
    """Encoder (BERT family), fusion of its layers, BiLSTM or BiGRU, linear layer and CRF. Each character gets a tag.

    With words, a vector of its word stands beside the encoder's output for each character.

    Args:
        config: the architecture.
        encoder: a pretrained encoder. Without it, an encoder with random weights is built from `config`.
    """

    config_class = BertBiLstmCrfConfig
    config: BertBiLstmCrfConfig
    base_model_prefix = "tagger"
    positions = slice(1, -1)  # without [CLS] and [SEP]

    def __init__(self, config: BertBiLstmCrfConfig, encoder: PreTrainedModel | None = None) -> None:
        super().__init__(config, encoder)
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
        self.post_init()  # type: ignore[no-untyped-call]

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
        ids = word_ids[:, 1:-1]
        if self.training and self.config.words == "list":
            ids = leave_out_words(ids, _LEFT_OUT)
        return torch.cat([features, self.word_embedding(ids).to(features.dtype)], dim=2)

    def divergence(self, one: Tensor, other: Tensor, labels: Tensor) -> Tensor:
        first, _, mask = select_labelled(one, labels)
        second, _, _ = select_labelled(other, labels)
        with torch.autocast(first.device.type, enabled=False):
            return self.tag_decoder.divergence(first, second, mask)

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


def leave_out_words(word_ids: Tensor, share: float) -> Tensor:
    """Replace a random share of whole words by no word: `(batch, chars)` -> `(batch, chars)`."""
    places = (word_ids - 1) % PLACES
    begins = (word_ids > 0) & ((places == FIRST) | (places == ALONE))
    words = begins.cumsum(dim=1)  # the number of the word that each character belongs to, or follows
    left_out = torch.rand(len(word_ids), word_ids.shape[1] + 1, device=word_ids.device) < share
    return word_ids.masked_fill(left_out.gather(1, words), 0)


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
