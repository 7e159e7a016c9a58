"""A run without videos: frames of noise, in colours that tell the videos apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scenewise.charades.encoding_options import EncodeOptions
from scenewise.charades.frame_store import FrameStore, Looked
from scenewise.charades.grid_making import Making, make_pictures
from scenewise.charades.grids import GridLook
from scenewise.charades.methods import method_named
from scenewise.charades.pictures import Pictures
from scenewise.charades.runs import Run, RunSample, Sampled
from scenewise.core.progress import Silent
from scenewise.frames.packing import packed

CAPTIONS = (
    "a man walks in a red room", "a woman runs on the street", "the dog sits",
    "a small child holds a blue ball", "two people with a yellow box", "a cat looks at the sea",
    "a bird in the snow", "a car in the rain",
)  # fmt: skip


def made_up_run(folder: Path, *, captions: tuple[str, ...] = CAPTIONS, tests: int = 3) -> Run:
    """A sample of videos whose frames are there, the last `tests` of them to test on."""
    run = Run(folder)
    files = folder / "videos"
    files.mkdir(parents=True)
    ids = [f"AAA{at:02d}" for at in range(len(captions))]
    rows = [
        Sampled(id, "Kitchen" if at % 2 else "Garage", caption)
        for at, (id, caption) in enumerate(zip(ids, captions, strict=True))
    ]
    cut = len(rows) - tests
    tables = {"train": folder / "train.csv", "test": folder / "test.csv"}
    run.write_sample(RunSample(tuple(rows[:cut]), tuple(rows[cut:]), files, tables))
    store = FrameStore(run.frames, {})
    rng = np.random.default_rng(5)
    for at, id in enumerate(ids):
        (files / f"{id}.mp4").write_bytes(id.encode())
        colour = rng.integers(0, 256, 3)
        images = [
            np.clip(colour + rng.integers(-40, 40, (36, 48, 3)), 0, 255).astype(np.uint8)
            for _ in range(4 + at % 3)
        ]
        frames = tuple(packed(2.0 * k, image) for k, image in enumerate(images))
        store.put(files / f"{id}.mp4", Looked(frames[::2], frames))
    return run


def shown_as(run: Run, method: str) -> Pictures:
    """The pictures of a method that needs no ResNet."""
    chosen = method_named(method)
    options = EncodeOptions(grid=GridLook(side=48))
    making = Making(run, chosen, FrameStore(run.frames, {}), options, chosen.choice)
    return make_pictures(making, run.sample(), {}, Silent())
