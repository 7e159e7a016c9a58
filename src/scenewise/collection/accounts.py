"""Who posts how much, when all at once, about what, and who shows it first.

Times are UTC. What is not known is counted and told, never guessed: a video without a date is
in no period, one without an account belongs to nobody, and of copies on which not every date
is known nobody is called the first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from scipy.stats import binom

from scenewise.collection.accounts_options import AccountOptions
from scenewise.collection.copies import CopyGroup
from scenewise.collection.types import Video


@dataclass(frozen=True)
class Burst:
    """Periods, one after another, in which an account posted more than evenly.

    Args:
        start, end: the first day and the day after the last.
        posts: in them.
        expected: as many as there would be if the account posted evenly.
        chance: that an account which posts evenly has such a period anywhere (see `bursts_of`);
            of the least likely of the periods.
    """

    start: date
    end: date
    posts: int
    expected: float
    chance: float


@dataclass(frozen=True)
class Repeat:
    """A video that shows what another one showed before.

    Args:
        id, account: of the later one.
        of, first: id and account of the earliest one that it is a copy of.
        after: from one to the other.
        by: how the copy differs, in words.
    """

    id: str
    account: str
    of: str
    first: str
    after: timedelta
    by: tuple[str, ...] = ()

    @property
    def own(self) -> bool:
        """Whether somebody repeats what is their own."""
        return bool(self.account) and self.account == self.first


@dataclass(frozen=True)
class Account:
    """What one account does.

    Args:
        name: empty for the videos of which the account is not known.
        videos: how many there are.
        undated: those of them whose date is not known.
        counts: posts in each period from the first to the last with one, by its first day.
        bursts: in order of time.
        topics: how many videos each topic has, most first.
        untold: videos of which no topic is given.
        firsts: videos that others repeated later.
        repeats: videos that show what another account showed before.
        own: videos that show what this account showed before.
    """

    name: str
    videos: int
    undated: int
    counts: Mapping[date, int]
    bursts: tuple[Burst, ...]
    topics: Mapping[str, int]
    untold: int
    firsts: int
    repeats: int
    own: int

    @property
    def first(self) -> date | None:
        """The first period with a post."""
        return min(self.counts, default=None)

    @property
    def per_period(self) -> float:
        """Posts in a period, from the first to the last with one."""
        return (self.videos - self.undated) / len(self.counts) if self.counts else 0.0


@dataclass(frozen=True)
class AccountReport:
    """All accounts.

    Args:
        by: what posts are counted by.
        accounts: those with most videos first; the videos of nobody come last.
        periods: the first days of all periods, of the earliest post to the latest.
        repeats: who repeats what, in order of time; None where copies were not looked for.
        unordered: copies of which it is not known which came first.
        videos: how many there are.
        undated: those whose date is not known.
        nobodys: those whose account is not known.
        untold: those of which no topic is given; None where no topics are given.
        strangers: ids of the table of topics that are not among the videos.
    """

    by: str
    accounts: tuple[Account, ...]
    periods: tuple[date, ...]
    repeats: tuple[Repeat, ...] | None
    unordered: int
    videos: int
    undated: int
    nobodys: int
    untold: int | None
    strangers: int = 0

    def flows(self) -> dict[tuple[str, str], int]:
        """How often an account repeated another, by who repeats and who was first."""
        pairs = Counter(
            (one.account, one.first)
            for one in self.repeats or ()
            if not one.own and one.account and one.first
        )
        return dict(sorted(pairs.items(), key=lambda entry: (-entry[1], entry[0])))


def accounts_of(
    videos: Sequence[Video],
    groups: Iterable[CopyGroup] | None = None,
    topics: Mapping[str, str] | None = None,
    options: AccountOptions | None = None,
) -> AccountReport:
    """What the accounts of some videos do.

    Args:
        videos: of a collection.
        groups: which of them are copies of each other; None where that was not looked for.
        topics: of videos by their ids; None where none are given.
        options: how posts are counted.
    """
    options = options or AccountOptions()
    known = {video.id: video for video in videos}
    repeats, unordered = (None, 0) if groups is None else repeats_of(known, groups)
    mine: dict[str, list[Video]] = defaultdict(list)
    for video in videos:
        mine[video.account.strip()].append(video)
    firsts = Counter(
        known[one].account.strip() for one in {r.of for r in repeats or () if not r.own}
    )
    again = Counter(one.account for one in repeats or () if not one.own)
    own = Counter(one.account for one in repeats or () if one.own)
    accounts = [
        _account(name, some, topics or {}, options, firsts[name], again[name], own[name])
        for name, some in mine.items()
    ]
    accounts.sort(key=lambda one: (not one.name, -one.videos, one.name))
    starts = [start for one in accounts for start in one.counts]
    return AccountReport(
        options.by,
        tuple(accounts),
        tuple(periods(min(starts), max(starts), options.by)) if starts else (),
        repeats,
        unordered,
        len(videos),
        sum(video.posted is None for video in videos),
        len(mine.get("", ())),
        None if topics is None else sum(video.id not in topics for video in videos),
        0 if topics is None else sum(name not in known for name in topics),
    )


def _account(
    name: str,
    videos: Sequence[Video],
    topics: Mapping[str, str],
    options: AccountOptions,
    firsts: int,
    repeats: int,
    own: int,
) -> Account:
    days = [video.posted for video in videos if video.posted is not None]
    found = Counter(period_of(moment, options.by) for moment in days)
    counts = {}
    if found:
        counts = {day: found[day] for day in periods(min(found), max(found), options.by)}
    about = Counter(topics[video.id] for video in videos if video.id in topics)
    return Account(
        name,
        len(videos),
        len(videos) - len(days),
        counts,
        # many people's posts together have no rate of their own
        bursts_of(counts, options) if name else (),
        dict(sorted(about.items(), key=lambda entry: (-entry[1], entry[0]))),
        sum(video.id not in topics for video in videos) if topics else 0,
        firsts,
        repeats,
        own,
    )


def bursts_of(counts: Mapping[date, int], options: AccountOptions) -> tuple[Burst, ...]:
    """Periods with more posts than an account has that posts evenly.

    Of n posts in m periods, if each falls into any of them alike, the number in one period is
    binomial(n, 1/m), whatever the rate. A period is a burst if so many posts or more have, in
    any of the m periods, no more than the chance allowed (Bonferroni): P(X ≥ k) · m ≤ chance.
    Neighbours are one burst.

    Args:
        counts: posts of one account in all periods from the first to the last, none left out.
        options: the chance allowed, and the least number of posts.
    """
    starts = sorted(counts)
    total, many = sum(counts.values()), len(starts)
    if many < 2:
        return ()
    bursts: list[Burst] = []
    expected = total / many
    for start in starts:
        posts = counts[start]
        chance = min(1.0, float(binom.sf(posts - 1, total, 1 / many)) * many)
        if posts < options.least or chance > options.chance:
            continue
        end = after(start, options.by)
        if bursts and bursts[-1].end == start:
            last = bursts[-1]
            bursts[-1] = Burst(
                last.start, end, last.posts + posts, last.expected + expected,
                min(last.chance, chance),
            )  # fmt: skip
        else:
            bursts.append(Burst(start, end, posts, expected, chance))
    return tuple(bursts)


def repeats_of(
    videos: Mapping[str, Video], groups: Iterable[CopyGroup]
) -> tuple[tuple[Repeat, ...], int]:
    """Which videos repeat which, and of how many copies that is not known.

    A video repeats the earliest of those that it shares footage with itself, not of those that
    are joined to it by others: a compilation joins what has nothing in common.

    Args:
        videos: by id.
        groups: of copies.
    """
    found: list[Repeat] = []
    unordered = 0
    for group in groups:
        beside: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        for pair in group.pairs:
            beside[pair.a].append((pair.b, pair.changes))
            beside[pair.b].append((pair.a, pair.changes))
        for name in group.ids:
            video = videos[name]
            others = [(videos[other], changes) for other, changes in beside[name]]
            if video.posted is None or any(one.posted in (None, video.posted) for one, _ in others):
                unordered += 1
                continue
            when = video.posted
            source, changes = min(others, key=lambda one: (one[0].posted or when, one[0].id))
            assert source.posted is not None
            if source.posted < when:
                found.append(
                    Repeat(
                        name, video.account.strip(), source.id, source.account.strip(),
                        when - source.posted, changes,
                    )
                )  # fmt: skip
    found.sort(key=lambda one: (videos[one.id].posted or datetime.min.replace(tzinfo=UTC), one.id))
    return tuple(found), unordered


def period_of(moment: datetime, by: str) -> date:
    """The first day of the period in which a moment lies, UTC; weeks begin on Monday."""
    day = (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    if by == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if by == "month" else day


def after(start: date, by: str) -> date:
    """The first day of the next period."""
    if by == "month":
        return (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    return start + timedelta(days=7 if by == "week" else 1)


def periods(first: date, last: date, by: str) -> Iterable[date]:
    """The first days of all periods from one to another, both included."""
    while first <= last:
        yield first
        first = after(first, by)
