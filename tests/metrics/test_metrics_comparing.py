"""Two systems beside each other: which clips count, and how far one is from the other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scenewise.core.errors import InputError
from scenewise.metrics.ad_tables import AdRow, AdTable
from scenewise.metrics.llm_ad_eval import Judged
from scenewise.metrics.score_material import AGAINST, COPIED, PREDICTIONS, SAME, prepare
from scenewise.metrics.score_options import ScoreOptions
from scenewise.metrics.score_tools import Tools
from scenewise.metrics.scoring import Score, score

STORY = [
    "A man opens a door.", "He looks around the room.", "A dog barks at him.",
    "She takes a cup from the table.", "Rain falls on the street.", "They run to the car.",
]  # fmt: skip
ALL = "cider,bleu,rouge-l,recall,distinct,repetition,soda,soda-t"


def rows(lines: dict[str, list[str]], shift: float = 0.0, name: str = "table.csv") -> AdTable:
    found = [
        AdRow(film, 10 * i + shift, 10 * i + 3 + shift, text, number=i + 1,
              cells={"movie": film, "start": 10 * i + shift, "end": 10 * i + 3 + shift})
        for film, texts in lines.items()
        for i, text in enumerate(texts)
    ]  # fmt: skip
    return AdTable(Path(name), tuple(found), ("movie", "start", "end", "sentence"))


FILMS = {f"film {i}": STORY[i % 3 :] + STORY[: i % 3] for i in range(6)}
TRUTH = rows(FILMS)
GOOD = rows({film: [f"{line[:-1]} now." for line in lines] for film, lines in FILMS.items()})
POOR = rows({film: [lines[0], *lines[:-1]] for film, lines in FILMS.items()}, name="poor.csv")


def compared(ours: AdTable, other: AdTable, truth: AdTable = TRUTH, **more) -> Score:
    given = ScoreOptions(**{"metrics": ALL, "recall": "1/2", **more})
    return score(prepare(ours, truth, given, other), given)


def test_a_system_is_no_better_than_itself() -> None:
    got = compared(GOOD, GOOD)
    assert got.differences.keys() == got.figures.keys()
    for name, lead in got.differences.items():
        assert lead.over == AGAINST
        assert (lead.difference, lead.interval.low, lead.interval.high) == (0, 0, 0), name
        assert got.figures[name][PREDICTIONS] == got.figures[name][AGAINST]


def test_each_is_scored_as_it_would_be_alone() -> None:
    got = compared(GOOD, POOR)
    for table, system in ((GOOD, PREDICTIONS), (POOR, AGAINST)):
        given = ScoreOptions(metrics=ALL, recall="1/2")
        alone = score(prepare(table, TRUTH, given), given)
        assert not alone.differences
        for name, figures in alone.figures.items():
            assert got.figures[name][system] == figures[PREDICTIONS]
            assert got.figures[name][COPIED] == figures[COPIED]
            assert got.figures[name][SAME] == figures[SAME]


def test_one_less_the_other_is_the_difference_turned_round() -> None:
    forth, back = compared(GOOD, POOR), compared(POOR, GOOD)
    for name, lead in forth.differences.items():
        row, other = forth.figures[name], back.differences[name]
        assert lead.difference == pytest.approx(row[PREDICTIONS].value - row[AGAINST].value)
        turned = [-other.difference, -other.interval.high, -other.interval.low]
        assert [lead.difference, lead.interval.low, lead.interval.high] == pytest.approx(turned)
    assert forth.differences["CIDEr"].interval.low > 0
    assert forth.differences["R@1/2 (words)"].interval.low > 0


def test_films_that_are_hard_for_both_do_not_blur_the_difference() -> None:
    films = {film: lines[: 1 + i] for i, (film, lines) in enumerate(FILMS.items())}
    hard = {film: [*lines, *["Night."] * i] for i, (film, lines) in enumerate(films.items())}
    truth = rows(hard)
    ours, theirs = (
        rows({film: [f"{line[:-1]} {end}" for line in lines] for film, lines in hard.items()})
        for end in ("again.", "once again.")
    )
    got = compared(ours, theirs, truth, metrics="rouge-l")
    lead, figure = got.differences["ROUGE-L"], got.figures["ROUGE-L"][PREDICTIONS]
    assert lead.interval.low > 0
    wide = figure.interval.high - figure.interval.low
    assert lead.interval.high - lead.interval.low < wide / 2


def test_only_clips_that_both_are_of_count() -> None:
    few = rows(dict(list(FILMS.items())[:3]))
    kept = tuple(row for row in few.rows if row.number != 2)
    few = replace(few, rows=kept, path=Path("few.csv"))
    got = compared(GOOD, few, missing="leave-out")
    assert got.clips == {f"film {i}": 5 for i in range(3)}
    assert "21 references are of one of both only and do not count" in got.notes
    assert "against: 3 references have no prediction and do not count (--missing)" in got.notes
    assert got.figures["CIDEr"][AGAINST].value > got.figures["CIDEr"][PREDICTIONS].value
    empty = compared(GOOD, few, missing="empty")
    assert empty.clips == {f"film {i}": 6 for i in range(3)}
    assert "18 references are of one of both only and do not count" in empty.notes
    assert compared(few, GOOD, missing="leave-out").clips == got.clips


def test_systems_of_other_films_cannot_be_compared() -> None:
    first, second = (
        rows({film: lines for film, lines in FILMS.items() if film == name})
        for name in ("film 0", "film 1")
    )
    second = replace(second, path=Path("second.csv"))
    with pytest.raises(InputError, match=r"nothing of what table\.csv is scored on") as caught:
        compared(first, second)
    assert caught.value.path == Path("second.csv")
    nowhere = replace(rows({"elsewhere": STORY}, shift=500), path=Path("nowhere.csv"))
    with pytest.raises(InputError, match="no row of it belongs") as caught:
        compared(first, nowhere)
    assert caught.value.path == Path("nowhere.csv")


def test_descriptions_at_times_of_their_own_are_compared_too() -> None:
    ours, theirs = (
        rows({film: table[film] for film in films}, shift=1.0)
        for table, films in ((FILMS, list(FILMS)[:4]), (FILMS, list(FILMS)[1:]))
    )
    theirs = replace(theirs, rows=tuple(replace(row, sentence="Night.") for row in theirs.rows))
    got = compared(ours, theirs, metrics="soda,distinct,repetition")
    assert set(got.clips) == {"film 1", "film 2", "film 3"}
    assert "3 films are told of by one of both only and do not count" in got.notes
    assert got.differences["SODA (words)"].difference > 0
    assert got.differences["repetition"].difference < 0
    assert got.lower_is_better("repetition")
    far = replace(rows({"elsewhere": STORY}), path=Path("far.csv"))
    with pytest.raises(InputError, match="no film of it is in") as caught:
        compared(ours, far, metrics="soda")
    assert caught.value.path == Path("far.csv")


def test_a_judge_is_asked_about_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it is not asked about the baselines."""
    asked: list[tuple[str, str]] = []

    def judged(self, lines, truth, progress):
        asked.extend(zip(lines, truth, strict=True))
        grades = np.array([float(a == b) for a, b in zip(lines, truth, strict=True)])
        return Judged(float(grades.mean()), grades)

    monkeypatch.setattr(Tools, "judged", judged)
    got = compared(TRUTH, POOR, metrics="llm-ad-eval", judge="http://x/v1", judge_baselines=False)
    assert len(asked) == 2 * len(TRUTH.rows)
    assert got.figures["LLM-AD-eval"].keys() == {PREDICTIONS, AGAINST}
    assert got.differences["LLM-AD-eval"].difference == pytest.approx(5 / 6)
    assert not got.leads
