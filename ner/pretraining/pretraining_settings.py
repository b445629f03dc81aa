"""The settings of a pretraining run."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from ner.choices import BUILT_IN_ENCODER
from ner.common_settings import NETWORK, RUN, TRAINING, Accumulate, Clip, Precision, Seed, WeightDecay
from ner.settings import Help, Settings, Unset, settings_group

ObjectiveName = Literal["masked", "replaced"]
MaskingName = Literal["word", "character"]

# Shorter rows have too little context.
_Length = Annotated[int, Field(ge=8, le=100_000)]


@settings_group
class PretrainingSettings(Settings):
    """The settings of one pretraining run, checked on construction and saved in its record.

    >>> PretrainingSettings(minutes=60, masking="character").learning_rate
    0.00012

    Set either `minutes` or `steps`: they determine when the run is over. Lengths are in characters, with [CLS] and
    [SEP].

    Raises:
        InputError: settings are wrong. The message names all of them.
    """

    encoder: Annotated[
        str,
        NETWORK,
        Help(
            "Encoder to start from: mini-zh (built in), a folder, or a name on the Hugging Face hub.",
            "从哪个编码器开始：mini-zh（内置）、文件夹，或 Hugging Face 上的模型名。",
        ),
    ] = BUILT_IN_ENCODER
    width: Annotated[
        int | None,
        Field(ge=1, le=16_384),
        NETWORK,
        Unset("the encoder's weights", "用编码器的权重"),
        Help(
            "Start from random weights with this hidden size. The vocabulary is that of the encoder; the default "
            "number of layers is 6.",
            "从随机权重开始，隐藏维度为此值。词表取自编码器；默认 6 层。",
        ),
    ] = None
    layers: Annotated[
        int | None,
        Field(ge=1, le=200),
        NETWORK,
        Unset("all", "全部"),
        Help("Number of layers. The lowest ones of the encoder are kept.", "层数。保留编码器最低的若干层。"),
    ] = None
    heads: Annotated[
        int | None,
        Field(ge=1, le=1024),
        NETWORK,
        Unset("width / 64", "width / 64"),
        Help("Number of attention heads, only for random weights.", "注意力头的个数，只用于随机权重。"),
    ] = None
    add_characters: Annotated[
        int,
        Field(ge=0, le=200_000),
        NETWORK,
        Help(
            "Add this many characters of the text to the vocabulary: the most frequent unknown ones.",
            "把文本中词表没有的字加进词表，按频率取这么多个。",
        ),
    ] = 0
    teacher: Annotated[
        str | None,
        NETWORK,
        Help(
            "Larger encoder from which the encoder learns (its predictions and hidden states).",
            "较大的编码器，用作教师：学习它的预测和隐藏状态。",
        ),
    ] = None
    objective: Annotated[
        ObjectiveName,
        TRAINING,
        Help(
            "Learn to predict masked characters, or to find those that a small generator replaced (ELECTRA).",
            "训练目标：预测被遮住的字，或者找出被小生成器替换的字（ELECTRA）。",
        ),
    ] = "masked"
    masking: Annotated[
        MaskingName,
        TRAINING,
        Help(
            "Mask whole words or single characters.",
            "遮住整个词，或单个字。",
        ),
    ] = "word"
    mask_share: Annotated[
        float, Field(gt=0, lt=1), TRAINING, Help("Share of the characters that are masked.", "被遮住的字所占的比例。")
    ] = 0.15
    minutes: Annotated[
        float | None,
        Field(gt=0, le=10_000_000),
        TRAINING,
        Help("Stop after this many minutes of training.", "训练这么多分钟后停止。"),
    ] = None
    steps: Annotated[
        int | None,
        Field(ge=1, le=10**9),
        TRAINING,
        Help("Stop after this many optimizer steps.", "训练这么多步后停止。"),
    ] = None
    lengths: Annotated[
        tuple[_Length, ...],
        Field(strict=False, min_length=1, max_length=100),
        TRAINING,
        Help(
            "Lengths of the rows in characters; each batch has one of them, chosen at random.",
            "每行的字数；每批随机选用其中一种。",
        ),
    ] = (64, 128, 256, 512)
    batch_characters: Annotated[
        int,
        Field(ge=1, le=1_000_000),
        TRAINING,
        Help(
            "Number of characters per batch, for rows of any length.",
            "每批的字数，与每行的长度无关。",
        ),
    ] = 8192
    accumulate: Accumulate = 1
    learning_rate: Annotated[float, Field(gt=0), TRAINING, Help("Peak learning rate.", "学习率的最大值。")] = 1.2e-4
    weight_decay: WeightDecay = 0.01
    # With a new head, the warm-up of the encoder starts when the warm-up of the head ends.
    warmup: Annotated[
        float,
        Field(ge=0, lt=0.5),
        TRAINING,
        Help(
            "Share of the run in which the learning rate rises. After it, the rate falls to 0. If the output layer is "
            "new, it is first trained alone for the same time.",
            "学习率上升阶段占整个训练的比例。之后学习率降到 0。如果输出层是新的，先单独训练它同样长的时间。",
        ),
    ] = 0.05
    clip: Clip = 1.0
    held_out: Annotated[
        float,
        Field(gt=0, lt=1),
        RUN,
        Help("Share of paragraphs held out for evaluation.", "留作评估、不参加训练的段落比例。"),
    ] = 0.005
    checkpoint_minutes: Annotated[
        float, Field(gt=0, le=10_000_000), RUN, Help("Minutes between two checkpoints.", "每隔多少分钟保存一次检查点。")
    ] = 10.0
    buffer: Annotated[
        int,
        Field(ge=1, le=1_000_000),
        RUN,
        Help(
            "Size of the shuffle buffer, in passages of 512 characters.", "打乱顺序用的缓冲区大小，以 512 字的片段计。"
        ),
    ] = 2000
    compile: Annotated[
        bool,
        RUN,
        Help(
            "Compile the layers with torch.compile. This needs a C++ compiler and may help on CPUs with AMX.",
            "用 torch.compile 编译各层。需要 C++ 编译器；CPU 支持 AMX 时可能更快。",
        ),
    ] = False
    precision: Precision = "auto"
    seed: Seed = 1

    def conflicts(self) -> Iterator[str]:
        if (self.minutes is None) == (self.steps is None):
            yield "expected either `minutes` or `steps`, which determine when the run is over"
        if self.batch_characters < max(self.lengths):
            yield self.conflict("batch_characters", f"at least {max(self.lengths)}, the longest of `lengths`")
        if self.heads is not None and self.width is None:
            yield self.conflict("heads", "left out without `width`")
        elif self.heads is not None and self.width is not None and self.width % self.heads:
            yield self.conflict("heads", f"a divisor of `width` {self.width}")
        if self.teacher is not None and self.objective != "masked":
            yield self.conflict("teacher", f"left out with `objective` {self.objective}")
