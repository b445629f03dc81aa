"""Training in several processes, which torchrun or accelerate launch starts.

Each process, a rank, has a copy of the network and learns from its share of each batch. The gradients are averaged
here, not by `DistributedDataParallel`: that averages them while they are computed, and so takes neither parameters that
begin to learn later (gradual unfreezing), nor the several passes of R-Drop and adversarial training. The libraries
are told that there is one process, so the ranks do the same as one process would, but for what this module says.
"""

import atexit
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from typing import Any, TypeVar, cast

import torch
import torch.distributed as dist
from torch import Tensor
from torch.utils.data import BatchSampler, Sampler

from ner.errors import InputError
from ner.runs.launched import LOCAL_RANK, RANK, WORLD_SIZE, process_number, processes
from ner.runs.run_folder import RESUME

_Result = TypeVar("_Result")
_LIBRARIES = (RANK, WORLD_SIZE, LOCAL_RANK)  # by these variables, accelerate would set up several processes itself
_ENGINES = ("ACCELERATE_USE_DEEPSPEED", "ACCELERATE_USE_FSDP", "ACCELERATE_USE_MEGATRON_LM")
_LONGEST_WAIT = timedelta(days=1)  # for rank 0, which scores dev; torchrun ends all ranks if one dies


class Ranks:
    """The ranks of a run, of which this process is one.

    Args:
        rank: the number of this process, from 0. Rank 0 prints, scores, writes and decides.
        number: the number of ranks.
    """

    def __init__(self, rank: int = 0, number: int = 1) -> None:
        self.rank = rank
        self.number = number

    @property
    def is_main(self) -> bool:
        """Whether this is rank 0."""
        return self.rank == 0

    def from_main(self, work: Callable[[], _Result]) -> _Result:
        """Let rank 0 do some work, while the others wait. All get the result.

        Raises:
            InputError: the work failed. Rank 0 raises its own exception.
        """
        if self.number == 1:
            return work()
        told: list[Any] = [None, None]
        failed: BaseException | None = None
        if self.is_main:
            try:
                told[0] = work()
            except BaseException as error:
                failed, told[1] = error, str(error) or type(error).__name__
        with _together():
            dist.broadcast_object_list(told, src=0)
        if failed is not None:
            raise failed
        if told[1] is not None:
            raise InputError(told[1])
        return cast(_Result, told[0])

    def total(self, number: float) -> float:
        """The sum of a number of each rank."""
        if self.number == 1:
            return number
        tensor = torch.tensor(number, dtype=torch.float64)
        with _together():
            dist.all_reduce(tensor)
        return tensor.item()

    def any(self, flag: bool) -> bool:
        """Whether the flag of any rank is True."""
        return self.total(flag) > 0

    @torch.no_grad()
    def average(self, tensors: Iterable[Tensor]) -> None:
        """Replace tensors by their means over the ranks. All ranks have the same bits then."""
        if self.number == 1:
            return
        given = [*tensors]
        flat = torch.cat([tensor.flatten() for tensor in given])
        with _together():
            dist.all_reduce(flat)
        flat /= self.number
        for tensor, mean in zip(given, torch.split(flat, [tensor.numel() for tensor in given]), strict=True):
            tensor.copy_(mean.view_as(tensor))

    def share(self, rows: Sequence[int]) -> list[int]:
        """The rows of a batch that this rank learns from. Of fewer rows than ranks, each rank learns from all."""
        return [*rows] if len(rows) < self.number else [*rows[self.rank :: self.number]]


class RankBatches(BatchSampler):
    """The batches of one process, of each of them the share of this rank.

    Args:
        sampler: gives the rows of all batches.
        batch_size: the rows of a batch, of all ranks together.
        ranks: the ranks.
    """

    def __init__(self, sampler: Sampler[int], batch_size: int, ranks: Ranks) -> None:
        super().__init__(sampler, batch_size, drop_last=False)
        self._ranks = ranks

    def __iter__(self) -> Iterator[list[int]]:
        return map(self._ranks.share, super().__iter__())


def require_rows(batch_size: int, ranks: Ranks) -> None:
    """Check that each process has a row of a batch to learn from.

    Raises:
        InputError: there are more processes than rows.
    """
    if batch_size < ranks.number:
        raise InputError(
            f"expected `batch_size` to be at least {ranks.number}, the number of processes, which share each batch, "
            f"got {batch_size}"
        )


@contextmanager
def open_ranks() -> Iterator[Ranks]:
    """Connect the processes that torchrun or accelerate launch has started, inside the block.

    Raises:
        InputError: they were started for an engine that splits the network.
    """
    rank, number = process_number(), processes()
    if number == 1:
        yield Ranks()
        return
    if engine := next((name for name in _ENGINES if os.environ.get(name, "").lower() in ("1", "true")), None):
        raise InputError(f"training copies the network into each process: start it without {engine}")
    if not dist.is_initialized():  # another run of the program has done it; it can't be done twice
        _take_own_gpu()
        dist.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo", timeout=_LONGEST_WAIT)
        atexit.register(dist.destroy_process_group)
    hidden = {name: os.environ.pop(name) for name in _LIBRARIES if name in os.environ}
    try:
        yield Ranks(rank, number)
    finally:
        os.environ.update(hidden)


@contextmanager
def only_main(ranks: Ranks, context: AbstractContextManager[Any]) -> Iterator[None]:
    """Enter a context in rank 0 alone.

    Raises:
        InputError: rank 0 could not enter it.
    """
    with ExitStack() as stack:
        ranks.from_main(lambda: stack.enter_context(context) and None)
        yield


@contextmanager
def _together() -> Iterator[None]:
    """Say in a sentence that another rank has ended. PyTorch tells it as a connection that is closed."""
    try:
        yield
    except RuntimeError as error:
        raise InputError(f"another process of this run has ended, see its message; {RESUME}") from error


def _take_own_gpu() -> None:
    """Let this process see one GPU only, so that all libraries use it. It must come before CUDA is started."""
    given = os.environ.get("CUDA_VISIBLE_DEVICES")
    seen = given.split(",") if given else [str(number) for number in range(torch.cuda.device_count())]
    if len(seen) > 1:
        os.environ["CUDA_VISIBLE_DEVICES"] = seen[process_number(LOCAL_RANK) % len(seen)]
