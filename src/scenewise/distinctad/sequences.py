"""Sequences of clips: N that follow each other in a film, so that each is told beside the others.

Fang et al. 2025, section 4.1: "a batch of 8 sequences, each containing 16 consecutive video-AD
pairs from a movie". Table 6 compares with clips that do not follow each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from scenewise.core.errors import InputError, OptionInvalid
from scenewise.distinctad.banks import Character
from scenewise.distinctad.film_features import Clips
from scenewise.distinctad.options import SequenceOptions

Numbers = npt.NDArray[np.int64]

NOBODY: Final = -1
"""Number of a clip that is not there, where a film has fewer than N."""


class SequencesInvalid(InputError):
    """Clips from which no sequence can be made, or that do not fit what is told of them."""


class SequenceBatch(NamedTuple):
    """b sequences of N clips, of which some may not be there. `training.fit` moves its tensors.

    Args:
        frames: float32 [b, N, T, d], what CLIP makes of the frames ([b, N, T, tokens, d] with all
            tokens); zero where a clip is not there.
        mask: bool [b, N], which clips are there.
        fresh: bool [b, N], which of them count: in `Sequences.in_order` every clip does once, in
            training all that are there.
        faces: float32 [b, N, m, d], what CLIP makes of the portraits of who is there.
        face_mask: bool [b, N, m], which of them there are.
        numbers: int64 [b, N], of the rows of `Clips`; -1 where a clip is not there.
        sentences: what is said of each clip; empty where it is not there.
        names: of who is in each clip, in the order of `faces`.
        past: sentences of the clips before each in its film, the nearest last.
        called: all that those in each clip may be called in a sentence.
    """

    frames: Tensor
    mask: Tensor
    fresh: Tensor
    faces: Tensor
    face_mask: Tensor
    numbers: Tensor
    sentences: list[list[str]]
    names: list[list[list[str]]]
    past: list[list[list[str]]]
    called: list[list[list[str]]]


class Sequences:
    """The sequences of a set of clips, in batches by number.

    Args:
        clips: with their vectors.
        options: how they stand together.
        characters: who is in each clip, in the order of `clips.rows`; None for nobody anywhere.
        faces: what CLIP makes of characters' portraits, [d] each; those without are named only.

    Attributes:
        per_epoch: batches in which everything is seen once; the last is filled up from the first.
        films: numbers of the rows of each film, in order of time.
        characters, faces: as given.
        notes: sentences for people about films that are short.

    Raises:
        SequencesInvalid: characters or faces do not fit the clips, or no film is left.
        OptionInvalid: the stride is longer than a sequence.
    """

    def __init__(
        self,
        clips: Clips,
        options: SequenceOptions | None = None,
        *,
        characters: Sequence[Sequence[Character]] | None = None,
        faces: Mapping[Character, npt.NDArray[np.floating]] | None = None,
    ) -> None:
        self.clips = clips
        self.options = options or SequenceOptions()
        self.characters = characters if characters is not None else [()] * len(clips.rows)
        self.faces = dict(faces or {})
        self._width = int(clips.vectors.shape[-1])
        self._check()
        films = clips.by_film()
        size = self.options.clips
        short = [film for film, numbers in films.items() if len(numbers) < size]
        if self.options.short == "leave out":
            films = {film: n for film, n in films.items() if film not in short}
        if not films:
            raise SequencesInvalid(
                f"all {len(short)} films have fewer than {size} clips",
                remedy="make shorter sequences, or have them filled up",
            )
        self.films = films
        what = "left out" if self.options.short == "leave out" else "filled up with empty clips"
        self.notes = (
            (f"{len(short)} film{'' if len(short) == 1 else 's'} with fewer than {size} clips: "
             f"{what}",) if short else ()
        )  # fmt: skip
        self._before = _neighbours(films, len(clips.rows), self.options.past)
        self._epoch = lru_cache(maxsize=2)(self._planned)
        self.per_epoch = -(-len(self._epoch(0)) // self.options.batch)

    def __call__(self, number: int) -> SequenceBatch:
        """The batch of a number, the same each time: what `training.fit` asks for."""
        epoch, place = divmod(number, self.per_epoch)
        plan = self._epoch(epoch)
        first = place * self.options.batch
        rows = plan[np.arange(first, first + self.options.batch) % len(plan)]
        return self.batch(rows)

    def in_order(
        self, films: Sequence[str] | None = None, *, stride: int = 0, batch: int = 0
    ) -> Iterator[SequenceBatch]:
        """Every clip once as `fresh`, film by film in order of time: for telling and judging.

        Sequences follow each other without a gap. The last of a film reaches back, so that its
        clips have as many neighbours as others. A clip that is in several is `fresh` where it is
        nearest to the middle, and so has neighbours on both sides.

        Args:
            films: ids; all by default.
            stride: clips from the start of one sequence to that of the next; 0, or more than a
                sequence has, for as many as it has.
            batch: sequences at a time; 0 for as many as in training.
        """
        size, together = self.options.clips, batch or self.options.batch
        rows = [
            np.where(places >= 0, self.films[film][places], NOBODY)
            for film in (self.films if films is None else films)
            for places in windows(len(self.films[film]), size, min(stride, size))
        ]
        fresh = most_central(np.array(rows, np.int64).reshape(-1, size))
        for first in range(0, len(rows), together):
            part = slice(first, first + together)
            yield self.batch(np.stack(rows[part]), fresh[part])

    def cast(self, film: str) -> tuple[str, ...]:
        """Names of all who are in a film's clips, in order of appearance."""
        return tuple(dict.fromkeys(one.short for one in self.people(film)))

    def people(self, film: str) -> tuple[Character, ...]:
        """All who are in a film's clips, in order of appearance."""
        return tuple(dict.fromkeys(one for n in self.films[film] for one in self.characters[n]))

    def batch(self, rows: Numbers, fresh: npt.NDArray[np.bool_] | None = None) -> SequenceBatch:
        """A batch of some clips.

        Args:
            rows: [b, N] numbers of rows, -1 where there is none.
            fresh: [b, N], which of them count; all that are there by default.
        """
        mask = rows >= 0
        frames = np.zeros((*rows.shape, *self.clips.vectors.shape[1:]), np.float32)
        frames[mask] = self.clips.vectors[rows[mask]]
        cast = [[tuple(self.characters[n]) if n >= 0 else () for n in numbers] for numbers in rows]
        faces, face_mask = self._portraits(cast)
        return SequenceBatch(
            torch.from_numpy(frames),
            torch.from_numpy(mask),
            torch.from_numpy(mask.copy() if fresh is None else fresh & mask),
            faces,
            face_mask,
            torch.from_numpy(np.ascontiguousarray(rows)),
            [[self.clips.rows[n].text if n >= 0 else "" for n in numbers] for numbers in rows],
            [[[one.short for one in there] for there in sequence] for sequence in cast],
            [
                [
                    [self.clips.rows[k].text for k in self._before[n]] if n >= 0 else []
                    for n in numbers
                ]
                for numbers in rows
            ],
            [
                [[form for one in there for form in one.forms] for there in sequence]
                for sequence in cast
            ],
        )

    def _planned(self, epoch: int) -> Numbers:
        """The sequences of an epoch in its order, [sequences, N]."""
        chosen = self.options
        rng = np.random.default_rng([chosen.seed, epoch])
        films = list(self.films.values())
        if chosen.context == "anywhere":
            films = [np.concatenate(films)]
        parts = []
        for numbers in films:
            if chosen.context == "consecutive":
                stride = chosen.stride or chosen.clips
                shift = int(rng.integers(stride)) if chosen.shift else 0
                places = windows(len(numbers), chosen.clips, stride, shift, spare=chosen.shift)
            else:
                places = scattered(len(numbers), chosen.clips, rng)
            parts.append(np.where(places >= 0, numbers[places], NOBODY))
        plan = np.concatenate(parts)
        return plan[rng.permutation(len(plan))]

    def _portraits(self, cast: Sequence[Sequence[Sequence[Character]]]) -> tuple[Tensor, Tensor]:
        """[b, N, m, d] and [b, N, m], where m is the most that a clip has."""
        most = max(len(there) for sequence in cast for there in sequence)
        faces = np.zeros((len(cast), len(cast[0]), most, self._width), np.float32)
        known = np.zeros(faces.shape[:3], bool)
        for b, sequence in enumerate(cast):
            for n, there in enumerate(sequence):
                for m, one in enumerate(there):
                    if one in self.faces:
                        faces[b, n, m] = self.faces[one]
                        known[b, n, m] = True
        return torch.from_numpy(faces), torch.from_numpy(known)

    def _check(self) -> None:
        if self.options.stride > self.options.clips:
            raise OptionInvalid(
                f"--sequence-stride cannot be {self.options.stride}: clips would be left out",
                remedy=f"give at most the clips of a sequence, {self.options.clips}",
            )
        if len(self.characters) != len(self.clips.rows):
            raise SequencesInvalid(
                f"characters are told of {len(self.characters)} clips, and there are "
                f"{len(self.clips.rows)}",
                remedy="tell them of each clip",
            )
        for one, vector in self.faces.items():
            if np.shape(vector) != (self._width,):
                raise SequencesInvalid(
                    f"the portrait of {one.name} has {np.size(vector)} numbers, frames have "
                    f"{self._width}",
                    remedy="make both with one model",
                )


def windows(
    count: int, size: int, stride: int = 0, shift: int = 0, *, spare: bool = False
) -> Numbers:
    """Sequences of clips that follow each other, so that every clip is in at least one.

    The first begins with the first clip and the last ends with the last one: where the numbers
    do not come out even, sequences overlap rather than leave clips out.

    Args:
        count: clips of the film, at least one.
        size: clips of a sequence.
        stride: from one to the next; 0 for `size`.
        shift: how many clips earlier all but the first begin, less than `stride`.
        spare: as many sequences for any shift as the greatest needs.

    Returns:
        [sequences, size] places from 0 on; a film of fewer clips has one sequence, which ends in
        -1.
    """
    stride = stride or size
    if count <= size:
        places = np.full((1, size), NOBODY, np.int64)
        places[0, :count] = np.arange(count)
        return places
    last = count - size
    furthest = last + (stride - 1 if spare else shift)
    starts = np.arange(-(-furthest // stride) + 1) * stride - shift
    return np.clip(starts, 0, last)[:, None] + np.arange(size)


def scattered(count: int, size: int, rng: np.random.Generator) -> Numbers:
    """Sequences of clips drawn at random, in order of time in each; every clip is in one.

    Args:
        count: clips to draw from, at least one.
        size: clips of a sequence. The last is filled up with others, none twice.
        rng: where chance comes from.

    Returns:
        As `windows`.
    """
    if count <= size:
        return windows(count, size)
    order = rng.permutation(count)
    whole = count // size * size
    rows = [*order[:whole].reshape(-1, size)]
    if whole < count:
        others = rng.choice(order[:whole], size - (count - whole), replace=False)
        rows.append(np.concatenate([order[whole:], others]))
    return np.sort(np.stack(rows), axis=1)


def most_central(rows: Numbers) -> npt.NDArray[np.bool_]:
    """In which row each number is nearest to the middle, the first of those alike, [rows, size];
    those below 0 never count."""
    flat = rows.reshape(-1)
    off = np.abs(np.arange(rows.shape[1]) - (rows.shape[1] - 1) / 2)
    nearest = np.lexsort((np.arange(flat.size), np.tile(off, len(rows)), flat))
    _, first = np.unique(flat[nearest], return_index=True)
    fresh = np.zeros(flat.size, bool)
    fresh[nearest[first]] = True
    return (fresh & (flat >= 0)).reshape(rows.shape)


def _neighbours(films: Mapping[str, Numbers], count: int, past: int) -> list[Numbers]:
    """The rows before each row in its film, at most `past`, the nearest last."""
    before: list[Numbers] = [np.empty(0, np.int64)] * count
    for numbers in films.values():
        for place, number in enumerate(numbers):
            before[number] = numbers[max(0, place - past) : place]
    return before
