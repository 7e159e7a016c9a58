"""What an earlier draft of a film knew, for whoever renders its script later."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scenewise.core.errors import ScenewiseError
from scenewise.core.plugins import load
from scenewise.core.ports import FrameSelector
from scenewise.core.script import Script
from scenewise.core.time import Span
from scenewise.description.hearing import Sound
from scenewise.description.looking import recall
from scenewise.description.results import Draft
from scenewise.description.timing import Timings
from scenewise.description.work import Work


def recalled(
    film: Path,
    digest: str,
    script: Script,
    sound: Sound,
    gaps: Sequence[Span],
    duration: float,
    work: Work,
) -> Draft | None:
    """The draft that a script came from, as far as its key frames are still kept.

    None where they are not, where a script says nothing of how it was drafted, or where the
    selector it names is no longer installed: the report then does without.
    """
    name = str(script.settings.get("keyframes") or "")
    if not name:
        return None
    try:
        selector: FrameSelector = load("selector", name)()
    except ScenewiseError:
        return None
    watched = script.settings.get("text_reader") != "none"
    seen = recall(digest, selector, watched, Work(work.cache))
    if seen is None:
        return None
    return Draft(script, film, duration, seen.selection, sound, tuple(gaps), Timings())
