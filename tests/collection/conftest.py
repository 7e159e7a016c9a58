"""Films of the tests of collections, drawn once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from collection_helpers import small_film


@pytest.fixture(scope="session")
def upright(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Small films by name: the same name is the same film; `words…` shows its name."""
    folder = tmp_path_factory.mktemp("upright")

    def film(name: str) -> Path:
        path = folder / f"{name}.mp4"
        if not path.exists():
            words = name.upper() if name.startswith("words") else ""
            small_film(path, sum(name.encode()), words=words)
        return path

    return film
