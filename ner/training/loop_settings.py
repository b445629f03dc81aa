"""The settings of the training loop, which taggers and classifiers share."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from ner.choices import AdversarialName, EncoderMode
from ner.common_settings import AIDS, NETWORK, TRAINING, Accumulate, Clip, Precision, Seed, Share, WeightDecay
from ner.model.encoder_settings import EncoderSettings
from ner.settings import Help, Search, Unset, settings_group

USUAL_EPOCHS = 4
Epochs = Annotated[
    int | None,
    Field(ge=1, le=100_000),
    TRAINING,
    Search(3, 10),
    Help("Number of epochs. An epoch is one pass over the training data.", "训练的轮数，一轮就是把训练数据过一遍。"),
]
"""Each group says what is done without a number."""


@settings_group
class LoopSettings(EncoderSettings):
    """How a network above a pretrained encoder is trained."""

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
    epochs: Annotated[Epochs, Unset(f"{USUAL_EPOCHS}", f"{USUAL_EPOCHS}")] = None
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
        Help("Number of sentences or texts per batch.", "每批的句子数或文本数。"),
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
            "Peak learning rate of everything above the encoder, such as fusion, BiLSTM and CRF.",
            "编码器以上各部分（层融合、BiLSTM、CRF 等）学习率的最大值。",
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
        Help("Stop after this many epochs without a better score on dev.", "连续这么多轮 dev 上的分数没有提高就停止。"),
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
    precision: Precision = "auto"
    seed: Seed = 1

    def conflicts(self) -> Iterator[str]:
        yield from super().conflicts()
        yield from self.loop_conflicts()

    def loop_conflicts(self) -> Iterator[str]:
        """The messages for settings of the loop, as for `conflicts`."""
        if self.mode == "frozen":
            if self.layer_decay != 1:
                yield self.conflict("layer_decay", "1 with `mode` frozen")
            if self.encoder_dropout:
                yield self.conflict("encoder_dropout", "0 with `mode` frozen")
            if self.adversarial != "none":
                yield self.conflict("adversarial", "none with `mode` frozen")
        epsilon, steps = LoopSettings.adversarial_epsilon, LoopSettings.adversarial_steps
        if self.adversarial == "none" and self.adversarial_epsilon != epsilon:
            yield self.conflict("adversarial_epsilon", f"{epsilon} without `adversarial`")
        if self.adversarial != "pgd" and self.adversarial_steps != steps:
            yield self.conflict("adversarial_steps", f"{steps} without `adversarial` pgd")
        if self.r_drop and not (self.dropout or self.encoder_dropout or self.layer_dropout):
            yield self.conflict("r_drop", "0 without any dropout")
