import pytest
import torch

from ner.model.hardware import attention_kernel, has_fast_bf16, use_bf16

CPU, GPU = torch.device("cpu"), torch.device("cuda")


@pytest.mark.parametrize("fast", [True, False])
def test_auto_takes_bf16_where_the_cpu_is_fast_at_it(monkeypatch: pytest.MonkeyPatch, fast: bool) -> None:
    monkeypatch.setattr("torch.cpu._is_amx_tile_supported", lambda: False)
    monkeypatch.setattr("torch.cpu._is_avx512_bf16_supported", lambda: fast)
    assert has_fast_bf16(CPU) == fast
    assert use_bf16("auto", CPU) == fast
    assert use_bf16("bf16", CPU)
    assert not use_bf16("fp32", CPU)


def test_other_precisions_are_refused() -> None:
    with pytest.raises(ValueError, match="expected `precision` to be one of auto, fp32, bf16, got 'fp16'"):
        use_bf16("fp16", CPU)  # type: ignore[arg-type]


def test_eager_attention_on_a_cpu_for_short_windows() -> None:
    assert attention_kernel(CPU, 256) == "eager"
    assert attention_kernel(CPU, 510) == "sdpa"
    assert attention_kernel(GPU, 256) == "sdpa"
