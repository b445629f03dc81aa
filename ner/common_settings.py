"""Settings that several groups share, and the panels of the help."""

from typing import Annotated

from pydantic import Field

from ner.choices import PrecisionName
from ner.settings import Help, Panel, PerRun

FORMAT = Panel("Format of the data", "数据格式")
NETWORK = Panel("Network", "网络")
TRAINING = Panel("Training", "训练")
AIDS = Panel("Training aids", "训练技巧")
RUN = Panel("Run", "运行")

Share = Annotated[float, Field(ge=0, lt=1)]

Accumulate = Annotated[
    int,
    Field(ge=1, le=10_000),
    TRAINING,
    Help(
        "Number of batches per optimizer step. A larger number does not need more memory.",
        "每步累积的批数。增大它不会多占内存。",
    ),
]
WeightDecay = Annotated[
    float, Field(ge=0), TRAINING, Help("Weight decay of the AdamW optimizer.", "AdamW 优化器的权重衰减。")
]
Clip = Annotated[float, Field(gt=0), TRAINING, Help("Maximum gradient norm.", "梯度范数的上限。")]
Precision = Annotated[
    PrecisionName,
    RUN,
    Help(
        "Number format of the network. auto: bf16 if the hardware computes it fast, otherwise fp32.",
        "网络的数值精度。auto：硬件的 bf16 运算较快时用 bf16，否则用 fp32。",
    ),
]
Seed = Annotated[
    int,
    Field(ge=0, le=2**32 - 1),
    RUN,
    PerRun(),
    Help("Random seed. The same seed gives the same result.", "随机种子 seed。seed 相同，结果就相同。"),
]
