"""What the overviews of all training runs say: learning rates, training aids and hardware."""

from collections.abc import Iterator

import torch

from ner.model.encoder_network import EncoderNetwork
from ner.model.hardware import attention_kernel, use_bf16
from ner.training.loop_settings import LoopSettings
from ner.training.parameter_groups import parameter_groups
from ner.training.run_output import FEATURES


def describe_loop(model: EncoderNetwork, settings: LoopSettings) -> Iterator[str]:
    """The lines of the overview. The first word of each line is its topic."""
    yield from _learning_rates(model, settings)
    if settings.adversarial != "none":
        steps = f" in {settings.adversarial_steps} steps" if settings.adversarial == "pgd" else ""
        yield f"aid    {settings.adversarial}: embeddings are perturbed by {settings.adversarial_epsilon:g}{steps}"
    if settings.ema:
        yield f"aid    the moving average of the weights, with a decay of up to {settings.ema:g}, is scored and saved"
    if settings.r_drop:
        yield f"aid    R-Drop: two passes for each batch; weight of the divergence {settings.r_drop:g}"
    precision = "bf16" if use_bf16(settings.precision, model.device) else "fp32"
    kernel = attention_kernel(model.device, settings.max_length)
    yield f"on     {model.device.type}, {torch.get_num_threads()} threads, {precision}, {kernel} attention"


def _learning_rates(model: EncoderNetwork, settings: LoopSettings) -> Iterator[str]:
    groups = parameter_groups(model, settings)
    for part in ("encoder", "head"):
        rates = [group["lr"] for group in groups if group["name"] == part]
        size = sum(p.numel() for group in groups if group["name"] == part for p in group["params"])
        if not rates:
            yield f"rates  {part}: frozen; its output is computed once and stored in {FEATURES}"
        elif min(rates) < max(rates):
            spread = f"{min(rates):.3g} at the bottom to {max(rates):g}"
            yield f"rates  {part}: {spread} for {size / 1e6:.2f} million parameters"
        else:
            yield f"rates  {part}: {rates[0]:g} for {size / 1e6:.2f} million parameters"
