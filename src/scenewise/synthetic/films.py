"""The set of films: each with its sound, captions, a person's description, and its truth.

DIR/films/film-00007.mp4           the film; .tar where it is pictures without sound
DIR/films/film-00007.captions.vtt  its dialogue
DIR/films/film-00007.ad.vtt        description as a person would write it
DIR/films/film-00007.truth.json    what happens when, who speaks when, what is written
DIR/ad.csv                         all descriptions, in the columns of MAD-Eval
DIR/characters.json, portraits/    the character bank
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from copy import deepcopy
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image as Pillow

from scenewise.core.errors import ScriptInvalid
from scenewise.core.media_types import Image
from scenewise.core.progress import Progress, Silent
from scenewise.core.time import Span
from scenewise.media.atomic import atomic, atomic_text, made_folder, remove_left
from scenewise.media.encoding import write_film
from scenewise.media.probe import probe_film
from scenewise.synthetic.cards import faded, title_card
from scenewise.synthetic.effects import effects_for
from scenewise.synthetic.film_stills import RATE as STILLS_RATE
from scenewise.synthetic.film_stills import stills_size, write_stills
from scenewise.synthetic.grammar import Narrator
from scenewise.synthetic.portraits import portrait
from scenewise.synthetic.set_files import is_whole
from scenewise.synthetic.sound import Utterance, heard, soundtrack
from scenewise.synthetic.staging import Stage
from scenewise.synthetic.story import Clip, Story, known_names, salience, write_story
from scenewise.synthetic.workers import in_turn
from scenewise.synthetic.world import CHARACTERS, Event

RATE: Final = 25
DEMO_SEED: Final = 60_024
"""Of a story in which people speak, a sign hangs, and much happens."""

_FADE: Final = 0.4
_WORDS_A_SECOND: Final = 2.7
_EARLY: Final = 1.0
_LATE: Final = 2.5
"""Seconds by which a description may begin before, and end after, the clip it tells."""

_COLUMNS: Final = ("movie", "sentence", "movie_duration", "start", "end", "imdbid",
                   "lsmdc_filename", "start_hms", "end_hms")  # fmt: skip


@dataclass(frozen=True)
class Happening:
    """One clip of a film, as it is known.

    Args:
        span: when it is seen, in seconds.
        event: what happens; None for a card.
        written: what can be read.
        scene: number of its scene.
        salience: how much it matters, 0 to 1.
    """

    span: Span
    event: Event | None
    written: str
    scene: int
    salience: float


@dataclass(frozen=True)
class FilmTruth:
    """All that is known of a drawn film.

    Args:
        name, title: of the film.
        duration: seconds.
        cuts: when a clip follows another, without the first, in seconds.
        happenings: clip by clip.
        dialogue: what is said, by whom, and when.
        described: a person's descriptions, with when they are spoken.
        cast: names in order of appearance.
    """

    name: str
    title: str
    duration: float
    cuts: tuple[float, ...]
    happenings: tuple[Happening, ...]
    dialogue: tuple[Utterance, ...]
    described: tuple[tuple[Span, str], ...]
    cast: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> FilmTruth:
        """The truth of a `.truth.json`.

        Raises:
            ScriptInvalid: it is not one.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                content["name"],
                content["title"],
                float(content["duration"]),
                tuple(float(time) for time in content["cuts"]),
                tuple(
                    Happening(
                        Span(**one["span"]),
                        Event(**one["event"]) if one["event"] else None,
                        one["written"],
                        int(one["scene"]),
                        float(one["salience"]),
                    )
                    for one in content["happenings"]
                ),
                tuple(
                    Utterance(
                        one["text"], one["speaker"], Span(**one["span"]), tuple(one["mentions"])
                    )
                    for one in content["dialogue"]
                ),
                tuple((Span(**span), text) for span, text in content["described"]),
                tuple(content["cast"]),
            )
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise ScriptInvalid(
                f"this is not the truth of a drawn film ({error})",
                path=path,
                remedy="give a .truth.json that `scenewise synth films` wrote",
            ) from error


def make_film(
    path: Path, story: Story, *, width: int = 640, height: int = 480, rate: int = RATE
) -> FilmTruth:
    """Draw a story, with its sound.

    Args:
        path: where the film goes (`.mp4`, `.mkv`, `.webm`).
        story: what it tells.
        width, height: of the picture, in pixels; made even.
        rate: pictures a second.

    Raises:
        OutputUnwritable: the film cannot be written.
        VoiceMissing: espeak-ng is not installed.
    """
    picture = _pictures(story, width // 2 * 2, height // 2 * 2, rate)
    effects = [
        effect
        for clip in story.clips
        if clip.event
        for effect in effects_for(clip.event, clip.span)
    ]
    sound, spoken = soundtrack(
        story.duration, story.dialogue, mood=story.mood, effects=effects, seed=story.seed
    )
    write_film(path, picture, rate=rate, sound=sound)
    return _truth(story, spoken)


def make_stills(path: Path, story: Story, *, width: int = 160, height: int = 160) -> FilmTruth:
    """Draw a story as pictures, three a second. It lasts as long, and is described, as with sound.

    Args:
        path: where they go, a `.tar`.
        story: what it tells.
        width, height: of a picture, in pixels; made even.

    Raises:
        OutputUnwritable: they cannot be written.
        VoiceMissing: espeak-ng, which tells how long people speak, is not installed.
    """
    spoken = heard(story.duration, story.dialogue)
    write_stills(path, _pictures(story, width // 2 * 2, height // 2 * 2, STILLS_RATE))
    return _truth(story, spoken)


def _truth(story: Story, spoken: Sequence[Utterance]) -> FilmTruth:
    return FilmTruth(
        name=story.name,
        title=story.title,
        duration=story.duration,
        cuts=tuple(clip.span.start for clip in story.clips[1:]),
        happenings=tuple(
            Happening(
                clip.span,
                clip.event,
                clip.written,
                clip.scene,
                salience(clip.event) if clip.event else 0.6,
            )
            for clip in story.clips
        ),
        dialogue=tuple(spoken),
        described=tuple(described(story, spoken)),
        cast=story.cast,
    )


def draw_demo(path: Path, *, progress: Progress | None = None) -> FilmTruth:
    """The film of a minute that `scenewise demo` describes, with its truth beside it.

    Args:
        path: where it goes; the truth goes to the same name with `.truth.json`.
        progress: told while it is drawn.

    Raises:
        OutputUnwritable: it cannot be written.
        VoiceMissing: espeak-ng is not installed.
    """
    with (progress or Silent()).step("Drawing a film"):
        truth = make_film(path, write_story(DEMO_SEED, seconds=60.0, name=path.stem))
    atomic_text(path.with_suffix(".truth.json"), json.dumps(asdict(truth), indent=1) + "\n")
    return truth


def make_films(
    folder: Path,
    count: int,
    *,
    seed: int,
    seconds: float = 60.0,
    width: int = 640,
    height: int = 480,
    stills: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
) -> list[FilmTruth]:
    """A set of films. Those that are there already, of this length and size, are not drawn
    again.

    Args:
        folder: where it goes.
        count: how many films.
        seed: of the first; the others follow it.
        seconds: about how long each is.
        width, height: of the pictures.
        stills: draw pictures, three a second, in place of films with sound (`make_stills`).
        workers: processes that draw, each a film at a time; the films are the same.
        progress: told of every film.

    Raises:
        OutputUnwritable: the folder cannot be written to.
        ScriptInvalid: a `.truth.json` that is there is damaged.
        VoiceMissing: espeak-ng is not installed.
    """
    films = made_folder(folder / "films")
    make = partial(_film, films, seconds=seconds, width=width, height=height, stills=stills)
    truths = []
    remove_left(films)
    try:
        with (
            (progress or Silent()).step("Drawing films", count) as step,
            closing(in_turn(make, range(seed, seed + count), workers)) as drawn,
        ):
            for truth in drawn:
                truths.append(truth)
                step.advance()
    finally:
        remove_left(films)  # of processes that were ended
    atomic_text(folder / "ad.csv", _table(truths))
    write_characters(folder)
    return truths


def _film(
    films: Path, seed: int, *, seconds: float, width: int, height: int, stills: bool
) -> FilmTruth:
    """One film of a set, drawn where it is not there."""
    story = write_story(seed, seconds=seconds)
    film = films / f"{story.name}{'.tar' if stills else '.mp4'}"
    truth_file = films / f"{story.name}.truth.json"
    truth = _finished(film, truth_file, story, (width // 2 * 2, height // 2 * 2))
    if truth is None:
        # While a film is drawn anew, nothing may say that the old one is finished.
        truth_file.unlink(missing_ok=True)
        make = make_stills if stills else make_film
        truth = make(film, story, width=width, height=height)
        spoken = [(one.span, one.text) for one in truth.dialogue]
        atomic_text(films / f"{story.name}.captions.vtt", vtt(spoken))
        atomic_text(films / f"{story.name}.ad.vtt", vtt(truth.described))
        # The truth comes last: where it is, the film is whole.
        atomic_text(truth_file, json.dumps(asdict(truth), indent=1) + "\n")
    return truth


def _finished(
    film: Path, truth_file: Path, story: Story, size: tuple[int, int]
) -> FilmTruth | None:
    """The truth of a film that is there and tells this story in this size; None without one."""
    if not truth_file.exists() or _size(film, story.duration) != size:
        return None
    truth = FilmTruth.read(truth_file)
    told = [(one.span, one.event) for one in truth.happenings]
    return truth if told == [(clip.span, clip.event) for clip in story.clips] else None


def _size(film: Path, seconds: float) -> tuple[int, int] | None:
    """Width and height of a film that is whole; None without one."""
    if film.suffix == ".tar":
        return stills_size(film, seconds)
    video = probe_film(film).video if is_whole(film, seconds) else None
    return (video.width, video.height) if video is not None else None


def write_characters(folder: Path) -> None:
    """`characters.json` and a portrait of each character beside it."""
    made_folder(folder / "portraits")
    bank: list[dict[str, Any]] = []
    for one in CHARACTERS:
        file = folder / "portraits" / f"{one.name}.png"
        with atomic(file) as temporary:
            Pillow.fromarray(portrait(one.name)).save(temporary, format="PNG")
        bank.append({"name": one.name, "pronoun": one.pronoun, "looks": one.looks,
                     "portrait": f"portraits/{one.name}.png"})  # fmt: skip
    atomic_text(folder / "characters.json", json.dumps(bank, indent=1) + "\n")


def described(story: Story, spoken: Sequence[Utterance]) -> list[tuple[Span, str]]:
    """A person's description of a film: what is new in each clip, in the pauses.

    Args:
        story: of the film.
        spoken: its dialogue as it is heard.
    """
    first: dict[str, float] = {}
    for line in spoken:
        for name in line.mentions:
            first.setdefault(name, line.span.end)
    events = [clip.event for clip in story.clips if clip.event]
    known = known_names([clip for clip in story.clips if clip.event], first)
    narrator = Narrator(np.random.default_rng([story.seed, 43]))
    out: list[tuple[Span, str]] = []
    free = 0.2
    at = told = 0  # the number of the next event, and of the first that is not told yet
    for clip in story.clips:
        before = (deepcopy(narrator), told)
        text = "" if clip.event else _card_text(clip)
        if clip.event:
            if told <= at:
                narrator.names.update(name for name, since in known.items() if since <= at)
                text, count = narrator.tell_next(events[at : at + 2])
                told = at + count
            at += 1
            if clip.written:
                text = f"{text} A sign reads: {clip.written.capitalize()}.".strip()
        if not text:
            continue
        length = len(text.split()) / _WORDS_A_SECOND + 0.3
        start = _slot(clip.span, length, spoken, free, story.duration)
        if start is None:
            # Nobody hears it, so what comes next must not take it as told.
            narrator, told = before
            continue
        out.append((Span(round(start, 3), round(start + length, 3)), text))
        free = start + length + 0.3
    return out


def _card_text(clip: Clip) -> str:
    return f"{clip.written}." if clip.scene else f"Title: {clip.written}."


def _slot(
    span: Span, length: float, spoken: Sequence[Utterance], free: float, duration: float
) -> float | None:
    """The earliest start at which something can be said of a clip and nobody else speaks."""
    latest = min(span.end + _LATE, duration) - length
    start = max(free, span.start - _EARLY if span.start > _EARLY else span.start)
    while start <= latest:
        clash = [
            line.span.end
            for line in spoken
            if line.span.start - 0.15 < start + length and start < line.span.end + 0.15
        ]
        if not clash:
            return start
        start = max(clash) + 0.16
    return None


def vtt(cues: Sequence[tuple[Span, str]]) -> str:
    """Cues as WebVTT."""
    blocks = ["WEBVTT"]
    for span, text in cues:
        safe = text.replace("&", "&amp;").replace("<", "&lt;")
        blocks.append(f"{_clock(span.start)} --> {_clock(span.end)}\n{safe}")
    return "\n\n".join(blocks) + "\n"


def _clock(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _table(truths: Sequence[FilmTruth]) -> str:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(_COLUMNS)
    for truth in truths:
        for span, text in truth.described:
            start, end = (_clock(t).replace(":", ".") for t in (span.start, span.end))
            table.writerow(
                (truth.name, text, f"{truth.duration:.1f}", f"{span.start:.3f}",
                 f"{span.end:.3f}", "", f"{truth.name}_{start}-{end}", start, end)
            )  # fmt: skip
    return out.getvalue()


def _pictures(story: Story, width: int, height: int, rate: int) -> Iterator[Image]:
    shown = 0
    for index, clip in enumerate(story.clips):
        after = story.joins[index + 1] if index + 1 < len(story.joins) else "fade"
        stage = (
            Stage(clip.event, clip.shooting, width, height, clip.span.duration, sign=clip.written)
            if clip.event and clip.shooting
            else None
        )
        until = round(clip.span.end * rate)
        while shown < until:
            time = shown / rate - clip.span.start
            if stage is None:
                picture = title_card(clip.written, width, height, story.seed)
            else:
                picture = stage.frame(max(0.0, time))
            light = 1.0
            if story.joins[index] == "fade":
                light = min(light, 0.05 + time / _FADE)
            if after == "fade":
                light = min(light, 0.02 + (clip.span.duration - time) / _FADE)
            yield picture if light >= 1 else faded(picture, max(0.0, light))
            shown += 1
