"""When what is seen in a video is seen: its actions, and the objects that they tell of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scenewise.charades.data import Video
from scenewise.charades.errors import TableInvalid
from scenewise.core.errors import FileMissing, FileUnreadable
from scenewise.core.time import Span

CLASSES: Final = "Charades_v1_classes.txt"
"""The official list of actions; it lies beside the tables."""

_CLASS: Final = re.compile(r"(c\d{3})\s+(\S.*)")


@dataclass(frozen=True)
class Track:
    """Something that is seen in a video at some times.

    Args:
        name: of the action or the object.
        spans: in seconds, ascending, apart from each other; none where times are not told.
    """

    name: str
    spans: tuple[Span, ...]

    def active(self, time: float) -> bool:
        """Whether it is seen at a time, in seconds."""
        return any(span.start <= time <= span.end for span in self.spans)


def read_classes(path: Path) -> dict[str, str]:
    """What the codes of actions mean, such as c092: "Drinking from a cup".

    Raises:
        FileMissing, FileUnreadable: it is not there, or cannot be read.
        TableInvalid: a line is no code and its meaning.
    """
    remedy = "give Charades_v1_classes.txt as it was published"
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise FileMissing("there is no such list of actions", path=path, remedy=remedy) from error
    except (OSError, UnicodeError) as error:
        raise FileUnreadable("the list cannot be read", path=path, remedy=remedy) from error
    meanings = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        match = _CLASS.fullmatch(line.strip())
        if match is None:
            raise TableInvalid(
                f"line {number} is no code of an action and its meaning", path=path, remedy=remedy
            )
        meanings[match[1]] = match[2]
    return meanings


def action_tracks(video: Video, classes: Mapping[str, str]) -> tuple[Track, ...]:
    """The actions of a video, those that begin first above.

    Args:
        video: with its annotations.
        classes: what codes mean; a code that is not in it is called by itself.
    """
    spans: dict[str, list[Span]] = {}
    for action in video.actions:
        spans.setdefault(classes.get(action.code, action.code), []).append(action.span)
    tracks = [Track(name, _joined(times)) for name, times in spans.items()]
    return tuple(sorted(tracks, key=lambda one: (one.spans[0].start, one.spans[0].end, one.name)))


def object_tracks(video: Video, classes: Mapping[str, str]) -> tuple[Track, ...]:
    """The objects of a video, each seen whenever an action is that names it.

    The tables do not tell when an object is seen. An object that no action names has no times.
    """
    actions = action_tracks(video, classes)
    tracks = []
    for name in dict.fromkeys(video.objects):
        named = (one for one in actions if _names(one.name, name))
        tracks.append(Track(name, _joined([span for one in named for span in one.spans])))
    return tuple(tracks)


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    out: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        if out and span.start <= out[-1].end:
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(span)
    return tuple(out)


def _names(action: str, thing: str) -> bool:
    """Whether an action such as "Sitting on sofa/couch" is about a thing such as "couches"."""
    told = _words(action)
    return any((name := _words(part)).strip() and name in told for part in thing.split("/"))


def _words(text: str) -> str:
    """Words in small letters between blanks, without the s of several."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    single = (w[:-1] if len(w) > 3 and w.endswith("s") and w[-2] != "s" else w for w in words)
    return f" {' '.join(single)} "
