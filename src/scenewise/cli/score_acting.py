"""What `scenewise score` does once its flags are parsed."""

from __future__ import annotations

import csv as csv_files
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scenewise.cli.showing import Terminal
from scenewise.cli.telling import out, out_json, tell_columns, tell_notes
from scenewise.core.errors import ComponentMissing, InputError

if TYPE_CHECKING:
    from scenewise.cli.manner import Manner
    from scenewise.metrics.ad_tables import AdTable
    from scenewise.metrics.intervals import Interval
    from scenewise.metrics.score_figures import Figure, Lead
    from scenewise.metrics.score_material import Material
    from scenewise.metrics.score_options import ScoreOptions
    from scenewise.metrics.scoring import Score

_COLUMNS: Final = ("film", "system", "measure", "value", "low", "high", "clips")
_SCRIPTS: Final = (".vtt", ".srt", ".xml", ".ttml", ".dfxp", ".ad.json")
_PARTS: Final = (".ad", ".dapt", ".described", ".descriptions", ".human", ".truth")
_NEEDS: Final = {
    "meteor": "METEOR (Java)",
    "spice": "SPICE (Java, --corenlp)",
    "bertscore": "BERTScore (--bert)",
    "llm-ad-eval": "LLM-AD-eval (--judge)",
    "critic": "CRITIC (--coref, --cast)",
    "soda": "SODA and SODA-T (times of their own)",
}


def act_score(
    predictions: Path,
    references: Path | None,
    options: ScoreOptions,
    manner: Manner,
    *,
    against: Path | None,
    per_film: bool,
    csv: bool,
) -> int:
    """`scenewise score`."""
    terminal = Terminal(quiet=manner.quiet or manner.json or csv, plain=manner.plain)
    scored, material = scored_files(predictions, references, options, terminal, against)
    if csv:
        _tell_csv(scored)
    elif manner.json:
        out_json(plain_score(scored, material, options))
    else:
        tell_score(scored, material, options, per_film=per_film)
    return absent_told(scored)


def scored_files(
    predictions: Path,
    references: Path | None,
    options: ScoreOptions,
    terminal: Terminal,
    against: Path | None = None,
) -> tuple[Score, Material]:
    """All figures of a file of predictions, and what they are of."""
    from scenewise.metrics.ad_tables import PREDICTED, TEXTS
    from scenewise.metrics.score_material import prepare
    from scenewise.metrics.scoring import score

    with terminal.step("Reading"):
        ours, truth = _tables(predictions, references)
        other = None if against is None else _table(against, (*PREDICTED, *TEXTS))
        material = prepare(ours, truth, options, other, by_row=references is None)
    return score(material, options, progress=terminal), material


def absent_told(scored: Score) -> int:
    """Say what was asked for by name and could not be measured; the exit code."""
    wanted = [one for one in scored.absent if one.named]
    sys.stderr.writelines(f"scenewise: {one.measure}: {one.error}\n" for one in wanted)
    return ComponentMissing.exit_code if wanted else 0


def _tables(predictions: Path, references: Path | None) -> tuple[AdTable, AdTable]:
    from scenewise.metrics.ad_tables import PREDICTED, TEXTS, TRUE

    ours = _table(predictions, (*PREDICTED, *TEXTS))
    if references is not None:
        return ours, _table(references, (*TRUE, *TEXTS))
    if not ours.has(TRUE):
        raise InputError(
            f"it has no column with references ({', '.join(TRUE)})",
            path=predictions,
            remedy="name a file with references as well",
        )
    return ours, _table(predictions, TRUE)


def _table(path: Path, words: tuple[str, ...]) -> AdTable:
    """A table, or the lines of a script or captions file as one."""
    from scenewise.metrics.ad_tables import AdRow, AdTable, read_table

    if not _is_script(path):
        return read_table(path, words=words)
    from scenewise.description.formats import read_cues

    cues = read_cues(path)
    film = path.name
    for _ in range(3):
        film = film.removesuffix(Path(film).suffix) if Path(film).suffix in _ENDS else film
    rows = tuple(
        AdRow(film, cue.span.start, cue.span.end, " ".join(cue.text.split()), number=i,
              cells={"film": film, "start": cue.span.start, "end": cue.span.end})
        for i, cue in enumerate(cues, 1)
    )  # fmt: skip
    if not rows:
        raise InputError("there is no line in it", path=path, remedy="give a script with lines")
    return AdTable(path, rows, ("film", "start", "end", "sentence"))


_ENDS: Final = frozenset({*_SCRIPTS, *_PARTS, ".json"})


def _is_script(path: Path) -> bool:
    """Whether it is one by its name, or JSON that holds a script's lines."""
    if path.name.lower().endswith(_SCRIPTS):
        return True
    if path.suffix.lower() != ".json" or not path.is_file():
        return False
    try:
        value = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return False  # whoever reads it as a table says what is wrong
    return isinstance(value, dict) and isinstance(value.get("descriptions"), list)


# --- for people -----------------------------------------------------------------------------


def tell_score(scored: Score, material: Material, options: ScoreOptions, *, per_film: bool) -> None:
    """Figures in columns, systems side by side."""
    lines, films = sum(scored.clips.values()), len(scored.clips)
    how = f", matched by {material.by}" if material.matched else ""
    if material.against_by not in ("", material.by):
        how += f" (against: by {material.against_by})"
    out(f"{_count(lines, 'description')} of {_count(films, 'film')}{how}")
    _tell_all_films(scored, material.references.name, options)
    if per_film:
        _tell_films(scored)
    tell_notes(scored.notes)
    for one in scored.absent:
        if not one.named:
            out(f"Left out: {one.measure}: {one.error}")
    left = [text for name, text in _NEEDS.items() if name not in options.chosen]
    if left and not options.named:
        out(f"Not asked for: {', '.join(left)}; see --metrics")


def _tell_all_films(scored: Score, references: str, options: ScoreOptions) -> None:
    """Measures against references with the lead over the baselines; then those which the
    references have as well, beside theirs."""
    if not scored.figures:
        return
    against = {name: row for name, row in scored.figures.items() if references not in row}
    beside = {name: row for name, row in scored.figures.items() if references in row}
    if against:
        _tell_systems(against, {"lead": scored.leads, "difference": scored.differences})
    if beside:
        _tell_systems(beside, {"difference": scored.differences})
    told = ["Times 100, except for LLM-AD-eval (0 to 5)"]
    if any(f.interval for row in scored.figures.values() for f in row.values()):
        told.append(f"in brackets: intervals of {100 * options.level:.3g} % over films")
    if against and scored.leads:
        told.append("lead: over the better baseline, on the same films")
    if scored.differences:
        told.append("difference: from the other system, on the same films")
    if any(scored.lower_is_better(name) for name in scored.figures):
        told.append("repetition is better when low")
    out("; ".join(told))


def _tell_systems(
    figures: Mapping[str, Mapping[str, Figure]], ahead: Mapping[str, Mapping[str, Lead]]
) -> None:
    """Systems side by side, then how far the first is from others where that is known."""
    systems = list(dict.fromkeys(system for row in figures.values() for system in row))
    known = {label: leads for label, leads in ahead.items() if leads}
    rows = [
        [
            name,
            *(_shown(row.get(one)) for one in systems),
            *(_led(leads.get(name)) for leads in known.values()),
        ]
        for name, row in figures.items()
    ]
    tell_columns(["", *systems, *known], rows)


def _tell_films(scored: Score) -> None:
    """A line for each film and system; films that a measure alone knows come last, as those that
    only casts tell apart."""
    measures = list(scored.figures)
    systems = list(dict.fromkeys(name for row in scored.figures.values() for name in row))
    figures = [figure for row in scored.figures.values() for figure in row.values()]
    lines: dict[str, str] = {film: str(count) for film, count in scored.clips.items()}
    lines |= {film: "-" for figure in figures for film in figure.films if film not in lines}
    rows = [
        [
            count,
            *(_of_film(scored.figures[name].get(system), film) for name in measures),
            system,
            film or "(no name)",
        ]
        for film, count in lines.items()
        for system in systems
    ]
    out("By film:")
    tell_columns(["lines", *(name.removesuffix(" (words)") for name in measures), "", "film"], rows)


def _of_film(figure: Figure | None, film: str) -> str:
    value = figure.films.get(film) if figure else None
    return "-" if value is None else f"{value:.1f}"


def _shown(figure: Figure | None) -> str:
    if figure is None or figure.value is None:
        return "-"
    return f"{figure.value:.2f}{_brackets(figure.interval)}"


def _led(lead: Lead | None) -> str:
    """With as many decimals as tell on which side of zero its interval ends."""
    if lead is None:
        return "-"
    if lead.interval is None:
        return f"{lead.difference:+.2f}"
    low, high = map(_end, (lead.interval.low, lead.interval.high))
    return f"{lead.difference:+.2f} [{low}, {high}]"


def _end(value: float) -> str:
    told = (f"{value:.{digits}f}" for digits in range(1, 7))
    return next((one for one in told if float(one)), "0.0")


def _brackets(interval: Interval | None) -> str:
    if interval is None:
        return ""
    low, high = (round(end, 1) + 0.0 for end in (interval.low, interval.high))  # no -0.0
    return f" [{low:.1f}, {high:.1f}]"


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


# --- for programs ---------------------------------------------------------------------------


def plain_score(scored: Score, material: Material, options: ScoreOptions) -> dict[str, Any]:
    """A score as plain values."""
    return {
        "matched_by": material.by or None,
        "counts": dict(material.counts),
        "films": dict(scored.clips),
        "level": options.level,
        "seed": options.seed,
        "tokens": options.tokens,
        **(
            {
                "against": {
                    "matched_by": material.against_by or None,
                    "counts": dict(material.against_counts),
                }
            }
            if material.against
            else {}
        ),
        "measures": [
            {
                "measure": name,
                "lower_is_better": scored.lower_is_better(name),
                "systems": {system: _plain(figure) for system, figure in row.items()},
                "lead": _plain_lead(scored.leads.get(name)),
                **(
                    {"difference": _plain_lead(scored.differences.get(name))}
                    if material.against
                    else {}
                ),
            }
            for name, row in scored.figures.items()
        ],
        "absent": [
            {"measure": one.measure, "reason": str(one.error), "asked_by_name": one.named}
            for one in scored.absent
        ],
        "notes": list(scored.notes),
    }


def _plain(figure: Figure) -> dict[str, Any]:
    return {
        "value": figure.value,
        "low": figure.interval.low if figure.interval else None,
        "high": figure.interval.high if figure.interval else None,
        "films": dict(figure.films),
    }


def _plain_lead(lead: Lead | None) -> dict[str, Any] | None:
    if lead is None:
        return None
    return {
        "over": lead.over,
        "value": lead.difference,
        "low": lead.interval.low if lead.interval else None,
        "high": lead.interval.high if lead.interval else None,
    }


def _tell_csv(scored: Score) -> None:
    writer = csv_files.DictWriter(sys.stdout, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_rows(scored))


def _rows(scored: Score) -> Iterator[dict[str, object]]:
    """A row for all films together (`film` is empty), then one for each; after the systems how
    far the predictions are from the better baseline, and from another system."""
    for measure, systems in scored.figures.items():
        for system, figure in systems.items():
            yield _whole_row(scored, system, measure, figure.value, figure.interval)
            for film, value in figure.films.items():
                clips = scored.clips.get(film, "")
                named = {"film": film, "system": system, "measure": measure}
                yield {**named, "value": _cell(value), "clips": clips}
        for label, leads in (("lead over", scored.leads), ("difference from", scored.differences)):
            if lead := leads.get(measure):
                system = f"{label} {lead.over}"
                yield _whole_row(scored, system, measure, lead.difference, lead.interval)


def _whole_row(
    scored: Score, system: str, measure: str, value: float | None, interval: Interval | None
) -> dict[str, object]:
    return {
        "film": "", "system": system, "measure": measure, "value": _cell(value),
        "low": _cell(interval.low if interval else None),
        "high": _cell(interval.high if interval else None),
        "clips": sum(scored.clips.values()),
    }  # fmt: skip


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"
