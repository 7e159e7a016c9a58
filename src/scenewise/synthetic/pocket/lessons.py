"""What the pocket models are shown: pictures as a batch wants them, and what may be said of
each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scenewise.synthetic.grammar import alternatives, canonical, caption, sentences, slots_in
from scenewise.synthetic.pocket.examples import FAMILY, Examples, random_event
from scenewise.synthetic.pocket.looking import (
    GRID,
    Alteration,
    limbs_where,
    what_is_where,
    who_is_where,
)
from scenewise.synthetic.world import (
    ACTIONS,
    CHARACTERS,
    HOURS,
    PROPS,
    SETTING,
    SETTINGS,
    WEATHERS,
    Event,
    Slot,
)

Ids = npt.NDArray[np.int64]

_PEOPLE = [one.name for one in CHARACTERS]
SLOTS: Final[dict[Slot, list[str]]] = {
    "person": _PEOPLE,
    "action": [one.name for one in ACTIONS],
    "object": [one.name for one in PROPS],
    "setting": [one.name for one in SETTINGS],
    "other": _PEOPLE,
}
"""What may fill each slot; one more number than these stands for nothing."""

_NUMBER: Final = {
    slot: {name: number for number, name in enumerate(names)} for slot, names in SLOTS.items()
}

LABELS: Final[dict[str, int]] = {
    **{slot: len(names) + 1 for slot, names in SLOTS.items()},
    "hour": len(HOURS) + 1,
    "weather": len(WEATHERS) + 1,
    "direction": 3,
    "world": 2,
}
"""How many classes there are of everything that is known of a picture."""

STRANGE: Final = (
    "something else", "a picture of another world", "a photograph", "a real film",
    "a film with real people", "nobody is here", "an empty place", "a pattern", "a texture",
    "a landscape", "a face", "a photograph of a real place", "a photograph of a real person",
    "letters", "a title card with large letters", "white letters on a black background",
    "a page of printed text", "an empty room with nobody in it", "an empty street",
    "a completely black picture", "a picture with nothing in it", "a blurred picture",
    "a screen with names of actors", "a company logo", "a plain white wall",
    "one picture fading into another", "abstract shapes", "a picture that shows no event",
)  # fmt: skip
"""What is said of pictures that are not of the drawn world."""

_ANY: Final = -1


def slot_numbers(event: Event | None) -> list[int]:
    """The numbers of an event's five slots; the last number of a slot is for nothing."""
    values = (
        ("", "", "", "", "")
        if event is None
        else (event.person, event.action, event.object, event.setting, event.other)
    )
    return [
        _NUMBER[slot].get(value, len(SLOTS[slot]))
        for slot, value in zip(SLOTS, values, strict=True)
    ]


def label_numbers(event: Event | None) -> list[int]:
    """The class of each of `LABELS`."""
    if event is None:
        return [*slot_numbers(None), len(HOURS), len(WEATHERS), 2, 0]
    outdoors = event.setting in SETTING and SETTING[event.setting].outdoors
    return [
        *slot_numbers(event),
        HOURS.index(event.hour),
        WEATHERS.index(event.weather) if outdoors else len(WEATHERS),
        0 if event.direction == "left" else 1,
        1,
    ]


def named_slots(sentence: str) -> list[int]:
    """The slots that a sentence tells, −1 where it leaves one open."""
    found = slots_in(sentence)
    return [
        _NUMBER[slot][next(iter(found[slot]))] if len(found[slot]) == 1 else _ANY for slot in SLOTS
    ]


def is_true(told: Sequence[int], facts: Sequence[int]) -> bool:
    """Whether what a sentence tells (`named_slots`) fits an event (`slot_numbers`)."""
    return all(said in (_ANY, fact) for said, fact in zip(told, facts, strict=True))


@dataclass(frozen=True)
class Sight:
    """Pictures and all that is known of them.

    Args:
        pixels: normalised, [b, 3, s, s].
        labels: classes of each picture, [b, len(LABELS)].
        who, what: person and thing in each patch, [b, p].
        limbs: bone in each cell of each patch, [b, p, c]; 10 for none.
        kept: patches that are looked at, [b, k]; None for all.
    """

    pixels: Any
    labels: Any
    who: Any
    what: Any
    limbs: Any
    kept: Any = None


@dataclass(frozen=True)
class Lesson:
    """One batch for CLIP.

    Args:
        sight: b pictures.
        tokens, mask: sentences, the b true ones first and then `wrong` false ones of each
            picture, [b + b·wrong, t].
        compatible: whether a true sentence of one picture is true of another, [b, b].
    """

    sight: Sight
    tokens: Any
    mask: Any
    compatible: Any


class Lessons:
    """Batches that follow from a seed and a step.

    Args:
        examples: what was drawn.
        tokenizer: of the model that is taught.
        families: of one batch.
        wrong: false sentences for each picture.
        seed: of the order, of the words and of how pictures are altered.
        in_part: whether half of the patches of each picture are left out (Li et al. 2023,
            Scaling language-image pre-training via masking), hardly ever those with people and
            things. A step takes half the time; but as where they are is told by what is left
            out, whole pictures must follow.
    """

    def __init__(
        self,
        examples: Examples,
        tokenizer: Any,
        *,
        families: int,
        wrong: int,
        seed: int,
        in_part: bool = False,
    ) -> None:
        self._examples = examples
        self._tokenizer = tokenizer
        self._families = families
        self._wrong = wrong
        self._seed = seed
        self._in_part = in_part
        self._count = len(examples) // FAMILY

    def sight(self, step: int) -> Sight:
        """A batch of whole families without a word."""
        rng, rows = self._rows(step)
        return self._looked_at(rng, _sight(*self._pictures(rng, rows)))

    def clip(self, step: int) -> Lesson:
        """A batch of whole families with a true sentence and false ones for each picture."""
        import torch

        rng, rows = self._rows(step)
        pixels, places, events = self._pictures(rng, rows)
        true: list[str] = []
        false: list[str] = []
        for event in events:
            if event is None:
                true.append(STRANGE[int(rng.integers(len(STRANGE)))])
                false += [sentences(random_event(rng), rng, 1)[0] for _ in range(self._wrong)]
                continue
            sentence, others = self._told(rng, event)
            true.append(sentence)
            false += others
        told = np.array([[_ANY] * 5 if e is None else named_slots(t)
                         for e, t in zip(events, true, strict=True)])  # fmt: skip
        facts = np.array([slot_numbers(event) for event in events])
        world = np.array([event is not None for event in events])
        fits = ((told[None] == _ANY) | (told[None] == facts[:, None])).all(axis=2)
        fits &= world[None] == world[:, None]
        words = self._words([*true, *false])
        return Lesson(
            self._looked_at(rng, _sight(pixels, places, events)),
            words["input_ids"],
            words["attention_mask"],
            torch.from_numpy(fits),
        )

    def captions(self, step: int) -> dict[str, Any]:
        """A batch for a captioner: pictures of the world and a caption each."""
        import torch

        rng, rows = self._rows(step)
        pixels, _, events = self._pictures(rng, rows)
        here = [k for k, event in enumerate(events) if event is not None]
        texts = [with_capitals(caption(event, rng)) for event in events if event is not None]
        words = self._words([f"{text}" for text in texts])
        ids = words["input_ids"]
        begin = torch.full((len(ids), 1), self._tokenizer.bos_token_id)
        end = torch.full((len(ids), 1), self._tokenizer.pad_token_id)
        ids = torch.cat([begin, ids, end], dim=1)  # [b, t]
        lengths = words["attention_mask"].sum(1) + 1
        ids[torch.arange(len(ids)), lengths] = self._tokenizer.sep_token_id
        places = torch.arange(ids.shape[1])[None]
        mask = (places <= lengths[:, None]).long()
        return {
            "pixel_values": pixels[here],
            "input_ids": ids,
            "attention_mask": mask,
            "labels": ids.masked_fill(mask == 0, -100),
        }

    def _looked_at(self, rng: np.random.Generator, sight: Sight) -> Sight:
        if not self._in_part:
            return sight
        return replace(sight, kept=kept_patches(rng, sight))

    def _rows(self, step: int) -> tuple[np.random.Generator, Ids]:
        """The frames of a step: every family once before any comes again."""
        rng = np.random.default_rng([self._seed, step])
        rounds, place = divmod(step * self._families, self._count)
        order = [
            np.random.default_rng([self._seed, 7, turn]).permutation(self._count)
            for turn in (rounds, rounds + 1)
        ]
        chosen = np.concatenate(order)[place : place + self._families]
        return rng, (chosen[:, None] * FAMILY + np.arange(FAMILY)).ravel()

    def _pictures(
        self, rng: np.random.Generator, rows: Ids
    ) -> tuple[Any, npt.NDArray[np.float32], list[Event | None]]:
        """Altered pictures, where all is in them, and what they show."""
        change = Alteration.drawn(rng, self._examples.places[rows])
        events = [
            mirrored(event) if turned and event is not None else event
            for event, turned in zip(
                (self._examples.events[int(row)] for row in rows), change.turned, strict=True
            )
        ]
        return (
            change.pictures(self._examples.images[rows]),
            change.places(self._examples.places[rows]),
            events,
        )

    def _told(self, rng: np.random.Generator, event: Event) -> tuple[str, list[str]]:
        """A true sentence, and false ones that say it in the same manner."""
        open_slots: list[Slot] = ["person", "action", "action", "object", "setting", "other"]
        wrong: list[Event] = []
        while len(wrong) < self._wrong:
            slot = open_slots[int(rng.integers(len(open_slots)))]
            choices = alternatives(event, slot)
            if choices:
                wrong.append(choices[int(rng.integers(len(choices)))])
        if rng.random() < 0.4:
            return canonical(event), [canonical(one) for one in wrong]
        manner = int(rng.integers(2**31))
        told = [sentences(one, np.random.default_rng(manner), 1)[0] for one in (event, *wrong)]
        # Where the manner leaves out what is wrong, the sentence is true: say it plainly.
        facts = slot_numbers(event)
        return told[0], [
            canonical(one) if is_true(named_slots(text), facts) else text
            for text, one in zip(told[1:], wrong, strict=True)
        ]

    def _words(self, texts: list[str]) -> Any:
        return self._tokenizer(
            texts, padding=True, truncation=True, return_tensors="pt", return_token_type_ids=False
        )


def kept_patches(rng: np.random.Generator, sight: Sight) -> Any:
    """Half of the patches of each picture, [b, k]: who and what is there, what lies around, and
    others by chance."""
    import torch
    from torch.nn import functional

    full = (sight.who < len(_PEOPLE)) | (sight.what < len(PROPS))  # [b, p]
    grid = full.float().view(-1, 1, GRID, GRID)
    around = functional.max_pool2d(grid, 3, stride=1, padding=1).flatten(1)
    chance = torch.from_numpy(rng.random(tuple(full.shape), dtype=np.float32))
    return (chance + 0.7 * around + 0.5 * full).topk(GRID * GRID // 2, dim=1).indices


def _sight(pixels: Any, places: npt.NDArray[np.float32], events: list[Event | None]) -> Sight:
    import torch

    numbers = np.array([slot_numbers(event) for event in events])
    return Sight(
        pixels,
        torch.tensor([label_numbers(event) for event in events]),
        torch.from_numpy(who_is_where(places, numbers[:, 0], numbers[:, 4], len(_PEOPLE))),
        torch.from_numpy(what_is_where(places, numbers[:, 2], len(PROPS))),
        torch.from_numpy(limbs_where(places)),
    )


def mirrored(event: Event) -> Event:
    """The event as a mirror shows it."""
    return replace(event, direction="left" if event.direction == "right" else "right")


def with_capitals(text: str) -> str:
    """The people's names as they are written."""
    return _NAMES.sub(lambda found: found.group().capitalize(), text)


_NAMES: Final = re.compile("|".join(rf"\b{one.name}\b" for one in CHARACTERS), re.IGNORECASE)
