"""Films drawn as pictures tell the same story as those with sound, and are gone on with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import numpy as np
import pytest

from scenewise.core.errors import OutputUnwritable, ScriptInvalid
from scenewise.distinctad.annotations_drawn import read_drawn
from scenewise.distinctad.annotations_forms import durations_of
from scenewise.distinctad.clips_stills import Stills
from scenewise.synthetic.film_stills import RATE, stills_size, write_stills
from scenewise.synthetic.films import make_film, make_films, make_stills
from scenewise.synthetic.story import write_story

SPOKEN = 6
"""Seed of a story in which people speak."""
SMALL = {"seconds": 15.0, "width": 96, "height": 64}


def test_pictures_show_the_film_at_their_times(tmp_path: Path) -> None:
    story = write_story(5, seconds=15.0)
    truth = make_stills(tmp_path / "one.tar", story, width=96, height=64)
    film = Stills(tmp_path / "one.tar", RATE)
    assert film.span.end == pytest.approx(truth.duration, abs=1 / RATE)
    for before, after in zip(truth.cuts, truth.cuts[1:], strict=False):
        pictures = [frame.image for frame in film.at([before + 0.8, after - 0.4, after + 0.8])]
        inside, across = (
            np.abs(pictures[1].astype(int) - other).mean() for other in (pictures[0], pictures[2])
        )
        assert inside < across


@pytest.mark.slow
def test_pictures_and_film_have_one_truth(tmp_path: Path) -> None:
    story = write_story(SPOKEN, seconds=15.0)
    drawn = make_stills(tmp_path / "one.tar", story, width=96, height=64)
    assert drawn == make_film(tmp_path / "one.mp4", story, width=96, height=64)
    assert drawn.dialogue
    assert drawn.described


def test_set_of_pictures_is_gone_on_with(tmp_path: Path) -> None:
    make_films(tmp_path, 2, seed=5, stills=True, **SMALL)  # type: ignore[arg-type]
    first, second = sorted((tmp_path / "films").glob("*.tar"))
    before = first.stat().st_mtime_ns
    second.write_bytes(second.read_bytes()[:5000])  # stopped half-way
    make_films(tmp_path, 2, seed=5, stills=True, **SMALL)  # type: ignore[arg-type]
    assert first.stat().st_mtime_ns == before
    with tarfile.open(second) as packed:
        assert len(packed.getnames()) > 40
    drawn = read_drawn(tmp_path)
    assert set(drawn.videos.values()) == {first, second}
    lengths = durations_of(drawn.annotations, drawn.videos)
    for film, length in drawn.annotations.durations.items():
        assert lengths[film] == pytest.approx(length, abs=0.5)


@pytest.mark.slow
def test_films_are_the_same_whoever_draws_them(tmp_path: Path) -> None:
    alone, shared = tmp_path / "alone", tmp_path / "shared"
    make_films(alone, 3, seed=5, stills=True, **SMALL)  # type: ignore[arg-type]
    told = make_films(shared, 3, seed=5, stills=True, workers=2, **SMALL)  # type: ignore[arg-type]
    assert [one.name for one in told] == ["film-00005", "film-00006", "film-00007"]
    files = sorted(path.relative_to(alone) for path in alone.rglob("*") if path.is_file())
    assert len(files) > 12
    for file in files:
        assert (alone / file).read_bytes() == (shared / file).read_bytes(), file


@pytest.mark.slow
def test_a_worker_that_fails_is_told_as_any(tmp_path: Path) -> None:
    make_films(tmp_path, 2, seed=5, stills=True, **SMALL)  # type: ignore[arg-type]
    truth = tmp_path / "films" / "film-00006.truth.json"
    truth.write_text("{", encoding="utf-8")
    with pytest.raises(ScriptInvalid, match="film-00006"):
        make_films(tmp_path, 3, seed=5, stills=True, workers=2, **SMALL)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="Windows has no groups of processes")
@pytest.mark.parametrize("how", ["Ctrl-C", "a worker is killed"])
def test_drawing_that_is_ended_leaves_nothing_behind(tmp_path: Path, how: str) -> None:
    films = tmp_path / "films"
    flags = ("--stills", "--seconds", "60", "--width", "640", "--height", "360", "--quiet")
    process = subprocess.Popen(
        [sys.executable, "-m", "scenewise", "synth", "films", "-o", str(tmp_path), "-n", "4",
         "--workers", "2", *flags],
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        for _ in range(6000):
            if len(list(films.glob(".*.tar"))) == 2 or process.poll() is not None:
                break
            time.sleep(0.01)
        assert len(list(films.glob(".*.tar"))) == 2
        if how == "Ctrl-C":
            os.killpg(process.pid, signal.SIGINT)
        else:
            os.kill(next(one for one in children(process.pid) if "spawn_main" in one[1])[0], 9)
        _, told = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == (130 if how == "Ctrl-C" else 1)
    assert len(told.splitlines()) == 1
    assert ("stopped" if how == "Ctrl-C" else "ended from outside") in told
    assert "went wrong inside" not in told
    assert not list(films.glob(".*"))


def children(parent: int) -> list[tuple[int, str]]:
    """Processes that a process began: number and command."""
    told = subprocess.run(
        ["ps", "-ww", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(maxsplit=2) for line in told.stdout.splitlines()]
    return [(int(row[0]), row[2]) for row in rows if len(row) == 3 and int(row[1]) == parent]


def test_what_a_killed_drawing_left_is_removed_by_the_next(tmp_path: Path) -> None:
    left = tmp_path / "films" / ".0123456789abcdef.tar"
    left.parent.mkdir()
    left.write_bytes(b"half")
    os.utime(left, (time.time() - 7200,) * 2)
    make_films(tmp_path, 1, seed=5, stills=True, **SMALL)  # type: ignore[arg-type]
    assert not left.exists()


def test_size_of_what_is_not_whole_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "one.tar"
    assert stills_size(path, 1.0) is None
    write_stills(path, [np.zeros((8, 6, 3), np.uint8)] * RATE)
    assert stills_size(path, 1.0) == (6, 8)
    assert stills_size(path, 3.0) is None
    path.write_bytes(b"nothing of the kind")
    assert stills_size(path, 1.0) is None


def test_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputUnwritable):
        write_stills(tmp_path / "none" / "one.tar", [])
