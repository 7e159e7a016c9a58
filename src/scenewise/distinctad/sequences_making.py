"""From clips and a character bank to sequences: who is in each clip, and their faces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scenewise.core.errors import UnknownChoice
from scenewise.distinctad.banks import (
    BankInvalid,
    Character,
    CharacterBank,
    characters_of,
    named_in,
)
from scenewise.distinctad.banks_recognition import (
    common_look,
    portrait_vectors,
    recognise,
)
from scenewise.distinctad.clips import ClipOptions, frame_times
from scenewise.distinctad.eyes import Eyes
from scenewise.distinctad.film_features import Clips
from scenewise.distinctad.options import RecognitionOptions, SequenceOptions
from scenewise.distinctad.sequences import Sequences

WHO: Final = ("told", "named", "seen", "nobody")
"""How it is known who is in a clip: as the table tells (else as the sentence names), as the
sentence names, as recognised by portraits (for films that nobody described), or not at all."""

Faces = dict[Character, npt.NDArray[np.floating[Any]]]


def make_sequences(
    clips: Clips,
    bank: CharacterBank | None = None,
    eyes: Eyes | None = None,
    options: SequenceOptions | None = None,
    *,
    who: str = "told",
    imdb: Mapping[str, str] | None = None,
    looked: ClipOptions | None = None,
    recognition: RecognitionOptions | None = None,
) -> Sequences:
    """The sequences of clips, with names and faces.

    Args:
        clips: with their vectors.
        bank: of their films; None for nobody.
        eyes: the model that looked at the clips, to look at portraits; None where the bank has
            features, or for names alone.
        options: how clips stand together.
        who: one of `WHO`.
        imdb: further ids of films, by which the bank may know them.
        looked: which frames of the clips were looked at, for `seen`.
        recognition: for `seen`.

    Raises:
        BankInvalid: the bank does not know a film or a character, or for `seen` has no portraits.
        SequencesInvalid, OptionInvalid: see `Sequences`.
        UnknownChoice: `who` is none of them.
    """
    if who not in WHO:
        raise UnknownChoice(
            f"characters cannot be known by {who!r}", remedy=f"choose: {', '.join(WHO)}"
        )
    if bank is None or who == "nobody":
        return Sequences(clips, options)
    known = imdb or {}
    casts = {film: bank.cast(film, *_also(film, known)) for film in clips.by_film()}
    if who == "seen":
        characters, faces = seen_in_clips(clips, bank, eyes, looked, recognition, imdb=known)
    else:
        characters = [
            named_in(row.text, casts[row.film])
            if who == "named"
            else characters_of(row, bank, also=_also(row.film, known))
            for row in clips.rows
        ]
        there = list(dict.fromkeys(one for cast in characters for one in cast))
        faces = _faces(there, eyes)
    return Sequences(clips, options, characters=characters, faces=faces)


def _also(film: str, imdb: Mapping[str, str]) -> tuple[str, ...]:
    return (imdb[film],) if film in imdb else ()


def _faces(cast: Sequence[Character], eyes: Eyes | None) -> Faces:
    """Vectors of those who have a portrait or a feature; nobody need have one."""
    shown = [one for one in cast if one.feature is not None or (one.portrait and eyes)]
    if not shown:
        return {}
    known, vectors = portrait_vectors(shown, eyes)
    return dict(zip(known, vectors, strict=True))


def seen_in_clips(
    clips: Clips,
    bank: CharacterBank,
    eyes: Eyes | None = None,
    looked: ClipOptions | None = None,
    recognition: RecognitionOptions | None = None,
    *,
    imdb: Mapping[str, str] | None = None,
) -> tuple[list[tuple[Character, ...]], Faces]:
    """Who is recognised in each clip. What portraits have in common is that of the whole bank.

    Args:
        clips, bank, eyes, looked, recognition, imdb: see `make_sequences`.

    Returns:
        Those who are seen in each row of `clips`, the likeliest first, and what CLIP makes of the
        portraits, of those who have one.

    Raises:
        BankInvalid: the bank does not know a film, or has no portraits.
    """
    looked, known = looked or ClipOptions(), imdb or {}
    casts = {film: bank.cast(film, *_also(film, known)) for film in clips.by_film()}
    faces = _faces(list(dict.fromkeys(one for cast in casts.values() for one in cast)), eyes)
    if not faces:
        raise BankInvalid(
            "nobody in it has a portrait to be recognised by",
            path=bank.path,
            remedy="add portraits, or go by the names in the sentences",
        )
    common = common_look(np.stack(list(faces.values()))) if len(faces) > 1 else None
    characters: list[tuple[Character, ...]] = [()] * len(clips.rows)
    for film, numbers in clips.by_film().items():
        cast = [one for one in casts[film] if one in faces]
        if not cast:
            continue
        rows = [clips.rows[n] for n in numbers]
        vectors = clips.vectors[numbers].astype(np.float32)
        if vectors.ndim == 4:  # all tokens of a frame; the first is its embedding
            vectors = vectors[:, :, 0]
        found = recognise(
            vectors,
            [frame_times(row.seen, looked.frames, looked.least) for row in rows],
            cast,
            np.stack([faces[one] for one in cast]),
            recognition,
            common=common,
        )
        for number, there in zip(numbers, found.seen, strict=True):
            characters[number] = there
    return characters, faces
