"""What is known of a video beside its pictures: who posted it, when, with which words.

The forms in which people and programs write dates, durations and hashtags are understood
here, once for tables and for what downloaders write.
"""

from __future__ import annotations

import ast
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime
from typing import Any, Final

from scenewise.collection.types import Video
from scenewise.collection.where import tag_key

_MARKS: Final = frozenset("#＃﹟")
_JOINERS: Final = frozenset("_\u200c\u200d·・ー゠")
"""Signs beside letters, marks and digits that a hashtag may hold: the invisible joiners of
Persian and Indian scripts, and the points of Catalan and Japanese."""

_EPOCH: Final = re.compile(r"-?\d{9,19}(?:\.\d+)?")
_CLOCK: Final = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)")


@dataclass(frozen=True)
class Facts:
    """What was said about one video; empty where nothing was.

    Args:
        id: its name.
        account: who posted it.
        posted: when, with its time zone.
        title, description: what they wrote.
        hashtags: without the `#`.
        duration: seconds.
        language: a code such as `en`.
        extra: whatever else is known, as text.
    """

    id: str = ""
    account: str = ""
    posted: datetime | None = None
    title: str = ""
    description: str = ""
    hashtags: tuple[str, ...] = ()
    duration: float | None = None
    language: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def over(self, other: Facts) -> Facts:
        """These facts, and the other's where these say nothing; hashtags of both."""
        return Facts(
            self.id or other.id,
            self.account or other.account,
            self.posted or other.posted,
            self.title or other.title,
            self.description or other.description,
            united(self.hashtags, other.hashtags),
            other.duration if self.duration is None else self.duration,
            self.language or other.language,
            {**other.extra, **self.extra},
        )

    def onto(self, video: Video) -> Video:
        """The video with these facts; its id and duration stay."""
        return replace(
            video,
            account=self.account,
            posted=self.posted,
            title=self.title,
            description=self.description,
            hashtags=self.hashtags,
            language=self.language,
            extra=dict(self.extra),
        )


def hashtags_in(text: str) -> tuple[str, ...]:
    """The hashtags of a text, in any script, without `#`, in their order.

    A hashtag follows no letter or digit, which leaves out `C#` and parts of addresses, and
    is not of digits alone. Vowel signs and other marks belong to it.
    """
    found = []
    text = unicodedata.normalize("NFC", text)
    place = after = 0  # `after`: the end of the tag before, which another may follow at once
    while place < len(text):
        inside = place > after and _is_of_a_word(text[place - 1], "&/")
        if text[place] not in _MARKS or inside:
            place += 1
            continue
        end = place + 1
        while end < len(text) and _is_of_a_word(text[end]):
            end += 1
        tag = text[place + 1 : end].strip("\u200c\u200d")
        if any(unicodedata.category(sign)[0] == "L" for sign in tag):
            found.append(tag)
            after = end
        place = max(end, place + 1)
    return united(found)


def hashtags_of(value: Any) -> tuple[str, ...]:
    """The hashtags of a field that holds nothing else: a list, or words in one text.

    A text may be a list of JSON or Python; else commas, semicolons or bars part the tags, and
    where there are none of these, spaces and `#` do.
    """
    if value is None:
        return ()
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", value).strip()
        listed = _listed(text)
        if listed is not None:
            value = listed
        elif any(sign in text for sign in ",;|"):
            value = re.split(r"[,;|]", text)
        else:
            value = re.split(r"[\s#＃﹟]+", text)
    if not isinstance(value, Iterable) or isinstance(value, Mapping):
        value = [value]
    tags = (" ".join(str(tag).split()).lstrip("".join(_MARKS)) for tag in value if tag is not None)
    return united(tag for tag in tags if tag)


def united(*tags: Iterable[str]) -> tuple[str, ...]:
    """Hashtags of several sources, each once whatever its capitals, as first written."""
    kept: dict[str, str] = {}
    for tag in (tag for source in tags for tag in source):
        kept.setdefault(tag_key(tag), tag)
    return tuple(kept.values())


def moment_of(value: Any) -> datetime | None:
    """A date or time as UTC; None where there is none. A time without a zone is UTC.

    Understood are dates and times of Python, ISO 8601, `20220305`, those of mail headers, and
    seconds, milli- or microseconds since 1970.

    Raises:
        ValueError: it is none of these.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        moment = _moment(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, OSError) as error:
        raise ValueError(
            f"{_quoted(value)} is no date; write it as 2022-03-05 or 2022-03-05T14:00:00Z"
        ) from error


def seconds_of(value: Any) -> float | None:
    """A duration: seconds, or `1:02:03`; None where there is none.

    Raises:
        ValueError: it is neither.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    clock = _CLOCK.fullmatch(str(value).strip())
    try:
        if clock:
            hours, minutes, rest = clock.groups()
            seconds = int(hours or 0) * 3600 + int(minutes) * 60 + float(rest)
        else:
            seconds = float(value)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{_quoted(value)} is no duration; write seconds or 1:02:03") from error
    if not 0 <= seconds < 1e9:
        raise ValueError(f"{_quoted(value)} is no duration; write seconds or 1:02:03")
    return seconds


def text_of(value: Any) -> str:
    """A value of a table or of JSON as text; empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value != value:  # not a number: an empty cell of a table made with pandas
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return " ".join(text_of(part) for part in value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    return unicodedata.normalize("NFC", str(value)).strip()


def _is_of_a_word(sign: str, more: str = "") -> bool:
    return unicodedata.category(sign)[0] in "LMN" or sign in _JOINERS or sign in more


def _listed(text: str) -> list[Any] | None:
    if not (text.startswith(("[", "(")) and text.endswith(("]", ")"))):
        return None
    for read in (json.loads, ast.literal_eval):
        try:
            value = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(value, (list, tuple)):
            return list(value)
    return None


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    if isinstance(value, bool):
        raise ValueError
    text = text_of(value)
    if re.fullmatch(r"(?:19|20)\d{12}", text):
        return datetime.strptime(f"{text}+0000", "%Y%m%d%H%M%S%z")
    if _EPOCH.fullmatch(text):
        since = float(text)
        while abs(since) >= 1e11:  # the year 5138 in seconds, 1973 in milliseconds
            since /= 1000
        return datetime.fromtimestamp(since, UTC)
    try:
        return datetime.fromisoformat(re.sub(r"\s*(?:UTC|GMT)$", "+00:00", text))
    except ValueError:
        if not any(sign.isalpha() for sign in text):
            raise
        return parsedate_to_datetime(text)


def _quoted(value: Any) -> str:
    text = " ".join(str(value).split())
    return repr(text if len(text) <= 40 else f"{text[:39]}…")
