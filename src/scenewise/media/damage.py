"""Which pictures of a film could not be decoded, and where."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any

import av.error
from av.packet import Packet
from av.video.frame import VideoFrame

_TOGETHER = 2.0
"""Seconds that may lie between two losses that are told as one."""

_REMEMBERED = 1024
"""Packets on their way through the decoder that are kept in mind; no codec delays so many."""

_STEADY_AFTER, _STEADY = 24, 0.95
_HOLE = 2.5
"""A film is steady when it has at least 24 steps from picture to picture and 95 % of them are of
one length; a step 2.5 times as long is then a hole."""


def stamp_of(timed: Packet[Any] | VideoFrame) -> int | None:
    """When a packet or picture is shown, or (AVI does not know) decoded, in ticks."""
    return timed.pts if timed.pts is not None else timed.dts


class Damage:
    """Follows packets into the decoder and pictures out of it.

    A decoder that meets damage gives an error for one packet and silence for those that
    depend on it, so errors alone do not tell what was lost: a picture is lost when an error
    was met and its time stamp never came out, though a later one did.

    Args:
        seconds: film time of a time stamp.
    """

    def __init__(self, seconds: Callable[[int], float]) -> None:
        self._seconds = seconds
        self._inside: OrderedDict[int, None] = OrderedDict()
        self._failed = False
        self._last = 0
        self._lost: list[float] = []
        self._blemished: list[float] = []
        self._unreadable: list[float] = []
        self._long: list[tuple[float, float]] = []
        self._steps: Counter[int] = Counter()

    def sent(self, packet: Packet[Any]) -> None:
        """A packet goes into the decoder."""
        stamp = stamp_of(packet)
        if stamp is None:
            return
        self._last = stamp
        if packet.is_corrupt:
            self._failed = True
        if not packet.is_discard:
            self._inside[stamp] = None
            if len(self._inside) > _REMEMBERED:
                self._inside.popitem(last=False)

    def shown(self, frame: VideoFrame) -> None:
        """A picture came out of it."""
        stamp = stamp_of(frame)
        if stamp is None:
            return
        if frame.is_corrupt:
            self._blemished.append(self._seconds(stamp))
        self._inside.pop(stamp, None)
        if self._inside and frame.pts is not None:  # else stamps tell the order of decoding
            self._settle([s for s in self._inside if s < stamp])

    def step(self, before: float, time: float) -> None:
        """Two pictures follow each other at these film times.

        A container that finds its place again after damage leaves packets out without a word.
        In a film of steady rate that shows as a hole.
        """
        length = round(1000 * (time - before))
        if length in self._steps or len(self._steps) < _REMEMBERED:
            self._steps[length] += 1
        if length > _HOLE * min(self._steps) and len(self._long) < _REMEMBERED:
            self._long.append((before, time))

    def undecodable(self) -> None:
        """The decoder gave an error."""
        self._failed = True
        if self._last not in self._inside:
            self._inside[self._last] = None

    def unreadable(self, error: av.error.FFmpegError) -> None:
        """The container gave an error."""
        self._failed = True
        self._unreadable.append(self._seconds(self._last))

    def finished(self) -> None:
        """Nothing more comes out of the decoder."""
        self._settle(list(self._inside))

    def interrupted(self) -> None:
        """The decoder is about to be emptied to go on elsewhere."""
        self._inside.clear()
        self._failed = False

    def _settle(self, gone: list[int]) -> None:
        """Pictures that cannot come out any more, since later ones have."""
        for stamp in gone:
            del self._inside[stamp]
            if self._failed:
                self._lost.append(self._seconds(stamp))
        if gone:
            self._failed = False

    def sentences(self) -> list[str]:
        """What happened, for people, in order of time."""
        told = [
            *_told(self._lost, "could not be decoded; the rest was kept"),
            *_told(self._blemished, "are blemished but were kept"),
        ]
        holes = self._holes()
        told += [
            (start, f"damage near {start:.1f} s: no frames up to {end:.1f} s")
            for start, end in holes
            if not any(start - _TOGETHER <= time <= end for time in self._lost)
        ]
        if self._unreadable and not self._lost and not holes:
            start = self._unreadable[0]
            what = "part of the file could not be read; the rest was kept"
            told.append((start, f"damage near {start:.1f} s: {what}"))
        return [sentence for _, sentence in sorted(told)]

    def _holes(self) -> list[tuple[float, float]]:
        total = self._steps.total()
        if total < _STEADY_AFTER:
            return []
        usual, _ = self._steps.most_common(1)[0]
        steady = sum(self._steps[usual + off] for off in (-1, 0, 1))
        if steady < _STEADY * total:
            return []
        step = usual / 1000
        return [(a + step, b) for a, b in self._long if b - a > _HOLE * step]


def _told(times: list[float], what: str) -> list[tuple[float, str]]:
    groups: list[list[float]] = []
    for time in sorted(times):
        if groups and time - groups[-1][-1] <= _TOGETHER:
            groups[-1].append(time)
        else:
            groups.append([time])
    out = []
    for group in groups:
        count = f"{len(group)} frame{'s' if len(group) > 1 else ''}"
        said = what if len(group) > 1 else what.replace("are ", "is ").replace("were ", "was ")
        out.append((group[0], f"damage near {group[0]:.1f} s: {count} {said}"))
    return out
