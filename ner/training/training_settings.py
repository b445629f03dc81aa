"""The settings of a training run."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from ner.choices import BUILT_IN_TAGGER, AdversarialName, EncoderMode
from ner.common_settings import AIDS, NETWORK, TRAINING, Accumulate, Clip, Precision, Seed, Share, WeightDecay
from ner.model.network_settings import NetworkSettings
from ner.settings import Help, Search, settings_group


@settings_group
class TrainingSettings(NetworkSettings):
    """The settings of one training run, checked on construction and saved in its record.

    >>> from ner import InputError
    >>> try:
    ...     TrainingSettings(epochs=0, dropout=2)
    ... except InputError as error:
    ...     print(error)
    expected `dropout` to be a number of at least 0 and less than 1, got 2
    expected `epochs` to be a whole number from 1 to 100,000, got 0

    Raises:
        InputError: settings are wrong. The message names all of them.
    """

    init_from: Annotated[
        str | None,
        NETWORK,
        Help(
            f"Tagger to continue training from: a folder or {BUILT_IN_TAGGER} (built in). The new one has "
            "its network, and its weights for entity types with the same name.",
            f"从这个标注模型继续训练：文件夹，或 {BUILT_IN_TAGGER}（内置）。网络结构和它对原有实体类型的知识都会保留。",
        ),
    ] = None
    encoder_dropout: Annotated[
        Share, NETWORK, Search(0.0, 0.3), Help("Dropout inside the encoder.", "编码器内部的 dropout。")
    ] = 0.0
    mode: Annotated[
        EncoderMode,
        TRAINING,
        Help(
            "How the encoder is trained: as a whole, not at all (its output is stored on disk), or layer by layer from "
            "the top, some more with each epoch.",
            "怎样训练编码器：全部训练；不训练（输出存到磁盘）；或者从顶层开始，每轮多放开几层。",
        ),
    ] = "fine-tune"
    layer_decay: Annotated[
        float,
        Field(gt=0, le=1),
        TRAINING,
        Help(
            "Layer-wise learning-rate decay: each encoder layer gets this factor times the rate of the layer above; 1 "
            "for no decay.",
            "逐层学习率衰减：编码器每一层的学习率是上一层的多少倍；1 表示不衰减。",
        ),
    ] = 1.0
    epochs: Annotated[
        int,
        Field(ge=1, le=100_000),
        TRAINING,
        Search(3, 10),
        Help("Number of passes over the training data.", "训练的轮数。"),
    ] = 4
    max_steps: Annotated[
        int | None,
        Field(ge=1, le=10**9),
        TRAINING,
        Help("Stop after this many optimizer steps, even if epochs are left.", "到这么多步就停止，不管轮数。"),
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
            "编码器以上各部分（层合并、BiLSTM、CRF）学习率的最大值。",
        ),
    ] = 2e-3
    weight_decay: WeightDecay = 0.01
    warmup: Annotated[
        Share,
        TRAINING,
        Help(
            "Share of the steps in which the learning rate rises; after that it falls to 0.",
            "学习率上升阶段占总步数的比例；之后学习率降到 0。",
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
        Help("Calibrate scores on dev, by temperature scaling.", "用 dev 校准分数（温度缩放）。"),
    ] = False
    adversarial: Annotated[
        AdversarialName,
        AIDS,
        Help(
            "Train on each batch again with perturbed embeddings: one step along the gradient (fgm) or several (pgd).",
            "扰动字向量后把每批再训练一次：沿梯度走一步（fgm）或几步（pgd）。",
        ),
    ] = "none"
    adversarial_epsilon: Annotated[
        float,
        Field(gt=0),
        AIDS,
        Help("Size of the perturbation, as an L2 norm.", "扰动的 L2 范数。"),
    ] = 1.0
    adversarial_steps: Annotated[
        int,
        Field(ge=1, le=100),
        AIDS,
        Help(
            "Number of pgd steps; each one costs another pass over the batch.",
            "pgd 的步数；每多一步，每批就要多算一遍。",
        ),
    ] = 3
    ema: Annotated[
        Share,
        AIDS,
        Help(
            "Decay of the moving average of the weights that is scored and saved, for example 0.99; 0 for none.",
            "对权重做滑动平均时的衰减率，例如 0.99，评分和保存的都是平均后的权重；0 表示不用。",
        ),
    ] = 0.0
    r_drop: Annotated[
        float,
        Field(ge=0),
        AIDS,
        Help(
            "R-Drop: weight of the difference between two passes with different dropout; 0 for none.",
            "R-Drop：两次不同 dropout 的结果之差的权重；0 表示不用。",
        ),
    ] = 0.0
    oversample: Annotated[
        float,
        Field(ge=0, le=1),
        AIDS,
        Help(
            "Oversample sentences with an entity type that fewer than this share of sentences contain; 0 for none.",
            "某类实体出现的句子少于这个比例时，多次使用含有它的句子；0 表示不用。",
        ),
    ] = 0.0
    precision: Precision = "auto"
    seed: Seed = 1

    def conflicts(self) -> Iterator[str]:
        if self.init_from is None:  # otherwise the network is that of the tagger to continue from
            yield from super().conflicts()
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
