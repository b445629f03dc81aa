import pytest
import torch

from ner.embedding.layer_choice import Layer, parse_layer, side_by_side, take_layer
from ner.errors import InputError

STATES = [torch.full((1, 2, 3), float(number)) for number in range(6)]


@pytest.mark.parametrize(
    ("layer", "numbers"),
    [(-1, [5]), (-2, [4]), (0, [0]), (2, [2]), ("mean", [2.5]), ("last4", [2, 3, 4, 5]), ("all", [0, 1, 2, 3, 4, 5])],
)
def test_layers_alone_together_and_side_by_side(layer: Layer, numbers: list[float]) -> None:
    taken = take_layer(STATES, layer)
    assert taken.shape == (1, 2, 3 * side_by_side(layer, 6))
    assert taken[0, 0].tolist() == [number for number in numbers for _ in range(3)]


def test_a_small_encoder_has_no_four_layers() -> None:
    assert side_by_side("last4", 3) == 3
    assert take_layer(STATES[:3], "last4").shape == (1, 2, 9)


def test_vectors_are_float32() -> None:
    for layer in (-1, "mean", "all"):
        assert take_layer([state.bfloat16() for state in STATES], layer).dtype == torch.float32  # type: ignore[arg-type]


def test_what_a_person_types() -> None:
    assert [parse_layer(text) for text in ("-2", "0", "11", "mean", "last4", "all")] == [
        -2,
        0,
        11,
        "mean",
        "last4",
        "all",
    ]
    with pytest.raises(
        InputError, match=r"expected `layer` to be a number \(-1 is the top\), or one of mean, last4, all, got 'top'"
    ):
        parse_layer("top")


@pytest.mark.parametrize("layer", [6, -7])
def test_layers_that_are_not_there(layer: int) -> None:
    with pytest.raises(InputError, match=rf"no layer {layer}: expected 0 .* to 5 \(top\), or -1 \(top\) to -6"):
        side_by_side(layer, 6)
