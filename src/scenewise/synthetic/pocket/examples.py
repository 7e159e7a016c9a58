"""Single frames of the drawn world with what they show, to train and to test on.

They come in families: frames that share person, setting and thing and differ in what is
done, or share all but the person, and so on. Only such neighbours teach a model to look at
what differs; among random events a model is right without knowing the verb.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Final, Literal

import cv2
import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Image
from scenewise.core.progress import Progress, Silent
from scenewise.synthetic.pocket.networks import SIDE
from scenewise.synthetic.pocket.strange import strange_picture
from scenewise.synthetic.staging import Seen, Shooting, Stage
from scenewise.synthetic.world import (
    ACTION,
    ACTIONS,
    CHARACTERS,
    HOURS,
    PROPS,
    SETTING,
    SETTINGS,
    WEATHERS,
    Event,
)

FAMILY: Final = 8
"""Frames in a family."""

_SIZES: Final = ((160, 120), (160, 120), (128, 128), (192, 108), (228, 128), (120, 160), (320, 240))
"""Widths and heights that frames are drawn at, before they are squeezed into a square."""

_HELD_OUT: Final = 8
"""One in so many combinations of who does what where is never trained on."""

Differs = Literal["action", "person", "object", "setting", "everything"]
_KINDS: Final[tuple[Differs, ...]] = ("action", "person", "object", "setting", "everything")
_SHARES: Final = (0.40, 0.18, 0.22, 0.08, 0.12)


def held_out(event: Event) -> bool:
    """Whether a combination of person, action and setting is kept for testing."""
    return zlib.crc32("|".join(event.combination).encode()) % _HELD_OUT == 0


@dataclass(frozen=True)
class Examples:
    """Frames and their truth.

    Args:
        images: uint8 [n, 96, 96, 3].
        events: what each shows; None for pictures that are not of this world.
        families: number of the family of each frame, [n].
        places: where the joints of who acts (11), those of the other (11) and the thing (1)
            are, in shares of width and height, [n, 23, 2]; NaN where there is none.
    """

    images: npt.NDArray[np.uint8]
    events: tuple[Event | None, ...]
    families: npt.NDArray[np.int64]
    places: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.events)


def draw_examples(
    families: int,
    *,
    seed: int,
    testing: bool = False,
    strange: float = 0.12,
    workers: int = 2,
    progress: Progress | None = None,
) -> Examples:
    """Draw families of frames.

    Args:
        families: how many, of eight frames each.
        seed: everything follows from it, whatever the number of workers.
        testing: whether the combinations are the held-out ones, or the others.
        strange: share of families whose pictures are not of this world.
        workers: processes that draw.
        progress: told of every family.
    """
    jobs = [(seed, number, testing, strange) for number in range(families)]
    images: list[npt.NDArray[np.uint8]] = []
    events: list[Event | None] = []
    places: list[npt.NDArray[np.float32]] = []
    with (progress or Silent()).step("Drawing examples", families) as step:
        for drawn, truth, where in _drawn(jobs, workers):
            images.append(drawn)
            events.extend(truth)
            places.append(where)
            step.advance()
    numbers = np.repeat(np.arange(families), FAMILY)
    return Examples(np.concatenate(images), tuple(events), numbers, np.concatenate(places))


Drawn = tuple[npt.NDArray[np.uint8], list[Event | None], npt.NDArray[np.float32]]
_Job = tuple[int, int, bool, float]


def _drawn(jobs: Sequence[_Job], workers: int) -> Iterator[Drawn]:
    if workers < 2 or len(jobs) < 16:
        yield from map(_family, jobs)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(_family, jobs, chunksize=8)


def _family(job: _Job) -> Drawn:
    seed, number, testing, strange = job
    rng = np.random.default_rng([seed, number, int(testing)])
    if rng.random() < strange:
        pictures = [strange_picture(rng, SIDE) for _ in range(FAMILY)]
        nowhere = np.full((FAMILY, 23, 2), np.nan, np.float32)
        return np.stack(pictures), [None] * FAMILY, nowhere
    kind = _KINDS[int(rng.choice(len(_KINDS), p=_SHARES))]
    place = int(rng.integers(2**31))
    size = _SIZES[int(rng.integers(len(_SIZES)))]
    events = [
        replace(event, direction="left" if rng.random() < 0.5 else "right")
        for event in _relatives(rng, kind, lambda event: held_out(event) == testing)
    ]
    pictures = []
    places = []
    for index, event in enumerate(events):
        own = place if kind != "everything" else place + index
        stage = Stage(event, Shooting.drawn(rng, own), *size, seconds=4.0)
        low, high = stage.telling
        time = float(rng.uniform(low, high))
        picture = stage.frame(time)
        places.append(_places(stage.seen(time), size))
        small = np.asarray(cv2.resize(picture, (SIDE, SIDE), interpolation=_AREA), np.uint8)
        pictures.append(_degraded(rng, small))
    return np.stack(pictures), list(events), np.stack(places)


def _places(seen: Seen, size: tuple[int, int]) -> npt.NDArray[np.float32]:
    """All places in shares of width and height, [23, 2]."""
    nowhere = np.full((11, 2), np.nan)
    other = nowhere if seen.other is None else seen.other
    thing = nowhere[:1] if seen.thing is None else np.array([seen.thing[:2]])
    return (np.concatenate([seen.person, other, thing]) / size).astype(np.float32)


_AREA: Final = cv2.INTER_AREA


def _degraded(rng: np.random.Generator, picture: Image) -> Image:
    """Some frames as a lossy codec would leave them, or a little blurred."""
    chance = rng.random()
    if chance < 0.3:
        quality = int(rng.integers(35, 90))
        _, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    if chance < 0.4:
        return np.asarray(cv2.GaussianBlur(picture, (3, 3), 0.6), np.uint8)
    return picture


def random_event(rng: np.random.Generator) -> Event:
    """Any event, all actions alike often."""
    action = ACTIONS[int(rng.integers(len(ACTIONS)))]
    first, second = (int(k) for k in rng.choice(len(CHARACTERS), 2, replace=False))
    setting = SETTINGS[int(rng.integers(len(SETTINGS)))]
    hour = HOURS[int(rng.choice(len(HOURS), p=(0.6, 0.2, 0.2)))]
    weather = WEATHERS[int(rng.choice(len(WEATHERS), p=(0.58, 0.16, 0.14, 0.12)))]
    return Event(
        person=CHARACTERS[first].name,
        action=action.name,
        setting=setting.name,
        object=PROPS[int(rng.integers(len(PROPS)))].name if "thing" in action.takes else "",
        other=CHARACTERS[second].name if "person" in action.takes else "",
        hour=hour,
        weather=weather if SETTING[setting.name].outdoors else "clear",
    )


def _relatives(
    rng: np.random.Generator, kind: Differs, allowed: Callable[[Event], bool]
) -> list[Event]:
    """Events that differ in one thing; a few may be the same where the world has no more."""
    while True:
        first = random_event(rng)
        if kind == "object" and not first.object:
            continue
        found = [event for event in _variants(rng, first, kind) if allowed(event)]
        found = list(dict.fromkeys(found))
        if len(found) >= (3 if kind != "everything" else 1):
            break
    if kind == "everything":
        while len(found) < FAMILY:
            event = random_event(rng)
            if allowed(event):
                found.append(event)
    order = [int(k) for k in rng.permutation(len(found))][:FAMILY]
    chosen = [found[k] for k in order]
    while len(chosen) < FAMILY:
        chosen.append(chosen[int(rng.integers(len(chosen)))])
    return chosen


def _variants(rng: np.random.Generator, first: Event, kind: Differs) -> list[Event]:
    if kind == "action":
        return [_doing(rng, first, action.name) for action in ACTIONS]
    if kind == "person":
        return [replace(first, person=one.name) for one in CHARACTERS if one.name != first.other]
    if kind == "object":
        return [replace(first, object=one.name) for one in PROPS]
    if kind == "setting":
        return [_at(first, one.name) for one in SETTINGS]
    return [first]


def _doing(rng: np.random.Generator, event: Event, action: str) -> Event:
    """The same person at the same place doing something else, with the same thing and the
    same other where the verb takes them."""
    takes = ACTION[action].takes
    others = [one.name for one in CHARACTERS if one.name != event.person]
    other = event.other or others[int(rng.integers(len(others)))]
    thing = event.object or PROPS[int(rng.integers(len(PROPS)))].name
    return replace(
        event,
        action=action,
        object=thing if "thing" in takes else "",
        other=other if "person" in takes else "",
    )


def _at(event: Event, setting: str) -> Event:
    weather = event.weather if SETTING[setting].outdoors else "clear"
    return replace(event, setting=setting, weather=weather)
