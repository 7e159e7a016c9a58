"""`scenewise index --watch`, as it really runs: new, changed and deleted files, and its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from collection_helpers import small_film

from model_makers import make_clip
from scenewise.cli import collecting
from scenewise.cli.running import run
from scenewise.collection.store import Store

pytestmark = [
    pytest.mark.film,
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="signals of this kind are POSIX's"),
]

LONG_AGO = 1_600_000_000.0  # a file that changed just now counts as still being written
PATIENCE = 100.0


@pytest.fixture(scope="session")
def clip(tmp_path_factory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip"))


def heed_ctrl_c() -> None:
    """Where tests run in the background of a shell, it is ignored, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Watcher:
    """The running command over a folder that films are put into."""

    def __init__(self, folder: Path, clip: Path) -> None:
        self.videos, self.store = folder / "videos", folder / "store"
        self.videos.mkdir()
        self.drawn = folder / "drawn"
        self.drawn.mkdir()
        self.add("one", 1)
        command = [sys.executable, "-m", "scenewise", "index", str(self.videos)]
        command += ["--store", str(self.store), "--clip", str(clip), "--text", "none"]
        command += ["--watch", "--every", "0.2", "--prune", "--json"]
        self.log = folder / "out.json"
        self.errors = folder / "err.txt"
        with self.log.open("w") as out, self.errors.open("w") as err:
            # a session of its own: an interrupt is for it alone
            self.process = subprocess.Popen(
                command, stdout=out, stderr=err, start_new_session=True, preexec_fn=heed_ctrl_c
            )

    def add(self, name: str, seed: int) -> None:
        """Put a film into the folder at one stroke."""
        film = small_film(self.drawn / f"{name}.mp4", seed, seconds=0.8)
        os.utime(film, (LONG_AGO, LONG_AGO + seed))
        film.replace(self.videos / film.name)

    def wait(self, is_so: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not is_so():
            assert self.process.poll() is None, self.errors.read_text()
            assert time.monotonic() < end, f"never: {what}; {self.errors.read_text()}"
            time.sleep(0.1)

    def told(self) -> list[dict[str, object]]:
        """The reports so far."""
        text, decoder, found = self.log.read_text(), json.JSONDecoder(), []
        while text.strip():
            try:
                one, end = decoder.raw_decode(text := text.lstrip())
            except json.JSONDecodeError:
                break
            found.append(one)
            text = text[end:]
        return found

    def known(self) -> dict[str, str]:
        """Names of the films in the store, with the digests of their files."""
        known = Store.open(self.store).known().values()
        return {Path(one.path).stem: one.digest for one in known}

    def names(self) -> set[str]:
        return set(self.known())

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


@pytest.fixture
def watcher(tmp_path, clip) -> Iterator[Watcher]:
    made = Watcher(tmp_path, clip)
    try:
        yield made
    finally:
        if made.process.poll() is None:
            made.process.kill()
            made.process.wait()


def test_files_that_come_change_and_go_are_followed_until_it_is_stopped(watcher):
    watcher.wait(lambda: len(watcher.told()) == 1, "a report of what was there")
    assert watcher.told()[0]["added"] == 1

    # a file that is still written waits
    whole = small_film(watcher.drawn / "late.mp4", 5, seconds=0.8).read_bytes()
    half = watcher.videos / "late.mp4"
    half.write_bytes(whole[: len(whole) // 2])
    time.sleep(1.0)
    assert len(watcher.told()) == 1
    half.write_bytes(whole)
    watcher.wait(lambda: watcher.names() == {"one", "late"}, "the whole file")
    watcher.wait(lambda: len(watcher.told()) == 2, "a report of the whole file")
    assert all(not one["failures"] for one in watcher.told())
    assert watcher.told()[1]["added"] == 1

    watcher.add("two", 2)
    watcher.wait(lambda: len(watcher.told()) == 3, "a new file")
    assert (watcher.told()[2]["added"], watcher.names()) == (1, {"one", "late", "two"})

    before = watcher.known()
    watcher.add("two", 3)
    (watcher.videos / "broken.mp4").write_text("no film")
    os.utime(watcher.videos / "broken.mp4", (LONG_AGO, LONG_AGO))
    watcher.wait(lambda: sum(one["changed"] for one in watcher.told()) == 1, "a changed file")
    watcher.wait(lambda: any(one["failures"] for one in watcher.told()), "a broken file")
    after = watcher.known()
    assert after["one"] == before["one"]
    assert after["two"] != before["two"]

    (watcher.videos / "one.mp4").unlink()
    watcher.wait(lambda: sum(one["removed"] for one in watcher.told()) == 1, "a deleted file")
    assert watcher.names() == {"two", "late"}
    time.sleep(1.0)
    reports = watcher.told()
    assert sum(len(one["failures"]) for one in reports) == 1, "what is broken is told once"

    assert watcher.stop() == 0
    assert "Traceback" not in watcher.errors.read_text()
    assert watcher.told() == reports
    assert not list(watcher.videos.parent.rglob("*.part"))


def test_it_watches_an_empty_folder(tmp_path, clip, capfd, monkeypatch):
    empty, looks = tmp_path / "empty", []
    empty.mkdir()

    def pause(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(collecting, "time", SimpleNamespace(sleep=pause, time=time.time))
    store = str(tmp_path / "s")
    code = run(
        ["index", str(empty), "--watch", "--every", "0.2", "--store", store, "--clip", str(clip)]
    )
    out, told = capfd.readouterr()
    assert code == 2, told  # nothing to index was told before
    assert looks == [0.2] * 3
    assert "Stopped watching" in told
    assert "Traceback" not in told
    assert "Collection:" in out
    assert "0 videos" in out
