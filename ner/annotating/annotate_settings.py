"""Settings of the page for labelling."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from ner.settings import Help, Panel, Settings, Unset, settings_group

PAGE = Panel("Page", "页面")


@settings_group
class AnnotateSettings(Settings):
    """What is asked, and where the page is."""

    types: Annotated[
        str | None,
        PAGE,
        Unset("those of the model, the list and the files", "模型、词表和文件里的类型"),
        Help(
            "Types to label, for example PER,LOC,ORG. The first has the key 1, the second the key 2.",
            "要标注的类型，例如 PER,LOC,ORG。第一个类型按 1 键，第二个按 2 键。",
        ),
    ] = None
    uncertain: Annotated[
        float | None,
        Field(gt=0, le=1),
        PAGE,
        Unset("the whole text", "整条文本"),
        Help(
            "Ask only about parts of which the model is less sure than this, for example 0.9. The rest of the text "
            "stays unlabelled.",
            "只问模型把握低于此值的部分，例如 0.9；文本的其余部分不算标注过。",
        ),
    ] = None
    learn: Annotated[
        int | None,
        Field(ge=10, le=100_000),
        PAGE,
        Unset("no training", "不训练"),
        Help(
            "Train again in the background after this many finished texts. The new model proposes for the texts that "
            "are left, and those of which it is least sure come first.",
            "每标完这么多条就在后台重新训练。新模型给剩下的文本重新预标，最没把握的排在前面。",
        ),
    ] = None
    guidelines: Annotated[
        str | None,
        PAGE,
        Unset("none", "无"),
        Help("Markdown file that is shown beside the text.", "显示在文本旁边的 Markdown 文件。"),
    ] = None
    port: Annotated[
        int,
        Field(ge=0, le=65_535),
        PAGE,
        Help("Port of the page on 127.0.0.1. 0: a free one.", "页面在 127.0.0.1 上的端口。0 表示任选一个空闲端口。"),
    ] = 0
    browser: Annotated[bool, PAGE, Help("Open the page in the browser.", "在浏览器中打开页面。")] = True

    def type_names(self) -> list[str]:
        """The types that were chosen, in order; none if none were."""
        return [name.strip() for name in (self.types or "").split(",") if name.strip()]

    def conflicts(self) -> Iterator[str]:
        names = self.type_names()
        if self.types is not None and (not names or len(set(names)) < len(names)):
            yield self.conflict("types", "names of types, each once, for example PER,LOC,ORG")
