"""What people and narrators say of clips that follow each other, word by word beside each other.

Words that a narrator has in common with the people's sentence are marked, and so are words that it
said of the clip before already. Small words and names count for neither, as in equation 12.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from scenewise.core.media_types import Image
from scenewise.distinctad.distinctive import COMMON, Word, words_of

SHARED, AGAIN, PLAIN = "shared", "again", "plain"
"""What a word is: people say it too, the narrator said it of the clip before, or neither."""

PEOPLE: Final = "People"


@dataclass(frozen=True)
class Told:
    """A sentence with what its words are.

    Args:
        text: what is said; empty where nothing is.
        shared: words that the people's sentence has as well, in their order.
        again: words that the same narrator said of the clip before, and people did not say here.
        marks: where they stand: start, end, and `SHARED` or `AGAIN`.
    """

    text: str
    shared: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    marks: tuple[tuple[int, int, str], ...] = ()

    @property
    def parts(self) -> list[tuple[str, str]]:
        """Words between blanks, each with what it is."""
        made, place = [], 0
        for word in self.text.split():
            start = self.text.index(word, place)
            place = start + len(word)
            kinds = [kind for a, b, kind in self.marks if max(a, start) < min(b, place)]
            made.append((word, kinds[0] if kinds else PLAIN))
        return made


def compared(text: str, people: str, before: str = "", names: Collection[str] = ()) -> Told:
    """A narrator's sentence beside what people say, and what it said of the clip before.

    Args:
        text: the sentence.
        people: what people say of the clip.
        before: what the narrator said of the clip before; empty for the first.
        names: words that do not count, as small ones do not.
    """
    known = {word.key for word in words_of(people)}
    earlier = {word.key for word in words_of(before)}
    left_out = COMMON | {word.key for name in names for word in words_of(name)}
    content = [word for word in words_of(text) if word.key not in left_out]
    shared = [word for word in content if word.key in known]
    again = [word for word in content if word.key in earlier and word.key not in known]
    marks = [*((w.start, w.end, SHARED) for w in shared), *((w.start, w.end, AGAIN) for w in again)]
    return Told(text, _keys(shared), _keys(again), tuple(sorted(marks)))


def _keys(words: Sequence[Word]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.key for word in words))


@dataclass(frozen=True)
class ClipShown:
    """A clip of a strip.

    Args:
        start: seconds of the film.
        frames: pictures, RGB uint8 H×W×3, one at least.
        people: what people say.
        told: what narrators say, by their names.
    """

    start: float
    frames: Sequence[Image]
    people: str
    told: Mapping[str, Told]


def clips_shown(
    starts: Sequence[float],
    frames: Sequence[Sequence[Image]],
    people: Sequence[str],
    told: Mapping[str, Sequence[str]],
    names: Collection[str] = (),
) -> list[ClipShown]:
    """Clips that follow each other, their sentences compared.

    Args:
        starts: seconds of each.
        frames: pictures of each.
        people: what people say of each.
        told: what each narrator says of each; empty where it says nothing.
        names: of characters.
    """
    return [
        ClipShown(
            start,
            frames[at],
            people[at],
            {
                name: compared(lines[at], people[at], lines[at - 1] if at else "", names)
                for name, lines in told.items()
            },
        )
        for at, start in enumerate(starts)
    ]


def alt_text(title: str, clips: Sequence[ClipShown]) -> str:
    """A strip in words: every sentence, and which of its words are marked."""
    parts = [f"{title}: {len(clips)} clips in a row, with what is said of each."]
    for number, clip in enumerate(clips, 1):
        parts.append(f"Clip {number}, {clock(clip.start)}. {PEOPLE}: {clip.people}")
        for name, one in clip.told.items():
            told = f"{name}: {one.text or '(nothing)'}"
            notes = [
                f"{what}: {', '.join(words)}"
                for what, words in (("in common", one.shared), ("said before", one.again))
                if words
            ]
            parts.append(f"{told} ({'; '.join(notes)})" if notes else told)
    return "\n".join(parts)


def clock(seconds: float) -> str:
    """Such as 1:02:03."""
    whole = int(seconds)
    hours = f"{whole // 3600}:" if whole >= 3600 else ""
    minutes = whole // 60 % 60
    return f"{hours}{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"
