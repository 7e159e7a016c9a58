"""How fast a film is described once its speech is there: mixing, limiting, muxing.

    python benchmarks/bench_mux.py [FILM] [--json] [--repeat N] [--editor-repeat N]

Eight utterances of speech-like noise go over a film. Three ways to the described film, in the
same run, each as wall-clock time divided by the film's duration (0.05 × means that an hour takes
three minutes):

mux      what `render` does: loudness of the film, mix with ducking and limiter, described sound
         and captions as tracks beside the film's own
burn-in  the same with captions drawn into the picture, which is encoded anew
editor   a per-frame compositing editor, moviepy 2 (`CompositeVideoClip` with one `ImageClip` a
         caption, `CompositeAudioClip`, `write_videofile` with its default preset)

The editor is no dependency of this project. To compare with it, `pip install "moviepy>=2,<3"`
into an environment of its own that also has Scenewise; without it, its row is left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from scenewise.core.media_types import Audio
from scenewise.core.script import Cue
from scenewise.media.formats import format_of
from scenewise.media.loudness import measure
from scenewise.media.mixing import Utterance, mix, mix_format, speech_gain
from scenewise.media.options import WriteOptions
from scenewise.media.probe import FilmInfo, probe_film
from scenewise.media.sound import read_sound
from scenewise.media.writing import suffix_for, write_described

FILM = Path(__file__).resolve().parents[2] / "shared" / "data" / "film" / "sintel_trailer_52s.mp4"
COUNT, RATE = 8, 22050
TEXT = "A girl in a dark cloak climbs the snowy ridge."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("film", type=Path, nargs="?", default=FILM)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--editor-repeat", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="figures for machines")
    args = parser.parse_args()
    info = probe_film(args.film)
    length = info.duration or 0.0
    spoken = utterances(length)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"out{suffix_for(info)}"
        seconds = {
            "mux": best(lambda: described(info, out, spoken, burn_in=False), args.repeat),
            "burn-in": best(lambda: described(info, out, spoken, burn_in=True), args.repeat),
        }
        if importlib.util.find_spec("moviepy") is not None:
            edit = Path(folder) / "edit.mp4"
            seconds["editor"] = best(
                lambda: composited(args.film, edit, spoken), args.editor_repeat
            )
    figures = {
        name: {"seconds": round(value, 3), "of_duration": round(value / length, 4)}
        for name, value in seconds.items()
    }
    if "editor" in seconds:
        for name in ("mux", "burn-in"):
            figures[name]["times_faster"] = round(seconds["editor"] / seconds[name], 1)
    if args.json:
        print(json.dumps({"film": args.film.name, "duration": length, **figures}))
        return
    print(f"{args.film.name}: {length:.1f} s, {COUNT} utterances")
    for name, row in figures.items():
        faster = f"{row['times_faster']:6.1f} times faster" if "times_faster" in row else ""
        print(f"{name:8} {row['seconds']:8.2f} s {row['of_duration']:8.4f} × {faster}".rstrip())
    if "editor" not in seconds:
        print('editor   not installed: pip install "moviepy>=2,<3"')


def best(work: Callable[[], None], repeat: int) -> float:
    """Seconds of the fastest run."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def utterances(length: float) -> list[Utterance]:
    """Eight stretches of noise with a voice's pitch and swell, spread over the film."""
    rng = np.random.default_rng(0)
    each = min(2.5, length / COUNT / 2)
    t = np.arange(round(each * RATE)) / RATE
    made = []
    for number in range(COUNT):
        pitch = np.sign(np.sin(2 * np.pi * (110 + 10 * number) * t))
        swell = 0.5 - 0.5 * np.cos(2 * np.pi * 4 * t)
        wave = (0.08 * (pitch + rng.normal(size=len(t))) * swell).astype(np.float32)
        made.append(Utterance((number + 0.25) * length / COUNT, Audio(wave[None], RATE)))
    return made


def described(info: FilmInfo, out: Path, spoken: list[Utterance], *, burn_in: bool) -> None:
    format = format_of(out)
    own = info.programme
    rate, layout = mix_format(
        own.rate if own else 0,
        own.layout if own else "",
        own.channels if own else 0,
        webm=out.suffix == ".webm",
    )

    def programme():
        return read_sound(info.path, rate=rate, layout=layout) if own else iter(())

    film = measure(programme(), layout=layout)
    voice = measure(Audio(u.audio.samples, RATE) for u in spoken)
    gain = speech_gain(voice.integrated, None, film.integrated)
    sound = mix(
        programme(),
        spoken,
        rate=rate,
        layout=layout,
        duration=info.duration or 0.0,
        gain=gain,
        overshoot=format.overshoot,
    )
    write_described(
        info.path,
        out,
        mix=sound,
        mix_rate=rate,
        layout=layout,
        captions=[Cue(u.span, TEXT) for u in spoken],
        language="en",
        options=WriteOptions(burn_in=burn_in),
    )


def composited(film: Path, out: Path, spoken: list[Utterance]) -> None:
    from moviepy import CompositeAudioClip, CompositeVideoClip, ImageClip, VideoFileClip
    from moviepy.audio.AudioClip import AudioArrayClip
    from PIL import Image, ImageDraw, ImageFont

    with VideoFileClip(str(film)) as base:
        image = Image.new("RGBA", (base.w, base.h // 6), (0, 0, 0, 200))
        font = ImageFont.load_default(base.h // 20)
        ImageDraw.Draw(image).text((10, 10), TEXT, fill="white", font=font)
        captions = [
            ImageClip(np.asarray(image))
            .with_start(u.start)
            .with_duration(u.audio.duration)
            .with_position(("center", "bottom"))
            for u in spoken
        ]
        voices = [
            AudioArrayClip(np.repeat(u.audio.samples, 2, axis=0).T, fps=RATE).with_start(u.start)
            for u in spoken
        ]
        sound = CompositeAudioClip([*([base.audio] if base.audio else []), *voices])
        edited = CompositeVideoClip([base, *captions]).with_audio(sound)
        edited = edited.with_duration(base.duration)
        edited.write_videofile(str(out), logger=None, audio_codec="aac")


if __name__ == "__main__":
    main()
