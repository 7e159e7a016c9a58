"""A video of a run as people look at it: its grid with the caption, and its strip.

Source: Prakash et al. 2023, figure 1 and figure B of the appendix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scenewise.charades.action_times import CLASSES, read_classes
from scenewise.charades.data import Video, read_table, video_path
from scenewise.charades.errors import TableInvalid
from scenewise.charades.lettered import lettered, save_picture
from scenewise.charades.methods import GRID, method_named
from scenewise.charades.pictures import read_pictures
from scenewise.charades.runs import SPLITS, Run, RunSample, Sampled
from scenewise.charades.strips import StripOptions, video_strip
from scenewise.core.errors import FileMissing, UnknownChoice
from scenewise.media.atomic import made_folder
from scenewise.media.reading import Film


@dataclass(frozen=True)
class Shown:
    """What was written.

    Args:
        files: the pictures.
        notes: sentences for people about what is missing.
    """

    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()


def show_video(
    run: Run,
    id: str,
    folder: Path,
    methods: Sequence[str] = (GRID,),
    options: StripOptions | None = None,
) -> Shown:
    """Write `ID-METHOD.png` for each grid of a video, and `ID-strip.png`.

    Args:
        run: with a sample. A grid that is not made yet is left out, with a note.
        id: of a video of the sample.
        folder: where they go; made where it is missing.
        methods: whose grids are shown.
        options: how the strip looks.

    Raises:
        UnknownChoice: the sample has no such video, or a method is none, or has no grids.
        FileMissing, NotAVideo, TableInvalid, RunInvalid: something the run names is not there any
            more, or damaged.
        OutputUnwritable: the folder cannot be written to.
    """
    for method in methods:
        if method_named(method).kind != GRID:
            raise UnknownChoice(
                f"the method {method!r} shows no grid", remedy="choose grid, grid2 or grid-shots"
            )
    sample = run.sample()
    split, video = _found(sample, id)
    row = _row(sample.tables[split], id)
    classes = sample.tables[split].parent / CLASSES
    notes = []
    meanings = {}
    if classes.is_file():
        meanings = read_classes(classes)
    else:
        notes.append(f"actions are told by their codes: there is no {classes}")
    film = Film(video_path(sample.videos, id))
    pictures = {f"{id}-strip.png": video_strip(film, film.duration, row, meanings, options)}
    for method in dict.fromkeys(methods):
        try:
            (grid,) = read_pictures(run, method).images(split, id)
        except FileMissing as missing:
            notes.append(missing.what)
            continue
        title = f"{id}, {video.scene}"
        pictures[f"{id}-{method}.png"] = lettered(grid, video.caption, title=title)
    made_folder(folder)
    for name, picture in pictures.items():
        save_picture(folder / name, picture)
    return Shown(tuple(folder / name for name in pictures), tuple(notes))


def _found(sample: RunSample, id: str) -> tuple[str, Sampled]:
    for split in SPLITS:
        for video in sample.split(split):
            if video.id == id:
                return split, video
    few = ", ".join(video.id for video in (*sample.test, *sample.train)[:3])
    raise UnknownChoice(f"there is no video {id!r} in the sample", remedy=f"choose one like {few}")


def _row(table: Path, id: str) -> Video:
    for video in read_table(table).videos:
        if video.id == id:
            return video
    raise TableInvalid(
        f"the video {id} of the sample is not in this table any more",
        path=table,
        remedy="put back the table that the sample was drawn from",
    )
