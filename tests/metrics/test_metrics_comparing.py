"""Two systems beside each other: which clips count, and how far one is from the other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from score_samples import STORY, rows

from scenewise.core.errors import InputError
from scenewise.metrics.ad_tables import AdTable
from scenewise.metrics.llm_ad_eval import Judged
from scenewise.metrics.score_material import AGAINST, COPIED, PREDICTIONS, SAME, prepare
from scenewise.metrics.score_options import ScoreOptions
from scenewise.metrics.score_tools import Tools
from scenewise.metrics.scoring import Score, score

ALL = "cider,bleu,rouge-l,recall,distinct,repetition,soda,soda-t"


FILMS = {f"film {i}": STORY[i % 3 :] + STORY[: i % 3] for i in range(6)}
TRUTH = rows(FILMS)
GOOD = rows({film: [f"{line[:-1]} now." for line in lines] for film, lines in FILMS.items()})
POOR = rows({film: [lines[0], *lines[:-1]] for film, lines in FILMS.items()}, name="poor.csv")


def only(table: AdTable, *films: str) -> AdTable:
    return replace(table, rows=tuple(row for row in table.rows if row.film in films))


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
    assert "21 references that it tells of are not told of by the other" in got.notes
    assert "against: 3 references have no prediction and do not count (--missing)" in got.notes
    assert got.figures["CIDEr"][AGAINST].value > got.figures["CIDEr"][PREDICTIONS].value
    empty = compared(GOOD, few, missing="empty")
    assert empty.clips == {f"film {i}": 6 for i in range(3)}
    assert "18 references that it tells of are not told of by the other" in empty.notes
    assert "against: 3 references have no prediction and count as empty (--missing)" in empty.notes
    assert compared(few, GOOD, missing="leave-out").clips == got.clips


def test_systems_of_other_films_cannot_be_compared() -> None:
    first, second = only(GOOD, "film 0"), replace(only(GOOD, "film 1"), path=Path("second.csv"))
    with pytest.raises(InputError, match=r"no clip that table\.csv is scored on") as caught:
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
    assert "3 films are told of by one system only and do not count" in got.notes
    assert got.differences["SODA (words)"].difference > 0
    assert got.differences["repetition"].difference < 0
    assert got.lower_is_better("repetition")
    far = replace(rows({"elsewhere": STORY}), path=Path("far.csv"))
    with pytest.raises(InputError, match="no film of it is in") as caught:
        compared(ours, far, metrics="soda")
    assert caught.value.path == Path("far.csv")
    with pytest.raises(InputError, match=r"no film that table\.csv tells of") as caught:
        compared(only(ours, "film 0"), only(theirs, "film 4"), metrics="soda")
    assert caught.value.path == Path("table.csv")
    silent = replace(theirs, rows=tuple(replace(row, sentence="") for row in theirs.rows))
    with pytest.raises(InputError, match="has no times or words"):
        compared(ours, silent, metrics="soda")


def test_a_time_that_fits_by_chance_makes_no_match() -> None:
    """Descriptions at times of their own stay so where one of them begins as a person's does."""
    own = rows(FILMS, shift=1.0)
    first = replace(
        own.rows[0], start=0.0, end=3.0, cells={**own.rows[0].cells, "start": 0.0, "end": 3.0}
    )
    chance = replace(own, rows=(first, *own.rows[1:]))
    for ours, other in ((chance, None), (GOOD, chance), (chance, GOOD)):
        given = ScoreOptions(metrics="soda")
        material = prepare(ours, TRUTH, given, other)
        assert not material.matched
        assert len(material.clips) == 6
        note = "are at times of their own: they are aligned, not matched"
        assert sum(note in one for one in material.notes) == 1
    assert prepare(chance, TRUTH, ScoreOptions(metrics="rouge-l")).matched
    by_id = [
        replace(one, columns=(*one.columns, "id"), rows=tuple(
            replace(row, cells={**row.cells, "id": f"{row.film} {row.number}"}) for row in one.rows
        ))
        for one in (own, rows(dict(list(FILMS.items())[:2])))
    ]  # fmt: skip
    assert prepare(by_id[0], by_id[1], ScoreOptions(metrics="soda")).by == "id"


def test_what_is_told_besides_counts_for_its_own_system() -> None:
    """SODA counts descriptions that belong to no reference, too."""
    spare = AdTable(
        Path("more.csv"),
        (*GOOD.rows, *(replace(row, start=row.start + 5, end=row.end + 5,
                               cells={**row.cells, "start": row.start + 5, "end": row.end + 5})
                       for row in GOOD.rows[:9])),
        GOOD.columns,
    )  # fmt: skip
    got = compared(GOOD, spare, metrics="soda")
    given = ScoreOptions(metrics="soda")
    alone = score(prepare(spare, TRUTH, given), given).figures["SODA (words)"][PREDICTIONS]
    assert got.figures["SODA (words)"][AGAINST] == alone
    assert alone.value < got.figures["SODA (words)"][PREDICTIONS].value


def test_counts_and_notes_are_of_what_is_scored() -> None:
    """Both lack three lines, other ones: notes that read alike are both told, and what each lacks
    where the other tells nothing is not counted."""
    lacking = {("film 0", 1), ("film 1", 2), ("film 5", 3), ("film 5", 4)}
    kept = tuple(row for row in GOOD.rows if (row.film, row.number) not in lacking)
    ours = replace(GOOD, rows=kept)
    theirs = only(POOR, *list(FILMS)[:4])
    theirs = replace(
        theirs, rows=tuple(r for r in theirs.rows if r.number != 5 or r.film > "film 1")
    )
    given = ScoreOptions(metrics="rouge-l")
    material = prepare(ours, TRUTH, given, theirs)
    assert material.counts["scored"] == material.against_counts["scored"] == 24
    assert material.counts["without_prediction"] == 2
    assert material.counts["of_one_only"] == 12
    assert material.against_counts["without_prediction"] == 2
    assert material.against_counts["other_films"] == 12
    for counts in (material.counts, material.against_counts):
        left = (counts.get(name, 0) for name in ("other_films", "empty_references", "of_one_only"))
        assert counts["scored"] + sum(left) == counts["references"] == 36
    note = "2 references have no prediction and count as empty (--missing)"
    assert note in material.notes
    assert f"against: {note}" in material.notes


def test_times_of_the_other_may_be_rounded_too() -> None:
    rounded = rows(FILMS, shift=0.4)
    near = compared(GOOD, rounded, metrics="rouge-l", within=0.5)
    assert near.figures["ROUGE-L"][AGAINST].value == pytest.approx(100)
    with pytest.raises(InputError, match="no row of it belongs"):
        compared(GOOD, rounded, metrics="rouge-l")


def test_grades_are_compared_on_clips_that_have_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that gives no grade to the hard clips of one makes it no better."""

    def judged(self, lines, truth, progress):
        grades = np.array([1.0, 5.0] * (len(lines) // 2))
        grades[: len(TRUTH.rows) : 2] = np.nan
        return Judged(float(np.nanmean(grades)), grades, 18, "Well")

    monkeypatch.setattr(Tools, "judged", judged)
    got = compared(GOOD, POOR, metrics="llm-ad-eval", judge="http://x/v1")
    row, lead = got.figures["LLM-AD-eval"], got.differences["LLM-AD-eval"]
    assert (row[PREDICTIONS].value, row[AGAINST].value) == (5, 3)
    assert (lead.difference, lead.interval.low, lead.interval.high) == (0, 0, 0)
    (note,) = (note for note in got.notes if note.startswith("LLM-AD-eval"))
    assert "18 of 144 answers had no score and do not count (18 of predictions)" in note


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
