"""What accounts do as one HTML page with everything in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment

from scenewise._version import __version__
from scenewise.collection.accounts import AccountReport
from scenewise.collection.accounts_plots import posts_plot, share_bar
from scenewise.collection.pages import environment, policy, style_of
from scenewise.collection.types import Video
from scenewise.media.atomic import atomic_text

_TOPICS: Final = 8  # of an account
_REPEATS: Final = 200  # rows; all of them are in the tables


def write_page(
    path: Path, report: AccountReport, videos: Mapping[str, Video], name: str, about: str = ""
) -> Path:
    """Write a page that needs no network and no other file.

    Args:
        path: where it goes.
        report: what the accounts do.
        videos: by id.
        name: of the collection.
        about: which of its videos were looked at; empty for all.

    Raises:
        OutputUnwritable: the file cannot be written.
    """
    atomic_text(path, page(report, videos, name, about))
    return path


def page(report: AccountReport, videos: Mapping[str, Video], name: str, about: str = "") -> str:
    """The page as text; see `write_page`."""
    style = style_of("accounts")
    text = (
        _environment()
        .get_template("accounts.html.jinja")
        .render(
            csp=policy(style),
            style=style,
            report=report,
            flows=report.flows(),
            videos=videos,
            topics=_TOPICS,
            repeats=_REPEATS,
            name=name,
            about=about,
            made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            version=__version__,
        )
    )
    # halves of letters, as in file names that are no Unicode, cannot be written
    return text.encode("utf-8", "replace").decode("utf-8")


def told_delay(after: timedelta) -> str:
    """A time between two posts, in words."""
    hours = after.total_seconds() / 3600
    if hours < 1:
        return f"{hours * 60:.0f} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"


@cache  # it keeps the templates that it has compiled
def _environment() -> Environment:
    made = environment()
    filters: dict[str, Any] = {
        "count": lambda number, thing: f"{number} {thing}{'' if number == 1 else 's'}",
        "delay": told_delay,
        "bar": share_bar,
        "plot": posts_plot,
    }
    made.filters.update(filters)
    return made
