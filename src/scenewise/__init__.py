"""Scenewise: audio description of films, with CLIP-family models.

    import scenewise

    done = scenewise.describe("holiday.mp4", "out")
    print(done.film, done.check.passed)

Importing this is instant: whatever is heavy is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from scenewise._version import __version__

if TYPE_CHECKING:
    from scenewise.collection.collection import Collection
    from scenewise.core.errors import ComponentMissing, InputError, ScenewiseError
    from scenewise.core.script import Cue, Description, FilmReference, Script
    from scenewise.core.time import Span
    from scenewise.description.checking import check
    from scenewise.description.describing import describe
    from scenewise.description.drafting import draft
    from scenewise.description.formats import read_cues, read_script, save_all
    from scenewise.description.options import DraftOptions, RenderOptions, SpeechChoice
    from scenewise.description.rendering import render
    from scenewise.description.results import Check, Described, Draft, Rendered

_HOMES = {
    "Check": "scenewise.description.results",
    "Collection": "scenewise.collection.collection",
    "ComponentMissing": "scenewise.core.errors",
    "Cue": "scenewise.core.script",
    "Described": "scenewise.description.results",
    "Description": "scenewise.core.script",
    "Draft": "scenewise.description.results",
    "DraftOptions": "scenewise.description.options",
    "FilmReference": "scenewise.core.script",
    "InputError": "scenewise.core.errors",
    "RenderOptions": "scenewise.description.options",
    "Rendered": "scenewise.description.results",
    "ScenewiseError": "scenewise.core.errors",
    "Script": "scenewise.core.script",
    "Span": "scenewise.core.time",
    "SpeechChoice": "scenewise.description.options",
    "check": "scenewise.description.checking",
    "describe": "scenewise.description.describing",
    "draft": "scenewise.description.drafting",
    "read_cues": "scenewise.description.formats",
    "read_script": "scenewise.description.formats",
    "render": "scenewise.description.rendering",
    "save_all": "scenewise.description.formats",
}

__all__ = [
    "Check",
    "Collection",
    "ComponentMissing",
    "Cue",
    "Described",
    "Description",
    "Draft",
    "DraftOptions",
    "FilmReference",
    "InputError",
    "RenderOptions",
    "Rendered",
    "ScenewiseError",
    "Script",
    "Span",
    "SpeechChoice",
    "__version__",
    "check",
    "describe",
    "draft",
    "read_cues",
    "read_script",
    "render",
    "save_all",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'scenewise' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
