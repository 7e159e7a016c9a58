"""Where there is room for description: the pauses between dialogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from scenewise.core.options import Checked, option
from scenewise.core.script import Cue
from scenewise.core.time import Span, complement

SUITABLE: Final = 2.0
"""Seconds from which a pause counts as suitable for description (WCAG 2.2, failure F113)."""

_MARKUP: Final = re.compile(r"<[^>]*>|\{\\[^}]*\}")
_SOUND: Final = re.compile(r"\[[^\]]*\]|\([^)]*\)|（[^）]*）|［[^］]*］|【[^】]*】|\*[^*]*\*")
_LABEL: Final = re.compile(r"^\W*[^\W\d_][\w .'’-]{0,30}:\s*$")


@dataclass(frozen=True)
class GapOptions(Checked):
    """How far description keeps away from dialogue.

    The margins absorb what lies between the measured dialogue and the mixed result: a speech
    detector decides in steps of 32 ms, an audio codec shifts sound by up to 46 ms (one AAC
    frame at 22 kHz), and a breath before the next line belongs to it. 0.1 s at each side is
    the least that covers them; more lets a listener tell the voices apart.

    Before dialogue more is kept: a detector notices a soft first syllable under music late (by
    up to 0.43 s in 65 lines of drawn films with music, never by more than 0.5 s; with 0.2 s
    two of these lines are talked into), and the film's own sound takes 0.3 s to come back.
    """

    after_dialogue: float = option(
        0.2, "silence kept after dialogue ends", low=0.1, high=5, unit="s", group="Timing"
    )
    before_dialogue: float = option(
        0.5, "silence kept before dialogue begins", low=0.1, high=5, unit="s", group="Timing"
    )
    shortest: float = option(
        0.8, "pauses with less room than this are left alone", low=0, high=30, unit="s",
        flag="shortest-gap", group="Timing",
    )  # fmt: skip


def find_gaps(
    dialogue: Iterable[Span],
    film: Span,
    options: GapOptions | None = None,
    *,
    captions: Iterable[Cue] | None = None,
) -> list[Span]:
    """The parts of a film in which a description can be spoken.

    A film without dialogue (music, noise, silence, no sound at all) is one gap.

    Args:
        dialogue: where people speak, seconds, in any order.
        film: from the first picture to the end of the film.
        options: margins and the shortest gap worth having; defaults when None.
        captions: captions that a person made; those that are words (not `[music]`) count as
            further dialogue.

    Returns:
        Ordered spans without overlap, each at least `options.shortest` long.
    """
    options = options or GapOptions()
    spoken = [span for span in dialogue if span.duration > 0]
    spoken += spoken_spans(captions or ())
    kept = [s.padded(options.before_dialogue, options.after_dialogue) for s in spoken]
    return [
        gap
        for gap in complement(kept, film)
        if gap.duration > 0 and gap.duration >= options.shortest
    ]


def spoken_spans(captions: Iterable[Cue]) -> list[Span]:
    """When the captions of a film stand for words rather than for sounds, in their order."""
    return [cue.span for cue in captions if cue.span.duration > 0 and is_spoken(cue.text)]


def is_spoken(caption: str) -> bool:
    """Whether a caption holds words that somebody says or sings.

    `[ music ]`, `(DOOR SLAMS)`, `♪` and `MAN: [sighs]` do not; `[Emo] Watch out!` and
    `♪ words of a song ♪` do, because plot songs go before description.
    """
    words = _SOUND.sub(" ", _MARKUP.sub(" ", caption))
    return any(
        re.search(r"\w", line) is not None and _LABEL.match(line) is None
        for line in words.splitlines()
    )


def suitable_gaps(gaps: Sequence[Span], minimum: float = SUITABLE) -> list[Span]:
    """The gaps that WCAG failure F113 expects to be used when there is something to say.

    Args:
        gaps: free of dialogue.
        minimum: seconds; pauses under about two may be unsuitable (F113).
    """
    return [gap for gap in gaps if gap.duration >= minimum]
