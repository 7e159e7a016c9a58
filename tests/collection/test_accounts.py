"""Posts are counted where they are, bursts are no chance, and who was first is not guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.collection.accounts import (
    accounts_of,
    after,
    bursts_of,
    period_of,
    periods,
)
from scenewise.collection.accounts_options import AccountOptions
from scenewise.collection.copies import Copy, CopyGroup
from scenewise.collection.types import Video

START = datetime(2024, 1, 1, 12, tzinfo=UTC)  # a Monday


def _video(name: str, account: str = "ana", day: float | None = 0.0) -> Video:
    posted = None if day is None else START + timedelta(days=day)
    return Video(name, f"/v/{name}.mp4", f"d:{name}", 1, 1.0, 5.0, account=account, posted=posted)


def _group(*pairs: tuple[str, str]) -> CopyGroup:
    ids = tuple(dict.fromkeys(name for pair in pairs for name in pair))
    return CopyGroup(ids, tuple(Copy(a, b, 0, 1, 1, 1, False, 9, 0.99) for a, b in pairs))


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("day", {date(2024, 1, 1): 2, date(2024, 1, 2): 0, date(2024, 1, 3): 1}),
        ("week", {date(2024, 1, 1): 3}),
        ("month", {date(2024, 1, 1): 3}),
    ],
)
def test_posts_are_counted_by_period_with_the_empty_ones_between(by, expected):
    videos = [_video("a"), _video("b", day=0.2), _video("c", day=2)]
    (account,) = accounts_of(videos, options=AccountOptions(by=by)).accounts
    assert account.counts == expected


def test_a_moment_is_counted_on_its_day_in_utc():
    late = datetime(2024, 3, 1, 1, tzinfo=timezone(timedelta(hours=3)))
    assert period_of(late, "day") == date(2024, 2, 29)
    assert period_of(late, "month") == date(2024, 2, 1)
    assert period_of(late, "week") == date(2024, 2, 26)


@settings(max_examples=60, deadline=None)
@given(
    first=st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    days=st.integers(0, 900),
    by=st.sampled_from(["day", "week", "month"]),
)
def test_periods_follow_each_other_without_a_gap(first, days, by):
    def at(day: date) -> date:
        return period_of(datetime(day.year, day.month, day.day, tzinfo=UTC), by)

    every = list(periods(at(first), at(first + timedelta(days=days)), by))
    assert all(after(one, by) == other for one, other in pairwise(every))
    for day in (first + timedelta(days=k) for k in range(0, days + 1, 13)):
        assert at(day) in every
        assert at(day) <= day < after(at(day), by)


def test_what_is_not_known_is_counted_and_told():
    videos = [_video("a"), _video("b", day=None), _video("c", account=" "), _video("d", "", None)]
    report = accounts_of(videos, topics={"a": "ball", "gone": "ball"})
    assert (report.videos, report.undated, report.nobodys) == (4, 2, 2)
    assert (report.untold, report.strangers) == (3, 1)
    ana, nobody = report.accounts
    assert (ana.name, ana.videos, ana.undated, sum(ana.counts.values())) == ("ana", 2, 1, 1)
    assert (ana.topics, ana.untold) == ({"ball": 1}, 1)
    assert (nobody.name, nobody.videos, nobody.undated) == ("", 2, 1)
    assert report.repeats is None


def test_accounts_with_most_videos_come_first_and_nobody_last():
    videos = [_video(f"n{k}", "") for k in range(5)]
    videos += [_video("a", "ana"), _video("b", "ben"), _video("c", "ben")]
    assert [one.name for one in accounts_of(videos).accounts] == ["ben", "ana", ""]


def test_of_no_videos_there_is_nothing_to_tell():
    report = accounts_of([], [], {})
    assert (report.accounts, report.periods, report.repeats) == ((), (), ())


def _counts(posts: list[int]) -> dict[date, int]:
    return dict(zip(periods(date(2024, 1, 1), date(2030, 1, 1), "week"), posts, strict=False))


def test_a_burst_is_found_with_its_days_and_neighbours_are_one():
    counts = _counts([1, 2, 1, 0, 2, 1, 12, 11, 1, 2, 0, 1, 1, 2, 1, 2])
    (burst,) = bursts_of(counts, AccountOptions())
    assert (burst.start, burst.end) == (date(2024, 2, 12), date(2024, 2, 26))
    assert burst.posts == 23
    assert burst.expected == pytest.approx(2 * 40 / 16)
    assert burst.chance < 0.001


@pytest.mark.parametrize(
    "posts", [[], [50], [3, 0, 0], [1, 0, 0, 2, 0, 1], [10, 12, 9, 14, 11, 10], [2] * 30]
)
def test_no_burst_is_told_where_there_is_none(posts):
    assert bursts_of(_counts(posts), AccountOptions()) == ()


def test_few_accounts_that_post_evenly_have_a_burst():
    """As few as the chance allows: 400 accounts at 5 in 100 are 20 at most, give or take."""
    rng = np.random.default_rng(0)
    options = AccountOptions(chance=0.05, least=2)
    told = 0
    for _ in range(400):
        weeks, total = int(rng.integers(5, 60)), int(rng.integers(5, 200))
        counts = np.bincount(rng.integers(weeks, size=total), minlength=weeks)
        told += bool(bursts_of(_counts(counts.tolist()), options))
    assert told <= 33


def test_the_chance_of_a_burst_is_that_of_even_posting():
    """Simulated: how often any of 10 weeks has 9 of 30 posts or more."""
    rng = np.random.default_rng(1)
    drawn = rng.multinomial(30, [0.1] * 10, size=40_000)
    often = float((drawn.max(axis=1) >= 9).mean())
    (burst,) = bursts_of(_counts([9, 3, 2, 2, 3, 2, 2, 3, 2, 2]), AccountOptions(chance=0.2))
    assert burst.chance == pytest.approx(often, rel=0.1)


def test_who_was_first_and_who_repeats_it():
    videos = [
        _video("a", "ana", 0),
        _video("b", "ben", 3),
        _video("c", "cleo", 1),
        _video("d", "ana", 9),
        _video("e", "ben", 5),
    ]
    groups = [_group(("b", "a"), ("a", "c"), ("c", "b"), ("a", "d"))]
    report = accounts_of(videos, groups)
    assert report.repeats is not None
    told = [(one.id, one.account, one.of, one.first, one.own) for one in report.repeats]
    assert told == [
        ("c", "cleo", "a", "ana", False),
        ("b", "ben", "a", "ana", False),
        ("d", "ana", "a", "ana", True),
    ]
    assert report.repeats[1].after == timedelta(days=3)
    assert report.flows() == {("ben", "ana"): 1, ("cleo", "ana"): 1}
    ana, ben, cleo = (one for one in report.accounts)
    assert (ana.firsts, ana.repeats, ana.own) == (1, 0, 1)
    assert (ben.firsts, ben.repeats, ben.own) == (0, 1, 0)
    assert cleo.repeats == 1


def test_a_compilation_does_not_make_its_parts_repeat_each_other():
    videos = [_video("a", "ana", 0), _video("b", "ben", 1), _video("both", "cleo", 2)]
    report = accounts_of(videos, [_group(("both", "a"), ("both", "b"))])
    assert [(one.id, one.of) for one in report.repeats or ()] == [("both", "a")]


@pytest.mark.parametrize("day", [None, 0.0])
def test_without_an_order_nobody_is_first(day):
    videos = [_video("a", "ana", 0), _video("b", "ben", day)]
    report = accounts_of(videos, [_group(("a", "b"))])
    assert (report.repeats, report.unordered) == ((), 2)
    assert all(one.firsts == one.repeats == 0 for one in report.accounts)
