"""Putting the page together and writing it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from scenewise._version import __version__
from scenewise.core.script import Script
from scenewise.core.time import Span
from scenewise.description.formats.plain_text import escaped, scrubbed, tidy
from scenewise.description.formats.timecodes import clock as timecode
from scenewise.description.formats.timecodes import milliseconds
from scenewise.description.report import curve, dendrogram, facts, figures, pictures, timeline
from scenewise.description.report.checks import highlights, rows_of, verdict
from scenewise.description.report.lines import lines_of
from scenewise.description.report.links import Linker
from scenewise.description.report.stages import joined, stages_of
from scenewise.description.report.truth import Fact, beside, facts_beside, told_of
from scenewise.description.results import Draft, Rendered
from scenewise.media.atomic import atomic_text

EMBED_LIMIT: Final = 12_000_000
"""Bytes; a longer film is never put into the page, whatever is asked."""

_MOST_TREES: Final = 6
_MEDIA_TYPES: Final = {".mp4": "video/mp4", ".mkv": "video/x-matroska", ".webm": "video/webm"}


def write_report(
    path: Path,
    rendered: Rendered,
    gaps: Sequence[Span],
    drafted: Draft | None,
    *,
    embed_film: bool = False,
) -> Path:
    """Write the page about a described film: one file that needs no network and no other file
    but the film, which it plays from its own folder.

    Args:
        path: where it goes, in the folder of the described film.
        rendered: the described film and all that lies beside it.
        gaps: where speech may go, seconds.
        drafted: what the script was made from; None when a script was rendered alone, whose
            pictures are then taken from the film at the times of its events.
        embed_film: put a film of at most `EMBED_LIMIT` bytes into the page itself.

    Raises:
        OutputUnwritable: the file cannot be written.
    """
    atomic_text(path, page(path.parent, rendered, gaps, drafted, embed_film=embed_film))
    return path


def page(
    folder: Path,
    rendered: Rendered,
    gaps: Sequence[Span],
    drafted: Draft | None,
    *,
    embed_film: bool = False,
) -> str:
    """The page as text; `folder` is where it will lie. See `write_report`."""
    script = rendered.script
    if drafted is not None:
        shown = pictures.shown(drafted.selection.keyframes)
    else:
        shown = pictures.fetched(rendered.source or rendered.film, script)
    lines = lines_of(script, shown)
    truths = facts_beside(rendered.source)
    timings = joined(rendered, drafted)
    duration = _duration(script, gaps, drafted)
    style, behaviour = _part("style.css"), _part("script.js")
    text = (
        _environment()
        .get_template("page.html.jinja")
        .render(
            csp=_policy(style, behaviour),
            style=style,
            behaviour=behaviour,
            name=script.film.name or rendered.film.name,
            film=_embedded(rendered.film) if embed_film else "",
            original_first=rendered.details.get("options", {}).get("default_audio") == "original",
            film_link=facts.address(rendered.film, folder),
            captions=_captions(script),
            poster=pictures.poster(shown),
            duration=duration,
            script=script,
            lines=lines,
            truths=[(fact, told_of(fact, lines)) for fact in truths],
            truth_of={line.number: beside(line, truths) for line in lines} if truths else {},
            verdict=verdict(rendered.check),
            highlights=highlights(rendered.check),
            checks=rows_of(rendered.check),
            linked=Linker({line.description.id: f"line-{line.number}" for line in lines}),
            notes=tuple(dict.fromkeys((*script.notes, *rendered.warnings))),
            stages=stages_of(timings),
            spent=timings.total,
            files=facts.files_of(rendered, folder),
            facts=facts.film_facts(rendered, drafted),
            settings=facts.settings_groups(rendered, drafted),
            version=__version__,
            **_time_context(lines, shown, gaps, duration, rendered, drafted, truths),
            **_choice_context(shown, duration, drafted),
        )
    )
    return scrubbed(text)


def _time_context(
    lines: Sequence[Any],
    shown: Sequence[pictures.Shown],
    gaps: Sequence[Span],
    duration: float,
    rendered: Rendered,
    drafted: Draft | None,
    truths: Sequence[Fact],
) -> dict[str, Any]:
    dialogue = drafted.sound.dialogue if drafted is not None else rendered.script.dialogue or ()
    shots = drafted.selection.shots if drafted is not None else ()
    entries = timeline.entries(lines, shown if drafted else (), shots, dialogue, gaps, truths)
    return {
        "rows": timeline.lay_out(entries, duration),
        "kinds": {entry.kind for entry in entries},
        "timeline": timeline,
        "dialogue": dialogue,
        "gaps": gaps,
        "silent": set(timeline.silent(gaps, lines)),
        "shots": shots,
    }


def _choice_context(
    shown: Sequence[pictures.Shown], duration: float, drafted: Draft | None
) -> dict[str, Any]:
    hierarchies = drafted.selection.hierarchies if drafted is not None else ()
    trees = [tree for h in hierarchies[:_MOST_TREES] if (tree := dendrogram.draw(h, shown))]
    return {
        "drafted": drafted is not None,
        "selector": drafted.selection.settings.get("selector", "") if drafted else "",
        "shown": shown,
        "trees": trees,
        "trees_left": max(0, len(hierarchies) - _MOST_TREES),
        "tree_size": (dendrogram.WIDTH, dendrogram.HEIGHT),
        "curve": curve.draw(hierarchies, shown, duration),
        "curve_size": (curve.WIDTH, curve.HEIGHT),
    }


def _duration(script: Script, gaps: Sequence[Span], drafted: Draft | None) -> float:
    """Seconds: of the film, or at least to the end of what is known of it."""
    known = drafted.duration if drafted is not None else script.film.duration
    ends = [span.end for span in gaps] + [cue.span.end for cue in script.cues()]
    return known if known > 0 else max([1.0, *ends])


def _captions(script: Script) -> str:
    """The words of the description as captions, a `data:` address; empty without any."""
    cues = "\n\n".join(
        f"{timecode(milliseconds(cue.span.start))} --> {timecode(milliseconds(cue.span.end))}\n"
        f"{escaped(tidy(cue.text))}"
        for cue in script.cues()
        if cue.span.start >= 0 and cue.span.duration > 0 and tidy(cue.text)
    )
    return _data("text/vtt", f"WEBVTT\n\n{cues}\n".encode()) if cues else ""


def _embedded(film: Path) -> str:
    """The film as a `data:` address; empty when it is too large or cannot be read."""
    try:
        if film.stat().st_size > EMBED_LIMIT:
            return ""
        return _data(_MEDIA_TYPES.get(film.suffix.lower(), "video/mp4"), film.read_bytes())
    except OSError:
        return ""


def _data(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"


def _policy(style: str, behaviour: str) -> str:
    """What the page may load: its own style and script, pictures inside it, its film."""
    return "; ".join(
        (
            "default-src 'none'",
            "img-src data:",
            # a page opened from a disk has no origin that 'self' would mean everywhere
            "media-src 'self' file: data:",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(behaviour)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _part(name: str) -> Markup:
    """A file of the page that is no template; it is ours, so it needs no escaping."""
    return Markup((Path(__file__).parent / "parts" / name).read_text(encoding="utf-8"))


@cache  # it keeps the templates that it has compiled
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("scenewise.description.report", "parts"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        clock=figures.clock,
        number=figures.number,
        short=figures.short,
        lasting=figures.length,
        plural=figures.plural,
        sentence=figures.sentence,
        at=figures.decimal,
    )
    return made
