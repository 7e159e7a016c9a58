"""Two little films for the narrator, and its loss in loops."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from scenewise.core.time import Span
from scenewise.distinctad.annotations import Annotation
from scenewise.distinctad.banks import Character
from scenewise.distinctad.feature_cache import Joined, StoredPart
from scenewise.distinctad.film_features import Clips
from scenewise.distinctad.narrator import Narrator
from scenewise.distinctad.options import NarratorOptions
from scenewise.distinctad.sequences import SequenceBatch, SequenceOptions, Sequences

FRAMES, CHANNELS = 3, 16

TOLD = {
    "one": (
        "In a library, Anna jumps up.",
        "Anna goes up a ladder.",
        "A woman with long blue hair gives a wave.",
        "Felix throws a ball to Anna.",
        "Anna kicks at a ball.",
    ),
    "two": (
        "In a forest, Clara gives a wave.",
        "She throws a ball.",
        "A man in a black shirt and a golden scarf runs past Clara.",
    ),
}
"""Sentences of the kind that the pocket language model knows."""

CAST = {name: Character(name.lower(), name) for name in ("Anna", "Felix", "Clara")}


def film_clips() -> Clips:
    rows = tuple(
        Annotation(film, Span(10.0 * n, 10.0 * n + 4), text)
        for film, texts in TOLD.items()
        for n, text in enumerate(texts)
    )
    rng = np.random.default_rng(0)
    # frames of a film have something in common, those of a clip nearly everything
    vectors = np.concatenate(
        [
            rng.normal(size=(1, 1, CHANNELS))
            + 2 * rng.normal(size=(len(texts), 1, CHANNELS))
            + 0.2 * rng.normal(size=(len(texts), FRAMES, CHANNELS))
            for texts in TOLD.values()
        ]
    )
    part = StoredPart(vectors.astype(np.float16), np.arange(len(rows)))
    return Clips(rows, Joined([(part, len(rows))], (FRAMES, CHANNELS), np.float16))


def film_sequences(
    size: int = 4, batch: int = 2, *, named: bool = True, past: int = 2
) -> Sequences:
    clips = film_clips()
    characters = [
        [CAST[name] for name in CAST if name in row.text] if named else [] for row in clips.rows
    ]
    rng = np.random.default_rng(1)
    faces = {CAST[name]: rng.normal(size=CHANNELS).astype(np.float32) for name in ("Anna", "Felix")}
    return Sequences(
        clips,
        SequenceOptions(clips=size, batch=batch, past=past),
        characters=characters,
        faces=faces,
    )


def toy_options(**more: object) -> NarratorOptions:
    chosen = {"language": "pocket", "frames": FRAMES, "vectors": 2, "bases": 4, "depth": 1}
    return NarratorOptions(**{**chosen, **more})  # type: ignore[arg-type]


def by_hand(narrator: Narrator, batch: SequenceBatch) -> tuple[Tensor, Tensor]:
    """Equations 11 and 12 over the clips of a batch, one clip and one token at a time."""
    from scenewise.distinctad.distinctive import distinctive, of_words

    speech, prompts = narrator.speech, narrator.prompts(batch.frames, batch.mask)
    embed = narrator.language.get_input_embeddings()
    auto, distinct, count = torch.zeros(()), torch.zeros(()), 0
    for b in range(len(batch.frames)):
        there = [n for n in range(batch.mask.shape[1]) if batch.mask[b, n]]
        names = {name for n in there for name in batch.names[b][n]}
        words = distinctive([batch.sentences[b][n] for n in there], names)
        for place, n in enumerate(there):
            parts, given = [], batch.names[b][n]
            past = batch.past[b][n][-narrator.options.earlier :]
            if narrator.options.earlier and past:
                parts.append(embed(torch.tensor(speech.encode("Before: " + " ".join(past)))))
            parts.append(prompts[b, n])
            for number, name in enumerate(given):
                text = f", {name}" if number else f" Possible characters: {name}"
                parts.append(embed(torch.tensor(speech.encode(text))))
                if len(given) >= narrator.options.faces_from and batch.face_mask[b, n, number]:
                    parts.append(narrator.faces(batch.faces[b, n, number][None]))
            if given:
                parts.append(embed(torch.tensor(speech.encode("."))))
            own, offsets = speech.placed(batch.sentences[b][n])
            marks = [*of_words(offsets, words[place]), False]
            parts.append(embed(torch.tensor([speech.begin, *own])))
            logits = narrator.language(inputs_embeds=torch.cat(parts)[None]).logits[0]
            for k, token in enumerate([*own, speech.end]):
                nll = -logits[len(logits) - len(own) - 1 + k].log_softmax(-1)[token]
                auto, count = auto + nll, count + 1
                distinct = distinct + (nll if marks[k] else 0.0)
    return auto / count, distinct / count
