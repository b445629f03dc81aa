"""The names that settings take, and what the package carries; apart, since everything else here brings torch."""

from typing import Literal, get_args

BUILT_IN_ENCODER = "mini-zh"
BUILT_IN_TAGGER = "mini-zh-uner"
BATCH_CHARACTERS = 4096
"""Padded characters in one pass of a network that tags: enough to keep a CPU busy, little memory on any device."""

AdversarialName = Literal["none", "fgm", "pgd"]
CellName = Literal["lstm", "gru"]
DecoderName = Literal["crf", "softmax"]
EncoderMode = Literal["fine-tune", "frozen", "gradual"]
ExportPrecision = Literal["fp32", "bf16", "int8"]
FusionName = Literal["last", "mean", "last4", "scalar-mix", "attention", "multi-head"]
Pooling = Literal["mean", "cls", "max"]
"""How the vectors of characters become one: their mean or maximum, or that of [CLS] in their place."""
PrecisionName = Literal["auto", "fp32", "bf16"]
TaggingScheme = Literal["BIOES", "BIO"]
Target = Literal["onnx", "openvino"]
"""What runs an exported network."""

FUSIONS: tuple[FusionName, ...] = get_args(FusionName)
LEARNED_FUSIONS: tuple[FusionName, ...] = ("scalar-mix", "attention", "multi-head")
