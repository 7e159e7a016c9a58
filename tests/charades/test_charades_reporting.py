"""Reports tell what was counted, with intervals that are never a point, beside the paper."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_evaluations import made_up
from scipy.stats import binomtest

from scenewise.charades import tables
from scenewise.charades.certainty import (
    ahead,
    difference,
    fifth_share,
    first_share,
    shared,
    wilson,
)
from scenewise.charades.evaluating import Count, evaluate
from scenewise.charades.reporting import report, write_report
from scenewise.core.errors import OutputUnwritable
from scenewise.metrics.intervals import Interval

HITS = {"baseline": 0.05, "grid": 0.4, "grid2": 0.3, "mean": 0.0}


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_difference_on_the_same_videos_is_known_better_than_two_shares() -> None:
    rng = np.random.default_rng(2)
    easy = rng.random(100) < 0.6
    one = {f"V{at}": float(is_easy) for at, is_easy in enumerate(easy)}
    other = {id: right * float(rng.random() < 0.8) for id, right in one.items()}
    found = difference(one, dict(reversed(list(other.items()))))
    assert found.mean == pytest.approx(np.mean(list(one.values())) - np.mean(list(other.values())))
    assert 0 < found.low < found.mean < found.high < 0.25
    # two shares of 100 overlap where their difference does not hold zero
    shares = [wilson(sum(each.values()), 100) for each in (one, other)]
    assert not ahead(*shares)
    turned = difference(other, one)
    assert (turned.mean, turned.low) == pytest.approx((-found.mean, -found.high), abs=0.02)
    assert difference(one, one).high == 0
    with pytest.raises(ValueError, match="same videos"):
        difference(one, {"V1": 1.0})


@settings(deadline=None)
@given(st.integers(1, 400), st.data(), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilsons_interval_is_scipys(of: int, data: st.DataObject, level: float) -> None:
    right = data.draw(st.integers(0, of))
    mine = wilson(right, of, level)
    theirs = binomtest(right, of).proportion_ci(level, method="wilson")
    assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert mine.low <= mine.mean <= mine.high
    assert mine.low < mine.high


def test_frames_of_one_video_do_not_make_an_interval_narrower() -> None:
    assert shared(Count(0, 11949), 500) == wilson(0, 500)
    assert shared(Count(34, 1000), 1000) == wilson(34, 1000)
    assert shared(Count(120, 2400), 100).high == pytest.approx(wilson(5, 100).high)
    for right, of, level in ((2, 1, 0.9), (0, 0, 0.9), (1, 2, 1.0), (-1, 2, 0.9)):
        with pytest.raises(ValueError):
            wilson(right, of, level)


def test_an_interval_is_a_point_nowhere_and_the_bootstraps_elsewhere() -> None:
    captions = {at: f"text {at}" for at in range(50)}
    none = evaluate(np.full(50, 4), list(range(50)), captions)
    assert none.first_share.high == 0
    assert first_share(none).high == pytest.approx(wilson(0, 50).high)
    assert fifth_share(none).low == pytest.approx(wilson(50, 50).low)
    some = evaluate(np.arange(1, 51), list(range(50)), captions)
    assert first_share(some) == some.first_share
    assert fifth_share(some) == some.fifth_share


def test_ahead_needs_intervals_that_do_not_touch() -> None:
    low, high = Interval(0.1, 0.05, 0.2, 0.95), Interval(0.4, 0.2, 0.6, 0.95)
    assert not ahead(high, low)
    assert ahead(Interval(0.4, 0.21, 0.6, 0.95), low)
    assert not ahead(low, high)


def test_the_papers_figures_stand_beside_what_was_measured() -> None:
    told = made_up(HITS, frames=6)
    text = report(told, [])
    for figure in (
        "164/26957",
        "0/11949",
        "34/1000",
        "1/500",
        "78.18",
        "111.30",
        "75.00",
        "114.02",
    ):
        assert f"| {figure} |" in text
    lines = text.splitlines()
    pantry = next(line for line in lines if line.startswith("| Pantry") and "4/65" in line)
    assert pantry.split(" | ")[1:3] == [
        str(told["baseline"]["train"].scenes["Pantry"]),
        str(told["grid"]["train"].scenes["Pantry"]),
    ]
    accuracy = next(line for line in lines if line.startswith("| Grid 3 × 3"))
    share = told["grid"]["test"].first_share
    assert f"| {told['grid']['test'].first} | {100 * share.mean:.3g} % (" in accuracy
    assert f"| {60 * share.mean:.3g} |" in accuracy  # times chance
    assert all(title in text for title in ("Baseline (frame", "Grid 2 × 2", "Mean of 9"))


def test_the_papers_intervals_are_of_the_level_of_the_others() -> None:
    def paper(level: float) -> tuple[str, float]:
        told = made_up(HITS)
        for parts in told.values():
            for split, one in parts.items():
                share = replace(one.first_share, level=level)
                parts[split] = replace(one, first_share=share)
        lines = tables.accuracy_markdown(told).splitlines()
        row = next(row for row in rows_of(tables.accuracy_csv(told)) if row["source"] != "measured")
        return next(line for line in lines if "final" in line), float(row["level"])

    (wide, most), (narrow, least) = paper(0.95), paper(0.5)
    assert wide != narrow
    assert (most, least) == (0.95, 0.5)


def test_tables_have_as_many_cells_in_every_row() -> None:
    told = made_up(HITS, videos=20)
    del told["grid2"]["train"]
    for block in report(told, []).split("\n\n"):
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({line.replace("\\|", "").count("|") for line in rows}) <= 1


def test_the_csv_holds_exactly_what_was_evaluated() -> None:
    told = made_up(HITS)
    rows = rows_of(tables.accuracy_csv(told))
    assert len(rows) == 2 * len(HITS) + 4
    for row in rows:
        if row["source"] != "measured":
            continue
        one = told[row["method"]][row["split"]]
        assert (int(row["right"]), int(row["of"])) == (one.first.right, one.first.of)
        assert int(row["top5"]) == one.fifth.right
        assert float(row["median_rank"]) == one.median_rank.mean
        assert float(row["mrr"]) == pytest.approx(one.reciprocal_rank.mean, rel=1e-5)
        assert float(row["times_chance"]) * float(row["chance"]) == pytest.approx(
            one.first.share, rel=1e-4
        )
        assert (row["correct_length"] == "") == (one.lengths.correct is None)
    paper = [row for row in rows if row["source"] == tables.PAPER]
    assert {(row["method"], row["split"], row["right"], row["of"]) for row in paper} == {
        ("baseline", "train", "164", "26957"),
        ("baseline", "test", "0", "11949"),
        ("final", "train", "34", "1000"),
        ("final", "test", "1", "500"),
    }
    scenes = rows_of(tables.scenes_csv(told))
    for split in ("train", "test"):
        grid = [row for row in scenes if (row["method"], row["split"]) == ("grid", split)]
        assert sum(int(row["right"]) for row in grid) == told["grid"][split].first.right


def test_a_scene_that_the_paper_does_not_know_comes_last() -> None:
    captions = {"a": "one", "b": "two"}
    one = evaluate(np.array([1, 2]), ["a", "b"], captions, {"a": "Attic", "b": "Other"})
    assert tables.scenes({"grid": {"test": one}}, "test") == ["Other", "Attic"]
    assert "Attic" not in tables.scenes_markdown({"grid": {"test": one}}, "train")


def test_methods_are_called_by_their_titles_and_others_by_their_names() -> None:
    assert tables.title("grid4") == "Grid 4 × 4"
    assert tables.title("grid2, untrained") == "Grid 2 × 2, untrained"
    assert tables.title("anything | else, more") == "anything | else, more"
    told = {"anything | else": made_up({"grid": 0.5}, videos=8)["grid"]}
    row = next(line for line in report(told, []).splitlines() if "anything" in line)
    assert row.startswith("| anything \\| else | ")


@pytest.mark.slow
def test_a_report_is_written_whole_and_the_same_each_time(tmp_path: Path) -> None:
    told = made_up(HITS, videos=16)
    files = write_report(tmp_path / "new" / "report", told)
    assert [path.name for path in files[:3]] == ["report.md", "accuracy.csv", "scenes.csv"]
    before = {path: path.read_bytes() for path in files}
    assert all(before.values())
    assert write_report(tmp_path / "new" / "report", told) == files
    assert {path: path.read_bytes() for path in files} == before
    shown = [path.name for path in files if path.suffix == ".png"]
    assert all(f"]({name})" in before[files[0]].decode() for name in shown)
    assert sorted(path.name for path in files[0].parent.iterdir()) == sorted(
        path.name for path in files
    )


def test_what_cannot_be_reported_is_refused(tmp_path: Path) -> None:
    for nothing in ({}, {"grid": {}}):
        with pytest.raises(ValueError):
            write_report(tmp_path, nothing)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputUnwritable):
        write_report(tmp_path / "file" / "report", made_up({"grid": 0.5}, videos=4))
