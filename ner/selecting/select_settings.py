"""How the texts to label next are chosen."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from ner.common_settings import Seed
from ner.settings import Help, Panel, Settings, settings_group

SELECTING = Panel("Choosing", "选择")

Strategy = Literal["mixed", "margin", "entropy", "mnlp", "diverse"]
"""How texts are chosen; see `SelectSettings`."""


@settings_group
class SelectSettings(Settings):
    """How the texts to label next are chosen, checked on construction.

    >>> SelectSettings(count=50, strategy="entropy").random_share
    0.1

    Raises:
        InputError: settings are wrong. The message names all of them.
    """

    count: Annotated[int, Field(ge=1, le=10_000), SELECTING, Help("Number of texts to choose.", "要选的文本数。")] = 200
    strategy: Annotated[
        Strategy,
        SELECTING,
        Help(
            "mixed: unsure texts that differ from each other. margin: the two best results are nearly as probable. "
            "entropy: many results are probable. mnlp: the best result is improbable. diverse: texts that stand for "
            "the whole pool.",
            "mixed：模型没有把握、彼此又不相似的文本。margin：最好的两种结果概率接近。entropy：许多结果都有可能。"
            "mnlp：最好的结果概率也低。diverse：能代表全部文本的文本。",
        ),
    ] = "mixed"
    random_share: Annotated[
        float,
        Field(ge=0, le=1),
        SELECTING,
        Help(
            "Share of the texts that are chosen at random. Only they can tell how good a tagger is.",
            "随机选取的文本所占的比例。只有它们才能用来评测模型。",
        ),
    ] = 0.1
    spans: Annotated[
        bool,
        SELECTING,
        Help(
            "Ask only for the unsure parts of a text. The other parts are written as unknown.",
            "只要求标注文本中没有把握的部分，其余部分写为未知（unknown）。",
        ),
    ] = False
    sure: Annotated[
        float,
        Field(ge=0, le=1),
        SELECTING,
        Help(
            "With --spans: a character is unsure if its most probable tag has a lower probability.",
            "用 --spans 时：一个字最可能的标签概率低于此值，就算没有把握。",
        ),
    ] = 0.95
    seed: Seed = 1

    def conflicts(self) -> Iterator[str]:
        sure = SelectSettings.sure
        if not self.spans and self.sure != sure:
            yield self.conflict("sure", f"{sure} without `spans`")
