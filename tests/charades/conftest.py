"""A drawn set of home videos, made once."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def drawn_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two videos to train on and one to test on."""
    from scenewise.synthetic.charades_set import make_charades_set

    return make_charades_set(tmp_path_factory.mktemp("charades"), 3, seed=11, side=64)
