"""Joining the processes that were started together for one run, one a GPU.

`accelerate launch -m scenewise …` starts as many as there are GPUs and tells each by its
environment which it is. `torchrun -m scenewise …` does the same. Loads no torch until it joins.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib.util import find_spec
from typing import Final

from scenewise.core.errors import ComponentMissing, OptionInvalid

_PATIENCE: Final = timedelta(days=7)
"""How long a process waits for others, which may look at films for hours. One that fails is
noticed by whatever started them, which ends the others."""


def launched() -> int:
    """How many processes were started together; 1 where this one was started alone."""
    names = ("WORLD_SIZE", "PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "MV2_COMM_WORLD_SIZE")
    told = (os.environ.get(name, "") for name in names)
    return max([int(one) for one in told if one.isdigit()], default=1)


def alone(what: str) -> None:
    """Refuse to do in several processes what each would do whole, over the others' files.

    Raises:
        OptionInvalid: several were started.
    """
    if launched() > 1:
        raise OptionInvalid(
            f"{what} runs in one process", remedy="start it without accelerate launch or torchrun"
        )


@contextmanager
def together(device: str = "auto") -> Iterator[bool]:
    """Be one of the processes that were started together, for as long as the block lasts.

    Each has a GPU of its own, which is then torch's current one, or all share the processor.

    Args:
        device: `auto`, `cpu` or `cuda`.

    Yields:
        Whether this is the first of them: the one that writes and speaks. True where there is
        one.

    Raises:
        ComponentMissing: there are several, and accelerate is not installed.
        OptionInvalid: there are more than GPUs, or the device cannot be shared.
    """
    if launched() == 1:
        yield True
        return
    if find_spec("accelerate") is None:
        raise ComponentMissing(
            "several processes need the package accelerate",
            remedy="pip install 'scenewise[research]'",
        )
    import torch
    from accelerate import PartialState

    if device == "mps":
        raise OptionInvalid("several processes cannot share one mps", remedy="use one process")
    here = int(os.environ.get("LOCAL_WORLD_SIZE", launched()))
    on_gpus = device != "cpu" and torch.cuda.is_available()
    if on_gpus and here > torch.cuda.device_count():
        raise OptionInvalid(
            f"{here} processes were started on {torch.cuda.device_count()} GPUs",
            remedy="start as many as there are GPUs: accelerate launch --num_processes",
        )
    state = PartialState(cpu=not on_gpus, timeout=_PATIENCE)
    yield bool(state.process_index == 0)
    # not where the block failed: others may wait for what will not come
    state.destroy_process_group()
