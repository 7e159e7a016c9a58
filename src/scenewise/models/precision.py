"""On what, and in which number format, a model runs.

bfloat16 halves the memory, and on processors with AVX512-BF16 or AMX it more than doubles the
speed; on others it is emulated and several times slower. A name of an instruction set does
not say which (virtual machines hide and fake them), so it is measured, once a process.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from scenewise.core.errors import ComponentMissing, UnknownChoice

if TYPE_CHECKING:
    import torch

DEVICES: Final = ("auto", "cpu", "cuda", "mps")
PRECISIONS: Final = ("auto", "float32", "bfloat16")

_WORTH_IT: Final = 1.2
"""How much faster bfloat16 must be to be taken: below this its rounding is not worth it."""


@dataclass(frozen=True)
class Placement:
    """Where a model runs and in which numbers."""

    device: torch.device
    dtype: torch.dtype


def placement(device: str = "auto", precision: str = "auto") -> Placement:
    """The device and number format to run on.

    Args:
        device: `auto` takes CUDA, else Apple's GPU, else the processor.
        precision: `auto` takes bfloat16 where it was measured to be faster.

    Raises:
        UnknownChoice: a word is not one of `DEVICES` or `PRECISIONS`.
        ComponentMissing: the device asked for is not in this machine.
    """
    import torch

    for word, known in ((device, DEVICES), (precision, PRECISIONS)):
        if word not in known:
            raise UnknownChoice(f"cannot run on {word!r}", remedy=f"choose: {', '.join(known)}")
    here = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if device == "auto":
        device = next(name for name, present in here.items() if present)
    if not here[device]:
        raise ComponentMissing(f"this machine has no {device} device", remedy="use --device cpu")
    if precision == "auto":
        precision = "bfloat16" if bfloat16_pays(device) else "float32"
    return Placement(torch.device(device), getattr(torch, precision))


@lru_cache(maxsize=4)
def bfloat16_pays(device: str) -> bool:
    """Whether bfloat16 is clearly faster than float32 here, measured (about 50 ms, once)."""
    import torch

    if device == "mps":
        return False  # no faster than float32 there, and not on every system version
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return _speed(torch.float32) > _WORTH_IT * _speed(torch.bfloat16)


def _speed(dtype: torch.dtype) -> float:
    """Least of some times in seconds for a layer of the size that captioners are made of."""
    import torch

    with torch.inference_mode():
        generator = torch.Generator().manual_seed(0)
        rows = torch.randn(256, 1024, generator=generator).to(dtype)  # [tokens, d]
        weight = torch.randn(1024, 1024, generator=generator).to(dtype)
        times = []
        for _ in range(5):
            begin = time.perf_counter()
            torch.nn.functional.linear(rows, weight)
            times.append(time.perf_counter() - begin)
    return min(times)
