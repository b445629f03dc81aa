"""The settings of the network of a classifier."""

from typing import Annotated

from ner.choices import TextPooling
from ner.common_settings import NETWORK
from ner.model.encoder_settings import EncoderSettings
from ner.settings import Help, Search, settings_group


@settings_group
class ClassifierNetworkSettings(EncoderSettings):
    """The architecture of a classifier. `AlsoNamed` is the key in `config.json`."""

    pooling: Annotated[
        TextPooling,
        NETWORK,
        Search(choices=("mean", "cls", "attention")),
        Help(
            "How the vectors of a text become one: their mean, that of [CLS], a mean with learned weights (attention), "
            "or their maximum.",
            "怎样把一条文本各位置的向量合成一个：取平均、取 [CLS]、按学到的权重取平均（attention），或取最大值。",
        ),
    ] = "mean"
    multi_label: Annotated[
        bool,
        NETWORK,
        Help("A text can have several labels, or none.", "一条文本可以有多个标签，也可以没有标签。"),
    ] = False
