"""Described films made of nothing, for the tests of the report."""

from __future__ import annotations

import numpy as np

from scenewise.core.media_types import Hierarchy, Keyframe, Selection, Shot
from scenewise.core.script import Description, FilmReference, Script
from scenewise.core.time import Span, complement
from scenewise.description.hearing import Sound
from scenewise.description.measures import Measure
from scenewise.description.results import Check, Draft, Rendered
from scenewise.description.timing import Timings
from scenewise.frames.hierarchy import Rules as TreeRules
from scenewise.frames.hierarchy import coarsened, ward_in_time
from scenewise.frames.packing import packed
from scenewise.media.loudness import Loudness

THRESHOLD = 1.0


def picture(seed: int, width: int = 320, height: int = 180) -> np.ndarray:
    """Coarse coloured blocks: a picture of ordinary weight as JPEG."""
    coarse = np.random.default_rng(seed).integers(0, 255, (height // 12, width // 12, 3), np.uint8)
    return coarse.repeat(12, axis=0).repeat(12, axis=1)


def tree(count: int, samples: int, duration: float, leaves: int = 2000) -> Hierarchy:
    """A tree over samples that lie in `count` clear groups one after the other."""
    times = np.linspace(0, duration, samples, endpoint=False)
    group = np.arange(samples) * count // samples
    noise = np.random.default_rng(1).normal(0, 1e-3, samples)
    points = np.column_stack([(group * 37 % 11) * 5.0 + noise, group * 3.0])
    linkage = ward_in_time(points, np.full(samples, duration / samples), TreeRules(THRESHOLD))
    sizes = 20_000 + 3000.0 * (group % 9) + 500 * np.abs(noise)
    return coarsened(Hierarchy(times, sizes, linkage, THRESHOLD), leaves)


def lines(count: int, duration: float) -> tuple[Description, ...]:
    """Descriptions at even distances; every fifth is left out, every seventh tells writing."""
    step = duration / count
    out = []
    for i in range(count):
        line = Description(
            id=f"d{i + 1:04d}",
            span=Span(i * step, (i + 1) * step),
            text=f"A person in a coat of colour {i} walks along the quay.",
            event=(i + 0.5) * step,
            confidence=(i % 10) / 10,
            source="scripted",
            kind="text" if i % 7 == 3 else "visual",
        )
        if i % 5 == 4:
            out.append(line.silenced(f"repeats d{i:04d}"))
        else:
            spoken = line.text if i % 2 else "A person walks."
            out.append(line.delivered(i * step + 0.25 * step, 0.4 * step, spoken))
    return tuple(out)


def measures(duration: float) -> tuple[Measure, ...]:
    """One of each state."""
    return (
        Measure("over dialogue", 0.0, "ms", 0.0, True, "0 utterances", (), "error", "A guide"),
        Measure(
            "true peak", -0.5, "dBTP", -2.0, False, "of the sound",
            (Span(1.0, 1.5), Span(duration / 2, duration / 2 + 1)), "error", "EBU R128",
        ),
        Measure("concise", 87.5, "%", 100.0, False, "d0002 is long", (Span(2, 3),), "advice"),
        Measure("described share", 41.23456, "%", None, None, "share of the film"),
        Measure("fastest utterance", None, "words/min", 300.0, None, "no utterance to time"),
    )  # fmt: skip


def described(
    folder,
    *,
    count: int = 10,
    duration: float = 60.0,
    name: str = "film.mp4",
    samples: int = 240,
    size: tuple[int, int] = (320, 180),
) -> tuple[Rendered, tuple[Span, ...], Draft]:
    """A film that was described, without the film."""
    told = lines(count, duration)
    dialogue = tuple(
        Span(line.span.end - 0.2 * line.span.duration, line.span.end) for line in told[::3]
    )
    gaps = tuple(complement(dialogue, Span(0.0, duration)))
    kinds = [packed(0.0, picture(seed, *size)) for seed in range(min(count, 12))]
    keyframes = []
    for i, line in enumerate(told):
        frame = kinds[i % len(kinds)]
        frame = type(frame)(line.event, frame.width, frame.height, frame.data)
        keyframes.append(Keyframe(frame, line.span))
    hierarchy = tree(count, samples, duration)
    selection = Selection(
        tuple(keyframes),
        tuple(Shot(line.span) for line in told),
        (hierarchy,),
        {"selector": "shots", "threshold": THRESHOLD},
    )
    script = Script(
        film=FilmReference(name, "blake2b:00", duration),
        descriptions=told,
        dialogue=dialogue,
        voice={"name": "espeak", "rate": 170},
        notes=("no captioner is installed",),
        settings={"keyframes": "shots", "camera_talk": False, "names": ""},
    )
    sound = Sound(dialogue, Loudness(-23.0, -3.0, 9.0), Loudness(-26.0, -1.0, duration))
    draft = Draft(
        script, folder / name, duration, selection, sound, gaps,
        Timings({"look": 3.0, "word": 1.0}, {"listen"}),
    )  # fmt: skip
    stem = name.rsplit(".", 1)[0]
    film = folder / f"{stem}.described.mp4"
    rendered = Rendered(
        film, script, {"film": film, "ad.json": folder / f"{stem}.ad.json"},
        Check(measures(duration)), Timings({"mix and write": 6.0}),
        ("the text track could not be kept",), {"options": {"duck": -8.2}}, folder / name,
    )  # fmt: skip
    return rendered, gaps, draft
