"""What figures are drawn of: the films of a split, as a run's models see and tell them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch

from scenewise.core.errors import UnknownChoice
from scenewise.core.options import from_plain
from scenewise.core.progress import Progress, Silent
from scenewise.distinctad.annotations import Annotation
from scenewise.distinctad.errors import RunInvalid
from scenewise.distinctad.eyes import Eyes
from scenewise.distinctad.figures_tsne import PARTS
from scenewise.distinctad.film_features import Clips
from scenewise.distinctad.narrator import Narrator
from scenewise.distinctad.narrator_files import about_narrator, load_narrator
from scenewise.distinctad.options import LookOptions, SequenceOptions
from scenewise.distinctad.preparing import clips_of, material_of
from scenewise.distinctad.runs import Run
from scenewise.distinctad.sequences import Sequences, windows
from scenewise.distinctad.towers import Towers
from scenewise.metrics.ad_matching import match
from scenewise.metrics.ad_tables import PREDICTED, TEXTS, AdRow, AdTable, read_table
from scenewise.models import hub
from scenewise.models.catalogue import folder_of
from scenewise.models.precision import placement
from scenewise.training.modes import device_of, moved

Vectors = npt.NDArray[np.floating[Any]]

CONTEXT: Final = 16
"""Clips of a context where no narrator says how many (section 4.1)."""

_READ: Final = 256  # sentences that go through the text tower at once


class Seen:
    """The films of a split, looked at when they are first asked for.

    Args:
        run: with data.
        split: `train`, `validation` or `test`.
        look: how CLIP looks.
        narrator: folder of another one than the run's.
        language: where its language model is, if not where it was.
        progress: who shows how far it is.

    Raises:
        FileMissing, RunInvalid, UnknownChoice: see `Run.data` and `RunData.split`.
        ScenewiseError: see `material_of`.
    """

    def __init__(
        self,
        run: Run,
        split: str,
        look: LookOptions,
        *,
        narrator: Path | None = None,
        language: str = "",
        progress: Progress | None = None,
    ) -> None:
        self.run, self.split, self.look = run, split, look
        self.progress = progress or Silent()
        self.data = run.data()
        self.films = self.data.split(split)
        self.material = material_of(self.data)
        self.folder = narrator or run.narrator
        self._language = language
        self._clips: dict[tuple[str, str], Clips] = {}

    @property
    def adapted(self) -> bool:
        """Whether there is a CLIP of Stage I."""
        return self.run.adapted.is_dir() and self.material.features is None

    @property
    def rows(self) -> tuple[Annotation, ...]:
        """What people say, film by film in order of time."""
        return self.material.annotations.only(self.films).rows

    def film(self, wanted: str) -> str:
        """A film of the split: the wanted one, or the first.

        Raises:
            UnknownChoice: it is not there.
        """
        if wanted and wanted not in self.films:
            raise UnknownChoice(
                f"the {self.split} films have no {wanted!r}",
                remedy=f"choose one like {', '.join(self.films[:3])}",
            )
        return wanted or self.films[0]

    def names(self, film: str) -> list[str]:
        """Of a film's characters."""
        bank = self.material.bank
        if bank is None:
            return []
        imdb = self.material.annotations.imdb
        return [one.name for one in bank.cast(film, *([imdb[film]] if film in imdb else []))]

    def clips(self, *, adapted: bool, kind: str = "frames") -> Clips:
        """What the CLIP of before or after Stage I makes of the split's clips.

        Raises:
            ScenewiseError: see `clips_of` and `Eyes`.
        """
        source = str(self.run.adapted) if adapted else self.data.clip
        if (source, kind) not in self._clips:
            eyes = None
            if self.material.features is None:
                look = self.look
                eyes = Eyes(source, batch_size=look.batch, device=look.device,
                            precision=look.precision, progress=self.progress)  # fmt: skip
            self._clips[source, kind] = clips_of(
                self.run, self.data, self.material, self.films, eyes, kind=kind,
                progress=self.progress,
            )  # fmt: skip
        return self._clips[source, kind]

    def context(self) -> int:
        """How many clips the narrator sees together; 16 where there is none."""
        if not self.folder.is_dir():
            return CONTEXT
        return self._sequence_options().clips

    def narrated(self) -> tuple[Narrator, Sequences]:
        """The narrator, and the split's clips as it sees them.

        Raises:
            FileMissing, NarratorInvalid, ModelMissing: see `load_narrator`.
            RunInvalid: the CLIP that it was trained on is not here.
        """
        about = about_narrator(self.folder)["about"]
        kind = str(about.get("look at", "frames"))
        clips = self.clips(adapted=self._adapted_for(str(about.get("clip", ""))), kind=kind)
        narrator = load_narrator(
            self.folder,
            language=self._language,
            device=placement(self.look.device, "float32").device,
            progress=self.progress,
        )
        return narrator, Sequences(clips, self._sequence_options())

    def _sequence_options(self) -> SequenceOptions:
        held = about_narrator(self.folder)["about"].get("sequences", {})
        made: SequenceOptions = from_plain(SequenceOptions, {**held, "short": "pad", "batch": 1})
        return made

    def _adapted_for(self, wanted: str) -> bool:
        """Whether the CLIP of that fingerprint is that of after Stage I."""
        features = self.material.features
        if features is not None:
            if wanted == f"features {features.path.name}":
                return False
        else:
            for adapted in (True, False) if self.adapted else (False,):
                folder = folder_of(self.run.adapted if adapted else self.data.clip)
                if hub.fingerprint(folder) == wanted:
                    return adapted
        raise RunInvalid(
            "what the narrator was trained on is not what this run has",
            path=self.folder,
            remedy="train again: scenewise distinctad train",
        )

    def said(self, sentences: Sequence[str]) -> Vectors:
        """Embeddings of sentences, [n, d]; the text tower is the same before and after Stage I.

        Raises:
            ModelMissing: the CLIP is neither here nor to be had.
            OptionInvalid: it is no CLIP.
        """
        folder = folder_of(self.data.clip, progress=self.progress)
        towers = Towers(folder, placement(self.look.device, "float32").device)
        parts = [
            towers.read(sentences[first : first + _READ]).sentences.float().cpu().numpy()
            for first in range(0, len(sentences), _READ)
        ]
        return np.concatenate(parts)


@dataclass(frozen=True)
class Parted:
    """H, Ĥ and H̃ of a context.

    Args:
        film: of which film.
        starts: seconds, of each clip.
        parts: [N, T', C] each, of the clips that are there, by a key of `figures_tsne.PARTS`; a
            narrator without one of them has none.
    """

    film: str
    starts: tuple[float, ...]
    parts: Mapping[str, Vectors]


@torch.no_grad()
def parted(narrator: Narrator, sequences: Sequences) -> Iterator[Parted]:
    """What a narrator makes of each context, film by film in order of time.

    Args:
        narrator: in evaluation mode.
        sequences: of one sequence a batch.
    """
    rows = sequences.clips.rows
    for batch in sequences.in_order():
        own = moved(batch, device_of(narrator))
        made = narrator.parts(own.frames, own.mask)
        for b, there in enumerate(batch.mask):
            numbers = [int(n) for n in batch.numbers[b][there]]
            yield Parted(
                rows[numbers[0]].film,
                tuple(rows[n].span.start for n in numbers),
                {
                    name: getattr(made, name)[b][there.to(own.mask.device)].float().cpu().numpy()
                    for name in PARTS
                    if getattr(made, name) is not None
                },
            )


def contexts(clips: Clips, size: int) -> Iterator[tuple[str, npt.NDArray[np.int64]]]:
    """Numbers of clips that follow each other, film by film; films of one clip have none."""
    for film, numbers in clips.by_film().items():
        for places in windows(len(numbers), size):
            there = places[places >= 0]
            if len(there) > 1:
                yield film, numbers[there]


def predicted(path: Path, rows: Sequence[Annotation]) -> list[str]:
    """What a table of predictions says of some clips; empty where it says nothing.

    Args:
        path: a table that `scenewise score` reads.
        rows: of the clips.

    Raises:
        FileMissing, FileUnreadable, TableInvalid: see `read_table`.
        InputError: it says nothing of any of them.
    """
    table = read_table(path, words=(*PREDICTED, *TEXTS))
    asked = tuple(
        AdRow(row.film, row.span.start, row.span.end, row.text, number=number,
              cells={"movie": row.film, "start": row.span.start, "end": row.span.end,
                     "sentence": row.text})
        for number, row in enumerate(rows, 1)
    )  # fmt: skip
    found = match(table, AdTable(Path("the run"), asked, ("movie", "start", "end", "sentence")))
    return [one.sentence if one else "" for one in found.predictions]
