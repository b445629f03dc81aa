import pytest
import torch

from ner.choices import FUSIONS, LEARNED_FUSIONS
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
    assert fusion(layers).shape == (2, 3, fusion.size)


@pytest.mark.parametrize("name", [name for name in FUSIONS if name not in ("last4", "multi-head")])
def test_the_output_is_the_sum_by_the_weights(name: str, layers: torch.Tensor) -> None:
    fusion = build_fusion(name, LAYERS, HIDDEN)  # type: ignore[arg-type]
    weights = fusion.weights(layers).expand(2, 3, LAYERS)
    expected = sum(weights[:, :, i, None] * layers[:, :, i] for i in range(LAYERS))
    assert torch.allclose(fusion(layers), expected, atol=1e-6)


def test_last_four_stand_side_by_side(layers: torch.Tensor) -> None:
    fused = build_fusion("last4", LAYERS, HIDDEN)(layers)
    assert torch.equal(fused, torch.cat([layers[:, :, i] for i in range(1, 5)], dim=2))
    assert build_fusion("last4", 3, HIDDEN)(layers[:, :, :3]).shape == (2, 3, 3 * HIDDEN)


def test_each_head_takes_its_slice_by_its_own_weights(layers: torch.Tensor) -> None:
    fusion = LayerAttention(LAYERS, HIDDEN, heads=2)
    with torch.no_grad():
        fusion.position[1, :4] = 1000.0
        fusion.position[3, 4:] = 1000.0
        fusion.query.fill_(1.0)
    half = HIDDEN // 2
    assert torch.allclose(fusion(layers), torch.cat([layers[:, :, 1, :half], layers[:, :, 3, half:]], dim=2))
    assert torch.allclose(fusion.weights(layers)[0, 0], torch.tensor([0, 0.5, 0, 0.5, 0]))


def test_one_head_is_attention_with_the_whole_query(layers: torch.Tensor) -> None:
    fusion = LayerAttention(LAYERS, HIDDEN)
    keys = fusion.norm(layers) + fusion.position
    expected = (keys @ fusion.query / HIDDEN**0.5).softmax(dim=2)
    assert torch.allclose(fusion.weights(layers), expected, atol=1e-6)


def test_a_hidden_size_that_heads_cannot_share() -> None:
    with pytest.raises(ValueError, match="expected a hidden size that is a multiple of 8, got 12"):
        build_fusion("multi-head", LAYERS, 12)


@pytest.mark.parametrize("name", LEARNED_FUSIONS)
def test_layer_dropout_leaves_layers_out_in_training_alone(name: str, layers: torch.Tensor) -> None:
    fusion = build_fusion(name, LAYERS, HIDDEN, dropout=0.5)  # type: ignore[arg-type]
    torch.manual_seed(1)
    weights = fusion.weights(layers).expand(2, 3, LAYERS)
    dropped = (weights == 0).all(dim=0).all(dim=0)
    assert 0 < dropped.sum() < LAYERS
    assert torch.allclose(weights.sum(dim=-1), torch.ones(2, 3))
    assert (fusion.train(False).weights(layers) > 0).all()
    always = build_fusion(name, LAYERS, HIDDEN, dropout=0.999999)  # type: ignore[arg-type]
    assert torch.isfinite(always(layers)).all()


def test_last_is_the_top_layer_and_mean_the_mean(layers: torch.Tensor) -> None:
    assert torch.equal(build_fusion("last", LAYERS, HIDDEN)(layers), layers[:, :, -1])
    assert torch.allclose(build_fusion("mean", LAYERS, HIDDEN)(layers), layers.mean(dim=2))


def test_scalar_mix_follows_its_scores_and_its_scale(layers: torch.Tensor) -> None:
    fusion = ScalarMix(LAYERS, HIDDEN)
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
