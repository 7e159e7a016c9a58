"""Home videos of the drawn world in the form of the Charades data set.

Charades (Sigurdsson et al., ECCV 2016) has videos of people who act out a script in a room of
their home, with descriptions and the times of their actions. This set has its tables, folders
and names of scenes, so that whatever reads the one reads the other; the truth is known exactly.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, Literal

import numpy as np

from scenewise.core.media_types import Audio, Image
from scenewise.core.progress import Progress, Silent
from scenewise.core.time import Span
from scenewise.media.atomic import atomic_text, made_folder, remove_left
from scenewise.media.encoding import write_film
from scenewise.synthetic.effects import effects_for, render
from scenewise.synthetic.grammar import narration, sentences
from scenewise.synthetic.grammar_words import participle
from scenewise.synthetic.pocket.examples import held_out
from scenewise.synthetic.set_files import is_whole, write_json, write_table
from scenewise.synthetic.settings import CHARADES_ROOMS
from scenewise.synthetic.staging import Shooting, Stage
from scenewise.synthetic.workers import in_turn
from scenewise.synthetic.world import ACTIONS, CHARACTERS, HOURS, PROPS, SETTING, Event

RATE: Final = 30
"""Pictures a second."""

COLUMNS: Final = ("id", "subject", "scene", "quality", "relevance", "verified", "script",
                  "objects", "descriptions", "actions", "length")  # fmt: skip
"""Of the official tables."""

SCENES: Final[dict[str, str]] = {
    {
        "Basement": "Basement (A room below the ground floor)",
        "Closet / Walk-in closet": "Closet / Walk-in closet / Spear closet",
        "Entryway": "Entryway (A hall that is generally located at the entrance of a house)",
        "Home Office / Study": "Home Office / Study (A room in a house used for work)",
    }.get(name, name): room
    for name, room in CHARADES_ROOMS.items()
}
"""The 16 scenes as the official tables spell them, and the names they are drawn by."""

CODES: Final[dict[str, str]] = {one.name: f"c{at:03d}" for at, one in enumerate(ACTIONS)}
"""The code of each action."""

_ELSEWHERE: Final = ("library", "street", "park", "market", "station", "forest")
"""What the scene "Other" is: places that are no room of a home."""

_STAND_IN: Final = "garage"
"""The grammar and the sounds know the places of films only. Sentences are made for this room,
which is silent and whose word occurs in nothing else, and the word is exchanged."""

_MISSING: Final = -100  # what the official tables have where nobody judged
_STEP: Final = 0.1  # seconds: three pictures, so that spans are exact in tables and pictures
_SHORTEST: Final = 2.2
_SOUND_RATE: Final = 16_000
_LEVEL: Final = 0.03
_HUM: Final = 0.002
_FURNITURE: Final = {"sit": "stool", "climb": "ladder"}


@dataclass(frozen=True)
class Deed:
    """One action of a video.

    Args:
        span: when it is seen, in seconds.
        event: what happens.
        shooting: how it is filmed.
    """

    span: Span
    event: Event
    shooting: Shooting


@dataclass(frozen=True)
class HomeVideo:
    """A video that is not drawn yet.

    Args:
        id: five capitals and digits.
        split: which table it is in.
        subject: code of whoever acts.
        scene: one of `SCENES`.
        deeds: one after the other, without gaps.
        quality, relevance: marks out of seven, −100 where nobody judged.
        verified: whether it was found to fit its script.
        script: what was to be acted.
        objects: things that are seen; may be untold.
        descriptions: one to three texts.
        actions: whether the table tells them.
        seed: of its sound.
    """

    id: str
    split: Literal["train", "test"]
    subject: str
    scene: str
    deeds: tuple[Deed, ...]
    quality: int
    relevance: int
    verified: bool
    script: str
    objects: tuple[str, ...]
    descriptions: tuple[str, ...]
    actions: tuple[str, ...]
    seed: int

    @property
    def seconds(self) -> float:
        """Length."""
        return self.deeds[-1].span.end


def plan_charades_set(count: int, *, seed: int, side: int = 128) -> tuple[HomeVideo, ...]:
    """What the videos of a set show, those to train on first: two thirds of them.

    Every scene occurs from 16 videos on, and in both tables from 48 on. Who does what where in
    a video to test on is a combination that nobody trains on, pocket models included.

    Args:
        count: how many videos.
        seed: everything follows from it.
        side: of the pictures; videos of another size have other ids.
    """
    testing = round(count / 3)
    rng = np.random.default_rng([seed, count, side, 71])
    scenes = [list(SCENES)[int(k)] for k in rng.permutation(len(SCENES))]
    ids = _names(rng, count, 5)
    subjects = _names(rng, len(CHARACTERS), 4)
    return tuple(
        _planned(
            np.random.default_rng([seed, count, side, 72, at]),
            ids[at],
            "test" if at >= count - testing else "train",
            scenes[at % len(scenes)],
            subjects,
        )
        for at in range(count)
    )


def make_charades_set(
    folder: Path,
    count: int,
    *,
    seed: int,
    side: int = 128,
    workers: int = 1,
    progress: Progress | None = None,
) -> Path:
    """Draw a set of home videos and write its tables.

    `Charades_v1_train.csv`, `Charades_v1_test.csv` and `Charades_v1_classes.txt` are in the
    official form, the videos lie in `Charades_v1_480`, and `truth.json` tells every action
    exactly. The tables come last, so that a folder which has them is whole; videos that are
    there and whole are not drawn again.

    Args:
        folder: where the set goes; made where it is missing.
        count: how many videos, at least one.
        seed: everything follows from it.
        side: width and height of the pictures, pixels, even, from 64 on.
        workers: processes that draw, each a video at a time; the videos are the same.
        progress: told of every video.

    Returns:
        The folder.

    Raises:
        OutputUnwritable: the folder cannot be written to.
        ValueError: there is no such count or size.
    """
    if count < 1 or side < 64 or side % 2:
        raise ValueError(f"no set of {count} videos of {side} pixels can be drawn")
    folder = made_folder(Path(folder))
    videos = plan_charades_set(count, seed=seed, side=side)
    place = made_folder(folder / "Charades_v1_480")
    draw = partial(_video, place, side=side)
    remove_left(place)
    try:
        with (
            (progress or Silent()).step("Drawing home videos", count) as step,
            closing(in_turn(draw, videos, workers)) as drawn,
        ):
            for _ in drawn:
                step.advance()
    finally:
        remove_left(place)  # of processes that were ended
    atomic_text(folder / "Charades_v1_classes.txt", classes())
    write_json(folder / "truth.json", {one.id: _truth(one) for one in videos})
    for split in ("train", "test"):
        rows = [_row(one) for one in videos if one.split == split]
        write_table(folder / f"Charades_v1_{split}.csv", COLUMNS, rows)
    return folder


def _video(place: Path, video: HomeVideo, *, side: int) -> None:
    """One video of a set, drawn where it is not there and whole."""
    path = place / f"{video.id}.mp4"
    if not is_whole(path, video.seconds):
        write_film(path, _pictures(video, side), rate=RATE, sound=_sound(video))


def classes() -> str:
    """The list of action codes, one a line: "c011 Throwing something\"."""
    lines = []
    for action in ACTIONS:
        told = participle(action.phrases[0]).format(object="something", other="somebody")
        lines.append(f"{CODES[action.name]} {told[0].upper()}{told[1:]}\n")
    return "".join(lines)


def _names(rng: np.random.Generator, count: int, letters: int) -> list[str]:
    """Different codes of capitals and digits, none of which reads as a number such as 1E234."""
    alphabet = string.ascii_uppercase + string.digits
    names: dict[str, None] = {}
    while len(names) < count:
        name = "".join(alphabet[int(k)] for k in rng.integers(len(alphabet), size=letters))
        if sum(one.isalpha() for one in name) >= 2:
            names[name] = None
    return list(names)


def _planned(
    rng: np.random.Generator,
    name: str,
    split: Literal["train", "test"],
    scene: str,
    subjects: Sequence[str],
) -> HomeVideo:
    events = _events(rng, SCENES[scene], testing=split == "test")
    deeds = _filmed(rng, events)
    things = sorted(
        {event.object for event in events if event.object}
        | {_FURNITURE[event.action] for event in events if event.action in _FURNITURE}
    )
    judged = rng.random() > 0.04
    codes = [
        f"{CODES[deed.event.action]} {deed.span.start:.2f} {deed.span.end:.2f}" for deed in deeds
    ]
    first, last = (_about(SCENES[scene], one) for one in (events[0], events[-1]))
    script = " ".join(sentences(one, rng, 1, named=False)[0] for one in (first, last))
    return HomeVideo(
        id=name,
        split=split,
        subject=subjects[[one.name for one in CHARACTERS].index(events[0].person)],
        scene=scene,
        deeds=deeds,
        quality=int(rng.integers(4, 8)) if judged else _MISSING,
        relevance=int(rng.integers(4, 8)) if judged else _MISSING,
        verified=bool(rng.random() < 0.92),
        script=_in_room(SCENES[scene], script),
        objects=() if rng.random() < 0.04 else tuple(things),
        descriptions=tuple(
            _description(rng, SCENES[scene], events) for _ in range(int(rng.integers(1, 4)))
        ),
        actions=() if rng.random() < 0.05 else tuple(codes[int(k)] for k in
                                                     rng.permutation(len(codes))),
        seed=int(rng.integers(2**31)),
    )  # fmt: skip


def _events(rng: np.random.Generator, room: str, *, testing: bool) -> list[Event]:
    """Two to four actions of one person at one place, all to train on or all held out."""
    places = _shuffled(rng, _ELSEWHERE) if room == "other" else [room]
    people = _shuffled(rng, [one.name for one in CHARACTERS])
    things = _shuffled(rng, [one.name for one in PROPS])[:2]
    hour = HOURS[int(rng.choice(len(HOURS), p=(0.62, 0.22, 0.16)))]
    facing: Literal["left", "right"] = "left" if rng.random() < 0.5 else "right"
    count = int(rng.integers(2, 5))
    for place in places:
        for person in people:
            other = next(one for one in people if one != person)
            able = [
                Event(
                    person,
                    action.name,
                    place,
                    object=things[int(rng.random() < 0.25)] if "thing" in action.takes else "",
                    other=other if "person" in action.takes else "",
                    direction=facing,
                    hour=hour,
                )
                for action in ACTIONS
            ]
            able = [event for event in able if held_out(event) == testing]
            if len(able) < 2:
                continue
            chosen: list[Event] = []
            while len(chosen) < count:
                fresh = [event for event in able if event not in chosen]
                again = [event for event in able if event != chosen[-1]] if chosen else able
                chosen.append(_one_of(rng, fresh or again))
            return chosen
    raise ValueError(f"nobody does two things that may be shown in the {room}")


def _filmed(rng: np.random.Generator, events: Sequence[Event]) -> tuple[Deed, ...]:
    """The actions with times and a camera that stands still, as it does on a shelf at home."""
    seconds = float(rng.uniform(8, 15))
    shares = rng.uniform(0.6, 1.4, len(events))
    lengths = _SHORTEST + shares / shares.sum() * (seconds - _SHORTEST * len(events))
    ends = [round(round(float(end) / _STEP) * _STEP, 1) for end in np.cumsum(lengths)]
    same = Shooting.drawn(rng, int(rng.integers(2**31)))
    deeds = []
    for start, end, event in zip([0.0, *ends], ends, events, strict=False):
        shooting = replace(
            Shooting.drawn(rng, same.place),
            height=same.height,
            camera="still",
            brightness=same.brightness,
        )
        deeds.append(Deed(Span(start, end), event, shooting))
    return tuple(deeds)


def _about(room: str, event: Event) -> Event:
    """The event at a place that grammar and sounds know."""
    return event if room == "other" else replace(event, setting=_STAND_IN)


def _in_room(room: str, text: str) -> str:
    """A text about the stand-in as a text about the room."""
    if room == "other":
        return text
    if room == "stairs":
        for words in ("in the", "in a", "inside the"):
            for form in (words, words[0].upper() + words[1:]):
                on = "on" if form[0].islower() else "On"
                text = text.replace(f"{form} {_STAND_IN}", f"{on} the {_STAND_IN}")
    if room[0] in "aeiou":
        text = text.replace(f" a {_STAND_IN}", f" an {_STAND_IN}")
    return text.replace(_STAND_IN, room)


def _description(rng: np.random.Generator, room: str, events: Sequence[Event]) -> str:
    """What somebody who watched it says, in one to three sentences; nobody is called by name."""
    while True:
        count = min(len(events), int(rng.integers(1, 4)))
        first = int(rng.integers(len(events) - count + 1))
        told = narration([_about(room, one) for one in events[first : first + count]], rng)
        text = " ".join(part for part in told if part)
        if 1 <= text.count(".") <= 3:
            return _in_room(room, text)


def _shuffled(rng: np.random.Generator, names: Sequence[str]) -> list[str]:
    return [names[int(k)] for k in rng.permutation(len(names))]


def _one_of(rng: np.random.Generator, events: Sequence[Event]) -> Event:
    return events[int(rng.integers(len(events)))]


def _pictures(video: HomeVideo, side: int) -> Iterator[Image]:
    for deed in video.deeds:
        stage = Stage(deed.event, deed.shooting, side, side, deed.span.duration)
        for index in range(round(deed.span.duration * RATE)):
            yield stage.frame(index / RATE)


def _sound(video: HomeVideo) -> Audio:
    """What a microphone in the room hears: a hum, steps, thuds, a clock."""
    rng = np.random.default_rng(video.seed)
    out = np.float32(_HUM) * rng.standard_normal(
        round(video.seconds * _SOUND_RATE), dtype=np.float32
    )
    room = SCENES[video.scene]
    for deed in video.deeds:
        for effect in effects_for(_about(room, deed.event), deed.span):
            first = round(effect.span.start * _SOUND_RATE)
            last = min(out.size, round(effect.span.end * _SOUND_RATE))
            heard = render(effect, last - first, _SOUND_RATE, rng).sum(axis=0)
            out[first:last] += np.float32(_LEVEL) * heard
    return Audio(np.clip(out, -1, 1)[None], _SOUND_RATE)


def _row(video: HomeVideo) -> dict[str, object]:
    return {
        "id": video.id,
        "subject": video.subject,
        "scene": video.scene,
        "quality": video.quality,
        "relevance": video.relevance,
        "verified": "Yes" if video.verified else "No",
        "script": video.script,
        "objects": ";".join(video.objects),
        "descriptions": ";".join(video.descriptions),
        "actions": ";".join(video.actions),
        "length": f"{video.seconds:.2f}",
    }


def _truth(video: HomeVideo) -> dict[str, object]:
    outdoors = {name for name, setting in SETTING.items() if setting.outdoors}
    return {
        "split": video.split,
        "scene": video.scene,
        "outdoors": video.deeds[0].event.setting in outdoors,
        "seconds": video.seconds,
        "actions": [
            {"start": deed.span.start, "end": deed.span.end, "code": CODES[deed.event.action],
             **asdict(deed.event)}
            for deed in video.deeds
        ],
    }  # fmt: skip
