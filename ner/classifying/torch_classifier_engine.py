"""The engine of a classifier in PyTorch."""

import torch
from torch import Tensor, nn

from ner.choices import ExportPrecision, PrecisionName
from ner.classifying.classifier_engine import Scores
from ner.classifying.text_windows import RowBatch
from ner.model.classifier_network import TextClassifier
from ner.model.hardware import use_bf16
from ner.model.inference import inference


class TorchClassifierEngine:
    """Runs a network on its current device, without changing it; see `ClassifierEngine`.

    Args:
        model: the network. Its device and mode stay as they are.
        precision: `fp32`, `bf16`, or `auto` (bf16 if the hardware is fast at it).
    """

    def __init__(self, model: TextClassifier, precision: PrecisionName = "auto") -> None:
        self.model = model
        self.labels: list[str] = model.config.labels
        self.pairs: bool = model.config.pairs
        self.multi_label: bool = model.config.multi_label
        self.window: int = model.config.window
        self.precision: PrecisionName | ExportPrecision = "bf16" if use_bf16(precision, model.device) else "fp32"

    @classmethod
    def for_inference(cls, model: TextClassifier, precision: PrecisionName = "auto") -> "TorchClassifierEngine":
        """Make an engine of a network that is used nowhere else, and change the network for speed."""
        model.place()
        model.encoder.set_attn_implementation("sdpa")  # eager attention is faster only in training
        engine = cls(model, precision)
        if engine.precision == "bf16":
            nn.Module.to(model.encoder, torch.bfloat16)
        return engine

    @property
    def temperature(self) -> float:
        return float(self.model.temperature)

    def scores(self, batch: RowBatch) -> Scores:
        ids, mask, types = (torch.from_numpy(array).to(self.model.device) for array in batch)
        with inference(self.model, bf16=self.precision == "bf16"):
            scores: Tensor = self.model(ids, mask, types if self.model.reads_types else None).emissions
        found: Scores = scores.cpu().numpy()
        return found
