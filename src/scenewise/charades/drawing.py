"""From the tables of the data set to the sample of a run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scenewise.charades.data import (
    CAPTIONS,
    MISSING,
    Captioned,
    Table,
    Video,
    find_videos,
    read_table,
    with_captions,
)
from scenewise.charades.runs import SPLITS, RunSample, Sampled
from scenewise.charades.sample import SampleOptions, Shortfall, draw_sample
from scenewise.core.options import Checked, option


@dataclass(frozen=True)
class SourceOptions(Checked):
    """What is taken from the tables and the folder of videos."""

    caption: str = option(
        "description",
        "what a video is to be matched with: its first description, all of them as one text, or "
        "its script",
        choices=CAPTIONS,
        group="Data",
    )
    missing: str = option(
        "refuse",
        "videos that are not there: refuse where the sample has one, or skip them all before it "
        "is drawn",
        choices=MISSING,
        group="Data",
    )


def drawn(
    tables: dict[str, Path],
    videos: Path,
    options: SampleOptions | None = None,
    source: SourceOptions | None = None,
) -> RunSample:
    """Draw the sample of a run.

    Args:
        tables: of the data set, `train` and `test`.
        videos: folder with a file `ID.mp4` for each.
        options: how many of each scene.
        source: what is taken. With `missing="refuse"` the same sample is drawn whichever videos
            are there, and all of it must be.

    Raises:
        FileMissing, FileUnreadable, TableInvalid: see `read_table`.
        VideosMissing: of the sample, or all.
        SceneShort: see `draw_sample`.
    """
    chosen, wanted = options or SampleOptions(), source or SourceOptions()
    read = {split: read_table(tables[split]) for split in SPLITS}
    told = {split: with_captions(read[split].videos, wanted.caption) for split in SPLITS}
    notes = [note for table in read.values() for note in table.notes]
    notes += _without(told, wanted.caption)
    there = {split: told[split].videos for split in SPLITS}
    if wanted.missing == "skip":
        there, lost = _here(there, videos)
        notes += lost
    sample = draw_sample(there["train"], there["test"], chosen)
    if wanted.missing == "refuse":
        find_videos((*sample.train, *sample.test), videos)
    notes += _short(sample.short)
    captions = {
        video.id: caption
        for one in told.values()
        for video, caption in zip(one.videos, one.captions, strict=True)
    }

    def sampled(chosen: tuple[Video, ...]) -> tuple[Sampled, ...]:
        return tuple(Sampled(video.id, video.scene, captions[video.id]) for video in chosen)

    return RunSample(
        sampled(sample.train), sampled(sample.test), Path(videos), _paths(read), wanted.caption,
        chosen, tuple(notes),
    )  # fmt: skip


def _short(short: tuple[Shortfall, ...]) -> list[str]:
    """One sentence a set, however many scenes."""
    notes = []
    for split in SPLITS:
        some = [one for one in short if one.split == split]
        if some:
            few = ", ".join(f"{one.scene} {one.has} of {one.wanted}" for one in some[:3])
            notes.append(
                f"{len(some)} scenes have fewer {split} videos than are wanted: "
                f"{few}{', …' if len(some) > 3 else ''}"
            )
    return notes


def _paths(read: dict[str, Table]) -> dict[str, Path]:
    return {split: table.path for split, table in read.items()}


def _here(
    there: dict[str, tuple[Video, ...]], folder: Path
) -> tuple[dict[str, tuple[Video, ...]], list[str]]:
    """Videos that have a file, and what is to be told of the others."""
    kept, notes = {}, []
    for split, videos in there.items():
        found = find_videos(videos, folder, missing="skip")
        kept[split] = found.videos
        lost = [*found.missing, *found.empty]
        if lost:
            few = ", ".join(lost[:5]) + (", …" if len(lost) > 5 else "")
            notes.append(f"{len(lost)} of {len(videos)} {split} videos are not there: {few}")
    return kept, notes


def _without(told: dict[str, Captioned], kind: str) -> list[str]:
    what = "script" if kind == "script" else "description"
    return [
        f"{len(one.without)} {split} videos have no {what}: {', '.join(one.without[:5])}"
        + (", …" if len(one.without) > 5 else "")
        for split, one in told.items()
        if one.without
    ]
