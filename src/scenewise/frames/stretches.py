"""A shot's samples divided into segments, and the segments of a film into its key frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from scenewise.core.media_types import Hierarchy, Keyframe
from scenewise.core.time import Span
from scenewise.frames.choice import Memory, Sample, companions, merits
from scenewise.frames.cuts import small
from scenewise.frames.hierarchy import Floats, Rules, flat, grafted, ward_in_time
from scenewise.frames.packing import PackedFrame
from scenewise.frames.quality import Look, faded, overlay_only
from scenewise.frames.segments import contiguous

# What counts as one unit of distance in a shot's tree, whose cut is at 1 unless asked
# otherwise. Ward's formula multiplies by the square root of the seconds, so a difference of
# one unit divides two stretches of one second each, half of it two of four seconds.
COLOUR: Final = 22.0  # mean difference of the layouts (ΔE): other set-ups differ by 20 to 45
OCTAVES: Final = 0.8  # of JPEG size; noise and flicker of light move it by 0.05
WRITING: Final = 1.4  # distance of two cards' writing, 0 to √2

FADE: Final = 4.0
"""Seconds within which a fade's full picture is looked for."""


TRANSIT: Final = 2.0
"""Longest passage from one picture to another, seconds."""

HURRY: Final = 6.0
"""Change of layout in such a passage, ΔE a second. Measured on real films: people who talk and
walk make 1 to 5, dissolves and whips 10 to 60."""


@dataclass(frozen=True)
class Segment:
    """A stretch of a shot that one key frame can stand for.

    Args:
        span: from its first sample to the end of its last.
        frame: the sample that stands for it.
        neighbours: further frames of it.
        look: of the key frame.
        tree: of its samples.
        centre: mean of its points, [d].
        weight: seconds.
    """

    span: Span
    frame: PackedFrame
    neighbours: tuple[PackedFrame, ...]
    look: Look
    tree: Hierarchy
    centre: Floats
    weight: float


def runs(samples: Sequence[Sample]) -> Iterator[list[Sample]]:
    """Stretches with something to see.

    Faint pictures of a fade are left out where the full one is near, and their time is given to
    what they fade to. A single blank sample, a flash, is left out of the stretch it lies in;
    more of them end it.
    """
    run: list[Sample] = []
    blank = 0
    lead: float | None = None  # where faint pictures began that no run has taken yet
    for sample in samples:
        if sample.look.blank:
            blank += 1
            lead = None
            continue
        if blank > 1 and run:
            yield run
            run = []
        near = [s.look for s in samples if abs(s.time - sample.time) <= FADE]
        if faded(sample.look, near):
            if run and blank == 0:
                run[-1].tail = sample.span.end - run[-1].time - run[-1].weight
            elif lead is None:
                lead = sample.span.start
            continue
        if lead is not None:
            sample.lead, lead = sample.time - lead, None
        blank = 0
        run.append(sample)
    if run:
        yield run


def points(samples: Sequence[Sample], longest: float) -> Floats:
    """Where samples lie in the space they are clustered in, [n, 2 + 192 + 576].

    Time is scaled so that a stretch in which nothing else changes divides at `longest`
    seconds: its halves of T/2 lie T/2 apart, at a distance of √(T/2) · T/2.
    """
    times = np.array([s.time for s in samples])
    sizes = np.array([len(s.packed.data) for s in samples], dtype=np.float64)
    layouts = np.stack([s.look.layout for s in samples])
    writing = np.stack([s.look.writing for s in samples])
    scaled_time = times / (longest / 2) ** 1.5
    return np.column_stack(
        [scaled_time, np.log2(sizes) / OCTAVES, layouts / COLOUR, writing / WRITING]
    )


def divided(samples: Sequence[Sample], rules: Rules) -> list[list[Sample]]:
    """The samples of one stretch in groups that one key frame each can stand for."""
    where = points(samples, rules.longest)
    weights = np.array([s.weight for s in samples])
    labels = flat(ward_in_time(where, weights, rules), rules.threshold)
    starts = [0, *(np.flatnonzero(np.diff(labels)) + 1).tolist(), len(samples)]
    return settled([list(samples[a:b]) for a, b in pairwise(starts)])


def settled(groups: list[list[Sample]]) -> list[list[Sample]]:
    """The groups but those that only lead from one to the next: the middle of a dissolve, a
    whip of the camera. Such a group is short, and it moves while those beside it rest."""
    speeds = [_speed(group) for group in groups]
    kept = []
    for i, group in enumerate(groups):
        if 0 < i < len(groups) - 1 and group[-1].span.end - group[0].time <= TRANSIT:
            beside = max(speeds[i - 1], speeds[i + 1])
            if speeds[i] > max(HURRY, 2 * beside):
                continue
        kept.append(group)
    return kept


def _speed(group: Sequence[Sample]) -> float:
    """Median change of layout, ΔE a second; 0 for a single sample."""
    times = np.array([s.time for s in group])
    layouts = np.stack([s.look.layout for s in group])
    if len(group) < 2:
        return 0.0
    moved = np.linalg.norm(np.diff(layouts, axis=0), axis=1)
    return float(np.median(moved / np.diff(times)))


def segment(samples: Sequence[Sample], rules: Rules, neighbours: int) -> Segment:
    """One group as a segment: its key frame chosen, all else let go.

    Args:
        samples: in time order, at least one.
        rules: what the group was divided by.
        neighbours: how many further frames are kept.
    """
    where = points(samples, rules.longest)
    weights = np.array([s.weight for s in samples])
    chosen = int(np.argmax(merits(samples)))
    # the group was one branch of its shot's tree: alone it makes the very same branch
    linkage = ward_in_time(where, weights, rules)
    times = np.array([s.time for s in samples])
    sizes = np.array([len(s.packed.data) for s in samples], dtype=np.float64)
    return Segment(
        Span(samples[0].span.start, samples[-1].span.end),
        samples[chosen].packed,
        companions(samples, chosen, neighbours),
        samples[chosen].look,
        Hierarchy(times, sizes, linkage, rules.threshold),
        np.average(where, axis=0, weights=weights),
        float(weights.sum()),
    )


def without_overlays(segments: Sequence[Segment], around: int = 4) -> list[Segment]:
    """The segments but those whose only picture is a watermark over black.

    Args:
        segments: in time order.
        around: how many segments on either side are compared.
    """
    kept = []
    for i, one in enumerate(segments):
        if one.look.card:
            beside = [*segments[max(0, i - around) : i], *segments[i + 1 : i + 1 + around]]
            others = [small(s.frame) for s in beside if not s.look.card]
            if overlay_only(small(one.frame), others):
                continue
        kept.append(one)
    return kept or list(segments[:1])


def assembled(
    segments: Sequence[Segment], span: Span, rules: Rules, neighbours: int
) -> tuple[list[Keyframe], Hierarchy]:
    """The key frames of a film and its tree.

    Segments of different shots join only where one is too short to stand alone; the longest
    then gives the key frame and the others go beside it. Blank time between two segments is
    shared by both. Cutting the tree at its threshold gives exactly the key frames.

    Args:
        segments: in time order, at least one.
        span: of the film.
        rules: what the shots were divided by.
        neighbours: most frames beside a key frame.
    """
    segments = without_overlays(segments)
    centres = np.stack([s.centre for s in segments])
    weights = np.array([s.weight for s in segments])
    above = float(np.nextafter(rules.threshold, np.inf))
    # what was divided for its length stays divided: short ones may join up to that length
    top = ward_in_time(centres, weights, rules, floor=above)
    labels = flat(top, rules.threshold) if len(segments) > 1 else np.zeros(1, dtype=np.int64)
    starts = [0, *(np.flatnonzero(np.diff(labels)) + 1).tolist(), len(segments)]
    groups = [segments[a:b] for a, b in pairwise(starts)]
    bounds = [(a[-1].span.end + b[0].span.start) / 2 for a, b in pairwise(groups)]
    memory = Memory()
    keyframes = []
    for group, part in zip(groups, contiguous(bounds, span), strict=True):
        main = max(group, key=lambda s: s.weight)
        beside = [s.frame for s in group if s is not main]
        beside = (beside + list(main.neighbours))[:neighbours]
        keyframes.append(
            Keyframe(
                main.frame,
                part,
                tuple(sorted(beside, key=lambda frame: frame.time)),
                memory.novelty(main.look),
            )
        )
    return keyframes, grafted([s.tree for s in segments], top, rules.threshold)
