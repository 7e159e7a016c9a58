"""Two writers that are killed at any moment lose nothing and leave nothing twice or half."""

from __future__ import annotations

import multiprocessing
import os
import random
import threading
import time
from pathlib import Path

import pytest
from store_samples import MARK, a_video, some_frames, write_until_killed

from scenewise.collection.store import Store

# Each writer is a process of its own. Where it can, it begins as a copy of one that has loaded
# the libraries: that takes longer than all it writes until it is killed.
STARTING = multiprocessing.get_context("spawn" if os.name == "nt" else "forkserver")
if os.name != "nt":
    STARTING.set_forkserver_preload(["__main__", "scenewise.collection.store"])


class Writer:
    """A program that puts videos until it is killed, and what it said was done."""

    def __init__(self, folder: Path, name: str, first: int) -> None:
        self._said, saying = STARTING.Pipe(duplex=False)
        self._process = STARTING.Process(
            target=write_until_killed, args=(str(folder), name, first, saying), daemon=True
        )
        self._process.start()
        saying.close()  # the end of this process, so that the writer's death is the end of it
        self.done: dict[str, int] = {}
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def _listen(self) -> None:
        while True:
            try:
                id, number = self._said.recv()
            except (EOFError, OSError):  # the end, or in the middle of a message
                return
            self.done[id] = number

    def wait_for(self, count: int) -> None:
        until = time.monotonic() + 240
        while len(self.done) < count:
            assert self._process.is_alive(), f"the writer ended by itself ({self._process})"
            assert time.monotonic() < until, "the writer does not get on"
            time.sleep(0.002)

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self._reader.join()
        self._said.close()


def killed_writers(folder: Path, kills: int, seed: int) -> None:
    dice = random.Random(seed)
    store = Store.create(folder, MARK)
    done: dict[str, int] = {}
    following = {"left": 0, "right": 0}
    for _ in range(kills // 2):
        writers = [Writer(folder, name, first) for name, first in following.items()]
        try:
            for writer in writers:
                writer.wait_for(1)
        except AssertionError:
            for writer in writers:
                writer.kill()
            raise
        for writer in writers:
            time.sleep(dice.uniform(0, 0.25))
            writer.kill()
        for writer in writers:
            done.update(writer.done)
        for name in following:
            mine = [n for id, n in done.items() if id.startswith(name)]
            following[name] = max(mine) + 1
        whole(store, done)
    store.compact()
    whole(Store.open(folder), done)
    pictures_whole(store)


def whole(store: Store, done: dict[str, int]) -> None:
    videos = store.videos()
    ids = [video.id for video in videos]
    assert len(set(ids)) == len(ids), "something is there twice"
    assert done.keys() <= set(ids), "something is lost"
    numbers = {video.id: video.size - 1000 for video in videos}
    assert videos == [a_video(id, number) for id, number in numbers.items()]
    mine = {id: number for id, number in done.items() if not id.startswith("both")}
    assert mine == {id: numbers[id] for id in mine}
    matrix = store.matrix()
    assert len(matrix.time) == 5 * len(videos)


def pictures_whole(store: Store) -> None:
    for video in store.videos():
        expected = some_frames(video.size - 1000)
        found = store.frames(video.id)
        assert [f.thumbnail for f in found] == [f.thumbnail for f in expected]
    assert len(list(store.folder.rglob("*.jpegs"))) == len(store)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_ten_kills_lose_nothing(tmp_path: Path):
    killed_writers(tmp_path / "store", kills=10, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_fifty_kills_lose_nothing(tmp_path: Path):
    killed_writers(tmp_path / "store", kills=50, seed=2)
