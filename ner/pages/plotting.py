"""Settings that all pictures share. matplotlib is optional and slow to import, so functions import it."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# The palette of Okabe and Ito (Color Universal Design, 2008), which people with any colour vision can distinguish.
BLUE, ORANGE, GREEN, RED, SKY, PURPLE = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7"


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def new_figure(width: float, height: float) -> "Figure":
    """An empty figure, in inches. It is drawn in memory, without pyplot and without a display."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def style_axes(figure: "Figure") -> None:
    """Remove the top and right frame of all axes, and draw their grids behind the data."""
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_axisbelow(True)


def draw_without_display() -> None:
    """Make pyplot draw into files. Call it before a library that uses pyplot draws."""
    import matplotlib

    matplotlib.use("agg")
