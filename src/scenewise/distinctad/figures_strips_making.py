"""Clips in a row as a figure of a run (figure 5): picture, description, sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from PIL import Image as Pillow
from PIL.PngImagePlugin import PngInfo

from scenewise.core.errors import FileMissing, OptionInvalid
from scenewise.core.media_types import Image
from scenewise.core.ports import FrameSource
from scenewise.distinctad.annotations import Annotation
from scenewise.distinctad.annotations_forms import TVQA_RATE
from scenewise.distinctad.clips import frame_times
from scenewise.distinctad.clips_stills import Stills
from scenewise.distinctad.errors import ClipsInvalid, RunInvalid
from scenewise.distinctad.figures_drawing import Drawn, write_csv
from scenewise.distinctad.figures_material import Seen, predicted
from scenewise.distinctad.figures_options import FigureOptions
from scenewise.distinctad.figures_sentences import PEOPLE, ClipShown, alt_text, clips_shown, clock
from scenewise.distinctad.figures_strips import strip_image
from scenewise.media.atomic import atomic
from scenewise.media.reading import Film

OWN: Final = "DistinctAD"
"""What the run's own narrator is called."""


def strips_figure(
    seen: Seen, folder: Path, options: FigureOptions, beside: Mapping[str, Sequence[str]]
) -> tuple[Drawn, list[str]]:
    """Draw `strips`, and notes about what is not in them.

    Args:
        seen: the films.
        folder: where it goes.
        options: which clips, and how.
        beside: what further narrators say of each of `seen.rows`.

    Raises:
        FileMissing: the run has told nothing, and there is nothing beside.
        RunInvalid: the run has features, and no films to take pictures from.
        ClipsInvalid: the film has no such clips.
        OptionInvalid: what is beside has the name of what is there already.
    """
    for name in (PEOPLE, OWN):
        if name in beside:
            raise OptionInvalid(f"{name} is there already", remedy="give the table another name")
    notes = []
    lines = dict(beside)
    own = seen.run.predictions(seen.split)
    if own.is_file():
        lines = {OWN: predicted(own, seen.rows), **lines}
    elif not lines:
        raise FileMissing(
            f"nothing was told of the {seen.split} films yet", path=own,
            remedy=f"tell them first: scenewise distinctad narrate {seen.run.folder}",
        )  # fmt: skip
    else:
        notes.append(f"strips are without {OWN}: nothing was told of the {seen.split} films yet")
    if seen.material.features is not None:
        raise RunInvalid(
            "the run has features without videos", path=seen.run.folder,
            remedy="prepare a run with the films",
        )  # fmt: skip
    film = seen.film(options.film)
    chosen = [at for at, row in enumerate(seen.rows)
              if row.film == film and row.span.start >= options.start]  # fmt: skip
    chosen = chosen[: options.strip_clips]
    if not chosen:
        raise ClipsInvalid(
            f"no clip of {film} begins at {options.start:g} s or later",
            remedy="begin earlier: --start",
        )
    rows = [seen.rows[at] for at in chosen]
    clips = clips_shown(
        [row.span.start for row in rows],
        _pictures(seen, rows, options.strip_frames),
        [row.text for row in rows],
        {name: [own_lines[at] for at in chosen] for name, own_lines in lines.items()},
        seen.names(film),
    )
    title = f"{film}, {clock(rows[0].span.start)} to {clock(rows[-1].span.end)}"
    picture = strip_image(title, clips, width=options.strip_width, columns=options.strip_columns)
    alt = alt_text(title, clips)
    about = PngInfo()
    about.add_itxt("Description", alt)
    with atomic(folder / "strips.png") as path:
        Pillow.fromarray(picture).save(path, format="PNG", pnginfo=about)
    sentences = write_csv(
        folder / "strips.csv",
        ("film", "start", "end", "who", "sentence", "in common", "said before"),
        _sentences(film, rows, clips),
    )
    numbers = {
        "film": film,
        "clips": [
            {"start": row.span.start, "end": row.span.end, "people": clip.people,
             "told": {name: asdict(one) for name, one in clip.told.items()}}
            for row, clip in zip(rows, clips, strict=True)
        ],
    }  # fmt: skip
    table = [
        (clock(row.span.start), row.text, *(one.text or "(nothing)" for one in clip.told.values()))
        for row, clip in zip(rows, clips, strict=True)
    ]
    made = Drawn("strips", "Clips in a row (figure 5)", alt, (("time", PEOPLE, *lines), table),
                 (folder / "strips.png", sentences), numbers)  # fmt: skip
    return made, notes


def _sentences(
    film: str, rows: Sequence[Annotation], clips: Sequence[ClipShown]
) -> Iterator[tuple[object, ...]]:
    for row, clip in zip(rows, clips, strict=True):
        times = f"{row.span.start:.3f}", f"{row.span.end:.3f}"
        yield film, *times, PEOPLE, clip.people, "", ""
        for name, one in clip.told.items():
            yield film, *times, name, one.text, " ".join(one.shared), " ".join(one.again)


def _pictures(seen: Seen, rows: Sequence[Annotation], count: int) -> list[list[Image]]:
    """Frames of clips, each film opened once."""
    found: dict[int, list[Image]] = {}
    for file in dict.fromkeys(row.file for row in rows):
        numbers = [at for at, row in enumerate(rows) if row.file == file]
        times = [frame_times(rows[at].seen, count, seen.data.clips.least) for at in numbers]
        video = seen.material.videos[file]
        stills = video.is_dir() or video.suffix == ".tar"
        film: FrameSource = Stills(video, TVQA_RATE) if stills else Film(video)
        # pictures are taken one by one: a frame may be gone once the next is asked for
        images = [frame.image for frame in film.at([time for own in times for time in own])]
        for place, at in enumerate(numbers):
            found[at] = images[place * count : (place + 1) * count]
    return [found[at] for at in range(len(rows))]
