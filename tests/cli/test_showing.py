"""Progress: bars on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from cli_helpers import installed

from scenewise.cli import showing
from scenewise.cli.showing import Terminal, told_time

POSIX = os.name == "posix"
STYLES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(showing, "time", made)
    return made


def test_a_log_gets_a_line_now_and_then_and_one_at_the_end(clock, capsys) -> None:
    terminal = Terminal()
    with terminal.step("Looking at the film", 100.0) as step:
        for second in range(1, 31):
            clock.now = float(second)
            step.reach(2.0 * second)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "Looking at the film: 20 %, 40 s left",
        "Looking at the film: 40 %, 30 s left",
        "Looking at the film: 60 %, 20 s left",
        "Looking at the film: done in 30 s",
    ]


def test_what_is_over_at_once_needs_no_line_in_a_log(clock, capsys) -> None:
    with Terminal().step("Speaking", 3) as step:
        step.advance()
        clock.now = 1.5
    assert capsys.readouterr() == ("", "")


def test_a_step_of_unknown_length_is_told_when_it_is_done(clock, capsys) -> None:
    with Terminal().step("Checking the result") as step:
        clock.now = 90.0
        step.advance()
    assert capsys.readouterr().err == "Checking the result: done in 1 min 30 s\n"


def test_a_step_that_fails_is_not_told_as_done(clock, capsys) -> None:
    def fail() -> None:
        with Terminal().step("Looking"):
            clock.now = 60.0
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert capsys.readouterr().err == ""


def test_quiet_tells_only_what_is_to_be_known(clock, capsys) -> None:
    terminal = Terminal(quiet=True)
    with terminal.step("Looking at the film", 10.0) as step:
        clock.now = 50.0
        step.reach(5.0)
        step.advance()
    terminal.say("[something] to know")
    assert capsys.readouterr() == ("", "[something] to know\n")


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.04, "0.0 s"),
        (0.44, "0.4 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (185, "3 min 05 s"),
        (4800, "1 h 20 min"),
    ],
)
def test_lengths_of_time_are_told_as_people_do(seconds, told) -> None:
    assert told_time(seconds) == told


def _on_terminal(arguments: list[str], columns: int, **environment: str) -> tuple[int, str]:
    """Run the command on a terminal of its own; everything it wrote."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    kept = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", "LINES", "NO_COLOR", "CI"}}
    running = subprocess.Popen(
        [*installed(), *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**kept, "TERM": "xterm-256color", **environment},
        start_new_session=True,
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux's way of saying that the other end is closed
            break
        if not part:
            break
        written += part
    os.close(ours)
    return running.wait(timeout=60), written.decode("utf-8", "replace")


def _lines(written: str) -> list[str]:
    plain = STYLES.sub("", written)
    return [line.rstrip() for line in re.split(r"[\r\n]+", plain) if line.strip()]


def _draft(film: Path, out: Path) -> list[str]:
    chosen = ["--captioner", "text", "--text-reader", "none", "--voice", "espeak"]
    return ["draft", str(film), "-o", str(out), *chosen]


@pytest.mark.film
@pytest.mark.slow
@pytest.mark.skipif(not POSIX, reason="terminals of this kind are POSIX's")
@pytest.mark.parametrize("columns", [100, 40])
def test_a_terminal_shows_what_is_done_how_far_and_how_long(columns, demo_film, tmp_path) -> None:
    code, written = _on_terminal(_draft(demo_film.path, tmp_path), columns)
    assert code == 0, written
    lines = _lines(written)
    bars = [line for line in lines if "Looking at the film" in line and "%" in line]
    shares = [int(re.search(r"(\d+)%", line)[1]) for line in bars]
    assert len(shares) >= 3, written
    assert shares == sorted(shares)
    assert any(re.search(r"\d s left", line) for line in bars)
    assert any("━" in line for line in bars) == (columns >= 72)
    assert max(map(len, bars)) <= columns
    # what is done leaves one line, and no bar stays behind
    done = [line for line in lines if line.startswith("✓")]
    assert sum("Looking at the film" in line for line in done) == 1
    assert all(re.search(r"[\d.]+ s$", line) for line in done)
    last = max(i for i, line in enumerate(lines) if "%" in line)
    assert any("key frames" in line for line in lines[last:])
    assert "\x1b[?25h" in written, "the cursor was not given back"


@pytest.mark.film
@pytest.mark.slow
@pytest.mark.skipif(not POSIX, reason="terminals of this kind are POSIX's")
@pytest.mark.parametrize(
    ("more", "environment"), [(["--plain"], {}), ([], {"TERM": "dumb"}), (["--quiet"], {})]
)
def test_a_screen_reader_meets_no_moving_line(more, environment, card, tmp_path) -> None:
    arguments = [*_draft(card, tmp_path), *more]
    code, written = _on_terminal(arguments, 80, **environment)
    assert code == 0, written
    assert "\x1b" not in written
    assert "\r" not in written.replace("\r\n", "\n")
    assert "━" not in written


@pytest.mark.film
@pytest.mark.slow
def test_progress_goes_to_standard_error_only(card, command, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(showing, "_WORTH_A_LINE", 0.0)
    ran = command(*_draft(card, tmp_path))
    assert ran.code == 0
    told = [line for line in ran.lines if line.startswith("Looking at the film: done in")]
    assert len(told) == 1
    assert "done in" not in ran.out
    again = command(*_draft(card, tmp_path), "--quiet")
    assert again.code == 0
    assert again.err == ""
