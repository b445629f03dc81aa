"""The network of a classifier: from ids to scores of labels, and its loss."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

from ner.model.classifier_settings import ClassifierNetworkSettings
from ner.model.encoder_network import EncoderNetwork, EncoderNetworkConfig, NetworkOutput
from ner.model.encoder_settings import EncoderSettings
from ner.model.stored_classifier import CLASSIFIER_ENTRIES, CLASSIFIER_FORMAT
from ner.model.stored_config import CLASSIFIER_TYPE

if TYPE_CHECKING:
    from ner.choices import TextPooling


class TextClassifierConfig(EncoderNetworkConfig):
    """Architecture and labels of a `TextClassifier`.

    Args:
        labels: the labels, sorted.
        pairs: whether it reads pairs of texts.
        format_version: the format of the folder. Newer ones are refused.
        **kwargs: as for `EncoderNetworkConfig`.
    """

    model_type = CLASSIFIER_TYPE

    if TYPE_CHECKING:
        pooling: TextPooling
        multi_label: bool

    def __init__(
        self,
        *,
        labels: list[str] | None = None,
        pairs: bool = False,
        format_version: int = CLASSIFIER_FORMAT,
        **kwargs: Any,
    ) -> None:
        self.labels = labels or []
        self.pairs = pairs
        self.format_version = format_version
        super().__init__(**kwargs)
        self.id2label = dict(enumerate(self.labels))
        self.label2id = {label: i for i, label in enumerate(self.labels)}

    @classmethod
    def declared(cls) -> tuple[type[EncoderSettings], Mapping[str, str]]:
        return ClassifierNetworkSettings, CLASSIFIER_ENTRIES


class TextClassifier(EncoderNetwork):
    """Encoder (BERT family), fusion of its layers, pooling of all positions, and a linear layer with scores of labels.

    A long text is read in windows. The scores of a text are the mean of those of its windows. As the last layer is
    linear, this is the score of the mean of their vectors.

    Args:
        config: the architecture.
        encoder: as for `EncoderNetwork`.
    """

    config_class = TextClassifierConfig
    config: TextClassifierConfig
    temperature: Tensor
    base_model_prefix = "classifier"

    def __init__(self, config: TextClassifierConfig, encoder: PreTrainedModel | None = None) -> None:
        super().__init__(config, encoder)
        self.attention = nn.Linear(self.fusion.size, 1) if config.pooling == "attention" else None
        self.dropout = nn.Dropout(config.dropout)
        self.classifier = nn.Linear(self.fusion.size, len(config.labels))
        self.register_buffer("temperature", torch.ones(()))
        self.label_weights: Tensor | None = None  # (labels,), set in training: the weight of a label in the loss
        self.post_init()  # type: ignore[no-untyped-call]

    @property
    def reads_types(self) -> bool:
        """Whether it reads pairs, and its encoder has a type for the second text."""
        return self.config.pairs and getattr(self.encoder.config, "type_vocab_size", 0) > 1

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        token_type_ids: Tensor | None = None,
        labels: Tensor | None = None,
        origins: Tensor | None = None,
    ) -> NetworkOutput:
        """Compute scores of labels, and the loss if `labels` are given.

        Args:
            input_ids: `(windows, chars + 2)`. A pair has another [SEP] between its texts.
            attention_mask: `(windows, chars + 2)`, 0 for padding.
            token_type_ids: `(windows, chars + 2)`, 1 for the second text of a pair. Only for encoders with two types.
            labels: `(texts, labels)`, 1 for the labels of a text.
            origins: the index of the text of each window, `(windows,)`. Without it, each window is a text.

        Returns:
            The scores of each window, `(windows, labels)`; with `labels`, those of each text, `(texts, labels)`.
        """
        more = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        states = self.fusion(self.layers(input_ids, attention_mask, **more))  # (windows, chars + 2, hidden)
        scores = self.classifier(self.dropout(self._pool(states, attention_mask))).float()
        if labels is None:
            return NetworkOutput(emissions=scores)
        if origins is not None:
            scores = mean_by_text(scores, origins, len(labels))
        return NetworkOutput(loss=self._loss(scores, labels), emissions=scores)

    def _pool(self, states: Tensor, attention_mask: Tensor) -> Tensor:
        """One vector for each window: `(windows, positions, hidden)` -> `(windows, hidden)`."""
        if self.config.pooling == "cls":
            return states[:, 0]
        mask = attention_mask[:, : states.shape[1]].unsqueeze(2).bool()
        if self.config.pooling == "max":
            return states.masked_fill(~mask, torch.finfo(states.dtype).min).amax(dim=1)
        if self.attention is not None:
            logits = self.attention(states).float().masked_fill(~mask, -torch.inf)
            weights = logits.softmax(dim=1).to(states.dtype)
        else:
            weights = mask.to(states.dtype) / mask.sum(dim=1, keepdim=True)
        pooled: Tensor = (states * weights).sum(dim=1)
        return pooled

    def _loss(self, scores: Tensor, labels: Tensor) -> Tensor:
        """Cross-entropy; for several labels at once, the mean of that of each label. `label_weights` weigh labels."""
        with torch.autocast(scores.device.type, enabled=False):
            weights = torch.ones_like(scores[0]) if self.label_weights is None else self.label_weights
            if self.config.multi_label:
                return functional.binary_cross_entropy_with_logits(scores, labels, pos_weight=weights)
            of_texts = (labels * weights).sum(dim=1)  # (texts,)
            losses = -(labels * scores.log_softmax(dim=1)).sum(dim=1)
            return (of_texts * losses).sum() / of_texts.sum()

    def divergence(self, one: Tensor, other: Tensor, labels: Tensor) -> Tensor:
        """The symmetric Kullback-Leibler divergence of the distributions of labels, as a mean over the texts."""
        if self.config.multi_label:
            p, q = (torch.stack([scores, torch.zeros_like(scores)]).log_softmax(dim=0) for scores in (one, other))
            return ((p.exp() - q.exp()) * (p - q)).sum(dim=0).mean()
        p, q = one.log_softmax(dim=1), other.log_softmax(dim=1)
        return ((p.exp() - q.exp()) * (p - q)).sum(dim=1).mean()


def mean_by_text(scores: Tensor, origins: Tensor, texts: int) -> Tensor:
    """The mean of the scores of the windows of each text: `(windows, labels)` -> `(texts, labels)`."""
    total = scores.new_zeros(texts, scores.shape[1]).index_add(0, origins, scores)
    return total / torch.bincount(origins, minlength=texts).unsqueeze(1)
