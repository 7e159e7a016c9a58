"""Where everything about one run lies: a folder that each step adds to.

RUN/
  data.json             tables, films, their split, the character bank, and the CLIP to begin with
                        (`RunData`)
  looked/SETTINGS/      frames of clips and what a CLIP makes of them (`feature_cache`); may be
                        removed
  stage1/               Stage I: options.json, metrics.jsonl, checkpoint.safetensors (from which
                        it goes on; may be removed once it has ended)
    clip/               the adapted CLIP, an ordinary checkpoint
  stage2/               Stage II, likewise
    narrator/           the narrator (`narrator_files`)
  predictions/SPLIT.csv what the narrator says, beside what people said; `scenewise score` reads it
  predictions/SPLIT.told.json  the same film by film, from which telling goes on
  evaluation/SPLIT.json how good that is
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from scenewise.core.errors import FileMissing, ScenewiseError, UnknownChoice
from scenewise.core.options import from_plain
from scenewise.distinctad.clips import ClipOptions
from scenewise.distinctad.errors import RunInvalid
from scenewise.distinctad.options import DataOptions
from scenewise.media.atomic import atomic_text, made_folder

SPLITS: Final = ("train", "validation", "test")

_DATA: Final = "scenewise distinctad data 1"
_AGAIN: Final = "prepare it again, in another folder: scenewise distinctad prepare"


@dataclass(frozen=True)
class Source:
    """Where descriptions and films are: a drawn set, or tables with videos or with features.

    Args:
        drawn: folder that `scenewise synth films` wrote; then nothing else is needed.
        table: of descriptions.
        test_table: of the films to test on, where they have one of their own.
        videos: folder of films.
        features: of whole films as MAD has them, in place of videos (`PublicFeatures`).
        bank: of characters; None to go without.
        portraits: folder of characters' portraits, where the bank does not tell them.
    """

    drawn: Path | None = None
    table: Path | None = None
    test_table: Path | None = None
    videos: Path | None = None
    features: Path | None = None
    bank: Path | None = None
    portraits: Path | None = None

    def absolute(self) -> Source:
        """The same, from wherever it is asked."""
        paths = {name: path.absolute() for name, path in vars(self).items() if path is not None}
        return Source(**paths)


@dataclass(frozen=True)
class RunData:
    """What `data.json` holds.

    Args:
        source: where it comes from.
        films: names by split.
        fingerprint: of the rows of those films.
        clip: the CLIP to begin with: a hub name, a folder, or `pocket`.
        options: how tables were read and films divided.
        clips: which frames are looked at.
        notes: sentences for people about what was left out.
    """

    source: Source
    films: Mapping[str, tuple[str, ...]]
    fingerprint: str
    clip: str
    options: DataOptions = field(default_factory=DataOptions)
    clips: ClipOptions = field(default_factory=ClipOptions)
    notes: tuple[str, ...] = ()

    def split(self, name: str) -> tuple[str, ...]:
        """Films of a split.

        Raises:
            UnknownChoice: there is no such split.
            RunInvalid: it has no films.
        """
        if name not in SPLITS:
            raise UnknownChoice(f"there is no split {name!r}", remedy=f"choose: {'|'.join(SPLITS)}")
        if not self.films[name]:
            raise RunInvalid(f"the run has no {name} films", remedy="choose another split")
        return self.films[name]


class Run:
    """A folder with data and what was made of them.

    Args:
        folder: need not be there yet.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.data_file = self.folder / "data.json"
        self.looked = self.folder / "looked"
        self.stage1 = self.folder / "stage1"
        self.adapted = self.stage1 / "clip"
        self.stage2 = self.folder / "stage2"
        self.narrator = self.stage2 / "narrator"

    def predictions(self, split: str) -> Path:
        """The table of what the narrator says."""
        return self.folder / "predictions" / f"{split}.csv"

    def told(self, split: str) -> Path:
        """The same, film by film."""
        return self.folder / "predictions" / f"{split}.told.json"

    def evaluation(self, split: str) -> Path:
        """How good that is."""
        return self.folder / "evaluation" / f"{split}.json"

    def data(self) -> RunData:
        """What was prepared.

        Raises:
            FileMissing: nothing was.
            RunInvalid: its file is damaged.
        """
        if not self.data_file.is_file():
            raise FileMissing(
                "there is no run here",
                path=self.data_file,
                remedy="prepare one first: scenewise distinctad prepare",
            )
        try:
            held = json.loads(self.data_file.read_text(encoding="utf-8"))
            if held["format"] != _DATA:
                raise ValueError(held["format"])
            return RunData(
                source=Source(**{name: Path(path) for name, path in held["source"].items()}),
                films={name: tuple(map(str, held["films"][name])) for name in SPLITS},
                fingerprint=str(held["fingerprint"]),
                clip=str(held["clip"]),
                options=from_plain(DataOptions, held["options"]),
                clips=from_plain(ClipOptions, held["clips"]),
                notes=tuple(str(note) for note in held["notes"]),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ScenewiseError) as error:
            raise RunInvalid(
                "the run is damaged, or of another version", path=self.data_file, remedy=_AGAIN
            ) from error

    def write_data(self, data: RunData) -> None:
        """Keep what was prepared; the same may be there already.

        Raises:
            RunInvalid: something else is there.
            OutputUnwritable: the folder cannot be written to.
        """
        source = data.source.absolute()
        told = {
            "format": _DATA,
            "source": {name: str(path) for name, path in vars(source).items() if path is not None},
            "films": {name: list(data.films[name]) for name in SPLITS},
            "fingerprint": data.fingerprint,
            "clip": data.clip,
            "options": asdict(data.options),
            "clips": asdict(data.clips),
            "notes": list(data.notes),
        }
        if self.data_file.exists() and _key(self.data()) != _key(data):
            raise RunInvalid(
                "this folder has a run of other data or settings already",
                path=self.folder,
                remedy="choose another folder, or remove this one",
            )
        write_json(self.data_file, told)


def write_json(path: Path, told: Mapping[str, Any]) -> None:
    """Write a file of a run, in a folder that is made where it is missing.

    Raises:
        OutputUnwritable: it cannot be written.
    """
    made_folder(path.parent)
    atomic_text(path, json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def _key(data: RunData) -> tuple[object, ...]:
    """What two runs must have in common to be one; data may have moved."""
    return dict(data.films), data.fingerprint, data.clip, data.clips
