"""A drawn set of home videos, made once; small models run fastest on one thread."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from scenewise.synthetic.charades_set import make_charades_set

COUNT = 3


@pytest.fixture(scope="session")
def drawn_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two videos to train on and one to test on."""
    return make_charades_set(tmp_path_factory.mktemp("charades"), COUNT, seed=11, side=64)


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
