import pytest
import torch

from ner.model.choices import FUSIONS
from ner.model.fusion import LayerAttention, ScalarMix, build_fusion

LAYERS, HIDDEN = 5, 8


@pytest.fixture
def layers() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randn(2, 3, LAYERS, HIDDEN)


@pytest.mark.parametrize("name", FUSIONS)
def test_weights_add_up_to_one_and_give_the_output(name: str, layers: torch.Tensor) -> None:
    fusion = build_fusion(name, LAYERS, HIDDEN)  # type: ignore[arg-type]
    weights = fusion.weights(layers).expand(2, 3, LAYERS)
    assert torch.allclose(weights.sum(dim=-1), torch.ones(2, 3))
    expected = sum(weights[:, :, i, None] * layers[:, :, i] for i in range(LAYERS))
    assert torch.allclose(fusion(layers), expected, atol=1e-6)


def test_last_is_the_top_layer_and_mean_the_mean(layers: torch.Tensor) -> None:
    assert torch.equal(build_fusion("last", LAYERS, HIDDEN)(layers), layers[:, :, -1])
    assert torch.allclose(build_fusion("mean", LAYERS, HIDDEN)(layers), layers.mean(dim=2))


def test_scalar_mix_follows_its_scores_and_its_scale(layers: torch.Tensor) -> None:
    fusion = ScalarMix(LAYERS)
    with torch.no_grad():
        fusion.scores[2] = 50.0
        fusion.scale.fill_(3.0)
    assert torch.allclose(fusion(layers), 3 * layers[:, :, 2], atol=1e-5)


def test_attention_differs_from_character_to_character(layers: torch.Tensor) -> None:
    fusion = LayerAttention(LAYERS, HIDDEN)
    with torch.no_grad():
        fusion.query.normal_(std=5.0)
    weights = fusion.weights(layers)
    assert weights.shape == (2, 3, LAYERS)
    assert not torch.allclose(weights[0, 0], weights[0, 1])


@pytest.mark.parametrize("name", ["scalar-mix", "attention"])
def test_learned_weights_move_towards_the_layer_that_helps(name: str, layers: torch.Tensor) -> None:
    fusion = build_fusion(name, LAYERS, HIDDEN)  # type: ignore[arg-type]
    optimizer = torch.optim.Adam(fusion.parameters(), lr=0.05)
    for _ in range(100):
        optimizer.zero_grad()
        (fusion(layers) - layers[:, :, 1]).pow(2).mean().backward()
        optimizer.step()
    assert fusion.weights(layers).expand(2, 3, LAYERS).mean(dim=(0, 1)).argmax() == 1
