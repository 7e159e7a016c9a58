"""Conditions that narrow a collection: who posted, when, under which hashtags."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from scenewise.core.errors import OptionInvalid


@dataclass(frozen=True)
class Where:
    """Which videos are meant; a condition that is None or empty lets all pass.

    Args:
        account: the accounts, any of them.
        posted_from, posted_to: the first and last moment, both included. A date means the
            whole day; a time without a zone is UTC. Videos of no known date do not pass.
        hashtag: the hashtags, any of them, with or without `#`, capitals alike.
        min_duration, max_duration: seconds, both included.
        language: the languages, any of them.

    Raises:
        OptionInvalid: a range ends before it starts.
    """

    account: tuple[str, ...] = ()
    posted_from: date | datetime | None = None
    posted_to: date | datetime | None = None
    hashtag: tuple[str, ...] = ()
    min_duration: float | None = None
    max_duration: float | None = None
    language: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        start, end = self.since, self.until
        if start is not None and end is not None and end < start:
            raise OptionInvalid(
                "the last day lies before the first", remedy="swap the two or leave one out"
            )
        shortest, longest = self.min_duration, self.max_duration
        if shortest is not None and longest is not None and not shortest <= longest:
            raise OptionInvalid(
                "the greatest duration is less than the smallest",
                remedy="swap the two or leave one out",
            )

    @property
    def since(self) -> datetime | None:
        """The first moment that passes, UTC."""
        return _moment(self.posted_from, last=False)

    @property
    def until(self) -> datetime | None:
        """The last moment that passes, UTC."""
        return _moment(self.posted_to, last=True)

    def sql(self) -> str:
        """The conditions as the store's tables know them; empty where all passes."""
        parts = [
            _any_of("account", self.account),
            _any_of("language", self.language),
        ]
        if (start := self.since) is not None:
            parts.append(f"posted >= {_literal(start)}")
        if (end := self.until) is not None:
            parts.append(f"posted <= {_literal(end)}")
        if self.hashtag:
            tags = ", ".join(quoted(tag_key(tag)) for tag in self.hashtag)
            parts.append(f"array_has_any(tag_keys, make_array({tags}))")
        if self.min_duration is not None:
            parts.append(f"duration >= {float(self.min_duration)!r}")
        if self.max_duration is not None:
            parts.append(f"duration <= {float(self.max_duration)!r}")
        return " AND ".join(part for part in parts if part)


def tag_key(hashtag: str) -> str:
    """A hashtag as it is compared: without `#`, capitals alike."""
    return hashtag.strip().removeprefix("#").casefold()


def quoted(text: str) -> str:
    """Text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _any_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(quoted(value) for value in values)})" if values else ""


def _moment(given: date | datetime | None, *, last: bool) -> datetime | None:
    if given is None:
        return None
    if isinstance(given, datetime):
        return given.astimezone(UTC) if given.tzinfo else given.replace(tzinfo=UTC)
    start = datetime.combine(given, time(), UTC)
    return start + timedelta(days=1) - timedelta(microseconds=1) if last else start


def _literal(moment: datetime) -> str:
    return f"CAST('{moment.strftime('%Y-%m-%d %H:%M:%S.%f')}' AS TIMESTAMP)"
