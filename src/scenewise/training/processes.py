"""What the processes of one run have to tell each other.

Each takes its share of every batch; what they find adds up to what one process alone would have
found, within rounding. A loss is a sum of parts, one a process, and so are its figures and its
gradient. The first process alone writes. With one process nothing here does anything.

PyTorch's own wrapper (`DistributedDataParallel`) is not used: it adds gradients up whenever a
model is gone through backwards, which gradient caching does many times a step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar, cast

import torch
from torch import Tensor, distributed, nn

from scenewise.core.errors import OptionInvalid

Value = TypeVar("Value")
Rows = TypeVar("Rows")

_AT_ONCE: Final = 2**24
"""Numbers of gradients that are sent together: 64 MB, which is not much beside a model."""


def count() -> int:
    """How many processes this run has."""
    there = distributed.is_available() and distributed.is_initialized()
    return distributed.get_world_size() if there else 1


def place() -> int:
    """Which of them this is, from 0 on."""
    return distributed.get_rank() if count() > 1 else 0


def is_first() -> bool:
    """Whether this is the process that writes and speaks."""
    return place() == 0


def span(rows: int) -> tuple[int, int]:
    """Where this process's share of some rows begins and ends: as even as can be, in order."""
    mine, others = place(), count()
    size, more = divmod(rows, others)
    begin = mine * size + min(mine, more)
    return begin, begin + size + (mine < more)


def share(rows: Rows) -> Rows:
    """This process's share of a batch: of an array, a list, or each part of a named tuple."""
    if count() == 1:
        return rows
    if isinstance(rows, tuple) and hasattr(rows, "_fields"):
        return cast(Rows, type(rows)(*(share(part) for part in rows)))
    many: Any = rows
    begin, end = span(len(many))
    return cast(Rows, many[begin:end])


def check_batch(size: int, what: str) -> None:
    """Make sure that every process gets something of a batch.

    Args:
        size: of the batch.
        what: it has, such as `clips`.

    Raises:
        OptionInvalid: there are more processes.
    """
    if size < count():
        raise OptionInvalid(
            f"there are more processes ({count()}) than {what} in a batch ({size})",
            remedy="give larger batches, or start fewer",
        )


def gathered(rows: Tensor) -> Tensor:
    """The rows of all processes, in their order, through which gradients find their way back.

    Args:
        rows: float32 [n, …], this process's; n may differ by process.

    Returns:
        [all, …], the same in each. The gradient of this process's rows is the sum of what all
        processes' losses have to say of them.
    """
    if count() == 1:
        return rows
    told = torch.tensor([len(rows)], device=_device())
    counts = [torch.empty_like(told) for _ in range(count())]
    distributed.all_gather(counts, told)
    gather: Any = _Gathered.apply
    made: Tensor = gather(rows, [int(one) for one in counts])
    return made


def added(values: Mapping[str, float]) -> dict[str, float]:
    """Figures of all processes added up, the same in each. All must have the same names."""
    if count() == 1:
        return dict(values)
    names = sorted(values)
    sums = torch.tensor([float(values[n]) for n in names], dtype=torch.float64, device=_device())
    distributed.all_reduce(sums)
    return {**values, **dict(zip(names, sums.tolist(), strict=True))}


def weight(mine: float) -> float:
    """What a mean over `mine` things of this process counts for in the mean over all."""
    if count() == 1:
        return 1.0
    return mine / max(added({"all": mine})["all"], 1e-9)


def add_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Add the gradients of all processes up, the same in each.

    Weights that none of them has a gradient of have none afterwards: an optimiser passes them
    over.

    Args:
        parameters: the same in each process, in one order.
    """
    if count() == 1:
        return
    asked = list(parameters)
    known = torch.tensor([float(p.grad is not None) for p in asked], device=_device())
    distributed.all_reduce(known)
    there = [p for p, holders in zip(asked, known.tolist(), strict=True) if holders]
    for p in there:
        if p.grad is None:
            p.grad = torch.zeros_like(p)
    for some in _together(there):
        grads = [p.grad for p in some if p.grad is not None]
        flat = torch.cat([grad.flatten() for grad in grads])
        distributed.all_reduce(flat)
        for grad, sums in zip(grads, torch.split(flat, [g.numel() for g in grads]), strict=True):
            grad.copy_(sums.view_as(grad))


def of_first(value: Value) -> Value:
    """What the first process has, in each: what was measured, or read while it may change."""
    if count() == 1:
        return value
    held: list[Any] = [value]
    distributed.broadcast_object_list(held, src=0)
    told: Value = held[0]
    return told


def wait() -> None:
    """Go on when all processes have come as far."""
    of_first(None)
    added({"": 0.0})


class _Gathered(torch.autograd.Function):
    """Rows of all processes; see `gathered`."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, counts: list[int]) -> Tensor:
        ctx.begin, ctx.count = sum(counts[: place()]), len(rows)
        padded = rows.new_zeros(max(counts), *rows.shape[1:])  # all must send as many
        padded[: len(rows)] = rows
        parts = [torch.empty_like(padded) for _ in counts]
        distributed.all_gather(parts, padded)
        return torch.cat([part[:own] for part, own in zip(parts, counts, strict=True)])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        sums = gradients[0].clone(memory_format=torch.contiguous_format)
        distributed.all_reduce(sums)
        return sums[ctx.begin : ctx.begin + ctx.count], None


def _together(parameters: Iterable[nn.Parameter]) -> Iterator[list[nn.Parameter]]:
    """Parameters a few at a time, about as many numbers each time."""
    some: list[nn.Parameter] = []
    size = 0
    for p in parameters:
        some.append(p)
        size += p.numel()
        if size >= _AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


def _device() -> torch.device:
    """Where small numbers must be to be sent."""
    if distributed.get_backend() == "nccl":
        return torch.device("cuda", torch.cuda.current_device())
    return torch.device("cpu")
