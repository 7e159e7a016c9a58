"""The one door for adapters: entry points.

Built-in selectors, captioners, readers, detectors and voices are declared in `pyproject.toml`
exactly as a third party would declare theirs:

    [project.entry-points."scenewise.voices"]
    mine = "my_package:MyVoice"
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from scenewise.core.errors import ComponentMissing, UnknownChoice

GROUPS: Final = {
    "selector": "scenewise.selectors",
    "captioner": "scenewise.captioners",
    "text reader": "scenewise.text_readers",
    "speech detector": "scenewise.speech_detectors",
    "voice": "scenewise.voices",
    "embedder": "scenewise.embedders",
}


def _points(kind: str) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUPS[kind])}


def available(kind: str) -> list[str]:
    """Names of the installed adapters of a kind (a key of `GROUPS`), sorted."""
    return sorted(_points(kind))


def load(kind: str, name: str) -> Callable[..., Any]:
    """The class or factory registered under a name.

    Raises:
        UnknownChoice: no adapter of that kind has the name.
        ComponentMissing: it is registered but a library it needs is not installed.
    """
    points = _points(kind)
    if name not in points:
        known = ", ".join(sorted(points)) or "none is installed"
        raise UnknownChoice(f"there is no {kind} named {name!r}", remedy=f"choose one of: {known}")
    try:
        factory: Callable[..., Any] = points[name].load()
    except ImportError as error:
        raise ComponentMissing(
            f"the {kind} {name!r} needs a library that is not installed ({error})",
            remedy="install it, or choose another",
        ) from error
    return factory
