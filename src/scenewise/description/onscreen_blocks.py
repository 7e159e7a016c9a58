"""Lines that belong together: blocks that stand, and credits that roll."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from scenewise.description.onscreen_tracks import Box, Track
from scenewise.description.onscreen_whole import MISSING
from scenewise.description.onscreen_words import is_plausible, key_of, likeness

LOWER_BAND = 0.75
"""Lines whose top lies below this share of the height are where subtitles stand."""

_ROLLS = 0.08  # of the height a rolling line moves at least while it is read


@dataclass(frozen=True)
class Block:
    """Lines that appear together.

    Args:
        tracks: in reading order.
        rolling: whether they move up the picture.
    """

    tracks: tuple[Track, ...]
    rolling: bool = False

    @property
    def start(self) -> float:
        """When the first line was first read, seconds."""
        return min(track.start for track in self.tracks)

    @property
    def end(self) -> float:
        """When the last line was last read, seconds."""
        return max(track.end for track in self.tracks)

    @property
    def box(self) -> Box:
        """Around all lines."""
        boxes = [track.box for track in self.tracks]
        return (
            min(box[0] for box in boxes),
            min(box[1] for box in boxes),
            max(box[2] for box in boxes),
            max(box[3] for box in boxes),
        )

    @property
    def key(self) -> str:
        """Letters and digits of all lines."""
        return "".join(key_of(track.text()[0]) for track in self.tracks)


def rolls_of(tracks: Sequence[Track]) -> tuple[list[Block], list[Track]]:
    """Credits that roll, each roll one block in the order of its lines, and all other lines."""
    moving = [t for t in tracks if len(t.times) > 1 and t.travel >= _ROLLS]
    groups: list[list[Track]] = []
    for track in sorted(moving, key=lambda t: t.start):
        if groups and track.start <= max(t.end for t in groups[-1]) + 2.0:
            groups[-1].append(track)
        else:
            groups.append([track])
    rolls: list[Block] = []
    used: set[int] = set()
    for group in groups:
        if len(group) < 2:
            continue
        speed = median(t.travel / (t.end - t.start) for t in group)
        start, end = min(t.start for t in group), max(t.end for t in group)
        used |= {id(t) for t in group}
        for track in tracks:
            short = len(track.times) == 1 and id(track) not in used
            if short and start - 1.5 <= track.start <= end + 1.5:
                group.append(track)
                used.add(id(track))
        ordered = sorted(group, key=lambda t: (_on_roll(t, speed), t.box[0]))
        rolls.append(Block(tuple(_once(ordered, speed)), rolling=True))
    return rolls, [t for t in tracks if id(t) not in used]


def _on_roll(track: Track, speed: float) -> float:
    """Where a line stands on the roll, in heights of the picture."""
    top, bottom = track.lines[0].box[1], track.lines[0].box[3]
    return (top + bottom) / 2 + speed * track.start


def _once(tracks: Sequence[Track], speed: float) -> list[Track]:
    """Lines of a roll less those read twice at the same place of it."""
    out: list[Track] = []
    for track in tracks:
        key = key_of(track.text()[0])
        twin = next(
            (
                n
                for n, other in enumerate(out)
                if abs(_on_roll(other, speed) - _on_roll(track, speed)) < 0.05
                and likeness(key_of(other.text()[0]), key) >= 0.8
            ),
            None,
        )
        if twin is None:
            out.append(track)
        elif len(track.times) > len(out[twin].times):
            out[twin] = track
    return out


def blocks_of(tracks: Sequence[Track]) -> list[Block]:
    """Lines that stand together at the same time, as blocks in order of time."""
    parent = list(range(len(tracks)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    for n, one in enumerate(tracks):
        for m in range(n + 1, len(tracks)):
            if tracks[m].start > one.end:
                break
            if _belong(one, tracks[m]):
                parent[root(m)] = root(n)
    groups: dict[int, list[Track]] = {}
    for n, track in enumerate(tracks):
        groups.setdefault(root(n), []).append(track)
    blocks = [Block(tuple(_reading_order(group))) for group in groups.values()]
    return sorted(blocks, key=lambda block: (block.start, block.box[1], block.box[0]))


def beside(lost: Sequence[Track], tracks: Sequence[Track]) -> list[Track]:
    """Lines of which nothing is whole that stand on the row of others: something is missing there.

    Args:
        lost: lines without a whole word.
        tracks: all others.
    """
    return [
        one
        for one in lost
        if any(
            _same_row(one, other) and one.start <= other.end and other.start <= one.end
            for other in tracks
        )
    ]


def _belong(one: Track, two: Track) -> bool:
    shared = min(one.end, two.end) - max(one.start, two.start)
    if shared < 0 or 2 * shared < min(one.end - one.start, two.end - two.start):
        return False
    a, b = one.box, two.box
    if (a[1] >= LOWER_BAND) != (b[1] >= LOWER_BAND):
        return False
    low, high = sorted((a[3] - a[1], b[3] - b[1]))
    apart = max(a[1], b[1]) - min(a[3], b[3])
    beside = max(a[0], b[0]) - min(a[2], b[2])
    if apart < -0.5 * low:  # on one row
        return beside <= 2.0 * high
    return apart <= 1.3 * high and beside < 0


def _reading_order(tracks: Sequence[Track]) -> list[Track]:
    rows: list[list[Track]] = []
    for track in sorted(tracks, key=lambda t: t.box[1] + t.box[3]):
        row = rows[-1] if rows else None
        if row is not None and _same_row(row[-1], track):
            row.append(track)
        else:
            rows.append([track])
    return [track for row in rows for track in sorted(row, key=lambda t: t.box[0])]


def _same_row(one: Track, two: Track) -> bool:
    a, b = one.box, two.box
    low = min(a[3] - a[1], b[3] - b[1])
    beside = max(a[0], b[0]) >= min(a[2], b[2]) - 0.02
    return min(a[3], b[3]) - max(a[1], b[1]) > 0.5 * low and beside


def text_of_block(block: Block) -> tuple[str, float]:
    """What a block says, and how surely (the mean over its lines, 0 to 1).

    Pieces of one row, and rows that a sentence or a title was wrapped over, are joined by a
    blank; rows that stand apart (by more than a third of their height beyond the smallest
    distance in the block, or in another size) by a line break, as is everything in credits.
    """
    pieces = [track.text() for track in block.tracks]
    known = [sure for text, sure in pieces if key_of(text)]
    confidence = sum(known) / max(1, len(known))
    distances = [b.box[1] - a.box[3] for a, b in pairwise(block.tracks) if not _same_row(a, b)]
    closest = min(distances, default=0.0)
    wraps = not block.rolling and len(distances) <= 3
    text = pieces[0][0]
    for n in range(1, len(pieces)):
        one, two = block.tracks[n - 1], block.tracks[n]
        low, high = sorted((one.box[3] - one.box[1], two.box[3] - two.box[1]))
        near = two.box[1] - one.box[3] <= closest + 0.35 * high
        # measured heights of one size differ with their letters; a row that begins in lower
        # case goes on from the row above even where it is smaller
        alike = high <= (1.7 if pieces[n][0][:1].islower() else 1.4) * low
        if _same_row(one, two) or (wraps and near and alike):
            text += " "
        else:
            text += "\n"
        text += pieces[n][0]
    text = re.sub(rf"{MISSING}(?:[ \n]{MISSING})+", MISSING, text)
    return re.sub(r"(?<=\w)-\s(?=[a-z])", "", text), confidence


def is_plausible_block(block: Block) -> bool:
    """Whether a block holds writing that can be read out: words (or numbers) rather than
    letters by chance, unless it was read with certainty or again and again."""
    text, confidence = text_of_block(block)
    votes = max(len(track.times) for track in block.tracks)
    if not key_of(text) or confidence < 0.6 or (votes == 1 and confidence < 0.75):
        return False
    if len(key_of(text)) < 2 and votes < 2:
        return False
    return is_plausible(text) or confidence >= 0.9
