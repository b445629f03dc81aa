"""Computing vectors: one for each text, for each span of a text, or for each character."""

from collections.abc import Iterable, Iterator, Sequence
from numbers import Integral
from pathlib import Path
from typing import Any, get_args

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedModel

from ner.built_in import model_folder
from ner.characters.character_table import CharacterTable
from ner.characters.window_batches import WindowBatch, window_batches
from ner.choices import Pooling, PrecisionName
from ner.embedding.layer_choice import Layer, side_by_side, take_layer
from ner.embedding.vectors import Span, Vectors
from ner.errors import InputError
from ner.model.hardware import pick_device, use_bf16
from ner.model.load_encoder import load_encoder, longest_window
from ner.model.model_files import CHARACTERS
from ner.model.model_folder import load_model
from ner.model.without_hooks import without_hooks
from ner.texts import each_text


class Embedder:
    """Computes vectors of Chinese text with an encoder. A character is a Unicode code point.

    Long texts are read in overlapping windows. The vector of a character is from the window in which it is farthest
    from an edge.

    >>> embedder = Embedder.load("mini-zh")
    >>> embedder.embed(["王小明在北京大学读书。", "张伟去上海。"]).shape
    (2, 384)

    Args:
        encoder: the encoder. It stays on its device.
        table: its characters.
        layer: the layer that vectors are from: a number (0 for the embeddings, -1 for the top), `mean` for the mean of
            all layers, or `last4` or `all` for the concatenation of the top four or of all layers.
        precision: `fp32`, `bf16`, or `auto` (bf16 if the hardware is fast at it).

    Raises:
        InputError: the encoder has no such layer.
    """

    def __init__(
        self, encoder: PreTrainedModel, table: CharacterTable, layer: Layer = -1, precision: PrecisionName = "fp32"
    ) -> None:
        self.size: int = side_by_side(layer, encoder.config.num_hidden_layers + 1) * encoder.config.hidden_size
        self.encoder = encoder.train(False)
        self.table = table
        self.window = longest_window(encoder)
        self.precision: PrecisionName = "bf16" if use_bf16(precision, encoder.device) else "fp32"
        self._layer = layer

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "encoder": without_hooks(self.encoder)}

    @classmethod
    def load(cls, name: str | Path, layer: Layer = -1, precision: PrecisionName = "fp32") -> "Embedder":
        """Load an encoder. It is moved to the GPU if there is one.

        Args:
            name: `mini-zh` (built in), a folder, or a name on the Hugging Face Hub; or a tagger, whose encoder is used:
                `mini-zh-uner` (built in) or a model folder.
            layer: as for the class.
            precision: as for the class.

        Raises:
            InputError: there is no such encoder or layer, or the encoder doesn't read Chinese character by character.
        """
        if (model_folder(name) / CHARACTERS).is_file():  # only taggers have one
            model, table = load_model(name, words=False)
            encoder = model.encoder
        else:
            encoder, table = load_encoder(str(name))
        torch.nn.Module.to(encoder, pick_device())
        return cls(encoder, table, layer, precision)

    def embed(self, texts: Iterable[str], pooling: Pooling = "mean") -> Vectors:
        """Compute a vector for each text.

        Args:
            texts: a list of texts.
            pooling: `mean` or `max` of the characters, without [CLS] and [SEP]; or `cls` for the vector of [CLS]. For a
                long text, it is the mean of the [CLS] vectors of all windows.

        Returns:
            `(texts, size)`. The vector of an empty text is 0.

        Raises:
            ValueError: `texts` has something else than texts, or `pooling` is unknown.
        """
        texts = list(each_text(texts))
        _require_pooling(pooling)
        if pooling != "cls":
            whole = [[(0, len(text))] if text else [] for text in texts]
            pooled = self.embed_spans(texts, whole, pooling)
            return np.stack([rows[0] if len(rows) else self._zeros() for rows in pooled]) if pooled else self._zeros(0)
        total = self._zeros(len(texts))
        windows = np.zeros(len(texts), dtype=np.int64)
        for batch, states in self._states(texts):
            np.add.at(total, batch.origins, states[:, 0].cpu().numpy())
            np.add.at(windows, batch.origins, 1)
        return total / np.maximum(windows, 1).astype(np.float32)[:, None]

    def embed_spans(
        self, texts: Iterable[str], spans: Sequence[Sequence[Span]], pooling: Pooling = "mean"
    ) -> list[Vectors]:
        """Compute a vector for each span of each text. The encoder reads the whole text.

        Args:
            texts: a list of texts.
            spans: the spans of each text. They may overlap.
            pooling: `mean` or `max` of the characters of the span.

        Returns:
            `(spans, size)` for each text.

        Raises:
            ValueError: `texts` has something else than texts, `spans` has not one list for each text, a span is empty
                or outside its text, or `pooling` is `cls` or unknown.
        """
        texts = list(each_text(texts))
        _require_pooling(pooling)
        if pooling == "cls":
            raise ValueError(
                "expected `pooling` to be mean or max for spans, got cls, which is the vector of a whole text"
            )
        spans = _checked_spans(spans, texts)
        lowest = 0.0 if pooling == "mean" else -np.inf
        pooled = [np.full((len(own), self.size), lowest, dtype=np.float32) for own in spans]
        for batch, states in self._states(texts):
            for origin, window, kept in batch.kept(states[:, 1:-1].cpu()):
                rows = kept.numpy()
                for vector, (start, end) in zip(pooled[origin], spans[origin], strict=True):
                    part = rows[max(start - window.keep_start, 0) : max(end - window.keep_start, 0)]
                    if not len(part):
                        continue
                    if pooling == "mean":
                        vector += part.sum(axis=0) / (end - start)
                    else:
                        np.maximum(vector, part.max(axis=0), out=vector)
        return pooled

    def embed_characters(self, texts: Iterable[str]) -> list[Vectors]:
        """Compute a vector for each character of each text, `(chars, size)`.

        Raises:
            ValueError: `texts` has something else than texts.
        """
        texts = list(each_text(texts))
        vectors = [self._zeros(len(text)) for text in texts]
        for batch, states in self._states(texts):
            for origin, window, kept in batch.kept(states[:, 1:-1].cpu()):
                vectors[origin][window.keep_start : window.keep_end] = kept.numpy()
        return vectors

    def _states(self, texts: Sequence[str]) -> Iterator[tuple[WindowBatch, Tensor]]:
        """Batches of windows, and the vectors of the layer, `(batch, chars + 2, size)`."""
        device = self.encoder.device
        for batch in window_batches(texts, self.table, self.window):
            with (
                torch.inference_mode(),
                torch.autocast(device.type, dtype=torch.bfloat16, enabled=self.precision == "bf16"),
            ):
                output = self.encoder(
                    input_ids=torch.from_numpy(batch.input_ids).to(device),
                    attention_mask=torch.from_numpy(batch.attention_mask).to(device),
                    output_hidden_states=True,
                )
                states = take_layer(output.hidden_states, self._layer)
            yield batch, states

    def _zeros(self, *rows: int) -> Vectors:
        return np.zeros((*rows, self.size), dtype=np.float32)


def _checked_spans(spans: Any, texts: Sequence[str]) -> list[list[Span]]:
    """The spans of each text, whatever a caller gave.

    Raises:
        InputError: `spans` has not one list for each text, or something in it is no span of its text.
    """
    try:
        lists = [[*own] for own in spans]
    except TypeError:
        raise InputError(f"expected `spans` to have a list for each text, got {spans!r:.60}") from None
    if len(lists) != len(texts):
        raise InputError(f"expected `spans` to have a list for each of the {len(texts)} texts, got {len(lists)}")
    return [[_checked_span(span, len(text)) for span in own] for own, text in zip(lists, texts, strict=True)]


def _checked_span(span: Any, length: int) -> Span:
    try:
        start, end = span
    except (TypeError, ValueError):
        raise InputError(f"expected `spans` to have pairs (start, end), got {span!r:.60}") from None
    if not all(isinstance(place, Integral) and not isinstance(place, bool) for place in (start, end)):
        raise InputError(f"expected `spans` to have pairs of whole numbers, got {span!r:.60}")
    if not 0 <= start < end <= length:
        raise InputError(f"expected a span inside a text of {length} characters, got {start} to {end}")
    return int(start), int(end)


def _require_pooling(pooling: Pooling) -> None:
    if pooling not in get_args(Pooling):
        raise InputError(f"expected `pooling` to be one of {', '.join(get_args(Pooling))}, got {pooling!r}")
