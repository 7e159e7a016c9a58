"""The loss of a run over its steps, drawn as an SVG that needs no library."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from scenewise.core.errors import ScenewiseError
from scenewise.media.atomic import atomic_text
from scenewise.training.metrics_log import read_metrics

NAME: Final = "loss.svg"
WIDTH: Final = 800.0
HEIGHT: Final = 360.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 64.0, 28.0, 44.0, 48.0
_MOST_POINTS: Final = 600
_LOG_FROM: Final = 10.0
"""How many times the least loss the greatest must be for a logarithmic axis."""

Points = Sequence[tuple[float, float]]

# the same colours as the report's; the picture follows the reader's light or dark scheme
_STYLE: Final = """
.ground{fill:#faf9f6}.rule{stroke:#dedad2}.edge{stroke:#8b8a83}text{fill:#1c1f24}
.minor{fill:#575c66}.each{stroke:#0b5a78;opacity:.3}.smooth{stroke:#0b5a78}.held{stroke:#b04a10}
.dot{fill:#b04a10}polyline{fill:none}text{font:13px system-ui,sans-serif}
.title{font-size:15px;font-weight:600}
@media (prefers-color-scheme:dark){.ground{fill:#14161a}.rule{stroke:#343942}.edge{stroke:#7b818c}
text{fill:#e9e7e2}.minor{fill:#a9aeb8}.each,.smooth{stroke:#7cc7e6}.held{stroke:#f0a070}
.dot{fill:#f0a070}}
"""


@dataclass(frozen=True)
class _Axes:
    """From steps and losses to places in the picture."""

    steps: int
    low: float
    high: float
    logarithmic: bool

    @classmethod
    def around(cls, losses: Sequence[float], steps: int) -> _Axes:
        low, high = min(losses), max(losses)
        logarithmic = low > 0 and high / low >= _LOG_FROM
        if not logarithmic:
            low = min(0.0, low)
        if high - low < 1e-300:  # all the same
            high = low + 1.0
        return cls(max(1, steps), low, high, logarithmic)

    def x(self, step: float) -> float:
        return _LEFT + step / self.steps * (WIDTH - _LEFT - _RIGHT)

    def y(self, loss: float) -> float:
        scale: Callable[[float], float] = math.log if self.logarithmic else float
        share = (scale(loss) - scale(self.low)) / (scale(self.high) - scale(self.low))
        return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)

    def line(self, points: Points) -> str:
        return " ".join(f"{_short(self.x(s))},{_short(self.y(v))}" for s, v in points)


def plot_losses(folder: Path, *, title: str = "Loss") -> Path:
    """Draw `loss.svg` of a run from its log.

    The loss of every step is drawn pale, its running mean strong, and the evaluation's `loss`,
    where it has one, as a line with dots. Where the weights of the best evaluation were kept, a
    dashed line tells of which step. The axis is logarithmic where the greatest loss is ten times
    the least or more. It says in words what it shows, for who cannot see it.

    Args:
        folder: of the run.
        title: stands above.

    Returns:
        The picture's path.

    Raises:
        FileMissing: there is no log.
        ScenewiseError: there is no step in it.
        OutputUnwritable: no permission, no space.
    """
    lines = read_metrics(Path(folder))
    training, evaluation = (_losses(lines, kind) for kind in ("training", "evaluation"))
    if not training:
        raise ScenewiseError("the log has no step yet", path=Path(folder), remedy="train first")
    path = Path(folder) / NAME
    kept = max((line["step"] for line in lines if line.get("kept")), default=None)
    atomic_text(path, _picture(training, evaluation, title, kept))
    return path


def _losses(lines: Sequence[dict[str, Any]], kind: str) -> list[tuple[int, float]]:
    return [
        (line["step"], float(line["loss"]))
        for line in lines
        if line["kind"] == kind
        and isinstance(line.get("loss"), (int, float))
        and math.isfinite(line["loss"])
    ]


def _picture(training: Points, evaluation: Points, title: str, kept: int | None) -> str:
    axes = _Axes.around(
        [loss for _, loss in (*training, *evaluation)],
        int(max(step for step, _ in (*training, *evaluation))),
    )
    smooth = _smoothed(training)
    told = _told(smooth, evaluation)
    if kept is not None:
        told += f" The weights kept are those after step {kept:,}."
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" '
        'role="img" aria-labelledby="title told">',
        f'<title id="title">{escape(title)}</title><desc id="told">{escape(told)}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect class="ground" width="{WIDTH:g}" height="{HEIGHT:g}"/>',
        f'<text class="title" x="{_LEFT:g}" y="26">{escape(title)}</text>',
        *_grid(axes),
        f'<polyline class="each" points="{axes.line(_thinned(training))}"/>',
        f'<polyline class="smooth" stroke-width="2" points="{axes.line(_thinned(smooth))}"/>',
    ]
    if kept is not None:
        parts += _mark(axes, kept)
    if evaluation:
        parts.append(f'<polyline class="held" stroke-width="2" points="{axes.line(evaluation)}"/>')
        parts += [
            f'<circle class="dot" r="3" cx="{_short(axes.x(s))}" cy="{_short(axes.y(v))}"/>'
            for s, v in evaluation
        ]
    return "\n".join([*parts, *_legend(bool(evaluation)), "</svg>", ""])


def _grid(axes: _Axes) -> list[str]:
    """Rules and labels of both axes."""
    right, floor = WIDTH - _RIGHT, HEIGHT - _BOTTOM
    parts = []
    for loss in _levels(axes):
        y = _short(axes.y(loss))
        parts.append(f'<line class="rule" x1="{_LEFT:g}" x2="{right:g}" y1="{y}" y2="{y}"/>')
        parts.append(
            f'<text class="minor" x="{_LEFT - 8:g}" y="{y}" dy=".32em" text-anchor="end">'
            f"{loss:.4g}</text>"
        )
    for step in _round_steps(0, axes.steps, 8):
        x = _short(axes.x(step))
        parts.append(
            f'<text class="minor" x="{x}" y="{floor + 18:g}" text-anchor="middle">'
            f"{step:,.0f}</text>"
        )
    parts.append(
        f'<line class="edge" x1="{_LEFT:g}" x2="{right:g}" y1="{floor:g}" y2="{floor:g}"/>'
    )
    scale = "steps; loss on a logarithmic scale" if axes.logarithmic else "steps"
    middle = (_LEFT + right) / 2
    parts.append(
        f'<text class="minor" x="{middle:g}" y="{HEIGHT - 10:g}" text-anchor="middle">'
        f"{scale}</text>"
    )
    return parts


def _mark(axes: _Axes, step: int) -> list[str]:
    """An upright line at the step whose weights were kept."""
    x = axes.x(step)
    aside, anchor = (6, "start") if x < WIDTH / 2 else (-6, "end")
    return [
        f'<line class="edge" stroke-dasharray="4 3" x1="{_short(x)}" x2="{_short(x)}" '
        f'y1="{_TOP:g}" y2="{HEIGHT - _BOTTOM:g}"/>',
        f'<text class="minor" x="{_short(x + aside)}" y="{_TOP + 12:g}" text-anchor="{anchor}">'
        "weights kept</text>",
    ]


def _legend(evaluated: bool) -> list[str]:
    entries = [("smooth", "training")] + ([("held", "evaluation")] if evaluated else [])
    parts = []
    for place, (kind, word) in enumerate(reversed(entries)):
        x = WIDTH - _RIGHT - 100 - 110 * place
        parts.append(
            f'<line class="{kind}" stroke-width="3" x1="{x:g}" x2="{x + 22:g}" y1="21" y2="21"/>'
            f'<text x="{x + 29:g}" y="25.5">{word}</text>'
        )
    return parts


def _told(smooth: Points, evaluation: Points) -> str:
    text = (
        f"Training loss over {smooth[-1][0]:,} steps: "
        f"from {smooth[0][1]:.4g} to {smooth[-1][1]:.4g}."
    )
    if evaluation:
        best = min(evaluation, key=lambda point: point[1])
        text += (
            f" Evaluation loss: {evaluation[-1][1]:.4g} at the end, "
            f"least {best[1]:.4g} after step {best[0]:,}."
        )
    return text


def _smoothed(points: Points) -> list[tuple[float, float]]:
    """A running mean, whose memory is a fiftieth of the run; early values weigh fully."""
    keep = 1 - 1 / max(1.0, len(points) / 50)
    total = weight = 0.0
    smooth = []
    for step, loss in points:
        total, weight = keep * total + (1 - keep) * loss, keep * weight + (1 - keep)
        smooth.append((step, total / weight))
    return smooth


def _thinned(points: Points) -> list[tuple[float, float]]:
    """At most some hundred points, among them the least and greatest of each stretch."""
    if len(points) <= _MOST_POINTS:
        return list(points)
    width = math.ceil(len(points) / (_MOST_POINTS // 2))
    kept = {points[0], points[-1]}
    for begin in range(0, len(points), width):
        part = points[begin : begin + width]
        kept |= {min(part, key=lambda p: p[1]), max(part, key=lambda p: p[1])}
    return sorted(kept)


def _levels(axes: _Axes) -> list[float]:
    """Round losses for the rules."""
    if not axes.logarithmic:
        return _round_steps(axes.low, axes.high, 6)
    first, last = math.floor(math.log10(axes.low)), math.ceil(math.log10(axes.high))
    factors = (1, 2, 5) if last - first <= 3 else (1,)
    levels = [factor * 10.0**power for power in range(first, last + 1) for factor in factors]
    return [level for level in levels if axes.low <= level <= axes.high]


def _round_steps(low: float, high: float, most: int) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten between two bounds, at most `most` + 1."""
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(f * power for f in (1, 2, 5, 10) if f * power >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [i * step for i in range(first, last + 1)]


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
