"""Writing the page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from scenewise._version import __version__
from scenewise.core.time import Span
from scenewise.description.formats.plain_text import scrubbed
from scenewise.description.report import figures, pictures
from scenewise.description.report.checks import rows_of, verdict
from scenewise.description.report.lines import lines_of
from scenewise.description.results import Draft, Rendered
from scenewise.media.atomic import atomic_text


def write_report(
    path: Path, rendered: Rendered, gaps: Sequence[Span], drafted: Draft | None
) -> Path:
    """Write the page about a described film.

    Args:
        path: where it goes, in the folder of the described film.
        rendered: the described film and all that lies beside it.
        gaps: where speech may go, seconds.
        drafted: what the script was made from; None when a script was rendered alone.

    Raises:
        OutputUnwritable: the file cannot be written.
    """
    atomic_text(path, page(rendered, gaps, drafted))
    return path


def page(rendered: Rendered, gaps: Sequence[Span], drafted: Draft | None) -> str:
    """The page as text."""
    keyframes = drafted.selection.keyframes if drafted is not None else ()
    shown = pictures.shown(keyframes)
    text = _environment().get_template("page.html.jinja").render(
        film=rendered.film.name,
        duration=rendered.script.film.duration,
        script=rendered.script,
        lines=lines_of(rendered.script, shown),
        verdict=verdict(rendered.check),
        checks=rows_of(rendered.check),
        warnings=rendered.warnings,
        version=__version__,
    )
    return scrubbed(text)


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("scenewise.description.report", "parts"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(clock=figures.clock, number=figures.number, length=figures.length)
    return made
