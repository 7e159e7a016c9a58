"""A drawn set of home videos and a small CLIP, each made once; small models are trained fastest by
one thread."""

from __future__ import annotations

from pathlib import Path

import pytest

from model_makers import make_clip
from one_threaded import one_thread as one_thread  # pytest finds fixtures by their names here


@pytest.fixture(scope="session")
def drawn_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two videos to train on and one to test on."""
    from scenewise.synthetic.charades_set import make_charades_set

    return make_charades_set(tmp_path_factory.mktemp("charades"), 3, seed=11, side=64)


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Pictures of 32 px, patches of 8, captions of 24 tokens."""
    return str(make_clip(tmp_path_factory.mktemp("clip")))
