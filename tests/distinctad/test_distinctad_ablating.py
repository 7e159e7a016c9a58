"""Experiments: rows are the paper's, intervals cover seeds and films, and nothing is done twice."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scenewise.cli.running import run as run_command
from scenewise.core.errors import UnknownChoice
from scenewise.distinctad import ablating
from scenewise.distinctad.ablating_jobs import Settings, Told, jobs_of, told_by
from scenewise.distinctad.ablating_report import COPIED, SAME, ahead, finished, markdown
from scenewise.distinctad.ablating_rows import TABLES, Row, tables_named
from scenewise.distinctad.ablating_scoring import MEASURES, difference, interval, measured
from scenewise.distinctad.ablating_tables import mean_loss
from scenewise.distinctad.options import (
    ABLATIONS,
    AblationOptions,
    LookOptions,
    NarratorOptions,
    NarratorTraining,
    SequenceOptions,
    SpeakingOptions,
    ablated,
)
from scenewise.distinctad.preparing import prepared
from scenewise.distinctad.runs import Run, Source
from scenewise.synthetic.films import make_films
from scenewise.training.options import TrainingOptions

HOW = {"level": 0.95, "resamples": 500}
PEOPLE = {
    "one": [f"Anna carries the {thing} to the {place}." for thing, place in zip(
        "drum ball cake book kite vase clock chair".split(),  # noqa: SIM905
        "park beach street market station forest garage kitchen".split(), strict=True)],  # noqa: SIM905
    "two": ["Ben sleeps.", "Clara runs past him.", "He wakes up.", "She waves.", "They dance.",
            "A dog barks at the moon."],
    "short": ["The End."],
}  # fmt: skip


def told_wrongly(seed: int) -> dict[str, list[str]]:
    """The true sentences in another order, and one that is not true."""
    rng = np.random.default_rng(seed)
    mixed = {film: [str(one) for one in rng.permutation(lines)] for film, lines in PEOPLE.items()}
    return {**mixed, "short": ["Nothing is seen."]}


def test_tables_are_found_by_name_and_group() -> None:
    assert [t.name for t in tables_named("4")] == ["4a", "4b", "4c"]
    assert [t.name for t in tables_named("5, alpha,5")] == ["5", "α"]
    with pytest.raises(UnknownChoice, match="'7'"):
        tables_named("7")
    with pytest.raises(UnknownChoice):
        tables_named(" , ")


def test_every_row_can_be_made() -> None:
    for table in TABLES.values():
        assert table.first in {row.name for row in table.rows}
        assert len({row.name for row in table.rows}) == len(table.rows)
        for row in table.rows:
            replace(NarratorOptions(), **row.narrator)  # type: ignore[arg-type]
            replace(SequenceOptions(), **row.sequences)  # type: ignore[arg-type]


def test_rows_of_table_5_are_its_ablations_with_the_papers_figures() -> None:
    usual = NarratorOptions()
    for row in TABLES["5"].rows:
        assert replace(usual, **row.narrator) == ablated(usual, row.name)  # type: ignore[arg-type]
    assert [row.name for row in TABLES["5"].rows] == list(ABLATIONS)
    assert TABLES["5"].rows[-1].paper["R@5/16"] == 51.7


def test_who_tells_what_people_said_gets_all_there_is() -> None:
    perfect = measured([PEOPLE, PEOPLE], PEOPLE)
    assert interval(perfect, "ROUGE-L", **HOW).mean == pytest.approx(100)  # type: ignore[arg-type]
    assert interval(perfect, "R@1/5", **HOW).mean == pytest.approx(100)  # type: ignore[arg-type]
    # a film that is too short for windows counts for nothing
    assert list(perfect.weights["R@1/5"] > 0) == [True, True, False]
    assert not perfect.weights["R@5/16"].any()


def test_interval_covers_seeds_and_films() -> None:
    good, bad = measured([PEOPLE] * 2, PEOPLE), measured([told_wrongly(k) for k in (0, 1)], PEOPLE)
    both = measured([PEOPLE, told_wrongly(0)], PEOPLE)
    for measure in ("CIDEr", "ROUGE-L"):
        one, other = interval(good, measure, **HOW), interval(bad, measure, **HOW)  # type: ignore[arg-type]
        mixed = interval(both, measure, **HOW)  # type: ignore[arg-type]
        assert other.low <= other.mean <= other.high
        assert other.mean < one.mean
        # seeds that differ make an interval wider than films alone do
        assert mixed.high - mixed.low > one.high - one.low


def test_difference_is_taken_on_the_same_films() -> None:
    good, bad = measured([PEOPLE] * 2, PEOPLE), measured([told_wrongly(k) for k in (0, 1)], PEOPLE)
    assert difference(good, good, "CIDEr", **HOW).high == 0  # type: ignore[arg-type]
    more = difference(good, bad, "CIDEr", **HOW)  # type: ignore[arg-type]
    assert more.low > 0
    means = [interval(one, "CIDEr", **HOW).mean for one in (good, bad)]  # type: ignore[arg-type]
    assert more.mean == pytest.approx(means[0] - means[1])
    with pytest.raises(ValueError, match="same seeds"):
        difference(good, measured([PEOPLE], PEOPLE), "CIDEr", **HOW)  # type: ignore[arg-type]


def test_other_clips_than_the_references_are_refused() -> None:
    with pytest.raises(ValueError, match="14 sentences of 15"):
        measured([{**PEOPLE, "two": PEOPLE["two"][1:]}], PEOPLE)


def test_table_says_what_is_ahead_beside_both_baselines() -> None:
    table = TABLES["6"]
    told = {table.rows[0]: [PEOPLE] * 2, table.rows[1]: [told_wrongly(k) for k in (0, 1)]}
    one = finished(table, told, PEOPLE, AblationOptions(seeds=2, resamples=500))
    assert [line.name for line in one.lines] == ["consecutive", "anywhere", COPIED, SAME]
    assert ahead(one.lines[0], one.lines[3], "ROUGE-L")
    assert not ahead(one.lines[3], one.lines[0], "ROUGE-L")
    assert ahead(one.lines[0], one.lines[3], "repetition")  # of which less is better
    text = markdown(one)
    assert "| 25.5 | 51.7 |" in text
    assert "2 seeds, 3 films, 15 clips" in text
    assert "**−" in text


def test_single_film_and_seed_tell_no_interval() -> None:
    table = TABLES["6"]
    told = {table.rows[0]: [{"one": PEOPLE["one"]}], table.rows[1]: [{"one": PEOPLE["one"][::-1]}]}
    text = markdown(finished(table, told, {"one": PEOPLE["one"]}, AblationOptions(seeds=1)))
    assert "1 seed, 1 film, 8 clips" in text
    assert " to " not in text
    assert "**" not in text


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    where = tmp_path_factory.mktemp("ablated")
    make_films(where / "set", 3, seed=3, seconds=15, width=96, height=96, stills=True)
    run = Run(where / "run")
    run.folder.mkdir()
    run.write_data(prepared(Source(drawn=where / "set"), "pocket"))
    return run


def settings_of(**changes: object) -> Settings:
    given = Settings(
        NarratorOptions(language="pocket", vectors=2, depth=1, bases=4),
        NarratorTraining(warmup=0.0),
        SequenceOptions(clips=3, batch=1),
        SpeakingOptions(candidates=1, tokens=4),
        LookOptions(device="cpu", precision="float32"),
        AblationOptions(seeds=2),
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def test_what_two_tables_share_is_one_job(run: Run) -> None:
    tables = {name: TABLES[name] for name in ("headline", "5", "α")}
    jobs = jobs_of(run, [row for table in tables.values() for row in table.rows], settings_of())
    keys = {(table.name, row.name): jobs[row, 1].key for table in tables.values() for row in
            table.rows}  # fmt: skip
    assert keys["headline", "single clip"] == keys["5", "A0"]
    assert keys["headline", "DistinctAD"] == keys["5", "C3"] == keys["α", "α=3"]
    assert keys["5", "C2"] == keys["α", "α=0"]
    assert keys["headline", "DistinctAD, α = 0.5"] == keys["α", "α=0.5"]
    assert len(set(keys.values())) == 8 + 1 + 4
    other = jobs_of(run, tables["5"].rows, settings_of(split="validation"))
    assert {job.key for job in other.values()} < {job.key for job in jobs.values()}
    assert not {job.told for job in other.values()} & {job.told for job in jobs.values()}


def test_what_changes_no_number_trains_nothing_anew(run: Run) -> None:
    def keys(settings: Settings) -> set[str]:
        return {job.key for job in jobs_of(run, TABLES["5"].rows, settings).values()}

    plain = settings_of()
    often = replace(TrainingOptions(), checkpoint_every=7, evaluate_every=3)
    assert keys(plain) == keys(settings_of(training=replace(plain.training, training=replace(
        plain.training.training, checkpoint_every=7, evaluate_every=3))))  # fmt: skip
    assert keys(plain) == keys(settings_of(look=replace(plain.look, batch=7)))
    assert not keys(plain) & keys(settings_of(training=replace(plain.training, training=often)))
    assert not keys(plain) & keys(settings_of(look=replace(plain.look, precision="bfloat16")))


def test_features_need_no_clip(run: Run, tmp_path: Path) -> None:
    table = Path(run.data().source.drawn) / "ad.csv"
    with table.open(encoding="utf-8", newline="") as file:
        names = {row["movie"] for row in csv.DictReader(file)}
    for name in names:
        np.save(tmp_path / f"{name}.npy", np.ones((200, 16), np.float16))
    other = Run(tmp_path / "run")
    other.folder.mkdir()
    given = Source(table=table, features=tmp_path)
    other.write_data(prepared(given, "a/clip-that-is-nowhere"))
    jobs = jobs_of(other, TABLES["6"].rows, settings_of())
    assert len({job.key for job in jobs.values()}) == 4  # two rows, two seeds


def test_short_sequences_begin_no_further_apart_than_they_are_long(run: Run) -> None:
    usual = SequenceOptions(clips=16, batch=4, stride=8)
    jobs = jobs_of(run, TABLES["N"].rows, settings_of(sequences=usual))
    strides = {row.at: jobs[row, 0].sequences.stride for row in TABLES["N"].rows}
    assert strides == {2: 2, 4: 4, 8: 8, 16: 8, 32: 8}


def test_all_rows_of_a_sweep_are_in_its_picture() -> None:
    swept = [table for table in TABLES.values() if table.sweep]
    assert {table.name for table in swept} == {"4b", "α", "β", "K", "N"}
    assert all(row.at is not None for table in swept for row in table.rows)


def test_without_films_of_validation_there_is_no_loss() -> None:
    def one(**loss: float) -> Told:
        return Told({}, {}, {}, loss)

    assert mean_loss([one(), one()]) is None
    assert mean_loss([one(auto=1.0), one(auto=2.0)]) == 1.5


def test_other_sequences_have_as_many_clips_a_batch(run: Run) -> None:
    usual = SequenceOptions(clips=16, batch=4)
    jobs = jobs_of(run, TABLES["N"].rows, settings_of(sequences=usual))
    assert {row.at: jobs[row, 0].sequences.batch for row in TABLES["N"].rows} == {
        2: 32, 4: 16, 8: 8, 16: 4, 32: 2,
    }  # fmt: skip
    full = jobs_of(run, TABLES["5"].rows, settings_of(sequences=usual))
    assert {job.key for (row, _), job in jobs.items() if row.at == 16} < {
        job.key for job in full.values()
    }


@pytest.mark.slow
def test_other_sequences_are_learnt_from_in_as_many_steps(run: Run) -> None:
    rows = (*TABLES["6"].rows, Row("short", sequences={"clips": 2}))
    once = NarratorTraining(training=replace(TrainingOptions(), epochs=1))
    settings = settings_of(
        sequences=SequenceOptions(clips=4, batch=1), training=once, options=AblationOptions(seeds=1)
    )
    jobs = jobs_of(run, rows, settings)
    ablating.carried_out(list(jobs.values()))
    steps = {
        row.name: len((job.folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines())
        for (row, _), job in jobs.items()
    }
    assert len(set(steps.values())) == 1, steps
    alone = replace(jobs[rows[2], 0], like=None, key="alone")
    ablating.carried_out([alone])
    own = (alone.folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(own) != steps["short"]


@pytest.mark.slow
@pytest.mark.film
def test_experiments_are_made_once_and_gone_on_with(
    run: Run, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    flags = ["--language", "pocket", "--vectors", 2, "--depth", 1, "--bases", 4, "--sequence", 3,
             "--batch", 1, "--steps", 1, "--candidates", 1, "--tokens", 4, "--device", "cpu",
             "--precision", "float32", "--look-precision", "float32", "--seeds",
        1,
             "--resamples", 100]  # fmt: skip

    def asked(table: str, *more: object) -> str:
        words = ["distinctad", "ablate", run.folder, "--table", table, *flags, *more]
        capfd.readouterr()
        code = run_command([os.fspath(str(word)) for word in words])
        out, err = capfd.readouterr()
        assert code == 0, err
        return out

    made: list[str] = []
    whole = ablating._do
    monkeypatch.setattr(ablating, "_do", lambda job: (made.append(job.key), whole(job)))
    assert "Consecutive clips or not" in asked("6", "--plain")
    assert len(made) == 2
    told = json.loads(asked("6,K", "--json"))
    assert len(made) == 2 + 5  # no K of the sweep is that of these flags
    assert [one["table"] for one in told["tables"]] == ["6", "K"]
    names = {Path(path).name for path in told["files"]}
    assert names >= {"table-6.md", "table-6.csv", "table-6.json", "sweep-K.md", "sweep-K.png"}
    with (run.folder / "ablations" / "table-6.csv").open(encoding="utf-8", newline="") as file:
        assert {row["measure"] for row in csv.DictReader(file)} == set(MEASURES)
    done = sorted((run.folder / "ablations" / "narrators").iterdir())
    [first] = done[0].glob("told-*.json")
    first.unlink()  # stopped before it was finished
    asked("6,K", "--json")
    assert made[-1] == done[0].name
    assert len(made) == 8
    job = replace(next(iter(jobs_of(run, TABLES["6"].rows, settings_of()).values())),
                  key=done[0].name, telling=first.stem.removeprefix("told-"))  # fmt: skip
    again = told_by(job)
    assert again is not None
    assert sum(map(len, again.films.values())) == sum(map(len, again.references.values())) > 0
    # told in another way without being trained again
    before = {path: path.stat().st_mtime_ns for path in done[0].parent.glob("*/trained.json")}
    otherwise = json.loads(asked("6,K", "--candidates", 2, "--json"))
    assert otherwise["tables"] != told["tables"]
    assert before == {path: path.stat().st_mtime_ns for path in before}
    assert len(list(done[0].glob("told-*.json"))) == 2


def test_unknown_table_is_refused_in_one_line(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_command(["distinctad", "ablate", str(run.folder), "--table", "9"]) == 2
    assert len(capfd.readouterr().err.strip().splitlines()) == 1
