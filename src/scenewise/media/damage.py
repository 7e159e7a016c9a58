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

_STEADY_AFTER = 24
_HOLE = 2.5
"""A step between two pictures is a hole when at least 24 came before, nearly all of them of
one length, and it is 2.5 times as long as the longest."""


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
        self._holes: list[tuple[float, float]] = []
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
        total = self._steps.total()
        if total >= _STEADY_AFTER and length > _HOLE * max(self._steps):
            usual, _ = self._steps.most_common(1)[0]
            steady = sum(self._steps[usual + off] for off in (-1, 0, 1))
            if steady >= 0.98 * total:
                self._holes.append((before + usual / 1000, time))
                return
        if length in self._steps or len(self._steps) < _REMEMBERED:
            self._steps[length] += 1

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
        told += [
            (start, f"damage near {start:.1f} s: no frames up to {end:.1f} s")
            for start, end in self._holes
            if not any(start - _TOGETHER <= time <= end for time in self._lost)
        ]
        if not self._lost and not self._holes and self._unreadable:
            told.append((self._unreadable[0], f"damage near {self._unreadable[0]:.1f} s: "
                         "part of the file could not be read; the rest was kept"))  # fmt: skip
        return [sentence for _, sentence in sorted(told)]


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
