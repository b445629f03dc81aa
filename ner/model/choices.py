"""The names that options of the network take; apart, since everything else here brings torch."""

from typing import Literal, get_args

BUILT_IN_ENCODER = "mini-zh"

FusionName = Literal["last", "mean", "scalar-mix", "attention"]
PrecisionName = Literal["auto", "fp32", "bf16"]
TaggingScheme = Literal["BIOES", "BIO"]

FUSIONS: tuple[FusionName, ...] = get_args(FusionName)
PRECISIONS: tuple[PrecisionName, ...] = get_args(PrecisionName)
TAGGING_SCHEMES: tuple[TaggingScheme, ...] = get_args(TaggingScheme)
