"""Randomness that depends on the seed and the step alone, so that a run can go on exactly."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


def seed_all(seed: int, *place: int) -> None:
    """Set the random states of Python, numpy and torch.

    Args:
        seed: of the run.
        place: what distinguishes this moment, such as the step. Neighbouring places have
            unrelated states.
    """
    words = np.random.SeedSequence([seed, *place]).generate_state(3, np.uint64)
    random.seed(int(words[0]))
    np.random.seed(int(words[1]) % 2**32)  # noqa: NPY002  models may use the old generator
    torch.manual_seed(int(words[2]) % 2**63)


@contextmanager
def kept_random_state() -> Iterator[None]:
    """Put the random states of Python, numpy and torch back afterwards."""
    python, old_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    with torch.random.fork_rng(devices=own_gpu()):
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(old_numpy)  # noqa: NPY002


def own_gpu() -> list[int]:
    """The GPU that this process has, if any: touching the others would take memory on each."""
    return [torch.cuda.current_device()] if torch.cuda.is_available() else []
