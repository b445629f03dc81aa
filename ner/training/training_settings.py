"""The settings of a training run."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from ner.choices import BUILT_IN_TAGGER
from ner.common_settings import AIDS, NETWORK, TRAINING
from ner.model.network_settings import NetworkSettings
from ner.settings import Help, Unset, settings_group
from ner.training.loop_settings import USUAL_EPOCHS, Epochs, LoopSettings

LEAST_STEPS = 300
"""The least number of steps if `epochs` is not set, measured with 30 and 100 sentences."""


@settings_group
class TrainingSettings(LoopSettings, NetworkSettings):
    """The settings of one training run, checked on construction and saved in its record.

    >>> from ner import InputError
    >>> try:
    ...     TrainingSettings(epochs=0, dropout=2)
    ... except InputError as error:
    ...     print(error)
    expected `dropout` to be a number of at least 0 and less than 1, got 2
    expected `epochs` to be a whole number from 1 to 100,000 or None, got 0

    Raises:
        InputError: settings are wrong. The message names all of them.
    """

    init_from: Annotated[
        str | None,
        NETWORK,
        Help(
            f"Tagger from which training continues: a folder, or {BUILT_IN_TAGGER} (built in). The network stays the "
            "same, and entity types with the same name start with their old weights.",
            f"从这个模型继续训练：文件夹，或内置的 {BUILT_IN_TAGGER}。网络结构不变，名称相同的实体类型沿用原来的权重。",
        ),
    ] = None
    keep_old: Annotated[
        bool,
        NETWORK,
        Help(
            "Keep the entity types of init_from that the data doesn't label. Where this tagger is sure, its labels "
            "count as annotated; where it is not, the characters stay open.",
            "保留 init_from 的模型认识、而数据没有标注的实体类型。这个模型有把握的地方，按它的结果算作标注；"
            "没有把握的地方不作限定。",
        ),
    ] = False
    train_fraction: Annotated[
        float,
        Field(gt=0, le=1),
        TRAINING,
        Help(
            "Share of the training sentences to use. The seed chooses them; a smaller share is part of a larger one.",
            "使用多大比例的训练句。由 seed 选出；较小的比例包含在较大的比例之中。",
        ),
    ] = 1.0
    epochs: Annotated[
        Epochs,
        Unset(
            f"{USUAL_EPOCHS}; with few sentences, each has several passes, for {LEAST_STEPS} steps or more in all",
            f"{USUAL_EPOCHS}；句子少时每轮把数据过多遍，总共至少 {LEAST_STEPS} 步",
        ),
    ] = None
    dictionary: Annotated[
        str | None,
        TRAINING,
        Unset("none", "无"),
        Help(
            "List of terms, as tag takes it, or FILE=TYPE. After training, dev shows how far to trust it: a weight for "
            "each type, which the model uses with all lists. The list itself is not saved.",
            "词表，格式与 tag 用的相同，也可写 FILE=TYPE。训练结束后，用 dev 为每个类型定一个权重，"
            "即词表可信的程度；模型以后用任何词表都按这些权重。词表本身不存入模型。",
        ),
    ] = None
    oversample: Annotated[
        float,
        Field(ge=0, le=1),
        AIDS,
        Help(
            "Share of sentences below which an entity type is rare. Sentences with a rare type are used more than once "
            "per epoch. 0: not used.",
            "含某类型的句子占多大比例以下，该类型就算稀有。含稀有类型的句子每轮用多次。0 表示不用。",
        ),
    ] = 0.0

    def conflicts(self) -> Iterator[str]:
        # With `init_from`, the network is that of the tagger to continue from.
        yield from super().conflicts() if self.init_from is None else self.loop_conflicts()
        if self.dictionary is not None and self.decoder != "crf":
            yield self.conflict("dictionary", f"None with `decoder` {self.decoder}")
        if self.keep_old and self.init_from is None:
            yield self.conflict("keep_old", "false without `init_from`")
