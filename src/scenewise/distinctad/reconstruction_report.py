"""What comes of reading sentences back (appendix A): a table beside the paper's, and curves."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scenewise.core.progress import Progress
from scenewise.distinctad.annotations import Annotation
from scenewise.distinctad.annotations_writing import write_predictions
from scenewise.distinctad.figures_drawing import RULE, Drawn, look, panels, save, told
from scenewise.distinctad.figures_options import ReconstructionOptions
from scenewise.distinctad.reconstruction import CLS, WORDS
from scenewise.distinctad.runs import write_json
from scenewise.media.atomic import atomic_text
from scenewise.metrics.score_material import PREDICTIONS, REFERENCES, Material, Told
from scenewise.metrics.score_options import ScoreOptions
from scenewise.metrics.scoring import Score, score

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMES: Final = {
    CLS: "[CLS] alone",
    WORDS: "all words",
    "nearest": "nearest of training by [CLS]",
    "copied": "the sentence before",
}
"""What sentences are made of, as tables call it."""

PAPER: Final[Mapping[str, Mapping[str, float]]] = {
    CLS: {"BLEU-1": 29.3, "BLEU-2": 16.4, "BLEU-3": 9.2, "BLEU-4": 5.1, "METEOR": 13.2,
          "ROUGE-L": 29.4, "CIDEr": 92.2, "SPICE": 19.4},
    WORDS: {"BLEU-1": 80.8, "BLEU-2": 74.4, "BLEU-3": 68.4, "BLEU-4": 63.0, "METEOR": 47.4,
            "ROUGE-L": 82.4, "CIDEr": 612.5, "SPICE": 66.4},
}  # fmt: skip
"""Table A.1: MAD-Eval, after ten epochs on MAD-v2-Named, with CLIP's text tower and GPT-2."""

CURVE: Final = 512
"""Held-out sentences whose loss is followed."""


@dataclass(frozen=True)
class Reconstructed:
    """What came of it.

    Args:
        page: table, curve and description, as Markdown.
        drawn: the figure with its numbers.
        notes: sentences for people.
    """

    page: Path
    drawn: Drawn
    notes: tuple[str, ...]


def write_reconstruction(
    folder: Path,
    split: str,
    rows: Sequence[Annotation],
    lines: Mapping[str, Sequence[str]],
    curves: Mapping[str, Sequence[tuple[int, float]]],
    known: Sequence[str],
    options: ReconstructionOptions,
    language: str,
    progress: Progress,
    notes: Sequence[str] = (),
) -> Reconstructed:
    """Score sentences and write all that is told of them.

    Args:
        folder: where it goes; made where it is missing.
        split: whose sentences.
        rows: as people say them.
        lines: what is said in their place, by a key of `NAMES`, `CLS` and `WORDS` among them.
        curves: (step, loss) by input.
        known: sentences of training.
        options: how they were made, and which measures.
        language: name of the language model.
        progress: who shows how far it is.
        notes: sentences for people about what was done before.

    Raises:
        OutputUnwritable: the folder cannot be written to.
        UnknownChoice: there is no such measure.
    """
    scores = scored(rows, lines, options, progress)
    texts = [row.text for row in rows]
    exact = {
        name: sum(_plain(a) == _plain(b) for a, b in zip(own, texts, strict=True)) / len(texts)
        for name, own in lines.items()
    }
    seen = {_plain(text) for text in known}
    repeated = sum(_plain(text) in seen for text in texts) / len(texts)
    any_score = next(iter(scores.values()))
    measures = list(any_score.figures)
    headings = ["made of", *measures, "word for word"]
    table = [
        [
            NAMES[name],
            *(_value(scores[name], measure) for measure in measures),
            f"{exact[name]:.0%}",
        ]
        for name in lines
    ]
    table += [
        [f"{NAMES[name]}, in the paper", *(str(one.get(measure, "")) for measure in measures), ""]
        for name, one in PAPER.items()
    ]
    ends = ", ".join(
        f"from {NAMES[which]} {_changed(points[0][1], points[-1][1])}"
        for which, points in curves.items()
    )
    alt = (
        f"Loss of {min(len(rows), CURVE)} held-out sentences over {curves[CLS][-1][0]} steps of "
        f"training, in nats a token: {ends}. Of {len(rows)} sentences {exact[WORDS]:.0%} are read "
        f"back word for word from all words and {exact[CLS]:.0%} from [CLS] alone; "
        f"{repeated:.0%} of them are among those of training as well."
    )
    # made by its first file
    write_json(folder / "reconstruction.json", {})
    files = []
    for name, own in lines.items():
        files.append(folder / f"{name}.csv")
        write_predictions(files[-1], rows, own)
    with look():
        pictures = save(curve_figure(curves), folder, "reconstruction", alt)
    absent = [f"without {one.measure}: {one.error}" for one in any_score.absent]
    scored_notes = [note for one in scores.values() for note in one.notes]
    notes = tuple(dict.fromkeys([*notes, *scored_notes, *absent]))
    numbers = {
        "split": split,
        "language model": language,
        "sentences": len(rows),
        "among those of training": repeated,
        "word for word": exact,
        "measures": {
            name: {
                measure: dataclasses.asdict(figures[PREDICTIONS])
                for measure, figures in one.figures.items()
            }
            for name, one in scores.items()
        },
        "paper": PAPER,
        "loss": {which: [list(point) for point in points] for which, points in curves.items()},
        "options": dataclasses.asdict(options),
    }
    drawn = Drawn("reconstruction", "Sentences read back (appendix A)", alt, (headings, table),
                  (*pictures, *files), numbers)  # fmt: skip
    write_json(folder / "reconstruction.json", {"alt": alt, **numbers, "notes": list(notes)})
    page = folder / "reconstruction.md"
    atomic_text(page, "\n".join([drawn.markdown, *(f"- {note}\n" for note in notes)]))
    return Reconstructed(page, drawn, notes)


def score_options(options: ReconstructionOptions) -> ScoreOptions:
    """How sentences are scored.

    Raises:
        UnknownChoice: there is no such measure.
    """
    return ScoreOptions(metrics=options.metrics, tokens=options.tokens)


def scored(
    rows: Sequence[Annotation],
    lines: Mapping[str, Sequence[str]],
    options: ReconstructionOptions,
    progress: Progress,
) -> dict[str, Score]:
    """Figures of each of some sets of sentences, against those of the rows."""
    places: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        places.setdefault(row.film, []).append(at)
    truth = Told(REFERENCES, [row.text for row in rows], places)
    how = score_options(options)
    return {
        name: score(
            Material(Told(PREDICTIONS, own, places), truth, {}, matched=True),
            how,
            progress=progress,
        )
        for name, own in lines.items()
    }


def _value(one: Score, measure: str) -> str:
    figure = one.figures[measure][PREDICTIONS] if measure in one.figures else None
    if figure is None or figure.value is None:
        return "–"
    text = told(figure.value, 1)
    if figure.interval is not None:
        text += f" ({told(figure.interval.low, 1)} to {told(figure.interval.high, 1)})"
    return text


def _changed(first: float, last: float) -> str:
    if told(first) == told(last):
        return f"it stays at {told(last)}"
    return f"it {'falls' if last < first else 'rises'} from {told(first)} to {told(last)}"


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


_LINES: Final = {CLS: ("#c8681e", "--", "o"), WORDS: ("#0b5a78", "-", "s")}


def curve_figure(curves: Mapping[str, Sequence[tuple[int, float]]]) -> Figure:
    """Held-out loss over steps, a line for each input; lines differ in more than colour."""
    figure, [[axes]] = panels(7.0, 4.2, 1, 1)
    for which, points in curves.items():
        colour, line, mark = _LINES[which]
        steps, losses = zip(*points, strict=True)
        axes.plot(steps, losses, line, color=colour, marker=mark, ms=4, label=NAMES[which])
        axes.annotate(NAMES[which], (steps[-1], losses[-1]), (6, 0), color=colour,
                      textcoords="offset points", va="center", fontsize=9)  # fmt: skip
    axes.set_ylim(0, None)
    axes.set_xlabel("steps")
    axes.set_ylabel("loss of held-out sentences, nats a token")
    axes.set_title("Sentences read back from CLIP's text features", loc="left", fontweight="bold")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color=RULE, lw=0.8)
    axes.set_axisbelow(True)
    return figure
