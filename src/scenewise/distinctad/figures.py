"""Figures of a run, each with its description in words and the numbers behind it.

Fang et al. 2025: figure 5 (`strips`), figure 6 (`tsne`), figure B.2 (`similarity`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from scenewise.core.errors import FileMissing, ModelMissing, UnknownChoice
from scenewise.core.progress import Progress
from scenewise.distinctad.errors import ClipsInvalid, RunInvalid
from scenewise.distinctad.figures_drawing import Drawn, need_matplotlib
from scenewise.distinctad.figures_making import similarity_figure, tsne_figure
from scenewise.distinctad.figures_material import Seen, predicted
from scenewise.distinctad.figures_options import FigureOptions
from scenewise.distinctad.figures_page import NUMBERS, Entry, standing, write_page
from scenewise.distinctad.figures_strips_making import strips_figure
from scenewise.distinctad.options import LookOptions
from scenewise.distinctad.runs import Run
from scenewise.media.atomic import made_folder
from scenewise.models import hub

FIGURES: Final = ("tsne", "similarity", "strips")


@dataclass(frozen=True)
class Figures:
    """What was drawn.

    Args:
        page: all figures with their descriptions and numbers, as Markdown.
        drawn: each of them.
        kept: names of those on the page that were drawn before and still stand.
        notes: sentences for people about what was left out.
    """

    page: Path
    drawn: tuple[Drawn, ...]
    kept: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """All that was written now."""
        return (self.page, self.page.with_name(NUMBERS), *(p for d in self.drawn for p in d.files))


def draw_figures(
    run: Run,
    folder: Path,
    options: FigureOptions | None = None,
    view: LookOptions | None = None,
    *,
    split: str = "test",
    only: Sequence[str] = (),
    beside: Mapping[str, Path] | None = None,
    narrator: Path | None = None,
    language: str = "",
    progress: Progress | None = None,
) -> Figures:
    """Draw the figures of a run's films.

    What a figure needs and the run does not have leaves that figure out, with a note; one that is
    asked for by its name is an error then. Of those that are not asked for, the page keeps what was
    drawn before of the same films, models and sentences.

    Args:
        run: with data; with Stage I, a narrator and predictions where their figures are wanted.
        folder: where they go; made where it is missing.
        options: which clips, and how.
        view: how CLIP looks.
        split: `train`, `validation` or `test`.
        only: names of `FIGURES`; all by default.
        beside: further tables of predictions for strips, by the name to show.
        narrator: folder of another one than the run's, for t-SNE.
        language: where its language model is, if not where it was.
        progress: who shows how far it is.

    Raises:
        UnknownChoice: there is no such figure, split or film.
        FileMissing: nothing was prepared, or a table of `beside` is not there.
        RunInvalid: nothing could be drawn.
        ComponentMissing: matplotlib is not installed.
        OutputUnwritable: the folder cannot be written to.
        ScenewiseError: films, models or tables cannot be used.
    """
    options, view = options or FigureOptions(), view or LookOptions()
    unknown = [name for name in only if name not in FIGURES]
    if unknown:
        raise UnknownChoice(
            f"there is no figure {unknown[0]!r}", remedy=f"choose: {', '.join(FIGURES)}"
        )
    need_matplotlib()
    seen = Seen(run, split, view, narrator=narrator, language=language, progress=progress)
    seen.film(options.film)
    tables = {name: predicted(path, seen.rows) for name, path in (beside or {}).items()}
    made_folder(folder)
    makers: dict[str, Callable[[], tuple[Drawn, Sequence[str]]]] = {
        "tsne": lambda: (tsne_figure(seen, folder, options), ()),
        "similarity": lambda: similarity_figure(seen, folder, options),
        "strips": lambda: strips_figure(seen, folder, options, tables),
    }
    of = _drawn_of(seen)
    drawn: dict[str, Entry] = {}
    left: list[str] = []
    with seen.progress.step("Drawing", len(only or FIGURES)) as step:
        for name in only or FIGURES:
            try:
                one, notes = makers[name]()
                drawn[name] = Entry(one, of[name], asdict(options), tuple(notes))
            except (FileMissing, RunInvalid, ClipsInvalid, ModelMissing) as error:
                if only:
                    raise
                left.append(f"{name} left out: {error.what}")
            step.advance()
    if not drawn:
        raise RunInvalid("nothing can be drawn yet: " + "; ".join(left), path=run.folder,
                         remedy="go through the steps: scenewise distinctad --help")  # fmt: skip
    others = {name: told for name, told in of.items() if only and name not in drawn}
    kept = {one.drawn.name: one for one in standing(folder, others)}
    shown = {**kept, **drawn}
    entries = [shown[name] for name in FIGURES if name in shown]
    page = write_page(folder, split, seen.films, entries, left)
    told = [note for one in drawn.values() for note in one.notes]
    return Figures(page, tuple(one.drawn for one in drawn.values()), tuple(kept), (*told, *left))


def _drawn_of(seen: Seen) -> dict[str, dict[str, Any]]:
    """By figure, what it shows: the same again shows the same."""
    stage1, predictions = seen.run.adapted, seen.run.predictions(seen.split)
    common = {
        "split": seen.split,
        "films": list(seen.films),
        "data": seen.data.fingerprint,
        "clip": seen.data.clip,
        "stage 1": hub.fingerprint(stage1) if seen.adapted else "",
        "narrator": hub.fingerprint(seen.folder) if seen.folder.is_dir() else "",
    }
    told = predictions.read_bytes() if predictions.is_file() else b""
    own = {"strips": {"told": hashlib.sha256(told).hexdigest()[:16]}}
    return {name: {**common, **own.get(name, {})} for name in FIGURES}
