"""Is writing that is hidden, cut by the picture's edge or moving read out as if it were whole?

    python benchmarks/bench_writing.py [--films 60] [--seed 1] [--kept FOLDER] [--json]

Films of one shot are drawn in which people act before a sign: it hangs where heads pass, across
the picture's edge, or free of both. Which words are ever wholly in sight is known to the pixel.
Beside what the pipeline reads out stands, from the same readings, what it would if it believed
them all, without a look at whether words may be cut.

- told: of the words that are wholly in sight at some time, those that are read out.
- wrong words told: those read out that are not written, pieces of words among them, for each word
  that is never wholly in sight.
- right: signs of which all that is wholly in sight is read out, and nothing that is not written.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from harness import Figure, show
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from scenewise.core.media_types import Image
from scenewise.core.plugins import load
from scenewise.description.cache import Cache
from scenewise.description.looking import look
from scenewise.description.onscreen import Reading, merge, say
from scenewise.description.onscreen_tracks import key_of
from scenewise.description.work import Work
from scenewise.description.writing import WritingWatch, read_frames
from scenewise.media.encoding import write_film
from scenewise.media.probe import digest
from scenewise.media.reading import Film
from scenewise.models.text_reader import ReaderOptions
from scenewise.synthetic.pocket.examples import random_event
from scenewise.synthetic.poses import CROWN
from scenewise.synthetic.staging import Shooting, Stage

WIDTH, HEIGHT, RATE, SECONDS = 854, 480, 25, 4.8
SIGNS = (
    "HARBOUR CAFE", "PLATFORM 2", "FRESH BREAD", "TO THE BEACH", "LIBRARY", "MARKET DAY",
    "TOOLS FOR HIRE", "WET PAINT", "Bookshop", "Hotel Adria", "Dr. Lindqvist", "PARKING",
    "Carpets and Rugs", "EXIT", "Tea Room", "BAKERY", "Gate 14", "Trains to the Coast",
    "SUPERMARKET", "Keep Left", "Open until 9", "Schule", "Warehouse", "Post Office", "TOWN HALL",
)  # fmt: skip
BOARDS = ((24, 80, 48), (150, 30, 34), (30, 58, 120), (240, 226, 180), (250, 250, 250))
PLACES = ("head", "head", "edge", "free")
WHOLE = 0.985  # share of a word's ink that is in sight where all of it is


@dataclass(frozen=True)
class Sign:
    """What is written, and how much of each word is ever in sight, 0 to 1."""

    text: str
    place: str
    shown: tuple[float, ...]

    @property
    def whole(self) -> list[str]:
        """Words that are wholly in sight at some time."""
        return [w for w, s in zip(self.text.split(), self.shown, strict=True) if s >= WHOLE]


def font_of(rng: np.random.Generator, size: float) -> ImageFont.FreeTypeFont:
    """One of a few faces; only the first where matplotlib's are not there."""
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    faces = [None, *(folder / f"DejaVu{n}.ttf" for n in ("Sans-Bold", "Serif", "Serif-Bold"))]
    face = faces[int(rng.integers(len(faces)))]
    if face is None or not face.is_file():
        return ImageFont.load_default(size)  # type: ignore[return-value]
    return ImageFont.truetype(str(face), size)


class Shot:
    """People before a sign.

    Args:
        seed: of all that chance decides.
    """

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        event = replace(random_event(rng), weather="clear")
        shooting = replace(Shooting.drawn(rng, seed), brightness=1.0)
        self.text = SIGNS[int(rng.integers(len(SIGNS)))]
        self.place = PLACES[seed % len(PLACES)]
        self.stage = Stage(event, shooting, WIDTH, HEIGHT, SECONDS)
        letters = HEIGHT * float(rng.uniform(0.05, 0.09))
        font = font_of(rng, letters)
        pad = letters * float(rng.uniform(0.2, 0.7))
        left, top, right, bottom = font.getbbox(self.text, anchor="lt")
        wide, high = right - left + 2 * pad, bottom - top + 2 * pad
        x, y = self._corner(rng, wide, high)
        board = BOARDS[int(rng.integers(len(BOARDS)))]
        ink = (30, 26, 24) if board[0] > 200 else (250, 250, 246)
        picture = Pillow.fromarray(self.stage._back)
        pen = ImageDraw.Draw(picture)
        frame = max(1, round(letters * 0.08)) if rng.random() < 0.6 else 0
        pen.rectangle((x, y, x + wide, y + high), fill=board, outline=ink, width=frame)
        pen.text((x + pad, y + pad), self.text, font=font, fill=ink, anchor="lt")
        self.stage._back = np.asarray(picture)
        self.words = []
        for match in re.finditer(r"\S+", self.text):
            mask = Pillow.new("L", picture.size, 0)
            before = font.getlength(self.text[: match.start()])
            shape = Pillow.new("L", picture.size, 0)
            ImageDraw.Draw(shape).text((x + pad, y + pad), self.text, font=font, fill=255,
                                       anchor="lt")  # fmt: skip
            end = font.getlength(self.text[: match.end()])
            part = (round(x + pad + before - left), 0, round(x + pad + end - left), picture.height)
            mask.paste(shape.crop(part), part[:2])
            self.words.append(np.asarray(mask))

    def _corner(self, rng: np.random.Generator, wide: float, high: float) -> tuple[float, float]:
        """Where the board's left upper corner is, in pixels of the scenery."""
        middle = SECONDS / 2
        scale, shift = self.stage._camera(middle)
        head = self.stage.seen(middle).person[CROWN]
        back = (np.asarray(head) - np.asarray(shift)) / scale
        if self.place == "head":
            x = back[0] - wide * rng.uniform(-0.1, 1.1)
            return float(x), float(back[1] - high * rng.uniform(0.1, 0.9))
        size = self.stage._back.shape
        y = (0.3 * HEIGHT * rng.uniform(0.1, 1) - shift[1]) / scale
        edge = (np.array([0, WIDTH]) - shift[0]) / scale
        if self.place == "edge":
            hidden = wide * rng.uniform(0.1, 0.6)
            x = edge[0] - hidden if rng.random() < 0.5 else edge[1] - wide + hidden
        else:
            x = rng.uniform(0.2 * size[1], max(0.2 * size[1] + 1, 0.8 * size[1] - wide))
            y = (0.03 * HEIGHT - shift[1]) / scale
        return float(x), float(y)

    def frames(self, shown: list[float]) -> Iterator[Image]:
        """The pictures; `shown` takes how much of each word was ever in sight."""
        shown[:] = [0.0] * len(self.words)
        for number in range(round(SECONDS * RATE)):
            time = number / RATE
            picture = self.stage.frame(time)
            if number % 3 == 0:
                scale, shift = self.stage._camera(time)
                view = self.stage._looked(scale, shift)
                clear = (cv2.absdiff(picture, view.back).max(axis=2) < 12).astype(np.float32)
                matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
                for n, word in enumerate(self.words):
                    ink: npt.NDArray[np.uint8] = cv2.warpAffine(word, matrix, (WIDTH, HEIGHT))  # type: ignore[assignment]
                    whole = float(word.sum()) * scale * scale
                    share = float((ink * clear).sum()) / max(1.0, whole)
                    shown[n] = max(shown[n], min(1.0, share))
            yield picture


def drawn(folder: Path, seed: int) -> tuple[Path, Sign]:
    """A film and what is written in it; made once."""
    film, truth = folder / f"{seed}.mp4", folder / f"{seed}.json"
    if not truth.is_file():
        shot, shown = Shot(seed), list[float]()
        write_film(film, shot.frames(shown), rate=RATE)
        truth.write_text(json.dumps(asdict(Sign(shot.text, shot.place, tuple(shown)))), "utf-8")
    told = json.loads(truth.read_text("utf-8"))
    return film, Sign(told["text"], told["place"], tuple(told["shown"]))


def readings_of(film: Path) -> tuple[list[Reading], list[float]]:
    """All that a draft reads in a film, and the film's cuts."""
    work, watch = Work.of(Cache(None), None), WritingWatch()
    digested = digest(film)
    seen = look(Film(film), digested, load("selector", "shots")(), watch, work)
    reader = load("text reader", "rapidocr")(ReaderOptions())
    frames = [*(k.frame for k in seen.selection.keyframes), *seen.written]
    cuts = [shot.span.start for shot in seen.selection.shots[1:]]
    return read_frames(frames, reader, digested, work), cuts


def without_marks(readings: Sequence[Reading]) -> list[Reading]:
    """The same without what tells words that may be cut."""
    return [
        replace(one, lines=tuple(replace(line, room=()) for line in one.lines)) for one in readings
    ]


@dataclass
class Tally:
    """Counts of a way to read."""

    signs: int = 0
    right: int = 0
    whole: int = 0
    told: int = 0
    cut: int = 0
    cut_told: int = 0
    cut_guessed: int = 0

    def add(self, sign: Sign, said: str) -> None:
        """Count what was said of a sign."""
        words = [key_of(w) for w in said.removeprefix("Text on screen: ").split()]
        words = [w for w in words if w]
        written = [key_of(w) for w in sign.text.split()]
        whole = [key_of(w) for w in sign.whole]
        told = sum(w in words for w in whole)
        wrong = [w for w in words if w not in written]
        self.signs += 1
        self.whole += len(whole)
        self.told += told
        self.cut += len(written) - len(whole)
        self.cut_told += len(wrong)
        self.cut_guessed += sum(w in words and w not in whole for w in written)
        self.right += told == len(whole) and not wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--films", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1, help="of the first film")
    parser.add_argument("--kept", type=Path, help="where films are kept, instead of nowhere")
    parser.add_argument("--each", action="store_true", help="print what is said of each sign")
    parser.add_argument("--json", action="store_true", help="figures for machines")
    args = parser.parse_args()
    ways = {"as it is": Tally(), "believing every reading": Tally()}
    with tempfile.TemporaryDirectory() as made:
        folder = args.kept or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        for seed in range(args.seed, args.seed + args.films):
            film, sign = drawn(folder, seed)
            readings, cuts = readings_of(film)
            both = (readings, without_marks(readings))
            said = [" ".join(filter(None, map(say, merge(one, cuts=cuts)))) for one in both]
            for tally, text in zip(ways.values(), said, strict=True):
                tally.add(sign, text)
            if args.each:
                shown = [round(share, 2) for share in sign.shown]
                print(seed, sign.place, sign.text, shown, *(repr(text[16:]) for text in said))
    report(ways, args.json)


def report(ways: dict[str, Tally], as_json: bool) -> None:
    """Print shares."""
    rows = []
    for name, tally in ways.items():
        rows += [
            Figure(f"signs told right, {name}", tally.right / tally.signs, ""),
            Figure(f"whole words told, {name}", tally.told / max(1, tally.whole), ""),
            Figure(f"wrong words told a cut word, {name}", tally.cut_told / max(1, tally.cut), ""),
        ]
    counts = {name: asdict(tally) for name, tally in ways.items()}
    title = "Writing that is hidden, at the edge or whole, in drawn films"
    show(title, rows, as_json=as_json, counts=counts)


if __name__ == "__main__":
    main()
