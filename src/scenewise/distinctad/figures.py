"""Figures of a run, each with its description in words and the numbers behind it.

Fang et al. 2025: figure 5 (`strips`), figure 6 (`tsne`), figure B.2 (`similarity`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from scenewise.core.errors import FileMissing, ModelMissing, OutputUnwritable, UnknownChoice
from scenewise.core.progress import Progress
from scenewise.distinctad.errors import ClipsInvalid, RunInvalid
from scenewise.distinctad.figures_drawing import Drawn, need_matplotlib
from scenewise.distinctad.figures_making import similarity_figure, tsne_figure
from scenewise.distinctad.figures_material import Seen, predicted
from scenewise.distinctad.figures_options import FigureOptions
from scenewise.distinctad.figures_strips_making import strips_figure
from scenewise.distinctad.options import LookOptions
from scenewise.distinctad.runs import Run
from scenewise.media.atomic import atomic_text

FIGURES: Final = ("tsne", "similarity", "strips")
PAGE, NUMBERS = "figures.md", "figures.json"


@dataclass(frozen=True)
class Figures:
    """What was drawn.

    Args:
        page: all figures with their descriptions and numbers, as Markdown.
        drawn: each of them.
        notes: sentences for people about what was left out.
    """

    page: Path
    drawn: tuple[Drawn, ...]
    notes: tuple[str, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """All that was written."""
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
    asked for by its name is an error then.

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
    _make(folder)
    makers: dict[str, Callable[[], tuple[Drawn, Sequence[str]]]] = {
        "tsne": lambda: (tsne_figure(seen, folder, options), ()),
        "similarity": lambda: similarity_figure(seen, folder, options),
        "strips": lambda: strips_figure(seen, folder, options, tables),
    }
    drawn: list[Drawn] = []
    notes: list[str] = []
    with seen.progress.step("Drawing", len(only or FIGURES)) as step:
        for name in only or FIGURES:
            try:
                one, more = makers[name]()
                drawn.append(one)
                notes += more
            except (FileMissing, RunInvalid, ClipsInvalid, ModelMissing) as error:
                if only:
                    raise
                notes.append(f"{name} left out: {error.what}")
            step.advance()
    if not drawn:
        raise RunInvalid("nothing can be drawn yet: " + "; ".join(notes), path=run.folder,
                         remedy="go through the steps: scenewise distinctad --help")  # fmt: skip
    held = {
        "split": split,
        "films": list(seen.films),
        "options": asdict(options),
        "figures": {one.name: {"alt": one.alt, **one.numbers} for one in drawn},
        "notes": notes,
    }
    atomic_text(folder / NUMBERS, json.dumps(held, indent=1, ensure_ascii=False) + "\n")
    parts = [f"# Figures of the {split} films\n", *(one.markdown for one in drawn)]
    parts += [f"- {note}\n" for note in notes]
    atomic_text(folder / PAGE, "\n".join(parts))
    return Figures(folder / PAGE, tuple(drawn), tuple(notes))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputUnwritable(
            f"the folder cannot be made ({error.strerror})", path=folder,
            remedy="choose a folder you may write to",
        ) from error  # fmt: skip
