"""From tables, films and a character bank to the data of a run, and back from there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from scenewise.core.errors import OptionInvalid, UnknownChoice
from scenewise.core.progress import Progress
from scenewise.distinctad.annotations import Annotations, check_durations
from scenewise.distinctad.annotations_drawn import read_drawn
from scenewise.distinctad.annotations_forms import durations_of, find_films, read_annotations
from scenewise.distinctad.banks import CharacterBank, check_bank, read_bank
from scenewise.distinctad.clips import ClipOptions
from scenewise.distinctad.errors import RunInvalid
from scenewise.distinctad.eyes import Eyes
from scenewise.distinctad.film_features import Clips, looked_at
from scenewise.distinctad.film_features_public import PublicFeatures, public_clips
from scenewise.distinctad.options import DataOptions
from scenewise.distinctad.runs import SPLITS, Run, RunData, Source


@dataclass(frozen=True)
class Material:
    """What the data of a run are.

    Args:
        annotations: of all films.
        videos: files by name; empty where there are features.
        features: of whole films; None where there are videos.
        bank: of characters; None without one.
        own_test: films of the table to test on; empty where there is none.
        notes: sentences for people about what was left out.
    """

    annotations: Annotations
    videos: Mapping[str, Path]
    features: PublicFeatures | None
    bank: CharacterBank | None
    own_test: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def fingerprint(self, films: Sequence[str]) -> str:
        """Tells rows of some films apart from others."""
        rows = self.annotations.only(films).rows
        told = [[row.film, row.span.start, row.span.end, row.text, row.file] for row in rows]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def prepared(
    source: Source,
    clip: str,
    options: DataOptions | None = None,
    clips: ClipOptions | None = None,
) -> RunData:
    """The data of a run, once it is known that all of them are there and fit each other.

    Films whose length differs from the annotation's by more than a minute are left out and told
    (appendix E).

    Raises:
        OptionInvalid, UnknownChoice: see `read_material` and `divided`.
        BankInvalid: films or characters are not in the bank.
        ScenewiseError: a table, a film, features or the bank cannot be used.
    """
    options = options or DataOptions()
    material = read_material(source, options)
    found = durations_of(material.annotations, material.videos)
    if material.features is not None:
        found = {film: material.features.duration(film) for film in material.annotations.films}
    kept, differ = check_durations(material.annotations, found)
    if material.bank is not None:
        check_bank(kept, material.bank)
    films = divided(kept.films, options, [f for f in material.own_test if f in kept.films])
    every = [film for split in films.values() for film in split]
    return RunData(
        source=source,
        films=films,
        fingerprint=material.fingerprint(every),
        clip=clip,
        options=options,
        clips=clips or ClipOptions(),
        notes=(*material.notes, *map(str, differ)),
    )


def material_of(data: RunData) -> Material:
    """What the data of a run are, as they lie on the disk.

    Raises:
        RunInvalid: tables are not what they were.
        ScenewiseError: see `read_material`.
    """
    material = read_material(data.source, data.options)
    every = [film for split in data.films.values() for film in split]
    if material.fingerprint(every) != data.fingerprint:
        raise RunInvalid(
            "the descriptions are not those that the run was prepared with",
            path=data.source.drawn or data.source.table,
            remedy="put them back, or prepare a run in another folder",
        )
    return material


def read_material(source: Source, options: DataOptions) -> Material:
    """Read tables and bank, and find films.

    Raises:
        OptionInvalid: it is not said where descriptions or films are.
        ScenewiseError: something is not there, or damaged; see `read_drawn`, `read_annotations`,
            `find_films`, `PublicFeatures`, `read_bank`.
    """
    if source.drawn is not None:
        if source.table or source.videos or source.features or source.test_table or source.bank:
            raise OptionInvalid(
                "--drawn has descriptions, films and characters of its own",
                remedy="leave the other paths out",
            )
        drawn = read_drawn(source.drawn, missing=options.missing)
        return Material(drawn.annotations, drawn.videos, None, drawn.bank)
    if source.table is None or (source.videos is None) == (source.features is None):
        raise OptionInvalid(
            "it must be said where descriptions and films are",
            remedy="give --drawn, or --table with one of --videos and --features",
        )
    features = PublicFeatures(source.features) if source.features else None
    told = [_read(path, source, options, features)
            for path in (source.table, source.test_table) if path is not None]  # fmt: skip
    (first, videos, notes), more = told[0], told[1:]
    own_test: tuple[str, ...] = ()
    for test, its_videos, its_notes in more:
        own_test = test.films
        rest = [film for film in first.films if film not in own_test]
        first = replace(
            first,
            rows=(*first.only(rest).rows, *test.rows),
            durations={**first.durations, **test.durations},
            imdb={**first.imdb, **test.imdb},
        )
        videos, notes = {**videos, **its_videos}, [*notes, *its_notes]
    bank = read_bank(source.bank, portraits=source.portraits) if source.bank else None
    return Material(first, videos, features, bank, own_test, tuple(notes))


def _read(
    path: Path, source: Source, options: DataOptions, features: PublicFeatures | None
) -> tuple[Annotations, dict[str, Path], list[str]]:
    told = read_annotations(path, options.form, faults=options.faults)
    notes = list(told.notes())
    videos: dict[str, Path] = {}
    if features is None:
        assert source.videos is not None
        told, videos, lost = find_films(told, source.videos, missing=options.missing)
    else:
        lost = tuple(film for film in told.films if not features.has(film))
        if lost and (options.missing == "refuse" or len(lost) == len(told.films)):
            features.of(lost[0])  # which says what is wrong
        told = told.only([film for film in told.films if film not in lost])
    if lost:
        notes.append(f"{len(lost)} films left out: they are not there")
    return told, videos, notes


def divided(
    films: Sequence[str], options: DataOptions, own_test: Sequence[str] = ()
) -> dict[str, tuple[str, ...]]:
    """Films to train on, to validate with and to test on.

    Args:
        films: all of them.
        options: shares, or names.
        own_test: films that are to be tested on in any case, in place of `options.test`.

    Raises:
        UnknownChoice: a film is not there.
        OptionInvalid: a film is in two splits, or none is left to train on.
    """
    order = np.random.default_rng(options.seed).permutation(sorted(films))
    named = {*own_test, *_named(options.test, films), *_named(options.validation, films)}
    drawn = [str(film) for film in order if film not in named]
    test = list(own_test) or _named(options.test, films) or _share(options.test, drawn, len(films))
    rest = [film for film in drawn if film not in test]
    validation = _named(options.validation, films) or _share(options.validation, rest, len(films))
    both = sorted(set(test) & set(validation))
    if both:
        raise OptionInvalid(
            f"the film {both[0]} cannot be both to test on and to validate with",
            remedy="name it once",
        )
    train = set(films) - set(test) - set(validation)
    if not train:
        raise OptionInvalid(
            f"of {len(films)} films none is left to train on",
            remedy="give smaller --test and --validation, or more films",
        )
    sets = {"train": train, "validation": set(validation), "test": set(test)}
    return {split: tuple(film for film in films if film in sets[split]) for split in SPLITS}


def _share(told: str, drawn: Sequence[str], count: int) -> list[str]:
    """The first films, as many as a share of all; one at least unless the share is zero."""
    share = float(told or 0)
    return list(drawn[: max(1, round(share * count)) if share else 0])


def _named(told: str, films: Sequence[str]) -> list[str]:
    """Films by their names; none where a share is told."""
    try:
        if 0 <= float(told or 0) < 1:
            return []
    except ValueError:
        pass  # a name
    names = [name.strip() for name in told.split(",") if name.strip()]
    strange = [name for name in names if name not in films]
    if strange:
        raise UnknownChoice(
            f"there is no film {strange[0]!r}",
            remedy="give a share such as 0.2, or names of the table between commas",
        )
    return names


def clips_of(
    run: Run,
    data: RunData,
    material: Material,
    films: Sequence[str],
    eyes: Eyes | None,
    *,
    kind: str = "frames",
    progress: Progress | None = None,
) -> Clips:
    """The clips of some films, from the run's cache where they are there.

    Raises:
        FeaturesInvalid, ScenewiseError: see `looked_at` and `public_clips`.
    """
    annotations = material.annotations.only(films)
    if material.features is not None:
        return public_clips(annotations, material.features, options=data.clips)
    assert eyes is not None
    return looked_at(
        annotations, material.videos, eyes, run.looked, kind=kind, options=data.clips,
        progress=progress,
    )  # fmt: skip
