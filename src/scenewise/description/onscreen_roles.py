"""What a piece of writing is: subtitle, logo, credit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from scenewise.core.script import Cue
from scenewise.core.time import Span
from scenewise.description.onscreen_blocks import LOWER_BAND, Block, text_of_block
from scenewise.description.onscreen_tracks import Reading, Track
from scenewise.description.onscreen_words import key_of, likeness

_STAY = 9.0  # seconds; subtitles stay no longer (BBC and Netflix: 7 s at most)
_CREDIT = re.compile(
    r"\b(?:directed|director|produced|producers?|written|screenplay|music|cast|starring|editor"
    r"|edited|cinematograph\w*|animation|animators?|sound|copyright|©|\(c\)|support(?:ed)?"
    r"|licen[cs]ed?|thanks|created|based on|art direct\w*|composer|designer|executive)\b",
    re.I,
)


def watermarks_of(
    tracks: Sequence[Track], readings: Sequence[Reading], cuts: Sequence[float], share: float
) -> tuple[list[list[Track]], list[Track]]:
    """Logos that stay at their place through most of the film, and all other lines.

    Args:
        tracks: lines of writing.
        readings: all frames that were read.
        cuts: seconds; a logo outlasts at least two. Without any, it must last 20 s.
        share: of the readings in which it is found.
    """
    groups: list[list[Track]] = []
    for track in tracks:
        for group in groups:
            if _same_place(group[0], track) and _same_text(group[0], track):
                group.append(track)
                break
        else:
            groups.append([track])
    marks: list[list[Track]] = []
    for group in groups:
        times = {time for track in group for time in track.times}
        first, last = min(times), max(times)
        left, top, right, bottom = group[0].box
        crossed = sum(first < cut < last for cut in cuts)
        stays = crossed >= 2 if cuts else last - first >= 20.0
        small = (right - left) * (bottom - top) <= 0.06
        still = max(abs(track.travel) for track in group) <= 0.04
        if len(times) >= max(4, share * len(readings)) and stays and small and still:
            marks.append(group)
    marked = {id(track) for group in marks for track in group}
    return marks, [track for track in tracks if id(track) not in marked]


def _same_place(one: Track, two: Track) -> bool:
    return all(abs(a - b) <= 0.03 for a, b in zip(one.box, two.box, strict=True))


def _same_text(one: Track, two: Track) -> bool:
    return likeness(key_of(one.text()[0]), key_of(two.text()[0])) >= 0.6


def subtitles_of(
    blocks: Sequence[Block],
    readings: Sequence[Reading],
    dialogue: Sequence[Span] | None,
    captions: Sequence[Cue] | None,
) -> set[int]:
    """`id`s of the blocks that are subtitles of what is spoken.

    A subtitle stands centred in the lowest quarter. It is one when the film's captions say
    the same at that time; or when three different texts or more follow one another there,
    none longer than some seconds, and most of them while people speak; or when, alone, it
    reads like a sentence and people speak all the while. Where it is known that nobody
    speaks, writing in that band repeats nothing and is no subtitle.
    """
    band = [block for block in blocks if _in_band(block)]
    brief = [block for block in band if block.end - block.start <= _STAY]
    found = {id(block) for block in band if captions and repeats_captions(block, captions)}
    spoken = {id(block) for block in brief if _spoken(block, readings, dialogue) >= 0.5}
    different: list[Block] = []
    for block in brief:
        if all(likeness(block.key, other.key) < 0.7 for other in different):
            different.append(block)
    if len(different) >= 3 and _successive(brief):
        most = dialogue is None or 2 * len(spoken) >= len(brief)
        if most:
            found |= {id(block) for block in brief}
    for block in brief:
        text = text_of_block(block)[0].replace("\n", " ").strip()
        sentence = len(text.split()) >= 3 and (text[-1:] in ".?!…," or text[:1].islower())
        if sentence and _spoken(block, readings, dialogue) >= 0.8:
            found.add(id(block))
    return found


def _in_band(block: Block) -> bool:
    left, top, right, bottom = block.box
    return top >= LOWER_BAND and bottom >= 0.8 and abs((left + right) / 2 - 0.5) <= 0.12


def _successive(blocks: Sequence[Block]) -> bool:
    """Whether at most a few of the blocks are there at the same time."""
    ordered = sorted(blocks, key=lambda block: block.start)
    together = sum(later.start < earlier.end for earlier, later in pairwise(ordered))
    return 3 * together <= len(ordered)


def _spoken(block: Block, readings: Sequence[Reading], dialogue: Sequence[Span] | None) -> float:
    """Share of the time a block stands during which people speak, 0 to 1."""
    if dialogue is None:
        return 0.0
    following = next((r.time for r in readings if r.time > block.end), block.end + 1.0)
    span = Span(block.start, max(block.start + 0.5, min(following, block.end + 1.5)))
    return min(1.0, sum(span.overlap(part) for part in dialogue) / span.duration)


def repeats_captions(block: Block, captions: Sequence[Cue], *, slack: float = 2.0) -> bool:
    """Whether captions near that time hold at least two thirds of a block's words."""
    words = re.findall(r"\w+", text_of_block(block)[0].casefold())
    said: set[str] = set()
    for cue in captions:
        if cue.span.start - slack <= block.end and block.start <= cue.span.end + slack:
            said.update(re.findall(r"\w+", cue.text.casefold()))
    held = sum(word in said for word in words)
    return bool(words) and 3 * held >= 2 * len(words)


def credit_like(block: Block, film_end: float) -> bool:
    """Whether a block reads like credits: it names crafts or rights, on several lines or near
    the end of the film."""
    if block.rolling:
        return True
    text = text_of_block(block)[0]
    named = len(_CREDIT.findall(text))
    late = film_end > 0 and block.start >= 0.75 * film_end
    return named >= 2 or (named >= 1 and (late or len(block.tracks) >= 4))


_LEADS_ON = re.compile(r"(?:[:,;–—-]|\b(?:by|of|for|on|in|to|from|with|and|the|a|an|as))\s*$", re.I)
_SAME_TITLE = 0.9  # likeness of two readings of one title; less may be another word


def without_titles(text: str, titles: Sequence[str]) -> str:
    """Credits less the lines that are titles which were told before.

    A line stays where others need it: where the one before leads on to it (`Based on`,
    `Directed by`) or names a craft, or the one after is the craft of a name; and where nothing
    would be left.

    Args:
        text: credits, with line breaks.
        titles: what title cards said.
    """
    keys = [key_of(title) for title in titles]
    lines = text.split("\n")
    kept = [
        line
        for n, line in enumerate(lines)
        if not any(likeness(key_of(line), key) >= _SAME_TITLE for key in keys)
        or (n > 0 and (_LEADS_ON.search(lines[n - 1]) or _CREDIT.search(lines[n - 1])))
        or (n + 1 < len(lines) and _is_craft(lines[n + 1]))
    ]
    return "\n".join(kept or lines)


def _is_craft(line: str) -> bool:
    """Whether a line names a craft and leads on to nobody."""
    return _CREDIT.search(line) is not None and _LEADS_ON.search(line) is None
