"""A narrator of Stage II as a captioner of the main job: `--captioner distinctad:RUN`.

The segments that a film's key frames stand for are its clips: T frames of each, spread evenly as
in training, and N clips that follow each other beside one another.
"""

from __future__ import annotations

import copy
import json
import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scenewise.core.errors import OptionInvalid
from scenewise.core.media_types import Candidate, Keyframe
from scenewise.core.options import from_plain
from scenewise.core.ports import CaptionContext, FrameSource
from scenewise.core.progress import Progress, Step
from scenewise.core.time import Span
from scenewise.distinctad.agreeing import Agreement
from scenewise.distinctad.annotations import Annotation
from scenewise.distinctad.banks import Character, CharacterBank
from scenewise.distinctad.banks_portraits import portraits_fingerprint, portrayed
from scenewise.distinctad.clips import ClipOptions, frame_times
from scenewise.distinctad.feature_cache import Joined, StoredPart
from scenewise.distinctad.film_features import Clips, seen_frames, seen_pictures
from scenewise.distinctad.narrating import narrated
from scenewise.distinctad.narrator_eyes import narrator_eyes, narrator_folder
from scenewise.distinctad.narrator_files import about_narrator, load_narrator
from scenewise.distinctad.options import (
    RecognitionOptions,
    SequenceOptions,
    SpeakingOptions,
)
from scenewise.distinctad.sequences import Sequences
from scenewise.distinctad.sequences_making import seen_in_clips
from scenewise.models import hub
from scenewise.models.caption_options import CaptionOptions
from scenewise.models.precision import placement

_VERSION: Final = 1
_FILM: Final = "film"
_IN_MEMORY: Final = 1 << 28
"""Bytes of embeddings that are kept in memory: those of a day of film, one a frame."""

Vectors = npt.NDArray[np.float16]


class NarratorCaptioner:
    """A `FilmCaptioner` of a narrator.

    A sentence's score is how well it fits its clip, for the CLIP that looked (`Agreement`).

    Args:
        options: `model` is the folder of a run or of its narrator; `clip`, where it is not the
            usual one, says where the CLIP is that the narrator was trained on; `portraits` is a
            folder of pictures of people (`portrait_files`), who are then named in clips where they
            are seen; `mode`, `candidates`, `batch_size`, `device`, `precision`.
        speaking: how it speaks; as `options` say by default.
        recognition: when somebody with a portrait counts as seen.
        allow_download: whether a language model or CLIP may be fetched.
        progress: shows the download.

    Raises:
        OptionInvalid: no narrator is named; or there are portraits, and it learnt without people.
        FileMissing, NarratorInvalid: there is no narrator, it is damaged or something else, or its
            language model or its CLIP is another one now.
        ModelMissing: its language model cannot be had.
        FileUnreadable, BankInvalid: there are no portraits in their folder, or one cannot be read.
    """

    takes_options = True

    takes_portraits = True

    languages = ("en",)
    """Languages that the sentences can be in: those of the data sets."""

    writes_descriptions = True
    """Its sentences are audio description already, and none is cut to its first clause."""

    def __init__(
        self,
        options: CaptionOptions | None = None,
        *,
        speaking: SpeakingOptions | None = None,
        recognition: RecognitionOptions | None = None,
        allow_download: bool = True,
        progress: Progress | None = None,
    ) -> None:
        chosen = options or CaptionOptions()
        self.options, self.name = chosen, "distinctad"
        if not chosen.model:
            raise OptionInvalid(
                "no narrator is named",
                remedy="name the folder of a run: --captioner distinctad:RUN",
            )
        self.folder = narrator_folder(Path(chosen.model))
        about = about_narrator(self.folder)["about"]
        access: dict[str, Any] = {"allow_download": allow_download, "progress": progress}
        usual = CaptionOptions().clip
        self._eyes = narrator_eyes(
            self.folder,
            named=chosen.clip if chosen.clip != usual else "",
            usual=usual,
            device=chosen.device,
            precision=chosen.precision,
            **access,
        )
        self._agreement = Agreement(
            self._eyes.folder, device=chosen.device, precision=chosen.precision
        )
        self._narrator = load_narrator(
            self.folder,
            device=placement(chosen.device, "float32").device,
            precision="bfloat16" if chosen.precision == "bfloat16" else "float32",
            **access,
        )
        plain = chosen.mode == "paper"  # the likeliest sentence, whatever was said before
        self.speaking = speaking or SpeakingOptions(
            candidates=chosen.candidates,
            rows=chosen.batch_size,
            memory=0 if plain else SpeakingOptions().memory,
        )
        self._kind = str(about.get("look at", "frames"))
        frames = ClipOptions(frames=self._narrator.options.frames)
        self._frames: ClipOptions = from_plain(ClipOptions, about.get("clips", asdict(frames)))
        self._sequences: SequenceOptions = from_plain(
            SequenceOptions, {**about.get("sequences", {}), "short": "pad"}
        )
        self._names = tuple(str(name) for name in about.get("names", ()))
        self._recognition = recognition or RecognitionOptions()
        self._take(chosen.portraits)

    @property
    def identity(self) -> str:
        """Narrator, language model, CLIP, portraits and how it speaks: what sentences depend on
        beside the pictures."""
        who: dict[str, Any] = {}
        if self._bank is not None:
            who = {
                "portraits": self._portraits,
                "recognition": asdict(self._recognition),
            }
        return json.dumps(
            {
                **who,
                "version": _VERSION,
                "narrator": hub.fingerprint(self.folder),
                "language": self._narrator.speech.fingerprint,
                "clip": self._eyes.fingerprint,
                # as asked for: what auto finds to be faster changes from run to run
                "precision": self.options.precision,
                "speaking": asdict(self.speaking),
            },
            sort_keys=True,
        )

    def with_portraits(self, folder: str) -> NarratorCaptioner:
        """The same narrator, which shares its models, with the portraits of another folder: those
        of the people of another film. None for an empty name.

        Raises:
            OptionInvalid, FileMissing, FileUnreadable, BankInvalid: as when it is made.
        """
        other = copy.copy(self)
        other.options = replace(self.options, portraits=folder)
        other._take(folder)
        return other

    def describe(
        self, keyframes: Sequence[Keyframe], context: CaptionContext
    ) -> Iterator[list[Candidate]]:
        """One candidate a key frame, from the pictures that came with it; an empty list where
        nothing was said. `seeing` looks at more of them."""
        return self.resume(keyframes, context, ())

    def resume(
        self,
        keyframes: Sequence[Keyframe],
        context: CaptionContext,
        done: Sequence[Sequence[Candidate]],
    ) -> Iterator[list[Candidate]]:
        """The rest of what `describe` gives, when the first key frames are done."""
        vectors = [
            seen_pictures(self._pictures(keyframe), self._eyes, self._kind)
            for keyframe in keyframes
        ]
        return self.told(
            np.stack(vectors) if vectors else np.zeros(0, np.float16),
            [keyframe.span for keyframe in keyframes],
            context,
            done,
        )

    def seeing(self, film: FrameSource, segments: Sequence[Span], step: Step) -> SeenFilm:
        """The narrator, once it has looked at T frames of each segment.

        Raises:
            ScenewiseError: the film cannot be read any more.
        """
        times = [frame_times(span, self._frames.frames, self._frames.least) for span in segments]
        vectors: Vectors | None = None
        for frame in seen_frames(film, times, self._eyes, self._kind):
            if vectors is None:
                shape = (len(times), self._frames.frames, *frame.vectors.shape)
                vectors = _room(shape)
            for clip, slot in frame.places:
                vectors[clip, slot] = frame.vectors
            step.reach(frame.time)
        empty: Vectors = np.zeros(0, np.float16)
        return SeenFilm(self, segments, empty if vectors is None else vectors)

    def told(
        self,
        vectors: Vectors,
        segments: Sequence[Span],
        context: CaptionContext,
        done: Sequence[Sequence[Candidate]] = (),
    ) -> Iterator[list[Candidate]]:
        """What is said of the segments of a film, after the first ones.

        Args:
            vectors: what CLIP makes of them, [segments, T, ...].
            segments: in time order.
            context: `names` are of those who may be in any of them, unless there are portraits
                of them.
            done: what was said of the first ones.
        """
        if len(done) >= len(segments):
            return
        rows = tuple(Annotation(_FILM, span, "") for span in segments)
        joined = Joined(
            [(StoredPart(vectors, np.arange(len(rows))), len(rows))],
            vectors.shape[1:],
            vectors.dtype,
        )
        sequences = self._with_people(Clips(rows, joined), context.names)
        strangers = () if self._bank is None else self._bank.cast(_FILM)
        said = [row[0].text if row else "" for row in done]
        for number, one in narrated(
            self._narrator,
            sequences,
            _FILM,
            self.speaking,
            names=(*self._names, *(one.short for one in strangers)),
            done=said,
        ):
            fits = self._agreement(one.text, vectors[number]) if one.text else 0.0
            yield [Candidate(one.text, fits)] if one.text else []

    def _with_people(self, clips: Clips, names: Sequence[str]) -> Sequences:
        """Clips with who is seen in each; those of whom there is no portrait may be in any."""
        anywhere = tuple(Character(name, name) for name in dict.fromkeys(names))
        if self._bank is None:
            return Sequences(clips, self._sequences, characters=[anywhere for _ in clips.rows])
        shown = {one.short.casefold() for one in self._bank.cast(_FILM)}
        anywhere = tuple(one for one in anywhere if one.short.casefold() not in shown)
        seen, faces = seen_in_clips(clips, self._bank, None, self._frames, self._recognition)
        characters = [(*there, *anywhere) for there in seen]
        return Sequences(clips, self._sequences, characters=characters, faces=faces)

    def _take(self, folder: str) -> None:
        self._bank = self._portrayed(folder)
        self._portraits = portraits_fingerprint(Path(folder)) if self._bank else ""

    def _portrayed(self, folder: str) -> CharacterBank | None:
        """Those whose portraits are in a folder; None where none is named."""
        if not folder:
            return None
        if not self._narrator.options.characters:
            raise OptionInvalid(
                "this narrator learnt without people, and takes no portraits",
                remedy="leave --portraits out",
            )
        return portrayed(Path(folder), self._eyes)

    def _pictures(self, keyframe: Keyframe) -> list[npt.NDArray[np.uint8]]:
        """T pictures of those that came with a key frame, the nearest to the times wanted."""
        frames = sorted((*keyframe.neighbours, keyframe.frame), key=lambda frame: frame.time)
        times = frame_times(keyframe.span, self._frames.frames, self._frames.least)
        pixels = {id(frame): self._eyes.pixels_of(frame) for frame in frames}
        return [pixels[id(min(frames, key=lambda frame: abs(frame.time - time)))] for time in times]


def _room(shape: tuple[int, ...]) -> Vectors:
    """Zeros; on the disk where all tokens of a long film's frames would fill the memory."""
    if 2 * math.prod(shape) <= _IN_MEMORY:
        return np.zeros(shape, np.float16)
    return np.memmap(tempfile.TemporaryFile(), np.float16, "w+", shape=shape)


class SeenFilm:
    """A narrator that has looked at the segments of a film.

    Args:
        captioner: the narrator.
        segments: of the film, in time order.
        vectors: what CLIP makes of them, [segments, T, ...].
    """

    def __init__(
        self, captioner: NarratorCaptioner, segments: Sequence[Span], vectors: Vectors
    ) -> None:
        self.name, self._captioner = captioner.name, captioner
        self._segments, self._vectors = list(segments), vectors

    @property
    def identity(self) -> str:
        """That of the narrator."""
        return self._captioner.identity

    def describe(
        self, keyframes: Sequence[Keyframe], context: CaptionContext
    ) -> Iterator[list[Candidate]]:
        """One candidate a key frame; an empty list where nothing was said.

        Raises:
            OptionInvalid: they are not those of the segments that it looked at.
        """
        return self.resume(keyframes, context, ())

    def resume(
        self,
        keyframes: Sequence[Keyframe],
        context: CaptionContext,
        done: Sequence[Sequence[Candidate]],
    ) -> Iterator[list[Candidate]]:
        """The rest of what `describe` gives, when the first key frames are done."""
        if [keyframe.span for keyframe in keyframes] != self._segments:
            raise OptionInvalid(
                "these are not the segments that the narrator looked at",
                remedy="have it look at them first",
            )
        return self._captioner.told(self._vectors, self._segments, context, done)
