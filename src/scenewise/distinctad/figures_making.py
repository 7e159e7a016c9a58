"""What vectors say of a run (figures 6 and B.2): pictures, description, numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np

from scenewise.core.errors import ModelMissing, OptionInvalid
from scenewise.distinctad import figures_similarity as similarity
from scenewise.distinctad import figures_tsne as tsne
from scenewise.distinctad.errors import ClipsInvalid
from scenewise.distinctad.figures_drawing import (
    Drawn,
    look,
    save,
    told,
    told_interval,
    write_csv,
)
from scenewise.distinctad.figures_material import Parted, Seen, contexts, parted
from scenewise.distinctad.figures_options import FigureOptions
from scenewise.distinctad.figures_sentences import clock
from scenewise.metrics.intervals import Interval, bootstrap_mean


def tsne_figure(seen: Seen, folder: Path, options: FigureOptions) -> Drawn:
    """Draw `tsne`.

    Raises:
        FileMissing, NarratorInvalid, RunInvalid: see `Seen.narrated`.
        ClipsInvalid: the film has no such clips, or too few vectors.
    """
    narrator, sequences = seen.narrated()
    every = list(parted(narrator, sequences))
    film = seen.film(options.film)
    chosen = next(
        (one for one in every if one.film == film and one.starts[-1] >= options.start), None
    )
    if chosen is None:
        raise ClipsInvalid(
            f"no clip of {film} begins at {options.start:g} s or later",
            remedy="begin earlier: --start",
        )
    shown = tsne.planes(chosen.parts, perplexity=options.perplexity, seed=options.seed)
    over = _over_all(every, options.seed)
    count, queries = len(shown[0].clips), len(shown[0].clips) // len(chosen.starts)
    used = tsne.fitting_perplexity(count, options.perplexity)
    here = {part: tsne.measured(vectors).plain for part, vectors in chosen.parts.items()}
    sentences = [
        f"t-SNE (perplexity {used:g}) of the {count} vectors of {len(chosen.starts)} clips of "
        f"{film}, {clock(chosen.starts[0])} to {clock(chosen.starts[-1])}, each drawn as the "
        "number of its clip. Above as they are, below less the mean of the query of the "
        "Perceiver that they answer."
    ]
    rows = []
    for part, values in here.items():
        name = tsne.PARTS[part]
        sentences.append(
            f"{name}, {tsne.WHAT[part]}: silhouette by clip {told(values['silhouette'])}, by query "
            f"{told(values['by_query'])}; below, by clip {told(values['centred_silhouette'])}, "
            f"{values['centred_own_mean']:.0%} of the vectors nearest to their own clip's mean."
        )
        rows.append((f"{name}, {tsne.WHAT[part]}", *(told(values[key]) for key in _SHOWN)))
    films = len({one.film for one in every})
    for part, intervals in over.items():
        name = f"{tsne.PARTS[part]}, all {len(every)} contexts"
        rows.append((name, *(told_interval(intervals[key]) for key in _SHOWN)))
    sentences.append(
        f"Over all {len(every)} contexts ({films} film{'' if films == 1 else 's'}), by clip below: "
        + ", ".join(
            f"{tsne.PARTS[part]} {told_interval(one['centred_silhouette'])}"
            for part, one in over.items()
        )
        + " (95 % intervals from drawing films)."
    )
    alt = " ".join(sentences)
    with look():
        files = save(tsne.figure_of(shown), folder, "tsne", alt)
    points = write_csv(
        folder / "tsne.csv",
        ("part", "less mean of query", "clip", "start", "query", "x", "y"),
        (
            (plane.part, int(plane.centred), clip, chosen.starts[clip - 1], at % queries + 1,
             f"{x:.4f}", f"{y:.4f}")
            for plane in shown
            for at, ((x, y), clip) in enumerate(zip(plane.points, plane.clips, strict=True))
        ),
    )  # fmt: skip
    numbers = {
        "film": film,
        "starts": list(chosen.starts),
        "perplexity": used,
        "context": here,
        "all": {p: {k: asdict(v) for k, v in one.items()} for p, one in over.items()},
        "contexts": len(every),
    }
    headings = ("vectors", *_SHOWN.values())
    return Drawn("tsne", "Vectors of clips (figure 6)", alt, (headings, rows),
                 (*files, points), numbers)  # fmt: skip


_SHOWN: Final = {
    "silhouette": "silhouette by clip",
    "by_query": "by query",
    "centred_silhouette": "by clip, less means of queries",
    "centred_own_mean": "share nearest to own clip's mean, likewise",
    "directions": "directions",
}
"""Numbers of the page, and what it calls them."""


def _over_all(every: Sequence[Parted], seed: int) -> dict[str, dict[str, Interval]]:
    """Means over contexts of two clips at least, with intervals from drawing films."""
    found: dict[str, dict[str, dict[str, list[float]]]] = {}
    for one in every:
        for part, vectors in one.parts.items():
            if len(vectors) < 2:
                continue
            for key, value in tsne.measured(vectors).plain.items():
                films = found.setdefault(part, {}).setdefault(key, {})
                films.setdefault(one.film, []).append(value)
    return {
        part: {
            key: bootstrap_mean([float(np.mean(v)) for v in films.values()], seed=seed)
            for key, films in keys.items()
        }
        for part, keys in found.items()
    }


# --- figure B.2 -------------------------------------------------------------------------------


def similarity_figure(seen: Seen, folder: Path, options: FigureOptions) -> tuple[Drawn, list[str]]:
    """Draw `similarity`, with what Stage I and the text tower make where they are there; and
    notes about what is not.

    Raises:
        ClipsInvalid: no film has two clips.
    """
    notes = []
    before = seen.clips(adapted=False)
    vectors = {similarity.BEFORE: similarity.clip_vectors(before.vectors[:])}
    if seen.adapted:
        after = seen.clips(adapted=True)
        vectors[similarity.AFTER] = similarity.clip_vectors(after.vectors[:])
    else:
        notes.append("similarity is that of before Stage I alone: it was not done")
    try:
        vectors[similarity.SAID] = seen.said(before.sentences)
    except (ModelMissing, OptionInvalid, ClipsInvalid) as error:
        notes.append(f"similarity is without what is said: {error.what}")
    size = options.context or seen.context()
    every = [
        similarity.Context(
            film,
            before.rows[numbers[0]].span.start,
            before.rows[numbers[-1]].span.end,
            {name: similarity.similarities(rows[numbers]) for name, rows in vectors.items()},
        )
        for film, numbers in contexts(before, size)
    ]
    if not every:
        raise ClipsInvalid("no context has two clips", remedy="show larger ones, or another split")
    found = similarity.alike(every, seed=options.seed)
    shown = _from_all_films(every, options.shown)
    rows, sentences = [], [
        f"Cosines of clips that follow each other with each other: {len(shown)} contexts of up to "
        f"{size} clips, one a row, darker where more alike. Means without the diagonal over all "
        f"{len(every)} contexts of {found.films} films, with 95 % intervals from drawing films:"
    ]  # fmt: skip
    for name, mean in found.means.items():
        near, far = found.distances[name][0], found.distances[name][-1]
        sentences.append(
            f"{similarity.NAMES[name]} {told_interval(mean)}, next to each other {told(near)}, "
            f"{len(found.distances[name])} apart {told(far)};"
        )
        rows.append((similarity.NAMES[name], told_interval(mean), told(near), told(far)))
    sentences[-1] = sentences[-1].removesuffix(";") + "."
    if found.change is not None:
        sentences.append(f"Stage I changes the mean by {told_interval(found.change)}.")
        rows.append(("change by Stage I", told_interval(found.change), "", ""))
        sentences.append(_boxes_told(shown))
    alt = " ".join(sentences)
    with look():
        files = save(similarity.figure_of(shown), folder, "similarity", alt)
    cells = write_csv(
        folder / "similarity.csv",
        ("film", "start", "kind", "clip", "other", "cosine"),
        (
            (one.film, f"{one.start:.3f}", name, i + 1, j + 1, f"{value:.4f}")
            for one in every
            for name, matrix in one.matrices.items()
            for (i, j), value in np.ndenumerate(matrix)
            if j > i
        ),
    )
    numbers = {
        "means": {name: asdict(one) for name, one in found.means.items()},
        "change": None if found.change is None else asdict(found.change),
        "by_distance": {name: list(one) for name, one in found.distances.items()},
        "contexts": len(every),
        "clips": size,
        "boxes": [
            {"film": one.film, "start": one.start, **box._asdict()}
            for one in shown
            for box in similarity.told_apart(one)
        ],
    }
    headings = ("cosine of", "mean", "next to each other", "farthest apart")
    made = Drawn("similarity", "How alike neighbouring clips are (figure B.2)", alt,
                 (headings, rows), (*files, cells), numbers)  # fmt: skip
    return made, notes


def _boxes_told(shown: Sequence[similarity.Context]) -> str:
    """What the boxes are, and which clips they are around."""
    found = [
        f"{one.film}, {clock(one.start)}: clips {box.first + 1} to {box.last + 1} "
        f"from {told(box.before)} to {told(box.after)}"
        for one in shown
        for box in similarity.told_apart(one)
    ]
    rule = (
        "clips that follow each other, that looked more alike than their context on the whole, "
        "and that Stage I made less alike by clearly more than the rest of it"
    )
    if not found:
        return f"No green box is drawn: nowhere in these contexts are there {rule}."
    return f"Green boxes are around {rule}: {'; '.join(found)}."


def _from_all_films(every: Sequence[similarity.Context], most: int) -> list[similarity.Context]:
    """The first contexts of all films, then the second ones, up to a number, in their order."""
    turn: dict[str, int] = {}
    order = []
    for at, one in enumerate(every):
        turn[one.film] = turn.get(one.film, -1) + 1
        order.append((turn[one.film], at))
    return [every[at] for at in sorted(at for _, at in sorted(order)[:most])]
