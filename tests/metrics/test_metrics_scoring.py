"""A whole scoring: which rows count, what each figure is, and what is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bert_maker import make_roberta
from score_samples import STORY, rows

from scenewise.core.errors import InputError, OptionInvalid, UnknownChoice
from scenewise.metrics import java
from scenewise.metrics.ad_tables import AdRow, AdTable
from scenewise.metrics.bertscore import BertScore
from scenewise.metrics.cider import cider_d
from scenewise.metrics.intervals import bootstrap_pooled, ratio
from scenewise.metrics.recall import recall_of_texts
from scenewise.metrics.score_material import COPIED, PREDICTIONS, REFERENCES, SAME, prepare
from scenewise.metrics.score_options import DEFAULT, MEASURES, ScoreOptions
from scenewise.metrics.scored import Scored
from scenewise.metrics.scoring import Score, score
from scenewise.metrics.similarity import pairwise
from scenewise.metrics.soda import soda
from scenewise.metrics.tokens import penn_like

TRUTH = rows({"A": STORY, "B": [*STORY[::-1], "Night."], "C": STORY[:2]})
OURS = rows({"A": ["A man runs."] * 5 + [STORY[5]], "B": [*STORY[::-1], "Night falls."]})


def scored(options: ScoreOptions | None = None, ours: AdTable = OURS, **more) -> Score:
    given = options or ScoreOptions(**more)
    return score(prepare(ours, TRUTH, given), given)


def test_figures_are_those_of_the_measures() -> None:
    got = scored(metrics="cider,recall,distinct,repetition", recall="1/2")
    truth = [*STORY, *STORY[::-1], "Night."]
    ours = [row.sentence for row in OURS.rows]
    wanted = cider_d(penn_like(ours), [[words] for words in penn_like(truth)])
    cider = got.figures["CIDEr"][PREDICTIONS]
    assert cider.value == pytest.approx(100 * wanted.corpus)
    assert cider.films["A"] == pytest.approx(100 * wanted.clips[:6].mean())
    assert cider.films["B"] == pytest.approx(100 * wanted.clips[6:].mean())
    assert cider.interval is not None
    assert cider.interval.low <= cider.value <= cider.interval.high
    recall = got.figures["R@1/2 (words)"][PREDICTIONS]
    assert recall.films["B"] == 100
    assert recall.value == pytest.approx((recall.films["A"] + 100) / 2)  # films alike
    repeats = got.figures["repetition"]
    assert repeats[SAME].value == 100
    assert repeats[PREDICTIONS].value > repeats[REFERENCES].value
    assert got.figures["distinct-1"][SAME].value == pytest.approx(100 * 4 / (4 * 13))
    assert set(got.figures["CIDEr"]) == {PREDICTIONS, COPIED, SAME}
    assert got.lower_is_better("repetition")
    assert not got.lower_is_better("CIDEr")


def test_the_references_themselves_are_beyond_any_baseline() -> None:
    got = scored(ours=TRUTH, metrics="cider,rouge-l,bleu,recall,soda,soda-t")
    for name, systems in got.figures.items():
        if name != "R@5/16 (words)":  # no film has 16 lines
            assert systems[PREDICTIONS].value >= max(systems[COPIED].value, systems[SAME].value)
        else:
            assert systems[PREDICTIONS].value is None
    assert "3 of 3 films have fewer than 16 lines and no R@5/16" in got.notes
    assert "1 of 3 films have fewer than 5 lines and no R@1/5" in got.notes
    assert got.figures["ROUGE-L"][PREDICTIONS].value == pytest.approx(100)
    assert got.figures["BLEU-4"][PREDICTIONS].value == pytest.approx(100)
    assert got.figures["SODA-T (words)"][PREDICTIONS].value == pytest.approx(100)


def test_the_same_options_give_the_same_score() -> None:
    first, second = (scored(seed=3, resamples=200) for _ in range(2))
    assert first.figures == second.figures


def test_intervals_are_of_the_level_asked_for() -> None:
    truth = rows(dict.fromkeys("ABCDE", STORY))
    ours = rows({film: STORY[:i] + ["Night."] * (6 - i) for i, film in enumerate("ABCDE")})

    def interval(**more: float) -> tuple[float, float]:
        given = ScoreOptions(metrics="rouge-l", **more)
        found = score(prepare(ours, truth, given), given).figures["ROUGE-L"][PREDICTIONS].interval
        assert found is not None
        return found.low, found.high

    wide, narrow = interval(level=0.99), interval(level=0.5)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
    assert len({interval(seed=seed, resamples=100) for seed in range(4)}) > 1


def test_every_figure_has_an_interval_that_holds_it() -> None:
    got = scored(metrics="cider,bleu,rouge-l,recall,soda,soda-t,distinct,repetition", recall="1/2")
    for name, systems in got.figures.items():
        assert {PREDICTIONS, COPIED, SAME} <= systems.keys()
        for figure in systems.values():
            assert figure.interval is not None, name
            assert figure.interval.low - 1e-9 <= figure.value <= figure.interval.high + 1e-9
            assert figure.interval.low >= 0
            assert figure.interval.high <= (100 + 1e-9 if name != "CIDEr" else 1000)


def test_the_lead_is_over_the_better_baseline_on_the_same_films() -> None:
    """Films that are hard for all blur the figures themselves, not their difference."""
    films = {f"film {i}": [*STORY[:2]] * (1 + i % 3) + ["Night."] * i for i in range(8)}
    truth = rows(films)
    ours = rows({film: [f"{line} indeed" for line in lines] for film, lines in films.items()})
    given = ScoreOptions(metrics="rouge-l,repetition,distinct", constant="Night.")
    got = score(prepare(ours, truth, given), given)
    lead, row = got.leads["ROUGE-L"], got.figures["ROUGE-L"]
    assert row[lead.over].value == max(row[COPIED].value, row[SAME].value)
    assert lead.difference == pytest.approx(row[PREDICTIONS].value - row[lead.over].value)
    assert lead.interval.low < lead.difference < lead.interval.high
    assert got.leads["repetition"].over == COPIED  # saying one thing always repeats most
    values = np.array([
        row[PREDICTIONS].films[film] * len(films[film]) - row[lead.over].films[film]
        * len(films[film]) for film in films
    ])  # fmt: skip
    alone = bootstrap_pooled(
        np.stack([values, [len(lines) for lines in films.values()]], axis=1), ratio, seed=0
    )
    assert (lead.interval.low, lead.interval.high) == pytest.approx((alone.low, alone.high))
    same = score(prepare(truth, truth, given), given)
    width, alone_width = (
        one.high - one.low
        for one in (same.leads["distinct-1"].interval, same.figures["distinct-1"][COPIED].interval)
    )
    assert same.leads["distinct-1"].difference == pytest.approx(0)
    assert width < alone_width / 3
    one = {"film 1": films["film 1"]}
    alone_lead = score(prepare(rows(one), rows(one), given), given).leads["ROUGE-L"]
    assert alone_lead.interval is None
    assert alone_lead.difference > 0


# --- which rows count ---


def test_what_does_not_match_is_told() -> None:
    ours = AdTable(
        OURS.path,
        (*OURS.rows[1:4], *OURS.rows[6:], *rows({"D": ["x"]}).rows),
        OURS.columns,
        ("table.csv, row 9: broken",),
    )
    got = scored(ours=ours, metrics="cider")
    assert got.clips == {"A": 6, "B": 7}
    told = " | ".join(got.notes)
    for wanted in (
        "3 references have no prediction and count as empty",
        "2 references are of films without any prediction",
        "1 predictions belong to no reference",
        "1 rows cannot be read and do not count, such as table.csv, row 9: broken",
    ):
        assert wanted in told
    left = scored(ours=ours, metrics="cider", missing="leave-out")
    assert left.clips == {"A": 3, "B": 7}
    assert left.figures["CIDEr"][PREDICTIONS].value != got.figures["CIDEr"][PREDICTIONS].value


def test_tables_of_two_versions_and_rounded_times_are_told() -> None:
    ours = AdTable(
        OURS.path,
        tuple(
            replace(row, cells={**row.cells, "text_gt": "Other words." if i < 3 else gt.sentence})
            for i, (row, gt) in enumerate(zip(OURS.rows, TRUTH.rows[:13], strict=True))
        ),
        (*OURS.columns, "text_gt"),
    )
    told = scored(ours=ours, metrics="rouge-l").notes
    assert any(note.startswith("3 predictions name another sentence") for note in told)
    assert not any("another sentence" in note for note in scored(metrics="rouge-l").notes)
    late = rows({"A": STORY, "B": STORY}, shift=0.4)
    first = AdTable(late.path, (OURS.rows[0], *late.rows[1:]), late.columns)
    told = scored(ours=first, metrics="rouge-l").notes
    assert any("rounded, allow for that by --within" in note for note in told)
    assert scored(ours=first, metrics="rouge-l", within=0.5).clips == {"A": 6, "B": 7}
    few = AdTable(TRUTH.path, TRUTH.rows[:3], TRUTH.columns)  # all of these are told
    given = ScoreOptions(metrics="rouge-l")
    told = score(prepare(OURS, few, given), given).notes
    assert any(note.startswith("10 predictions belong to no reference") for note in told)
    assert not any("rounded" in note for note in told)


def test_one_description_has_no_cider() -> None:
    one, given = rows({"A": STORY[:1]}), ScoreOptions(metrics="cider")
    assert any(
        "CIDEr of one description is 0" in n for n in score(prepare(one, one, given), given).notes
    )


def test_empty_sentences() -> None:
    truth = rows({"A": [STORY[0], "", STORY[2]]})
    ours = rows({"A": ["", "x", STORY[2]]})
    given = ScoreOptions(metrics="rouge-l,repetition")
    got = score(prepare(ours, truth, given), given)
    assert got.clips == {"A": 2}
    assert got.figures["ROUGE-L"][PREDICTIONS].value == pytest.approx(50)
    assert {"1 references are empty and do not count", "1 predictions are empty"} <= set(got.notes)
    assert "intervals need several films: figures of one film have none" in got.notes
    assert got.figures["ROUGE-L"][PREDICTIONS].interval is None
    with pytest.raises(InputError, match="all of its sentences are empty"):
        prepare(ours, rows({"A": ["", "", ""]}), given)


def test_a_table_out_of_order_and_a_system_below_copying() -> None:
    mixed = AdTable(TRUTH.path, TRUTH.rows[::-1], TRUTH.columns)
    given = ScoreOptions(metrics="cider")
    told = score(prepare(OURS, mixed, given), given).notes
    assert any("not in the order of time" in note for note in told)
    poor = rows({"A": ["zebra"] * 6, "B": ["zebra"] * 7})
    assert "CIDEr is below that of copying the previous line" not in scored(ours=OURS).notes
    flat = rows({"A": ["A man runs.", "A man sits.", "Night falls."]})
    bad = AdTable(flat.path, tuple(rows({"A": ["zebra"] * 3}).rows), flat.columns)
    assert any("below" in note for note in score(prepare(bad, flat, given), given).notes)
    assert scored(ours=poor, metrics="cider").figures["CIDEr"][PREDICTIONS].value == 0


def test_descriptions_at_times_of_their_own_are_aligned() -> None:
    late = rows({"A": STORY[:4], "D": ["x"]}, shift=1.0)
    with pytest.raises(InputError, match="no row of it"):
        prepare(late, TRUTH, ScoreOptions())
    given = ScoreOptions(metrics="soda,soda-t,repetition,distinct")
    material = prepare(late, TRUTH, given)
    assert not material.matched
    got = score(material, given)
    assert got.clips == {"A": 6}
    assert got.figures["SODA-T (words)"][PREDICTIONS].value == pytest.approx(100 * 4 / 6)
    assert got.figures["SODA (words)"][PREDICTIONS].value == pytest.approx(
        100 * 2 * (4 * 0.5) / (4 + 6)  # an overlap of 2 s in 4 s for four of six
    )
    assert got.figures["repetition"][SAME].value == 100
    assert any("1 predictions are of films without references" in note for note in got.notes)
    with pytest.raises(InputError, match="no film of it is in"):
        prepare(rows({"X": ["a"], "Y": ["b"]}, shift=1.0), TRUTH, given)


def test_soda_by_meteor_starts_its_program_once(monkeypatch) -> None:
    """A stand-in for the program: the share of the reference's words that are told."""
    starts = []

    def share(ours, theirs) -> float:
        return len({*ours} & {*theirs}) / len({*theirs})

    def meteor(generated, references) -> Scored:
        starts.append(len(generated))
        values = [share(a, b) for a, (b,) in zip(generated, references, strict=True)]
        return Scored(0.0, np.array(values))

    monkeypatch.setattr("scenewise.metrics.score_measures.meteor", meteor)
    late = rows({"A": ["A man runs.", *STORY[:4]], "B": STORY}, shift=1.0)
    given = ScoreOptions(metrics="soda", soda_by="meteor")
    got = score(prepare(late, TRUTH, given), given).figures["SODA"]
    alike = pairwise(lambda a, b: share(*penn_like([a, b])))
    for film in "AB":
        told, truth = (
            [(row.start, row.end, row.sentence) for row in table.rows if row.film == film]
            for table in (late, TRUTH)
        )
        assert got[PREDICTIONS].films[film] == pytest.approx(100 * soda(told, truth, alike).f1)
    assert 0 < got[SAME].value < 100
    assert len(starts) == 1
    assert starts[0] < 60  # what does not overlap in time is not asked about


def test_soda_needs_times() -> None:
    plain = [AdRow("", None, None, text, cells={"id": i}) for i, text in enumerate(STORY)]
    table = AdTable(Path("lines.csv"), tuple(plain), ("id", "sentence"))
    given = ScoreOptions(metrics="rouge-l,repetition")
    got = score(prepare(table, table, given), given)
    assert got.figures["ROUGE-L"][PREDICTIONS].value == pytest.approx(100)
    assert got.clips == {"": 6}
    with pytest.raises(UnknownChoice, match="--soda-by"):
        ScoreOptions(soda_by="rouge")
    given = ScoreOptions(metrics="soda")
    with pytest.raises(InputError, match="SODA needs references with times"):
        score(prepare(table, table, given), given)


# --- what is not here ---


def test_what_is_missing_is_left_out_and_the_rest_goes_on(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    got = scored(metrics="rouge-l,meteor,spice,bertscore,llm-ad-eval")
    assert set(got.figures) == {"ROUGE-L"}
    assert [(one.measure, one.named) for one in got.absent] == [
        ("meteor", True), ("spice", True), ("bertscore", True), ("llm-ad-eval", True),
    ]  # fmt: skip
    assert [str(one.error).split(";")[0] for one in got.absent] == [
        "METEOR needs Java", "SPICE needs Java", "BERTScore needs a model",
        "LLM-AD-eval needs a judge",
    ]  # fmt: skip
    every = scored(metrics="all")
    assert not any(one.named for one in every.absent)
    assert {"CIDEr", "SODA (words)", "R@1/5 (words)"} <= set(every.figures)


@pytest.mark.slow
@pytest.mark.skipif(not java.present(), reason="Java or the extra `research` is not here")
def test_with_java() -> None:
    got = scored(metrics="meteor,cider", tokens="penn-java")
    assert 0 < got.figures["METEOR"][COPIED].value < got.figures["METEOR"][PREDICTIONS].value < 100
    for system in (PREDICTIONS, COPIED, SAME):
        figure = got.figures["METEOR"][system]
        assert figure.interval.low <= figure.value <= figure.interval.high
        assert min(figure.films.values()) <= figure.value <= max(figure.films.values())
    assert got.leads["METEOR"].over == COPIED
    assert got.leads["METEOR"].interval.low > 0
    plain = scored(metrics="cider")
    assert got.figures["CIDEr"][PREDICTIONS].value == plain.figures["CIDEr"][PREDICTIONS].value
    assert any("without Java" in note for note in plain.notes)
    assert not any("without Java" in note for note in got.notes)


@pytest.mark.slow
def test_with_a_model_recall_goes_by_bertscore(tmp_path: Path) -> None:
    folder = str(make_roberta(tmp_path / "bert"))
    got = scored(
        metrics="bertscore,recall,soda", bert=folder, bert_layer=3, recall="1/3",
        soda_by="bertscore",
    )  # fmt: skip
    assert got.figures["SODA (BERTScore)"][PREDICTIONS].value == pytest.approx(
        got.figures["BERTScore"][PREDICTIONS].value, abs=1e-3
    )  # matched lines stand at the same times: every overlap is whole
    model = BertScore(folder, layer=3)
    ours, truth = [r.sentence for r in OURS.rows], [r.sentence for r in TRUTH.rows[:13]]
    figure = got.figures["BERTScore"][PREDICTIONS]
    assert figure.value == pytest.approx(100 * model.score(ours, truth).f1.mean(), abs=1e-3)
    films = [
        recall_of_texts(ours[a:b], truth[a:b], model, k=1, window=3) for a, b in ((0, 6), (6, 13))
    ]
    assert list(got.figures["R@1/3"][PREDICTIONS].films.values()) == pytest.approx(
        [100 * film for film in films if film is not None]
    )


# --- options ---


def test_which_measures_are_taken() -> None:
    assert ScoreOptions().chosen == DEFAULT
    assert ScoreOptions(metrics="all").chosen == MEASURES
    assert ScoreOptions(metrics=" SODA, cider ").chosen == ("cider", "soda")
    assert "bertscore" in ScoreOptions(bert="x").chosen
    assert "llm-ad-eval" in ScoreOptions(judge="x").chosen
    assert ScoreOptions(metrics="default,meteor").chosen == tuple(
        name for name in MEASURES if name in {*DEFAULT, "meteor"}
    )
    assert ScoreOptions(recall="1/5, 5/16,1/5").windows == ((1, 5), (5, 16))
    for wrong in ("cidre", "", "cider,x", "all,x"):
        with pytest.raises(UnknownChoice, match="--metrics"):
            ScoreOptions(metrics=wrong)
    for wrong in ("", "5", "0/5", "6/5", "1/5;2/5", "a/b"):
        with pytest.raises(OptionInvalid, match="k/N"):
            ScoreOptions(recall=wrong)
