import pytest

from ner.pages.plotting import new_figure, style_axes


def test_axes_have_no_frame_above_and_right() -> None:
    pytest.importorskip("matplotlib")
    figure = new_figure(4, 3)
    axes = figure.add_subplot()
    style_axes(figure)
    assert [name for name in axes.spines if axes.spines[name].get_visible()] == ["left", "bottom"]
    assert figure.get_size_inches().tolist() == [4, 3]
