"""Running the real command, and knowing what it left behind."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_helpers import Ran, card_film, installed


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """The command in this process, with what the libraries under it print from C as well."""
    from scenewise.cli.running import run

    def call(*arguments: str | Path) -> Ran:
        capfd.readouterr()
        code = run([os.fspath(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return call


@pytest.fixture
def process() -> Callable[..., Ran]:
    """The installed script in a process of its own."""

    def call(*arguments: str | Path, **more: object) -> Ran:
        done = subprocess.run(
            [*installed(), *(os.fspath(argument) for argument in arguments)],
            capture_output=True,
            timeout=120,
            check=False,
            **more,  # type: ignore[call-overload]
        )
        decode = {"encoding": "utf-8", "errors": "replace"}
        return Ran(done.returncode, done.stdout.decode(**decode), done.stderr.decode(**decode))

    return call


@pytest.fixture(scope="session")
def card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A five-second film with a title card."""
    return card_film(tmp_path_factory.mktemp("card") / "card.mp4")
