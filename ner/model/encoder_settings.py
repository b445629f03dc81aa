"""The settings of an encoder in a network: which one, how its layers are fused, and how much it reads at once."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from ner.choices import BUILT_IN_ENCODER, FUSIONS, LEARNED_FUSIONS, FusionName
from ner.common_settings import NETWORK, Share
from ner.settings import AlsoNamed, Help, Search, Settings, settings_group


@settings_group
class EncoderSettings(Settings):
    """What the networks of taggers and of classifiers share. `AlsoNamed` is the key in `config.json`."""

    encoder: Annotated[
        str,
        NETWORK,
        AlsoNamed("encoder_name"),
        Help(
            "Encoder: mini-zh (built in), a folder, or a name on the Hugging Face hub.",
            "编码器：mini-zh（内置）、文件夹，或 Hugging Face 上的模型名。",
        ),
    ] = BUILT_IN_ENCODER
    fusion: Annotated[
        FusionName,
        NETWORK,
        Search(choices=FUSIONS),
        Help(
            "How encoder layers are combined: the last layer, the mean, the last four concatenated, a learned mix, or "
            "attention for each character with one head or several.",
            "怎样融合编码器各层：取最后一层、取平均、拼接最后四层、学习加权，或者对每个字用单头或多头注意力。",
        ),
    ] = "last"
    layer_dropout: Annotated[
        Share,
        NETWORK,
        Help(
            "Probability of leaving out a layer during training, with a learned fusion: scalar-mix, attention or "
            "multi-head.",
            "层融合需要学习时（scalar-mix、attention、multi-head），训练中丢弃一层的概率。",
        ),
    ] = 0.0
    dropout: Annotated[
        Share,
        NETWORK,
        Search(0.0, 0.5),
        Help("Dropout between the encoder and the last layer.", "编码器与最后一层之间的 dropout。"),
    ] = 0.1
    max_length: Annotated[
        int,
        Field(ge=16, le=100_000),
        NETWORK,
        AlsoNamed("window"),
        Help(
            "Maximum number of characters in one window. Longer texts are read in overlapping windows; nothing is "
            "cut off.",
            "一个窗口的最大字数。更长的文本分成有重叠的窗口来读，不会被截断。",
        ),
    ] = 256

    def conflicts(self) -> Iterator[str]:
        if self.layer_dropout and self.fusion not in LEARNED_FUSIONS:
            yield self.conflict("layer_dropout", f"0 with `fusion` {self.fusion}")
