"""Stopping a run: one line, nothing half written, and the next run goes on from there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_helpers import installed, snapshot

TEXT = ("--captioner", "text", "--voice", "espeak", "--quiet")
STAGES = [
    "scenewise.description.drafting.look",
    "scenewise.description.drafting.hear",
    "scenewise.description.drafting.read_frames",
    "scenewise.description.rendering.mix",
    "scenewise.description.rendering.extract_sound",
    "scenewise.description.rendering.check_result",
    "scenewise.description.rendering.write_report",
]


@pytest.mark.film
@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.rpartition(".")[2])
def test_an_interrupt_leaves_one_line_and_no_file(
    stage, card, command, tmp_path, monkeypatch
) -> None:
    def stopped(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(stage, stopped)
        ran = command("describe", card, "-o", out, *TEXT)
    assert ran.code == 130
    assert ran.lines == ["scenewise: stopped; what was finished is kept, run it again to go on"]
    assert ran.out == ""
    assert not out.exists()
    again = command("describe", card, "-o", out, *TEXT, "--json")
    assert again.code == 0
    done = json.loads(again.out)["draft_seconds"]
    if "rendering" in stage:  # all of the draft was kept
        assert not {"look", "listen", "read"} & done.keys()


@pytest.mark.film
@pytest.mark.slow
def test_an_interrupt_in_the_middle_of_writing_keeps_the_last_result(
    card, command, tmp_path, monkeypatch
) -> None:
    from scenewise.description import rendering

    arguments = ("describe", card, "-o", tmp_path, *TEXT)
    assert command(*arguments).code == 0
    before = snapshot(tmp_path)
    mix = rendering.mix

    def half(*given: Any, **more: Any) -> Iterator[Any]:
        sounds = mix(*given, **more)
        yield next(sounds)
        raise KeyboardInterrupt

    monkeypatch.setattr(rendering, "mix", half)
    assert command(*arguments).code == 130
    assert snapshot(tmp_path) == before


@pytest.mark.film
@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of this kind are POSIX's")
def test_a_real_interrupt_ends_a_real_run(demo_film, tmp_path) -> None:
    cache, out = tmp_path / "cache", tmp_path / "out"
    environment = {**os.environ, "SCENEWISE_CACHE": str(cache)}
    arguments = ["describe", str(demo_film.path), "-o", str(out), *TEXT]
    running = subprocess.Popen(
        [*installed(), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
        # Where tests run in the background of a shell, it is ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    limit = time.monotonic() + 120
    while not list((cache / "stages" / "look").rglob("*.zip")) and time.monotonic() < limit:
        assert running.poll() is None, running.communicate()
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    printed, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert told.splitlines() == [
        "scenewise: stopped; what was finished is kept, run it again to go on"
    ]
    assert printed == ""
    assert not out.exists()
    assert not list(Path(cache).rglob("*.part"))
    again = subprocess.run(
        [*installed(), *arguments, "--json"],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert "look" not in json.loads(again.stdout)["draft_seconds"]
