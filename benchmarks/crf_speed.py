"""Compare the speed of the CRF with pytorch-crf, in turn in one process: `python benchmarks/crf_speed.py --help`."""

from collections.abc import Callable
from functools import partial
from timeit import timeit
from typing import Annotated

import torch
import typer
from machine import machine
from rich.console import Console
from rich.table import Table
from timing import in_turn
from torch import Tensor
from torchcrf import CRF

from ner.data.schemes import SCHEMES, labels
from ner.decoding.tag_decoders import Decoded
from ner.decoding.viterbi import best_path
from ner.model.crf.scheme_crf import SchemeCrf

TOLERANCE = 1e-4


def main(
    batch: Annotated[int, typer.Option(help="Number of sentences in a batch.")] = 64,
    chars: Annotated[int, typer.Option(help="Number of characters in a sentence.")] = 128,
    types: Annotated[int, typer.Option(help="Number of entity types. Each has four tags.")] = 3,
    rounds: Annotated[int, typer.Option(min=2, help="Number of times that each call is timed.")] = 30,
    threads: Annotated[
        list[int] | None, typer.Option(help="Number of threads of PyTorch; can be repeated.  [default: 1, 2]")
    ] = None,
    long: Annotated[int, typer.Option(min=10, help="Number of characters of the long text.")] = 100_000,
) -> None:
    """Check that loss, gradients and decoding agree with pytorch-crf, compare their times, and time a long text."""
    console = Console()
    crf, reference = _both(types)
    emissions, mask = _emissions(batch, chars, crf)
    _check(crf, reference, emissions, mask)
    console.print(machine("torch", "numpy", "pytorch-crf"), soft_wrap=True)
    console.print(f"{batch} x {chars} characters, {crf.num_tags} tags; values agree to {TOLERANCE}")
    for count in threads or (1, 2):
        torch.set_num_threads(count)
        console.print(_compare(crf, reference, emissions, mask, rounds, count))
    for length in (long // 10, long):
        text, whole = _emissions(1, length, crf)
        seconds = timeit(partial(_decode, crf, text, whole), number=1)
        console.print(
            f"one text of {length:,} characters: {seconds:.2f} s, {seconds / length * 1e6:.0f} µs per character"
        )


def _both(types: int) -> tuple[SchemeCrf, CRF]:
    """Our CRF and that of pytorch-crf, with the same scores."""
    torch.manual_seed(0)
    scheme = SCHEMES["BIOES"]
    crf = SchemeCrf(labels(scheme, [f"T{i}" for i in range(types)]), scheme)
    reference = CRF(crf.num_tags, batch_first=True)
    reference.load_state_dict(dict(crf.named_parameters()))
    return crf, reference


def _emissions(batch: int, chars: int, crf: SchemeCrf) -> tuple[Tensor, Tensor]:
    """Random emissions `(batch, chars, tags)`, and a mask `(batch, chars)` that is true everywhere."""
    return torch.randn(batch, chars, len(crf.start_transitions)), torch.ones(batch, chars, dtype=torch.bool)


def _decode(crf: SchemeCrf, emissions: Tensor, mask: Tensor) -> Decoded:
    """The best tags and the probabilities of their spans, as in tagging."""
    return crf.decoder().decode(emissions.numpy(), mask.numpy())


def _gradient_of(loss: Callable[[Tensor], Tensor], emissions: Tensor, crf: torch.nn.Module) -> list[Tensor]:
    """The loss, and its gradients by the emissions and by the scores of a CRF."""
    emissions = emissions.clone().requires_grad_()
    value = loss(emissions)
    scores = [crf.get_parameter(name) for name in ("start_transitions", "transitions", "end_transitions")]
    return [value.detach(), *torch.autograd.grad(value, [emissions, *scores])]


def _check(crf: SchemeCrf, reference: CRF, emissions: Tensor, mask: Tensor) -> None:
    """Stop if tags, loss or gradients differ from those of pytorch-crf in float64."""
    tags = torch.from_numpy(_decode(crf, emissions, mask).tags)
    exact = CRF(crf.num_tags, batch_first=True).double()
    exact.load_state_dict(reference.state_dict())
    if exact.decode(emissions.double(), mask) != tags.tolist():
        raise SystemExit("the best tags differ from those of pytorch-crf")
    found = _gradient_of(lambda x: crf.loss(x, tags, mask), emissions, crf)
    expected = _gradient_of(lambda x: -exact(x, tags, mask=mask, reduction="mean"), emissions.double(), exact)
    difference = max((a - b).abs().max().item() for a, b in zip(found, expected, strict=True))
    if not difference <= TOLERANCE:
        raise SystemExit(f"loss or gradients differ from those of pytorch-crf by {difference}")


def _compare(crf: SchemeCrf, reference: CRF, emissions: Tensor, mask: Tensor, rounds: int, threads: int) -> Table:
    tags = torch.from_numpy(_decode(crf, emissions, mask).tags)

    @torch.inference_mode()
    def decode() -> None:
        reference.decode(emissions, mask)

    rows = {
        "loss and gradient": (
            lambda: _gradient_of(lambda x: crf.loss(x, tags, mask), emissions, crf),
            lambda: _gradient_of(lambda x: -reference(x, tags, mask=mask, reduction="mean"), emissions, reference),
        ),
        "best tags": (lambda: best_path(emissions.numpy(), mask.numpy(), crf.decoder().chain), decode),
        "tags and probabilities": (lambda: _decode(crf, emissions, mask), decode),
    }
    table = Table("", "pytorch-crf ms", "this ms", "times as fast", "quartiles", title=f"threads: {threads}")
    for name, (ours, theirs) in rows.items():
        times = in_turn(ours, theirs, rounds)
        milliseconds = (f"{1000 * seconds:.1f}" for seconds in (times.other_seconds, times.seconds))
        table.add_row(name, *milliseconds, f"{times.ratio:.1f}", f"{times.low:.1f} to {times.high:.1f}")
    return table


if __name__ == "__main__":
    typer.run(main)
