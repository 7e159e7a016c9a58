"""A folder with one good film and script, and with everything that can be wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np
from PIL import Image as Pillow

from scenewise.core.media_types import Audio
from scenewise.core.script import Description, FilmReference, Script
from scenewise.core.time import Span
from scenewise.description.formats import save_all, to_json
from scenewise.media.encoding import write_film


@dataclass(frozen=True)
class Place:
    """A folder with everything in it."""

    folder: Path

    def __getitem__(self, name: str) -> str:
        return str(self.folder / name)


def line(name: str, start: float, length: float, text: str = "A boat.") -> Description:
    """A spoken line."""
    span = Span(start, start + length)
    return Description(name, span, text, event=start).delivered(start, length, text)


def _scripts(folder: Path) -> None:
    reference = FilmReference("film.mp4", "", 4.0)
    good = Script(film=reference, descriptions=(line("d0001", 0.5, 1.0),))
    save_all(good, folder / "good")
    text = to_json(good)
    data = json.loads(text)

    def write(name: str, change: object) -> None:
        (folder / name).write_text(json.dumps(change), "utf-8")

    other = replace(reference, name="other.mp4", digest="blake2b:00", duration=99.0)
    (folder / "other.ad.json").write_text(to_json(replace(good, film=other)), "utf-8")
    overlapping = good.with_descriptions((line("d0001", 0.5, 1.0), line("d0002", 1.0, 1.0)))
    (folder / "overlap.ad.json").write_text(to_json(overlapping), "utf-8")
    first = data["descriptions"][0]
    write("negative.ad.json", {**data, "descriptions": [{**first, "start": -1.0}]})
    write("nan.ad.json", {**data, "descriptions": [{**first, "start": float("nan")}]})
    write("backward.ad.json", {**data, "descriptions": [{**first, "span": [3.0, 1.0]}]})
    write("words.ad.json", {**data, "descriptions": [{**first, "start": "soon"}]})
    write("newer.ad.json", {**data, "version": 99})
    write("another.json", {"name": "a package", "version": 1})
    late = good.with_descriptions((line("d0001", 3600.0, 1.0),))
    late = replace(late, film=replace(reference, duration=7200.0))
    (folder / "late.ad.json").write_text(to_json(late), "utf-8")
    (folder / "cut.ad.json").write_text(text[: len(text) // 2], "utf-8")
    (folder / "empty.ad.json").write_bytes(b"")
    (folder / "noise.ad.json").write_bytes(bytes(np.random.default_rng(1).bytes(400)))
    captions = {
        "overlap.vtt": "00:00.500 --> 00:02.000\nOne.\n\n00:01.000 --> 00:03.000\nTwo.",
        "negative.vtt": "-00:01.000 --> 00:02.000\nOne.",
        "backward.vtt": "00:03.000 --> 00:01.000\nOne.",
        "late.vtt": "01:00:00.000 --> 01:00:02.000\nOne.",
    }
    for name, cues in captions.items():
        (folder / name).write_text(f"WEBVTT\n\n{cues}\n", "utf-8")
    (folder / "letter.vtt").write_text("Dear all, this is a letter.\n", "utf-8")
    (folder / "broken.srt").write_text("1\n00:00:aa,000 --> 00:00:02,000\nHi\n", "utf-8")
    (folder / "open.dapt.xml").write_text("<tt><body>", "utf-8")
    (folder / "page.xml").write_text("<html><body>hello</body></html>", "utf-8")


def make_place(folder: Path) -> Place:
    """Fill a folder."""
    noise = np.random.default_rng(0)
    pictures = [noise.integers(0, 255, (90, 160, 3), dtype=np.uint8) for _ in range(40)]
    sound = Audio(noise.normal(0, 0.01, (2, 4 * 48_000)).astype(np.float32), 48_000)
    film = folder / "film.mp4"
    write_film(film, pictures, rate=10, sound=sound)
    whole = film.read_bytes()
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "noise.mp4").write_bytes(noise.bytes(6000))
    (folder / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    (folder / "head.mp4").write_bytes(whole[:40])
    (folder / "notes.txt").write_text("Call the harbour master.\n" * 20, "utf-8")
    (folder / "notes.mp4").write_text("Call the harbour master.\n" * 20, "utf-8")
    picture = Pillow.fromarray(pictures[0])
    for name in ("picture.png", "picture.jpg", "picture.mp4"):
        picture.save(folder / name, format="jpeg" if name.endswith("jpg") else "png")
    _sound_only(folder / "sound.m4a", sound)
    (folder / "folder.mp4").mkdir()
    _scripts(folder)
    return Place(folder)


def _sound_only(path: Path, sound: Audio) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=sound.rate, layout="stereo")
        frame = av.AudioFrame.from_ndarray(sound.samples, format="fltp", layout="stereo")
        frame.sample_rate = sound.rate
        fifo = av.AudioFifo()
        fifo.write(frame)
        while (part := fifo.read(1024, partial=True)) is not None:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
