"""The steps of a run: Stage I, Stage II, and telling films."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from scenewise.core.errors import OptionInvalid, UnknownChoice
from scenewise.core.options import from_plain
from scenewise.core.progress import Progress, Silent
from scenewise.distinctad.adapting import Adapted, FramesAndSentences, adapt
from scenewise.distinctad.annotations_writing import write_predictions
from scenewise.distinctad.errors import RunInvalid
from scenewise.distinctad.eyes import Eyes
from scenewise.distinctad.language import load_language
from scenewise.distinctad.names_learnt import names_learnt
from scenewise.distinctad.narrating import narrate, ordered
from scenewise.distinctad.narrator import Narrator
from scenewise.distinctad.narrator_eyes import clip_place
from scenewise.distinctad.narrator_files import (
    ABOUT,
    WEIGHTS,
    about_narrator,
    load_narrator,
)
from scenewise.distinctad.narrator_training import Trained, train_narrator
from scenewise.distinctad.options import (
    AdaptationOptions,
    LookOptions,
    NarratorOptions,
    NarratorTraining,
    RecognitionOptions,
    SequenceOptions,
    SpeakingOptions,
)
from scenewise.distinctad.preparing import Material, clips_of, material_of
from scenewise.distinctad.runs import Run, RunData, write_json
from scenewise.distinctad.sequences import Sequences
from scenewise.distinctad.sequences_making import make_sequences
from scenewise.models import hub
from scenewise.models.catalogue import folder_of
from scenewise.models.precision import placement
from scenewise.training import processes

_TOLD: Final = "scenewise distinctad told 1"


@dataclass(frozen=True)
class Narrated:
    """What was told.

    Args:
        predictions: the table.
        films: how many clips of each.
        again: films that were told before, and were not told again.
        notes: sentences for people.
    """

    predictions: Path
    films: Mapping[str, int]
    again: tuple[str, ...]
    notes: tuple[str, ...]


def adapt_run(
    run: Run, options: AdaptationOptions, look: LookOptions, *, progress: Progress | None = None
) -> Adapted:
    """Stage I on the films to train on, or go on where it was stopped.

    Raises:
        FileMissing, RunInvalid: nothing was prepared, or there are features but no videos.
        ScenewiseError: see `adapt` and `looked_at`.
    """
    data = run.data()
    material = material_of(data)
    if material.features is not None:
        raise RunInvalid(
            "Stage I looks at frames, and this run has features without videos",
            path=data.source.features,
            remedy="go on with Stage II: scenewise distinctad train",
        )
    eyes = eyes_of(data.clip, look, progress)

    def pixels(split: str) -> FramesAndSentences:
        clips = clips_of(
            run, data, material, data.split(split), eyes, kind="pixels", progress=progress
        )
        _tell(clips.notes, progress)
        return FramesAndSentences(clips.vectors, clips.sentences)

    return adapt(
        pixels("train"),
        data.clip,
        options,
        run.stage1,
        validation=pixels("validation") if data.films["validation"] else None,
        device=look.device,
        progress=progress,
    )


def train_run(
    run: Run,
    options: NarratorOptions,
    training: NarratorTraining,
    sequences: SequenceOptions,
    look: LookOptions,
    *,
    plain: bool = False,
    kind: str = "frames",
    numbers: str = "float32",
    progress: Progress | None = None,
) -> Trained:
    """Stage II on the films to train on, or go on where it was stopped.

    Args:
        run: with data; with Stage I's CLIP, if it shall look.
        options, training, sequences: the narrator's.
        look: how CLIP looks.
        plain: look with the CLIP of before Stage I, even where there is an adapted one.
        kind: `frames` or `tokens`, what is kept of a frame.
        numbers: of the frozen language model, `float32` or `bfloat16`.
        progress: who shows how far it is.

    Raises:
        FileMissing, RunInvalid: nothing was prepared.
        OptionInvalid, UnknownChoice: tokens of features, or of another kind.
        ScenewiseError: see `load_language`, `looked_at`, `make_sequences`, `train_narrator`.
    """
    if kind not in ("frames", "tokens"):
        raise UnknownChoice(f"--look-at cannot be {kind!r}", remedy="choose: frames, tokens")
    if numbers not in ("float32", "bfloat16"):
        raise UnknownChoice(
            f"--language-precision cannot be {numbers!r}", remedy="choose: float32, bfloat16"
        )
    data = run.data()
    material = material_of(data)
    if material.features is not None and kind == "tokens":
        raise OptionInvalid("features have no tokens of frames", remedy="leave --look-at out")
    language = load_language(
        options.language,
        lora=options.lora,
        seed=training.training.seed,
        device=placement(look.device, "float32").device,
        precision=numbers,
        progress=progress,
    )
    source = str(run.adapted) if run.adapted.is_dir() and not plain else data.clip
    eyes = eyes_of(source, look, progress) if material.features is None else None

    def made(split: str) -> Sequences:
        clips = clips_of(run, data, material, data.split(split), eyes, kind=kind, progress=progress)
        found = make_sequences(
            clips, material.bank, eyes, sequences, imdb=material.annotations.imdb, looked=data.clips
        )
        _tell((*clips.notes, *found.notes), progress)
        return found

    learnt = made("train")
    narrator = Narrator(
        language, int(learnt.clips.vectors.shape[-1]), options, seed=training.training.seed
    )
    return train_narrator(
        narrator,
        learnt,
        training,
        run.stage2,
        validation=made("validation") if data.films["validation"] else None,
        about={
            "clip": eyes.fingerprint if eyes else _public(material),
            "clip at": clip_place(run, source) if eyes else "",
            "look at": kind,
            "clips": asdict(data.clips),
            "sequences": asdict(sequences),
            "names": names_learnt(learnt.clips.rows, material.bank, material.annotations.imdb),
        },
        progress=progress,
    )


def narrate_run(
    run: Run,
    speaking: SpeakingOptions,
    look: LookOptions,
    *,
    split: str = "test",
    narrator: Path | None = None,
    language: str = "",
    who: str = "told",
    recognition: RecognitionOptions | None = None,
    progress: Progress | None = None,
) -> Narrated:
    """Tell the films of a split. Those that were told in the same way before are not told again.

    What people said of a clip is hidden from the narrator: who is there is as the table tells it,
    never as a sentence names it.

    Args:
        run: with data.
        speaking: how the narrator speaks.
        look: how CLIP looks.
        split: `train`, `validation` or `test`.
        narrator: folder of another one than the run's.
        language: where its language model is, if not where it was.
        who: how it is known who is in a clip: `told`, `seen` or `nobody`.
        recognition: for `seen`.
        progress: who shows how far it is.

    Raises:
        FileMissing: nothing was prepared, or there is no narrator.
        RunInvalid: the CLIP that the narrator was trained on is not here.
        NarratorInvalid: it is no narrator, or was made for another language model.
        ScenewiseError: see `looked_at`, `make_sequences`, `narrate`.
    """
    if who not in ("told", "seen", "nobody"):
        raise UnknownChoice(f"--who cannot be {who!r}", remedy="choose: told, seen, nobody")
    data = run.data()
    films = data.split(split)
    folder = narrator or run.narrator
    about = about_narrator(folder)["about"]
    material = material_of(data)
    eyes = _same_eyes(run, data, material, about, look, progress)
    teller = load_narrator(
        folder,
        language=language,
        device=placement(look.device, "float32").device,
        progress=progress,
    )
    kind = str(about.get("look at", "frames"))
    clips = clips_of(run, data, material, films, eyes, kind=kind, progress=progress)
    options = from_plain(SequenceOptions, {**about.get("sequences", {}), "short": "pad"})
    hidden = replace(clips, rows=tuple(replace(row, text="") for row in clips.rows))
    sequences = make_sequences(
        hidden, material.bank, eyes, options, who=who, imdb=material.annotations.imdb,
        looked=data.clips, recognition=recognition,
    )  # fmt: skip
    how = {
        "data": data.fingerprint,
        "speaking": asdict(speaking),
        "who": [who, asdict(recognition or RecognitionOptions())],
        "casts": {film: sequences.cast(film) for film in sequences.films},  # the bank may change
    }
    key = _hash(
        json.dumps(how).encode(), *((folder / name).read_bytes() for name in (ABOUT, WEIGHTS))
    )
    known = _known(run.told(split), key, sequences)
    again = tuple(known)
    for film in sequences.films:
        if film not in known:
            told = narrate(
                teller, sequences, speaking, films=[film], names=about.get("names", ()),
                progress=progress,
            )  # fmt: skip
            known[film] = [told[int(number)] for number in sequences.films[film]]
            write_json(run.told(split), {"format": _TOLD, "key": key, "films": known})
    said = {
        int(number): sentence
        for film, numbers in sequences.films.items()
        for number, sentence in zip(numbers, known[film], strict=True)
    }
    write_predictions(run.predictions(split), clips.rows, ordered(said, sequences))
    counts = {film: len(numbers) for film, numbers in sequences.films.items()}
    return Narrated(run.predictions(split), counts, again, (*clips.notes, *sequences.notes))


def _tell(notes: Iterable[str], progress: Progress | None) -> None:
    """Say what was found odd about films and clips."""
    for note in notes:
        (progress or Silent()).say(note)


def eyes_of(model: str, look: LookOptions, progress: Progress | None = None) -> Eyes:
    """A CLIP that looks as a run's options say."""
    measured = str(placement(look.device, look.precision).dtype).removeprefix("torch.")
    return Eyes(
        model,
        batch_size=look.batch,
        device=look.device,
        precision=processes.of_first(measured),  # else each might keep what it sees apart
        progress=progress,
    )


def _same_eyes(
    run: Run,
    data: RunData,
    material: Material,
    about: Mapping[str, Any],
    look: LookOptions,
    progress: Progress | None,
) -> Eyes | None:
    """The CLIP that a narrator was trained on: the adapted one, or the one of before."""
    wanted = str(about.get("clip", ""))
    if material.features is not None:
        if wanted == _public(material):
            return None
    else:
        there = [str(run.adapted)] if run.adapted.is_dir() else []
        for source in (*there, data.clip):
            if hub.fingerprint(folder_of(source)) == wanted:
                return eyes_of(source, look, progress)
    raise RunInvalid(
        "what the narrator was trained on is not what this run has: another CLIP made its frames",
        path=run.folder,
        remedy="train again: scenewise distinctad train",
    )


def _public(material: Material) -> str:
    """What stands for the CLIP of distributed features."""
    return f"features {material.features.path.name}" if material.features else ""


def _known(path: Path, key: str, sequences: Sequences) -> dict[str, Sequence[str]]:
    """Films that were told in the same way before."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held["format"] != _TOLD or held["key"] != key:
            return {}
        films = {film: [str(one) for one in told] for film, told in held["films"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    sizes = {film: len(numbers) for film, numbers in sequences.films.items()}
    return {film: told for film, told in films.items() if sizes.get(film) == len(told)}


def _hash(*parts: bytes) -> str:
    made = hashlib.sha256()
    for part in parts:
        made.update(hashlib.sha256(part).digest())
    return made.hexdigest()[:16]
