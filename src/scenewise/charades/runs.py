"""Where everything about one sample lies: a folder that each step adds to.

RUN/
  sample.json             the videos to train and to test on, their captions and scenes, the
                          seed, and where the tables and the videos are (`Sample`)
  frames/SETTINGS/        frames looked at, as JPEG (`frame_store.FrameStore`)
  features/SETTINGS/      what a ResNet sees of them (`feature_store.FeatureStore`)
  reduction.npz           principal components of the videos to train on (`reduction`)
  METHOD/                 one for each method (`methods`): baseline, grid, grid+216, mean …
    pictures.json         which pictures each video is shown in (`encoding.Pictures`)
    grids/ID.jpg          of the grid methods; ID.json tells the times of their frames
    pixels/               pictures at the size that a CLIP takes; may be removed
    options.json          how it was trained
    metrics.jsonl         figures of every step
    loss.svg
    checkpoint.safetensors  from which training goes on; may be removed once it has ended
    best/                 weights of the best evaluation so far, with --keep best; as above
    model/                the trained CLIP, an ordinary checkpoint
    evaluation.json       train and test (`read_evaluation`)
    before.json           the same of CLIP before training, where that was asked for
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from scenewise.charades.errors import RunInvalid
from scenewise.charades.evaluating import Count, Evaluation, Lengths
from scenewise.charades.methods import method_named
from scenewise.charades.sample import SampleOptions
from scenewise.core.errors import FileMissing, ScenewiseError
from scenewise.core.options import from_plain
from scenewise.media.atomic import atomic_text, made_folder
from scenewise.metrics.intervals import Interval

SPLITS: Final = ("train", "test")

_SAMPLE: Final = "scenewise charades sample 1"
_EVALUATION: Final = "scenewise charades evaluation 1"
_INTERVALS: Final = ("first_share", "fifth_share", "median_rank", "reciprocal_rank")


@dataclass(frozen=True)
class Sampled:
    """A video of the sample, and what it is to be matched with."""

    id: str
    scene: str
    caption: str


@dataclass(frozen=True)
class RunSample:
    """What `sample.json` holds.

    Args:
        train, test: videos, by scene and id.
        videos: folder of their files.
        tables: the two tables, by split.
        caption: which text of a video is its caption (`data.CAPTIONS`).
        options: how the sample was drawn.
        notes: sentences for people about what was left out.
    """

    train: tuple[Sampled, ...]
    test: tuple[Sampled, ...]
    videos: Path
    tables: Mapping[str, Path]
    caption: str = "description"
    options: SampleOptions = field(default_factory=SampleOptions)
    notes: tuple[str, ...] = ()

    def split(self, name: str) -> tuple[Sampled, ...]:
        """The videos of `train` or `test`."""
        return self.train if name == "train" else self.test

    def captions(self, name: str) -> dict[str, str]:
        """The caption of every video of a split, by id."""
        return {video.id: video.caption for video in self.split(name)}

    def scenes(self, name: str) -> dict[str, str]:
        """The scene of every video of a split, by id."""
        return {video.id: video.scene for video in self.split(name)}

    @property
    def fingerprint(self) -> str:
        """Tells two samples apart, wherever their videos lie."""
        told = [[asdict(video) for video in self.split(name)] for name in SPLITS]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


class MethodFolder:
    """The folder of one method in a run.

    Args:
        folder: where it is trained.
        shown: where its pictures are: for a method with a label the folder of that without.
    """

    def __init__(self, folder: Path, shown: Path) -> None:
        self.folder = folder
        self.pictures = shown / "pictures.json"
        self.grids = shown / "grids"
        self.pixels = folder / "pixels"
        self.options = folder / "options.json"
        self.metrics = folder / "metrics.jsonl"
        self.model = folder / "model"
        self.evaluation = folder / "evaluation.json"
        self.before = folder / "before.json"


class Run:
    """A folder with a sample and what was made of it.

    Args:
        folder: need not be there yet.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.sample_file = self.folder / "sample.json"
        self.frames = self.folder / "frames"
        self.features = self.folder / "features"
        self.reduction = self.folder / "reduction.npz"

    def method(self, name: str) -> MethodFolder:
        """The folder of a method.

        Raises:
            UnknownChoice: there is no such method.
        """
        method = method_named(name)
        return MethodFolder(self.folder / method.name, self.folder / method.shows)

    def evaluated(self) -> list[str]:
        """Names of the methods that have an evaluation, baseline first, then by name."""
        names = [path.parent.name for path in self.folder.glob("*/evaluation.json")]
        return sorted(filter(_is_method, names), key=lambda name: (name != "baseline", name))

    def evaluations(self) -> dict[str, dict[str, Evaluation]]:
        """Everything that is evaluated, by method and split; CLIP before training, where that was
        asked for, stands below as "METHOD, untrained".

        Raises:
            RunInvalid: a file is damaged.
        """
        before = [path.parent.name for path in self.folder.glob("*/before.json")]
        names = sorted(filter(_is_method, before), key=lambda name: (name != "baseline", name))
        trained = {name: read_evaluation(self.method(name).evaluation) for name in self.evaluated()}
        return trained | {
            f"{name}, untrained": read_evaluation(self.method(name).before) for name in names
        }

    def trained(self) -> list[str]:
        """Names of the methods that have a trained model, baseline first, then by name."""
        names = [path.parent.name for path in self.folder.glob("*/model")]
        return sorted(filter(_is_method, names), key=lambda name: (name != "baseline", name))

    def sample(self) -> RunSample:
        """The sample.

        Raises:
            FileMissing: none was drawn yet.
            RunInvalid: its file is damaged.
        """
        again = "draw the sample again: scenewise charades sample"
        if not self.sample_file.is_file():
            raise FileMissing(
                "there is no sample of videos here",
                path=self.sample_file,
                remedy="draw one first: scenewise charades sample",
            )
        held = _read(self.sample_file, _SAMPLE, again)
        try:
            return RunSample(
                train=_sampled(held["train"]),
                test=_sampled(held["test"]),
                videos=Path(held["videos"]),
                tables={name: Path(held["tables"][name]) for name in SPLITS},
                caption=str(held["caption"]),
                options=from_plain(SampleOptions, held["options"]),
                notes=tuple(str(note) for note in held["notes"]),
            )
        except (KeyError, TypeError, AttributeError, ScenewiseError) as error:
            raise RunInvalid(
                "the sample is damaged", path=self.sample_file, remedy=again
            ) from error

    def write_sample(self, sample: RunSample) -> None:
        """Keep a sample; the same one may be there already.

        Raises:
            RunInvalid: there is another one.
            OutputUnwritable: the folder cannot be written to.
        """
        made_folder(self.folder)
        if self.sample_file.exists() and self.sample().fingerprint != sample.fingerprint:
            raise RunInvalid(
                "this folder has another sample already",
                path=self.folder,
                remedy="choose another folder, or remove this one",
            )
        told = {
            "format": _SAMPLE,
            "tables": {name: str(path.absolute()) for name, path in sample.tables.items()},
            "videos": str(sample.videos.absolute()),
            "caption": sample.caption,
            "options": asdict(sample.options),
            "notes": list(sample.notes),
            **{name: [asdict(video) for video in sample.split(name)] for name in SPLITS},
        }
        _write(self.sample_file, told)


def write_evaluation(
    path: Path, evaluations: Mapping[str, Evaluation], about: Mapping[str, Any] | None = None
) -> None:
    """Keep the evaluations of a model.

    Args:
        path: such as `MethodFolder.evaluation`.
        evaluations: by split.
        about: what else is to be known of them, as plain values.

    Raises:
        OutputUnwritable: the folder cannot be written to.
    """
    sets = {name: asdict(one) for name, one in evaluations.items()}
    _write(path, {"format": _EVALUATION, "about": dict(about or {}), "sets": sets})


def read_evaluation(path: Path) -> dict[str, Evaluation]:
    """What `write_evaluation` kept, by split.

    Raises:
        FileMissing: there is no such file.
        RunInvalid: it is damaged.
    """
    again = "evaluate again: scenewise charades evaluate"
    if not Path(path).is_file():
        raise FileMissing("there is no evaluation here", path=path, remedy=again)
    held = _read(Path(path), _EVALUATION, again)
    try:
        return {str(name): _evaluation(one) for name, one in held["sets"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise RunInvalid("the evaluation is damaged", path=path, remedy=again) from error


def read_about(path: Path) -> dict[str, Any]:
    """What else an evaluation tells: the method, the model, the sample.

    Raises:
        FileMissing, RunInvalid: see `read_evaluation`.
    """
    read_evaluation(path)
    return dict(_read(Path(path), _EVALUATION, "").get("about") or {})


def _is_method(name: str) -> bool:
    try:
        method_named(name)
    except ScenewiseError:
        return False
    return True


def _sampled(rows: Sequence[Mapping[str, Any]]) -> tuple[Sampled, ...]:
    return tuple(Sampled(str(r["id"]), str(r["scene"]), str(r["caption"])) for r in rows)


def _evaluation(held: Mapping[str, Any]) -> Evaluation:
    return Evaluation(
        first=Count(**held["first"]),
        fifth=Count(**held["fifth"]),
        captions=int(held["captions"]),
        lengths=Lengths(**held["lengths"]),
        scenes={name: Count(**count) for name, count in held["scenes"].items()},
        **{name: Interval(**held[name]) for name in _INTERVALS},
    )


def _write(path: Path, told: Mapping[str, Any]) -> None:
    atomic_text(path, json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def _read(path: Path, form: str, remedy: str) -> dict[str, Any]:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held["format"] != form:
            raise ValueError(held["format"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunInvalid(
            "this file is damaged, or of another kind", path=path, remedy=remedy
        ) from error
    return dict(held)
