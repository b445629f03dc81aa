"""The engine of a tagger in PyTorch."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from ner.characters.character_table import Ids
from ner.choices import ExportPrecision, PrecisionName
from ner.decoding.numpy_chain import Floats
from ner.decoding.tag_decoders import TagDecoder
from ner.model.hardware import use_bf16
from ner.model.inference import inference
from ner.model.network import BertBiLstmCrf
from ner.model.without_hooks import without_hooks


class NetworkEngine:
    """Runs a network on its current device, without changing it. See `Engine`.

    Args:
        model: the network.
        precision: `fp32`, `bf16`, or `auto` (bf16 if the hardware is fast at it).
    """

    def __init__(self, model: BertBiLstmCrf, precision: PrecisionName = "auto") -> None:
        self.model = model
        self.types: list[str] = model.config.types
        self.labels: list[str] = model.config.labels
        self.scheme = model.config.scheme
        self.window = model.config.window
        self.precisions: Sequence[PrecisionName] = ("fp32", "bf16")
        self.precision: PrecisionName | ExportPrecision = "bf16" if use_bf16(precision, model.device) else "fp32"
        self.threads = torch.get_num_threads()
        self.words = model.words

    @classmethod
    def for_inference(
        cls, model: BertBiLstmCrf, precision: PrecisionName = "auto", threads: int | None = None
    ) -> "NetworkEngine":
        """Make an engine that changes `model` for speed, and moves it to the GPU if there is one.

        In bf16 the weights of the encoder are converted once, not in every pass.

        Args:
            model: the network. Don't use it elsewhere.
            precision: as for the class.
            threads: the number of CPU threads of PyTorch; None leaves it unchanged.
        """
        if threads is not None:
            torch.set_num_threads(threads)
        model.place()
        model.encoder.set_attn_implementation("sdpa")  # eager attention is faster only in training
        engine = cls(model, precision)
        if engine.precision == "bf16":
            nn.Module.to(model.encoder, torch.bfloat16)
        return engine

    def emissions(self, input_ids: Ids, attention_mask: Ids, word_ids: Ids | None = None) -> Floats:
        words = None if word_ids is None else self._tensor(word_ids)
        with self.inference():
            output = self.model(self._tensor(input_ids), self._tensor(attention_mask), word_ids=words)
            emissions: Floats = output.emissions.cpu().numpy()
        return emissions

    @property
    def list_weights(self) -> Mapping[str, float]:
        return self.model.config.list_weights or {}

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "model": without_hooks(self.model)}

    def decoder(self) -> TagDecoder:
        return self.model.tag_decoder.decoder()

    def layer_weights(self, input_ids: Ids, attention_mask: Ids) -> Floats:
        """The weights of the encoder's layers at each character, `(batch, chars, layers)`."""
        layers = self.model.encoder.config.num_hidden_layers + 1
        with self.inference():
            states = self.model.layers(self._tensor(input_ids), self._tensor(attention_mask))
            if self.model.config.fusion == "last":
                states = states.expand(-1, -1, layers, -1)
            weights: Floats = self.model.fusion.weights(states).float().expand(states.shape[:3]).cpu().numpy()
        return weights

    @contextmanager
    def inference(self) -> Iterator[None]:
        """Run the network without dropout and gradients. After the block, a network in training mode is in it again."""
        with inference(self.model, bf16=self.precision == "bf16"):
            yield

    def _tensor(self, array: Ids) -> Tensor:
        return torch.from_numpy(array).to(self.model.device)
