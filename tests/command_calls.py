"""Commands called as a user would, in this process: what they print and how they end."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from scenewise.cli.running import run as run_command

Ran = tuple[int, str, str]
"""Exit code, output, errors."""

Command = Callable[..., Ran]


def caller(capfd: pytest.CaptureFixture[str], group: str) -> Command:
    """What calls commands of a group, such as `charades`, with anything that has a text."""

    def call(*arguments: object) -> Ran:
        capfd.readouterr()
        code = run_command([group, *(os.fspath(str(one)) for one in arguments)])
        out, err = capfd.readouterr()
        return code, out, err

    return call


def one_line(ran: Ran, *words: object) -> None:
    """A refusal: exit code 2 or 3, one line that has these words, nothing else."""
    code, out, err = ran
    assert (code in (2, 3), out) == (True, ""), (code, out, err)
    assert len(err.strip().splitlines()) == 1, err
    for word in words:
        assert str(word) in err
