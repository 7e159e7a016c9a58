"""The script of a described film whose script is not at hand: what is heard, and the words that
its text track holds for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenewise.core.script import Cue, Description, FilmReference, Script
from scenewise.core.time import Span, union
from scenewise.description.comparing import Streams
from scenewise.description.listening import RATE, added_sound
from scenewise.media.probe import FilmInfo
from scenewise.media.subtitles import read_embedded

_BREATH = 0.7  # s: a shorter silence belongs to one utterance
_TOUCH = 0.1  # s that words and sound must share to belong together
HEARD = {"name": "heard in the described sound"}
"""Stands for the voice of such a script: its times are those of the speech itself."""


def overheard(info: FilmInfo, streams: Streams) -> Script:
    """What a described film says and when.

    The times are those at which the described sound holds what the original does not. The
    words come from the film's own track of descriptions, whose cues last as long as the
    segments they tell about, not as long as their speech. Words that are not heard keep the
    time of their cue, so that a check misses them in the sound.

    Args:
        info: the film.
        streams: its described sound and the original's.
    """
    heard = added_sound(streams.own(RATE, mono=True), streams.mixed(RATE, mono=True))
    described = next(stream for stream in info.audio if stream.index == streams.described)
    track = next((stream for stream in info.subtitles if stream.described), None)
    cues = read_embedded(info.path, track.index) if track is not None else []
    lines = sorted(spoken(cues, heard.added), key=lambda line: line.start or 0.0)
    return Script(
        film=FilmReference(info.path.name, "", info.duration or 0.0),
        language="en" if (tag := described.language) in {"", "eng"} else tag,
        descriptions=tuple(lines),
        voice=dict(HEARD),
    )


def spoken(cues: Sequence[Cue], heard: Sequence[Span]) -> Iterator[Description]:
    """Words and utterances brought together, by where they overlap or else lie nearest.

    Several utterances of one cue share its words in proportion to their lengths; several cues
    heard without a breath between them are one utterance.

    Args:
        cues: words and the segments they tell about.
        heard: where speech was added, seconds.
    """
    utterances = union(heard, join=_BREATH)
    if not cues:
        yield from (_line(f"h{i:04d}", u, u, "") for i, u in enumerate(utterances, start=1))
        return
    owner = [_nearest(u, [c.span for c in cues]) for u in utterances]
    joined: dict[int, list[Cue]] = {index: [] for index in sorted(set(owner))}
    for index, cue in enumerate(cues):
        if index in joined:
            joined[index].append(cue)
            continue
        # its words may be in an utterance that is mostly another's
        shares = [cue.span.overlap(u) for u in utterances]
        if shares and max(shares) >= _TOUCH:
            joined[owner[shares.index(max(shares))]].append(cue)
        else:
            yield _line(f"d{index + 1:04d}", cue.span, cue.span, cue.text)
    for index, told in joined.items():
        mine = [u for u, own in zip(utterances, owner, strict=True) if own == index]
        segment = Span(min(c.span.start for c in told), max(c.span.end for c in told))
        words = " ".join(cue.text for cue in told).split()
        at, spent, total = 0, 0.0, sum(u.duration for u in mine)
        for part, utterance in enumerate(mine, start=1):
            spent += utterance.duration
            until = round(len(words) * spent / total)
            name = f"d{index + 1:04d}" + (f"-{part}" if len(mine) > 1 else "")
            yield _line(name, segment, utterance, " ".join(words[at:until]))
            at = until


def _nearest(utterance: Span, segments: Sequence[Span]) -> int:
    """The segment that an utterance tells about."""

    def fit(index: int) -> tuple[float, float]:
        segment = segments[index]
        apart = max(segment.start - utterance.end, utterance.start - segment.end, 0.0)
        return utterance.overlap(segment), -apart

    return max(range(len(segments)), key=fit)


def _line(name: str, segment: Span, utterance: Span, text: str) -> Description:
    # when in its segment the event is cannot be known: as near to its words as it may be
    event = min(max(utterance.middle, segment.start), segment.end)
    line = Description(name, segment, text, event=event, source="heard")
    return line.delivered(utterance.start, utterance.duration, text)
