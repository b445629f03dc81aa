"""Names that settings take, and names of built-in models. This module imports nothing heavy."""

from typing import Literal, get_args

BUILT_IN_ENCODER = "mini-zh"
BUILT_IN_TAGGER = "mini-zh-uner"
BUILTIN_RULES = "builtin"
"""The name of the rules in the package, where a file of rules can be named."""
BATCH_CHARACTERS = 4096
"""The default number of padded characters that a tagger reads at once. It keeps a CPU busy and needs little memory."""
CHUNK_CHARACTERS = 100_000
"""Characters whose texts are sorted into batches together: enough for batches of equal length, and little memory."""

MOST_READINGS = 300
"""The most readings of a text by n-best: beyond that they hardly differ, and time grows with their square."""
MOST_SEEDS = 1000
"""The most seeds of a comparison: each one trains a model."""

AdversarialName = Literal["none", "fgm", "pgd"]
CellName = Literal["lstm", "gru"]
DecoderName = Literal["crf", "softmax"]
EncoderMode = Literal["fine-tune", "frozen", "gradual"]
ExportPrecision = Literal["fp32", "bf16", "int8"]
FusionName = Literal["last", "mean", "last4", "scalar-mix", "attention", "multi-head"]
Pooling = Literal["mean", "cls", "max"]
"""How the vectors of several characters become one: their mean, their maximum, or the vector of [CLS]."""
PrecisionName = Literal["auto", "fp32", "bf16"]
SegmenterName = Literal["jieba", "list"]
"""What cuts text into words."""
TaggingScheme = Literal["BIOES", "BIO"]
Target = Literal["onnx", "openvino"]
"""What runs an exported network."""
TextPooling = Literal["mean", "cls", "attention", "max"]
"""How a classifier makes one vector of those of a text."""
WordsName = Literal["none", "jieba", "list"]
"""Whether a network reads words, and what cuts them."""

FUSIONS: tuple[FusionName, ...] = get_args(FusionName)
LEARNED_FUSIONS: tuple[FusionName, ...] = ("scalar-mix", "attention", "multi-head")
