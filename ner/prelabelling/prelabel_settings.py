"""Which labels of sources are kept."""

from typing import Annotated

from pydantic import Field

from ner.settings import Help, Panel, Settings, settings_group

THRESHOLDS = Panel("Thresholds", "阈值")

Probability = Annotated[float, Field(ge=0, le=1)]


@settings_group
class PrelabelSettings(Settings):
    """Which labels are certain. What is neither is left open: unknown characters, of which `train` takes any label.

    >>> PrelabelSettings(sure_entity=0.8).sure_outside
    0.95

    Raises:
        InputError: settings are wrong. The message names all of them.
    """

    sure_entity: Annotated[
        Probability,
        THRESHOLDS,
        Help("Keep entities with at least this probability.", "保留概率不低于此值的实体。"),
    ] = 0.9
    sure_outside: Annotated[
        Probability,
        THRESHOLDS,
        Help(
            "Keep characters as outside of entities with at least this probability.",
            "字不属于任何实体的概率不低于此值时，记为实体之外。",
        ),
    ] = 0.95
