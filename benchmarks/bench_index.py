"""How fast and in how much memory a collection is indexed, and how large its store stays.

    python benchmarks/bench_index.py [--videos 12] [--many 1000] [--updates 10000] [--json]

**Throughput** is `index` on upright clips of eight seconds (540×960, 25 frames a second) with
CLIP ViT-B/32 at true size (random weights, which cost what trained ones do), against two plain
loops over the same clips with the same weights, which decode with OpenCV and encode one picture
at a time with transformers in float32:

- *the same summary*: of each fifth of the clip the clearest frame, by the variance of the
  Laplacian of every frame as it comes (Lai 2023);
- *evenly taken*: five frames at fixed places, the others decoded and thrown away. It looks at
  nothing, and is the least that any loop over frames can do.

Loading the model does not count on either side. Writing on screen is not read in either;
`with writing` is `index` with it. Beside the wall clock stands the time of the processor, all
cores together, which a busy machine disturbs less.

**Memory** is the most that the process has held while it indexes many clips of one second,
writing read.

**Store size** is the folder after many updates of a hundred videos, one transaction each, in
multiples of the bytes of the rows that it holds then.

Any of the three is left out with 0.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from films import make_film
from harness import Figure, in_child, peak_mib, show

CHECKPOINTS = Path(__file__).resolve().parents[2] / "shared" / "data" / "checkpoints"
CLIP = "clip-vit-base-patch32"
FRAMES = 5
SIZE = (540, 960)
ASKED_FASTER, ASKED_MIB, ASKED_SIZE = 3.0, 2.5 * 1024, 1.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--videos", type=int, default=12, help="clips of eight seconds")
    parser.add_argument("--many", type=int, default=1000, help="clips of one second")
    parser.add_argument("--updates", type=int, default=10_000, help="of the store")
    parser.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, help="configurations")
    parser.add_argument("--json", action="store_true", help="figures for machines")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        what, *rest = args.child
        work = {"index": indexed, "plain": plain, "many": many, "updates": updated}[what]
        print(json.dumps(work(*rest)))
        return
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if args.videos or args.many:
            clip = make_clip(args.checkpoints, folder / "clip")
        if args.videos:
            figures += throughput(folder, clip, args.videos)
        if args.many:
            figures += memory(folder, clip, args.many)
        if args.updates:
            figures += size(folder, args.updates)
    show("indexing", figures, as_json=args.json)


def make_clip(source: Path, folder: Path) -> Path:
    """CLIP ViT-B/32 with random weights, as a download would lay it out."""
    if not (source / CLIP / "config.json").is_file():
        sys.exit(f"{source / CLIP} has no config.json; give --checkpoints")
    import torch
    from transformers import CLIPConfig, CLIPModel

    shutil.copytree(source / CLIP, folder, copy_function=shutil.copyfile)
    folder.chmod(0o755)
    torch.manual_seed(0)
    CLIPModel(CLIPConfig.from_pretrained(source / CLIP)).save_pretrained(folder)
    return folder


def throughput(folder: Path, clip: Path, count: int) -> list[Figure]:
    videos = clips(folder / "videos", count, 4, 8.0)
    done = {
        name: in_child(__file__, *what, str(videos), str(clip))
        for name, what in (
            ("index", ("index", "none")),
            ("index, with writing", ("index", "rapidocr")),
            ("plain loop, the same summary", ("plain", "clearest")),
            ("plain loop, evenly taken frames", ("plain", "even")),
        )
    }
    figures = [
        Figure(
            name,
            count / one["seconds"],
            "videos/s",
            note=f"{one['frames'] / count:.0f} frames a video; "
            f"processor {one['processor'] / count:.2f} s a video",
        )
        for name, one in done.items()
    ]
    ours, same, even = (done[name] for name in ("index", *list(done)[2:]))
    for plain, against, asked in (
        (same, "the plain loop", ASKED_FASTER),
        (even, "the loop that looks at nothing", None),
    ):
        figures.append(
            Figure(
                f"index against {against}",
                plain["seconds"] / ours["seconds"],
                "× faster",
                asked,
                at_least=True,
                note=f"processor {plain['processor'] / ours['processor']:.2f} ×",
            )
        )
    return figures


def clips(folder: Path, count: int, drawn: int, seconds: float) -> Path:
    """So many clips, of which a few are drawn and the others the same pictures."""
    folder.mkdir()
    first = []
    for number in range(min(drawn, count)):
        make_film(folder / f"{number}.mp4", seconds, size=SIZE, seed=number)
        first.append((folder / f"{number}.mp4").read_bytes())
    for number in range(drawn, count):
        # an empty box at the end makes another file of the same film
        own = b"\0\0\0\x10free" + number.to_bytes(8, "big")
        (folder / f"{number}.mp4").write_bytes(first[number % drawn] + own)
    return folder


def memory(folder: Path, clip: Path, count: int) -> list[Figure]:
    videos = clips(folder / "many", count, 10, 1.0)
    done = in_child(__file__, "many", str(videos), str(clip))
    note = f"{count:,} videos in {done['seconds']:.0f} s, writing read"
    return [Figure("peak memory of the process", done["mib"], "MiB", ASKED_MIB, note=note)]


def size(folder: Path, count: int) -> list[Figure]:
    done = in_child(__file__, "updates", str(folder / "updated"), str(count))
    note = f"{count:,} updates, {done['seconds'] / count * 1000:.1f} ms each"
    times = "× raw"
    return [
        Figure("store after updates", done["left"], times, ASKED_SIZE, note=note),
        Figure("the same, compacted", done["compacted"], times),
        Figure("the largest it was meanwhile", done["largest"], times, note="looked at 50 times"),
    ]


# --- in processes of their own --------------------------------------------------------------


def indexed(text: str, videos: str, clip: str) -> dict[str, float]:
    """Index a folder; seconds without loading the model."""
    from scenewise.collection.collection import Collection
    from scenewise.collection.options import IndexOptions

    options = IndexOptions(clip=clip, text=text)
    with tempfile.TemporaryDirectory() as folder:
        collection = Collection.create(Path(folder) / "store", options)
        load(collection)
        clock = Clock()
        report = collection.index([videos], options=options)
        taken = clock.taken()
    if not report.is_whole:
        raise SystemExit(f"not indexed: {report.failures[0]}")
    return {**taken, "frames": report.counts.frames}


def load(collection: Any) -> None:
    """Have the model loaded before time counts, as in the plain loops."""
    collection.search("a warm start", fold=False)


class Clock:
    """Seconds since it was made: of the wall clock, and of the processor."""

    def __init__(self) -> None:
        self._wall, self._used = time.perf_counter(), time.process_time()

    def taken(self) -> dict[str, float]:
        """Both, now."""
        return {
            "seconds": time.perf_counter() - self._wall,
            "processor": time.process_time() - self._used,
        }


def many(videos: str, clip: str) -> dict[str, float]:
    """Index a folder of many; the most memory that was held."""
    return {**indexed("rapidocr", videos, clip), "mib": peak_mib() or 0.0}


def plain(way: str, videos: str, clip: str) -> dict[str, float]:
    """The plain loop; seconds without loading the model."""
    import torch
    from transformers import CLIPImageProcessorPil, CLIPModel

    model = CLIPModel.from_pretrained(clip, dtype=torch.float32).eval()
    processor = CLIPImageProcessorPil.from_pretrained(clip)
    vectors = []
    clock = Clock()
    for path in sorted(Path(videos).iterdir()):
        for frame in {"clearest": clearest, "even": even}[way](path):
            rgb = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
            pixels = processor(rgb, return_tensors="pt")["pixel_values"]
            with torch.inference_mode():
                found = model.get_image_features(pixel_values=pixels)
            found = getattr(found, "pooler_output", found)
            vectors.append(torch.nn.functional.normalize(found, dim=-1)[0].numpy())
    return {**clock.taken(), "frames": len(vectors)}


def clearest(path: Path) -> list[np.ndarray]:
    """The clearest frame of each fifth of a film."""
    film = cv2.VideoCapture(str(path))
    count = film.get(cv2.CAP_PROP_FRAME_COUNT)
    best: dict[int, tuple[float, np.ndarray]] = {}
    number = 0
    while True:
        there, frame = film.read()
        if not there:
            break
        grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
        clear = cv2.Laplacian(grey, cv2.CV_64F).var()
        part = int(number * FRAMES / count)
        if part not in best or clear > best[part][0]:
            best[part] = (clear, frame)
        number += 1
    return [frame for _, frame in best.values()]


def even(path: Path) -> list[np.ndarray]:
    """Frames at five places of a film."""
    film = cv2.VideoCapture(str(path))
    count = film.get(cv2.CAP_PROP_FRAME_COUNT)
    wanted = {int((part + 0.5) * count / FRAMES) for part in range(FRAMES)}
    frames = []
    number = 0
    while True:
        there, frame = film.read()
        if not there:
            break
        if number in wanted:
            frames.append(frame)
        number += 1
    return frames


def updated(folder: str, count: str) -> dict[str, float]:
    """Update a store many times; its size in multiples of its rows."""
    from scenewise.collection.store import Store
    from scenewise.collection.types import IndexedFrame, ModelMark, Video

    rng = np.random.default_rng(0)
    store = Store.create(folder, ModelMark("benchmark", "1", 512, "uniform 5"))
    vectors = rng.normal(size=(500, 512)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    pictures = [rng.bytes(9000) for _ in range(500)]
    ratios = []

    def put(video: int) -> None:
        which = rng.integers(500, size=FRAMES)
        frames = [
            IndexedFrame(float(at), vectors[one], pictures[one], ("a line",), 1.0)
            for at, one in enumerate(which)
        ]
        about: dict[str, Any] = {"description": "a description of some length", "account": "a"}
        store.put(Video(f"v{video}", f"/v/{video}.mp4", "0", 1, 0.0, 9.0, **about), frames)

    for video in range(100):
        put(video)
    begin = time.perf_counter()
    looking = 0.0
    for number in range(int(count)):
        put(int(rng.integers(100)))
        if number % max(1, int(count) // 50) == 0:
            at = time.perf_counter()
            ratios.append(_ratio(store))
            looking += time.perf_counter() - at
    seconds = time.perf_counter() - begin - looking
    left = _ratio(store)
    store.compact()
    largest = max(ratios, default=left)
    return {"seconds": seconds, "left": left, "compacted": _ratio(store), "largest": largest}


def _ratio(store: Any) -> float:
    size = store.size()
    return size.on_disk / size.raw


if __name__ == "__main__":
    main()
