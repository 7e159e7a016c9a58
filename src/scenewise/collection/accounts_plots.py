"""Posts by period as plain SVG, drawn to lie in a page and to take its colours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from markupsafe import Markup, escape

from scenewise.collection.accounts import Account

_WIDE: Final = 720
_HIGH: Final = 96
_LEFT: Final = 34  # for the numbers
_FOOT: Final = 20  # for the dates
_HEAD: Final = 8
_DATES: Final = 6  # at most


def posts_plot(account: Account, periods: Sequence[date], by: str) -> Markup:
    """Bars of an account's posts over all periods; bursts in another colour and hatched by a
    mark above, so that they are told without colours.

    Args:
        account: whose.
        periods: the first days of all periods, which all plots of a page have in common.
        by: what posts are counted by.
    """
    most = max(account.counts.values(), default=0)
    step = (_WIDE - _LEFT) / max(len(periods), 1)
    ground = _HIGH - _FOOT
    parts = [
        f'<svg class="posts" viewBox="0 0 {_WIDE} {_HIGH}" role="img" '
        f'aria-label="{escape(_told(account, by))}">',
        f'<line class="axis" x1="{_LEFT}" y1="{ground}" x2="{_WIDE}" y2="{ground}"/>',
        f'<text class="label" x="{_LEFT - 6}" y="{_HEAD + 9}" text-anchor="end">{most}</text>',
        f'<text class="label" x="{_LEFT - 6}" y="{ground}" text-anchor="end">0</text>',
    ]
    for at, start in enumerate(periods):
        posts = account.counts.get(start, 0)
        if not posts:
            continue
        burst = any(one.start <= start < one.end for one in account.bursts)
        high = (ground - _HEAD - 4) * posts / most
        x, wide = _LEFT + at * step, max(step * 0.8, 0.8)
        kind = "bar burst" if burst else "bar"
        parts.append(
            f'<rect class="{kind}" x="{x:.2f}" y="{ground - high:.2f}" width="{wide:.2f}" '
            f'height="{high:.2f}"><title>{start}: {posts}</title></rect>'
        )
        if burst:
            middle, top = x + wide / 2, ground - high - 2
            parts.append(
                f'<path class="mark" d="M{middle:.2f} {top:.2f}l-3 -5h6z"/>'
            )  # fmt: skip
    for at in _dated(len(periods)):
        x = _LEFT + at * step
        label = periods[at].strftime("%Y-%m" if by == "month" else "%Y-%m-%d")
        anchor = "end" if x > _WIDE - 60 else "start"
        parts.append(
            f'<text class="label" x="{min(x, _WIDE):.2f}" y="{_HIGH - 5}" '
            f'text-anchor="{anchor}">{label}</text>'
        )
    return Markup("".join([*parts, "</svg>"]))


def share_bar(share: float) -> Markup:
    """A bar as long as a share, 0 to 1."""
    wide = 120 * min(max(share, 0.0), 1.0)
    return Markup(
        '<svg class="share" viewBox="0 0 120 10" aria-hidden="true">'
        f'<rect class="rest" width="120" height="10"/>'
        f'<rect class="bar" width="{wide:.1f}" height="10"/></svg>'
    )


def _told(account: Account, by: str) -> str:
    posts = account.videos - account.undated
    name = account.name or "no account"
    if not account.counts:
        return f"{name}: no post with a date"
    told = f"Posts of {name} by {by}: {posts} from {min(account.counts)} to {max(account.counts)}"
    told += f", {max(account.counts.values())} at most in a {by}"
    if account.bursts:
        told += "; bursts: " + ", ".join(f"{b.start} ({b.posts})" for b in account.bursts)
    return told


def _dated(count: int) -> list[int]:
    """The periods whose dates are written."""
    every = max(1, -(-count // _DATES))
    return list(range(0, count, every))
