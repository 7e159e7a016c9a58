"""Writing followed through time: which readings are one and the same line.

A reader makes mistakes that change from frame to frame; a title that stays for four seconds is
four slightly different strings. What stands at the same place and is nearly the same string is
one line, and its readings vote on what it says.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from scenewise.core.media_types import TextLine
from scenewise.description.onscreen_whole import has_cut, meets, whole_text
from scenewise.description.onscreen_words import is_plausible, key_of, likeness

Box = tuple[float, float, float, float]

_SURE = 0.9  # what a word in no dictionary must be read with
_CERTAIN = 0.985  # what a lone digit must be read with
_LEAST = 0.5  # below this a reading is noise whatever it says


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found in one frame.

    Args:
        time: seconds.
        lines: in reading order; empty when nothing is written there.
        image_size: width and height of the picture in pixels; None when unknown.
    """

    time: float
    lines: tuple[TextLine, ...] = ()
    image_size: tuple[int, int] | None = None


@dataclass
class Track:
    """One line of writing over time."""

    times: list[float] = field(default_factory=list)
    lines: list[TextLine] = field(default_factory=list)
    missed: int = 0

    def add(self, time: float, line: TextLine) -> None:
        """One more reading of it."""
        self.times.append(time)
        self.lines.append(line)
        self.missed = 0

    @property
    def start(self) -> float:
        """When it was first read, seconds."""
        return self.times[0]

    @property
    def end(self) -> float:
        """When it was last read, seconds."""
        return self.times[-1]

    @property
    def box(self) -> Box:
        """Where it stands: the median of its readings' boxes."""
        middle = len(self.lines) // 2
        left, top, right, bottom = (
            sorted(line.box[side] for line in self.lines)[middle] for side in range(4)
        )
        return (left, top, right, bottom)

    @property
    def travel(self) -> float:
        """How far it moves up, as a fraction of the picture's height; negative downwards."""
        return _middle(self.lines[0].box)[1] - _middle(self.lines[-1].box)[1]

    def rolls_to(self, time: float, middle: float) -> bool:
        """Whether a steady upward roll brings the line to a height at a time: any speed will
        do for a line that was read once, its own afterwards."""
        rise = _middle(self.lines[-1].box)[1] - middle
        wait = time - self.end
        if rise <= 0 or wait <= 0 or wait > 4.0:
            return False
        if len(self.times) == 1:
            return True
        speed = self.travel / (self.end - self.start)
        return speed > 0.01 and abs(rise - speed * wait) <= max(0.04, 0.25 * rise)

    @property
    def grows(self) -> bool:
        """Whether it is written letter by letter."""
        first, last = key_of(self.lines[0].text), key_of(self.lines[-1].text)
        return len(self.lines) > 1 and len(last) > 1.3 * len(first) and last.startswith(first)

    def text(self) -> tuple[str, float]:
        """What it says and how surely (0 to 1): the spelling with the most votes, each vote
        worth the square of its confidence; or, where it may be cut, the words that are whole."""
        pieced = whole_text(self.lines)
        if pieced is not None:
            return pieced
        lines = self.lines
        if self.grows:
            longest = max(len(key_of(line.text)) for line in lines)
            lines = [line for line in lines if len(key_of(line.text)) >= 0.9 * longest]
        votes: dict[str, float] = defaultdict(float)
        spellings: dict[tuple[str, str], float] = defaultdict(float)
        for line in lines:
            worth = line.confidence**2
            votes[key_of(line.text)] += worth
            spellings[key_of(line.text), line.text] += worth
        best = max(votes, key=lambda key: (votes[key], len(key), key))
        # readers lose blanks far more often than they invent them
        chosen = {text: worth for (key, text), worth in spellings.items() if key == best}
        least = 0.25 * sum(chosen.values())
        spelling = max(
            chosen,
            key=lambda text: (chosen[text] >= least, text.count(" "), chosen[text], text),
        )
        sure = max(line.confidence for line in lines if key_of(line.text) == best)
        return spelling, sure


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def is_noise(line: TextLine) -> bool:
    """Whether a reading is a speck taken for letters rather than writing.

    Noise is: no letter or digit; less than half sure; one or two signs that fill the frame; a
    lone sign; letters that no word is made of (`eoom ee oe`), unless read with certainty.
    """
    key = key_of(line.text)
    if not key or line.confidence < _LEAST:
        return True
    wide_script = any(ord(c) > 0x2E7F for c in key)
    if len(key) < 2 and not (key.isdigit() and line.confidence >= _CERTAIN):
        return True
    left, top, right, bottom = line.box
    if (right - left) * (bottom - top) > 0.6 and len(key) <= 3:
        return True
    if wide_script:
        return line.confidence < 0.8
    signs = [c for c in line.text if not c.isspace()]
    if sum(c.isalnum() for c in signs) < 0.5 * len(signs):
        return True
    return not is_plausible(line.text) and line.confidence < _SURE


def follow(readings: Sequence[Reading], *, similarity: float, gap: float) -> list[Track]:
    """The lines of writing in a film, in order of their first reading.

    Args:
        readings: in order of time.
        similarity: from which likeness two readings at one place are one line, 0 to 1.
        gap: seconds for which a line may be missed and still be the same.
    """
    done: list[Track] = []
    active: list[Track] = []
    for reading in readings:
        wanted = [line for line in reading.lines if not is_noise(line)]
        pairs = sorted(
            (
                (_match(track, reading.time, line, similarity), -t, -n)
                for t, track in enumerate(active)
                for n, line in enumerate(wanted)
            ),
            reverse=True,
        )
        taken_tracks: set[int] = set()
        taken_lines: set[int] = set()
        for score, minus_track, minus_line in pairs:
            if score <= 0:
                break
            if -minus_track in taken_tracks or -minus_line in taken_lines:
                continue
            taken_tracks.add(-minus_track)
            taken_lines.add(-minus_line)
            active[-minus_track].add(reading.time, wanted[-minus_line])
        still: list[Track] = []
        for t, track in enumerate(active):
            if t not in taken_tracks:
                track.missed += 1
            lost = track.missed and (track.missed > 2 or reading.time - track.end > gap)
            (done if lost else still).append(track)
        active = still
        for n, line in enumerate(wanted):
            if n not in taken_lines:
                track = Track()
                track.add(reading.time, line)
                active.append(track)
    return sorted([*done, *active], key=lambda track: (track.start, track.box[1], track.box[0]))


def rejoined(tracks: Sequence[Track], cuts: Sequence[float], *, gap: float = 3.0) -> list[Track]:
    """Lines, of which those that somebody hides in part, now here and now there, are one again.

    Args:
        tracks: in order of their first reading.
        cuts: times of the film's cuts, seconds: what is hidden comes back in the same shot.
        gap: seconds for which nothing of a line may be read.
    """
    if not any(has_cut(line) for track in tracks for line in track.lines):
        return list(tracks)
    shots = sorted(cuts)
    out: list[_Part] = []
    alive: list[_Part] = []  # those that end late enough for a line to be the rest of them
    for track in tracks:
        part = _Part(track, any(map(has_cut, track.lines)), bisect_right(shots, track.start))
        alive = [
            one for one in alive if one.shot == part.shot and track.start - one.track.end <= gap
        ]
        mate = next((one for one in reversed(alive) if _is_rest(one, part)), None)
        if mate is None:
            out.append(part)
            alive.append(part)
            continue
        both = sorted(
            zip([*mate.track.times, *track.times], [*mate.track.lines, *track.lines], strict=True),
            key=lambda reading: reading[0],
        )
        mate.track = Track([time for time, _ in both], [line for _, line in both])
        mate.cut = True
    return [part.track for part in out]


@dataclass
class _Part:
    """A line, whether any reading of it may be cut, and the number of its shot."""

    track: Track
    cut: bool
    shot: int


def _is_rest(one: _Part, other: _Part) -> bool:
    """Whether two lines of a shot are one of which each shows what the other hides."""
    if not (one.cut or other.cut) or set(one.track.times) & set(other.track.times):
        return False
    a, b = one.track.lines[-1].box, other.track.lines[0].box
    height = max(a[3] - a[1], b[3] - b[1], 0.02)
    near = abs(_middle(a)[1] - _middle(b)[1]) <= max(1.2 * height, 0.04)
    return near and _overlap(one.track, other.track) and meets(one.track.lines, other.track.lines)


def _overlap(one: Track, other: Track) -> bool:
    """Whether two lines stand over one another anywhere: all of the boxes that each ever had."""
    return min(max(line.box[2] for line in one.lines), max(line.box[2] for line in other.lines)) > (
        max(min(line.box[0] for line in one.lines), min(line.box[0] for line in other.lines))
    )


def _match(track: Track, time: float, line: TextLine, similarity: float) -> float:
    """How well a reading continues a line; 0 when it does not."""
    last = track.lines[-1]
    one, two = key_of(last.text), key_of(line.text)
    (x1, y1), (x2, y2) = _middle(last.box), _middle(line.box)
    height = max(last.box[3] - last.box[1], line.box[3] - line.box[1], 0.02)
    likely = likeness(one, two)
    near = abs(y1 - y2) <= max(1.2 * height, 0.04) and abs(x1 - x2) <= 0.2
    if likely >= similarity and near:
        return likely
    sizes = sorted((last.box[3] - last.box[1], line.box[3] - line.box[1]))
    if likely >= max(similarity, 0.85) and abs(x1 - x2) <= 0.06 and sizes[1] <= 1.4 * sizes[0]:
        return likely - 0.05 if track.rolls_to(time, y2) else 0.0
    same_place = abs(last.box[0] - line.box[0]) <= 0.05 and abs(y1 - y2) <= 0.5 * height
    centred = abs(x1 - x2) <= 0.05 and abs(y1 - y2) <= 0.5 * height
    if len(two) > len(one) >= 2 and two.startswith(one) and (same_place or centred):
        return 0.5 + 0.3 * len(one) / len(two)
    return 0.0
