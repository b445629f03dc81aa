"""The settings of a training run of a classifier."""

from typing import Annotated

from pydantic import Field

from ner.common_settings import AIDS
from ner.model.classifier_settings import ClassifierNetworkSettings
from ner.settings import Help, Search, settings_group
from ner.training.loop_settings import LoopSettings


@settings_group
class ClassifierSettings(LoopSettings, ClassifierNetworkSettings):
    """The settings of one training run of a classifier, checked on construction and saved in its record.

    >>> ClassifierSettings(pooling="attention").pooling
    'attention'

    Raises:
        InputError: settings are wrong. The message names all of them.
    """

    balance: Annotated[
        float,
        Field(ge=0, le=1),
        AIDS,
        Search(0.0, 1.0),
        Help(
            "How much more rare labels count in the loss. 0: each text counts the same. 1: each label counts the same.",
            "稀有标签在 loss 中加重多少。0：每条文本同等重要；1：每个标签同等重要。",
        ),
    ] = 0.0
