"""Which key frames each selector finds, on films whose scenes are known and on real ones.

    python benchmarks/bench_keyframes.py [--json] [--data FOLDER] [--samples 45000]

Drawn films are encoded to a temporary folder and read back like any film. A scene is something
a listener should be told about: a picture between two cuts, a title, either end of a pan, either
side of a dissolve. Columns:

found        share of scenes with a key frame that shows them well
per scene    key frames per scene that has any
useless      share of key frames that show no scene: blank, faded, in mid-dissolve, smeared
border F1    of the borders between segments against the true ones, within half a second
cost         seconds of choosing a second of film, decoding included
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from scenewise.core.media_types import Image, Selection
from scenewise.core.plugins import load
from scenewise.core.time import Span
from scenewise.frames.cuts import small
from scenewise.frames.quality import is_blank, look
from scenewise.media.reading import Film

SELECTORS = ("shots", "paper", "kmeans", "uniform")
RATE = 25
SIZE = (640, 360)
REAL = (
    "film/sintel_trailer_52s.mp4",
    "film/tears_of_steel_battle_70s.webm",
    "film/bbb_0_30.webm",
    "scenecut/testvideo.mp4",
    "described/perspective/perspective-video.mp4",
)


@dataclass
class Truth:
    """What is in a drawn film.

    Args:
        scenes: when each is well seen, seconds.
        borders: where one ends and the next begins, seconds.
    """

    scenes: list[Span] = field(default_factory=list)
    borders: list[float] = field(default_factory=list)


class Reel:
    """A film under construction: pictures are appended, the truth is noted alongside."""

    def __init__(self, path: Path, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.path = path
        self.truth = Truth()
        self.frames = 0
        code = cv2.VideoWriter_fourcc(*"mp4v")
        shape = (8, SIZE[1], SIZE[0], 3)
        self._grain = self.rng.normal(0, 2.0, shape).astype(np.float32)
        self._writer = cv2.VideoWriter(str(path), code, RATE, SIZE)

    @property
    def now(self) -> float:
        return self.frames / RATE

    def show(self, picture: Image) -> None:
        grain = self._grain[self.rng.integers(len(self._grain))]
        self._writer.write(np.clip(picture + grain, 0, 255).astype(np.uint8))
        self.frames += 1

    def play(self, seconds: float, draw: Callable[[float], Image], scene: bool = True) -> None:
        """Show `draw(0 … 1)` for some seconds, as a scene of its own or not."""
        start, count = self.now, max(1, round(seconds * RATE))
        for i in range(count):
            self.show(draw(i / count))
        if scene:
            self.scene(start, self.now)

    def scene(self, start: float, end: float) -> None:
        self.truth.scenes.append(Span(start, end))
        if len(self.truth.scenes) > 1:
            previous = self.truth.scenes[-2]
            self.truth.borders.append((previous.end + start) / 2)

    def close(self) -> Truth:
        self._writer.release()
        return self.truth


def place(rng: np.random.Generator, width: int = SIZE[0], busy: int | None = None) -> Image:
    """A picture of a place: sky, ground and things of various shapes and textures."""
    height = SIZE[1]
    picture = np.empty((height, width, 3), np.float32)
    top, bottom = rng.integers(30, 230, (2, 3))
    ramp = np.linspace(0, 1, height)[:, None, None]
    picture[:] = top * (1 - ramp) + bottom * ramp
    for _ in range(int(rng.integers(4, 40)) if busy is None else busy):
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        centre = int(rng.integers(0, width)), int(rng.integers(0, height))
        size = int(rng.integers(10, 90)), int(rng.integers(10, 90))
        kind = rng.integers(3)
        if kind == 0:
            cv2.ellipse(picture, centre, size, float(rng.integers(180)), 0, 360, colour, -1)
        elif kind == 1:
            corner = centre[0] + size[0], centre[1] + size[1]
            cv2.rectangle(picture, centre, corner, colour, -1)
        else:
            cv2.line(picture, centre, (centre[0] + 2 * size[0], centre[1]), colour, 3)
    fine = rng.normal(0, float(rng.uniform(2, 18)), (height, width, 1)).astype(np.float32)
    return np.clip(picture + cv2.GaussianBlur(fine, (0, 0), 1)[..., None], 0, 255)


def still(rng: np.random.Generator) -> Callable[[float], Image]:
    """A place in which one thing moves and the light flickers."""
    picture = place(rng)
    colour = tuple(int(c) for c in rng.integers(0, 256, 3))
    y, speed = int(rng.integers(80, 280)), float(rng.uniform(-120, 120))

    def draw(at: float) -> Image:
        out = picture * (1 + 0.02 * np.sin(40 * at))
        cv2.circle(out, (int(320 + speed * (at - 0.5)), y), 34, colour, -1)
        return out

    return draw


def card(text: str, ground: int = 0, ink: int = 230) -> Image:
    """Words on an even ground."""
    out = np.full((SIZE[1], SIZE[0], 3), ground, np.uint8)
    for i, line in enumerate(text.split("|")):
        cv2.putText(out, line, (120, 160 + 44 * i), 0, 1.0, (ink,) * 3, 2, cv2.LINE_AA)
    return out.astype(np.float32)


def words(rng: np.random.Generator, lines: int) -> str:
    letters = np.array(list("abcdefghiklmnoprstuw"))
    return "|".join("".join(rng.choice(letters, int(rng.integers(4, 16)))) for _ in range(lines))


def cuts(reel: Reel) -> None:
    """Thirty scenes of one to eight seconds, hard cuts."""
    for _ in range(30):
        reel.play(float(reel.rng.uniform(1, 8)), still(reel.rng))


def dialogue(reel: Reel) -> None:
    """Two set-ups that alternate; each stretch is told once, so each is a scene."""
    sides = [still(reel.rng), still(reel.rng)]
    for turn in range(16):
        reel.play(float(reel.rng.uniform(2, 5)), sides[turn % 2])


def fades(reel: Reel) -> None:
    """Scenes that fade in and out, with two seconds of black between them."""
    for _ in range(12):
        draw = still(reel.rng)
        reel.play(2.0, lambda _: card(""), scene=False)
        reel.play(1.0, lambda at, d=draw: d(0.0) * at, scene=False)
        reel.play(4.0, draw)
        reel.play(1.0, lambda at, d=draw: d(1.0) * (1 - at), scene=False)


def dissolves(reel: Reel) -> None:
    """Scenes of three to six seconds that dissolve into each other over one and a half."""
    last = still(reel.rng)
    reel.play(4.0, last)
    for _ in range(12):
        after = still(reel.rng)
        reel.play(1.5, lambda x, a=last, b=after: a(1.0) * (1 - x) + b(0.0) * x, scene=False)
        reel.play(float(reel.rng.uniform(3, 6)), after)
        last = after


def titles(reel: Reel) -> None:
    """Scenes, and cards of small words on black or white between them."""
    for turn in range(8):
        reel.play(3.0, still(reel.rng))
        reel.play(0.6, lambda _: card(""), scene=False)
        text = words(reel.rng, 1 + turn % 3)
        shades = (0, 200) if turn % 2 else (245, 20)
        reel.play(2.5, lambda _, t=text, s=shades: card(t, *s))


def slides(reel: Reel) -> None:
    """A talk: twelve slides of text, ten to twenty seconds each."""
    for _ in range(12):
        text = words(reel.rng, 4)
        reel.play(float(reel.rng.uniform(10, 20)), lambda _, t=text: card(t, 240, 40))


def pans(reel: Reel) -> None:
    """One shot each: rest, a quick pan over 1.2 s that smears, rest at the other end."""
    for _ in range(8):
        wide = place(reel.rng, 3 * SIZE[0], 60)

        def view(x: float, wide: Image = wide, smear: int = 1) -> Image:
            left = int(np.clip(x, 0, 1) * 2 * SIZE[0])
            out = wide[:, left : left + SIZE[0]].copy()
            return cv2.blur(out, (smear, 1)) if smear > 1 else out

        reel.play(4.0, lambda _, v=view: v(0.0))
        reel.play(1.2, lambda at, v=view: v(at, smear=43), scene=False)
        reel.play(4.0, lambda _, v=view: v(1.0))


def surveillance(reel: Reel) -> None:
    """Six minutes in which only the light flickers, but for three visits."""
    empty = place(reel.rng)
    for turn in range(4):
        reel.play(60.0, lambda at: empty * (1 + 0.04 * np.sin(300 * at)))
        if turn < 3:
            visitor = place(reel.rng, busy=60)
            reel.play(10.0, lambda _, v=visitor: 0.35 * empty + 0.65 * v)


FILMS: dict[str, Callable[[Reel], None]] = {
    f.__name__: f for f in (cuts, dialogue, fades, dissolves, titles, slides, pans, surveillance)
}


def score(selection: Selection, truth: Truth, duration: float) -> dict[str, float]:
    """The figures of one selector on one drawn film."""
    # a key frame shows a scene if it lies inside it by two frames
    shows = [
        next((i for i, s in enumerate(truth.scenes) if s.padded(-0.08).contains(k.time)), None)
        for k in selection.keyframes
    ]
    found = {i for i in shows if i is not None}
    mine = [k.span.start for k in selection.keyframes[1:]]
    open_, hits = list(truth.borders), 0
    for border in mine:
        near = min(open_, key=lambda b: abs(b - border), default=None)
        if near is not None and abs(near - border) <= 0.5:
            open_.remove(near)
            hits += 1
    return {
        "found": len(found) / len(truth.scenes),
        "per scene": sum(i is not None for i in shows) / max(1, len(found)),
        "useless": sum(i is None for i in shows) / len(shows),
        "border F1": 2 * hits / max(1, len(mine) + len(truth.borders)),
        "key frames": len(selection.keyframes),
    }


def timed(name: str, film: Film) -> tuple[Selection, float]:
    begun = time.perf_counter()
    selection = load("selector", name)().select(film)
    return selection, (time.perf_counter() - begun) / max(film.span.duration, 1e-9)


def drawn(folder: Path, seed: int) -> Iterator[dict[str, object]]:
    for name, make in FILMS.items():
        path = folder / f"{name}.mp4"
        reel = Reel(path, seed)
        make(reel)
        truth = reel.close()
        for selector in SELECTORS:
            film = Film(path)
            selection, cost = timed(selector, film)
            figures = score(selection, truth, film.span.duration)
            yield {"film": name, "selector": selector, **figures, "cost": cost}
        path.unlink()


def real(folder: Path) -> Iterator[dict[str, object]]:
    for name in REAL:
        if not (folder / name).is_file():
            continue
        for selector in SELECTORS:
            film = Film(folder / name)
            selection, cost = timed(selector, film)
            pictures = [small(k.frame) for k in selection.keyframes]
            yield {
                "film": Path(name).stem[:16],
                "selector": selector,
                "key frames": len(pictures),
                "blank": sum(map(is_blank, pictures)) / len(pictures),
                "sharpness": float(np.median([look(p).sharpness for p in pictures])),
                "KB each": sum(len(k.frame.data) for k in selection.keyframes)
                / len(pictures)
                / 1e3,
                "cost": cost,
            }


def clustering(samples: int) -> dict[str, object]:
    """Ward's tree of a long film, in a process of its own so that its memory can be read."""
    code = (
        "import sys, time, resource, numpy as np\n"
        "from scenewise.frames.hierarchy import ward, flat\n"
        "n = int(sys.argv[1]); rng = np.random.default_rng(0)\n"
        "y = np.repeat(rng.random(n // 60 + 1), 60)[:n] + 0.02 * rng.standard_normal(n)\n"
        "points = np.column_stack([np.arange(n) / n, (y - y.min()) / np.ptp(y)])\n"
        "begun = time.perf_counter(); tree = ward(points); flat(tree, 1.0)\n"
        "took = time.perf_counter() - begun\n"
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(took, peak)\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, str(samples)], capture_output=True, text=True, check=True
    )
    took, peak = map(float, out.stdout.split())
    unit = 1 if sys.platform == "darwin" else 1024
    square = 8 * samples * (samples - 1) / 2
    return {
        "samples": samples,
        "seconds": took,
        "peak MB": peak * unit / 1e6,
        "scipy would hold MB": square / 1e6,
    }


def table(rows: list[dict[str, object]]) -> str:
    names = list(rows[0])
    cells = [[f"{v:.3f}" if isinstance(v, float) else str(v) for v in r.values()] for r in rows]
    widths = [max(len(n), *(len(c[i]) for c in cells)) for i, n in enumerate(names)]
    lines = ["  ".join(n.ljust(w) for n, w in zip(names, widths, strict=True))]
    lines += ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in cells]
    return "\n".join(lines)


def means(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    out: list[dict[str, object]] = []
    for selector in SELECTORS:
        mine = [r for r in rows if r["selector"] == selector]
        columns = [c for c in mine[0] if c not in ("film", "selector")]
        averages = {c: float(np.mean([float(str(r[c])) for r in mine])) for c in columns}
        out.append({"film": "mean", "selector": selector, **averages})
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="real films")
    parser.add_argument("--samples", type=int, default=45_000, help="of the clustering bench")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        known = list(drawn(Path(folder), chosen.seed))
    known += means(known)
    films = list(real(chosen.data))
    tree = clustering(chosen.samples)
    if chosen.json:
        print(json.dumps({"drawn": known, "real": films, "clustering": tree}))
        return
    print("Drawn films, truth known\n" + table(known))
    if films:
        print("\nReal films\n" + table(films))
    print("\nWard's tree of a long film\n" + table([tree]))


if __name__ == "__main__":
    main()
