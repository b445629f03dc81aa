"""The settings of a training run."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from ner.choices import BUILT_IN_TAGGER, AdversarialName, EncoderMode
from ner.common_settings import AIDS, NETWORK, TRAINING, Accumulate, Clip, Precision, Seed, Share, WeightDecay
from ner.model.network_settings import NetworkSettings
from ner.settings import Help, Search, Unset, settings_group

USUAL_EPOCHS = 4
LEAST_STEPS = 300
"""The least number of steps if `epochs` is not set, measured with 30 to 1,000 sentences."""


@settings_group
class TrainingSettings(NetworkSettings):
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
    encoder_dropout: Annotated[
        Share, NETWORK, Search(0.0, 0.3), Help("Dropout inside the encoder.", "编码器内部的 dropout。")
    ] = 0.0
    mode: Annotated[
        EncoderMode,
        TRAINING,
        Help(
            "fine-tune: train the whole encoder. frozen: do not train it, and keep its output on disk. gradual: start "
            "frozen, and train some more layers in each epoch, from the top down.",
            "fine-tune：训练整个编码器。frozen：不训练，把输出存到磁盘。gradual：先冻结，每轮从顶层往下多训练几层。",
        ),
    ] = "fine-tune"
    layer_decay: Annotated[
        float,
        Field(gt=0, le=1),
        TRAINING,
        Help(
            "Learning rate of each encoder layer as a multiple of that of the layer above. 1: the same rate for all "
            "layers.",
            "编码器每一层的学习率是上面一层的多少倍。1 表示各层相同。",
        ),
    ] = 1.0
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
        int | None,
        Field(ge=1, le=100_000),
        TRAINING,
        Search(3, 10),
        Unset(
            f"{USUAL_EPOCHS}; with few sentences, each has several passes, for {LEAST_STEPS} steps or more in all",
            f"{USUAL_EPOCHS}；句子少时每轮把数据过多遍，总共至少 {LEAST_STEPS} 步",
        ),
        Help(
            "Number of epochs. An epoch is one pass over the training data.", "训练的轮数，一轮就是把训练数据过一遍。"
        ),
    ] = None
    max_steps: Annotated[
        int | None,
        Field(ge=1, le=10**9),
        TRAINING,
        Help("Stop after this many optimizer steps, even if epochs are left.", "训练这么多步就停止，即使轮数还没到。"),
    ] = None
    batch_size: Annotated[
        int,
        Field(ge=1, le=4096),
        TRAINING,
        Search(choices=(8, 16, 32)),
        Help("Number of sentences per batch.", "每批的句子数。"),
    ] = 16
    accumulate: Accumulate = 1
    learning_rate: Annotated[
        float,
        Field(gt=0),
        TRAINING,
        Search(1e-5, 5e-4, log=True),
        Help("Peak learning rate of the encoder.", "编码器学习率的最大值。"),
    ] = 1e-4
    head_learning_rate: Annotated[
        float,
        Field(gt=0),
        TRAINING,
        Search(3e-4, 1e-2, log=True),
        Help(
            "Peak learning rate of everything above the encoder: fusion, BiLSTM and CRF.",
            "编码器以上各部分（层融合、BiLSTM、CRF）学习率的最大值。",
        ),
    ] = 2e-3
    weight_decay: WeightDecay = 0.01
    warmup: Annotated[
        Share,
        TRAINING,
        Help(
            "Share of the steps in which the learning rate rises. After them, it falls to 0.",
            "学习率上升阶段占总步数的比例。之后学习率降到 0。",
        ),
    ] = 0.1
    clip: Clip = 1.0
    patience: Annotated[
        int,
        Field(ge=1, le=100_000),
        TRAINING,
        Help("Stop after this many epochs without a better dev F1.", "连续这么多轮 dev F1 没有提高就停止。"),
    ] = 3
    calibrate: Annotated[
        bool,
        TRAINING,
        Help("Calibrate scores with dev data (temperature scaling).", "用 dev 校准分数（温度缩放）。"),
    ] = True
    adversarial: Annotated[
        AdversarialName,
        AIDS,
        Help(
            "Train on each batch a second time, with embeddings moved along the gradient in one step (fgm) or several "
            "(pgd).",
            "把字向量沿梯度方向移动后，每批再训练一次：移动一步（fgm）或几步（pgd）。",
        ),
    ] = "none"
    adversarial_epsilon: Annotated[
        float,
        Field(gt=0),
        AIDS,
        Help("How far the embeddings are moved, as an L2 norm.", "字向量移动的距离，以 L2 范数计。"),
    ] = 1.0
    adversarial_steps: Annotated[
        int,
        Field(ge=1, le=100),
        AIDS,
        Help(
            "Number of steps of pgd. Each further step needs one more pass over the batch.",
            "pgd 的步数。每多一步，每批就要多算一遍。",
        ),
    ] = 3
    ema: Annotated[
        Share,
        AIDS,
        Help(
            "Decay of a moving average of the weights, for example 0.99. The average is scored and saved. 0: not used.",
            "对权重做滑动平均时的衰减率，例如 0.99。评测和保存的都是平均后的权重。0 表示不用。",
        ),
    ] = 0.0
    r_drop: Annotated[
        float,
        Field(ge=0),
        AIDS,
        Help(
            "Weight of the R-Drop loss. It measures how different two passes with different dropout are. 0: not used.",
            "R-Drop 的权重。每批用不同的 dropout 算两遍，两遍结果的差别乘以它，计入 loss。0 表示不用。",
        ),
    ] = 0.0
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
    precision: Precision = "auto"
    seed: Seed = 1

    def conflicts(self) -> Iterator[str]:
        if self.init_from is None:  # otherwise the network is that of the tagger to continue from
            yield from super().conflicts()
        if self.keep_old and self.init_from is None:
            yield self.conflict("keep_old", "false without `init_from`")
        if self.mode == "frozen":
            if self.layer_decay != 1:
                yield self.conflict("layer_decay", "1 with `mode` frozen")
            if self.encoder_dropout:
                yield self.conflict("encoder_dropout", "0 with `mode` frozen")
            if self.adversarial != "none":
                yield self.conflict("adversarial", "none with `mode` frozen")
        epsilon, steps = TrainingSettings.adversarial_epsilon, TrainingSettings.adversarial_steps
        if self.adversarial == "none" and self.adversarial_epsilon != epsilon:
            yield self.conflict("adversarial_epsilon", f"{epsilon} without `adversarial`")
        if self.adversarial != "pgd" and self.adversarial_steps != steps:
            yield self.conflict("adversarial_steps", f"{steps} without `adversarial` pgd")
        if self.r_drop and not (self.dropout or self.encoder_dropout or self.layer_dropout):
            yield self.conflict("r_drop", "0 without any dropout")
