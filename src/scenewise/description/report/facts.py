"""What the page tells about settings, streams and files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from scenewise.core.errors import ScenewiseError
from scenewise.description.report.figures import NONE, length, number, size
from scenewise.description.results import Draft, Rendered
from scenewise.media.probe import FilmInfo, probe_film

Pairs = tuple[tuple[str, str], ...]

_FILES: Final = {
    "film": "The described film",
    "report": "This page",
    "sound": "The described sound alone",
    "ad.json": "The script, to edit and render again",
    "ad.vtt": "The descriptions as WebVTT, to edit",
    "ad.srt": "The descriptions as SubRip",
    "dapt.xml": "The descriptions as W3C DAPT",
}


@dataclass(frozen=True)
class Kept:
    """A file written beside the page.

    Args:
        what: it is, for people.
        name: of the file.
        href: address relative to the page.
        size: for people; empty when unknown.
    """

    what: str
    name: str
    href: str
    size: str


def address(path: Path, folder: Path) -> str:
    """The address of a file relative to a folder, percent-encoded whatever its name holds."""
    try:
        relative = Path(os.path.relpath(path, folder))
    except ValueError:  # another drive
        return path.resolve().as_uri()
    return "/".join(quote(os.fsencode(part), safe="") for part in relative.parts)


def files_of(rendered: Rendered, folder: Path) -> tuple[Kept, ...]:
    """The files written, the film first."""
    out = []
    for kind, path in rendered.files.items():
        try:
            weight = size(path.stat().st_size)
        except OSError:
            weight = ""
        what = _FILES.get(kind, f"{kind} file")
        out.append(Kept(what, path.name, address(path, folder), weight))
    return tuple(out)


def settings_of(settings: Mapping[str, Any]) -> Pairs:
    """Options as (name, value), as a person writes them."""
    return tuple((name.replace("_", " "), _plain(value)) for name, value in settings.items())


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == "":
        return NONE
    if isinstance(value, int | float):
        return number(value)
    return str(value)


def settings_groups(rendered: Rendered, drafted: Draft | None) -> tuple[tuple[str, Pairs], ...]:
    """Every setting that the result was made with, under a heading each."""
    script = rendered.script
    groups = (
        ("Draft", script.settings),
        ("Key frames", drafted.selection.settings if drafted is not None else {}),
        ("Voice", script.voice),
        ("Render", rendered.details.get("options", {})),
    )
    return tuple((name, settings_of(values)) for name, values in groups if values)


def film_facts(rendered: Rendered, drafted: Draft | None) -> Pairs:
    """What is known about the film: length, streams, loudness."""
    facts = [("name", rendered.script.film.name or rendered.film.name)]
    if rendered.script.film.duration > 0:
        facts.append(("duration", length(rendered.script.film.duration)))
    facts += _streams(rendered.film)
    if drafted is not None:
        spoken = sum(span.duration for span in drafted.sound.dialogue)
        facts.append(("dialogue", f"{length(spoken)} in {len(drafted.sound.dialogue)} stretches"))
        for name, loudness in (
            ("loudness of the dialogue", drafted.sound.speech),
            ("loudness of the film", drafted.sound.programme),
        ):
            if loudness is not None:
                facts.append((name, f"{number(round(loudness.integrated, 1))} LUFS"))
    if rendered.script.film.digest:
        facts.append(("digest", rendered.script.film.digest))
    return tuple(facts)


def _streams(film: Path) -> list[tuple[str, str]]:
    try:
        info: FilmInfo = probe_film(film)
    except (ScenewiseError, OSError):
        return []
    out = []
    if info.video is not None:
        rate = f", {number(info.video.rate)} pictures a second" if info.video.rate else ""
        out.append(
            ("picture", f"{info.video.codec}, {info.video.width} × {info.video.height}{rate}")
        )
    for sound in info.audio:
        name = "described sound" if sound.described else "sound"
        first = ", plays first" if sound.default else ""
        out.append((name, f"{sound.codec}, {sound.layout}, {number(sound.rate / 1000)} kHz{first}"))
    for text in info.subtitles:
        name = "descriptions as text" if text.described else "text track"
        out.append((name, ", ".join(part for part in (text.codec, text.language) if part)))
    return out
