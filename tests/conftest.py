"""What all tests share: where the real films are, and where state may go."""

from __future__ import annotations

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real films; tests that need it skip where it is absent."""
    if not DATA.is_dir():
        pytest.skip("the folder of real films (../shared/data) is not here")
    return DATA


@pytest.fixture(autouse=True)
def _isolated_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    """Each test has its own cache, and no hub can be reached."""
    monkeypatch.setenv("SCENEWISE_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
