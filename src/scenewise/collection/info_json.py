"""What downloaders of the yt-dlp family write beside a video: `NAME.info.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from scenewise.collection.metadata import (
    Facts,
    hashtags_in,
    hashtags_of,
    moment_of,
    seconds_of,
    text_of,
    united,
)
from scenewise.core.errors import InputError

_KEPT: Final = (
    "webpage_url", "extractor_key", "uploader", "channel", "view_count", "like_count",
    "dislike_count", "comment_count", "repost_count", "save_count", "location", "artist",
    "track", "categories", "age_limit", "was_live",
)  # fmt: skip
"""Fields that are kept beside those with a place of their own. The rest is mostly about the
formats that could have been downloaded."""


class InfoInvalid(InputError):
    """A file beside a video is not what a downloader writes."""


def info_beside(video: Path) -> Path | None:
    """The file of information that belongs to a video; None where there is none."""
    for name in (f"{video.stem}.info.json", f"{video.name}.info.json"):
        path = video.with_name(name)
        if path.is_file():
            return path
    return None


def read_info(path: Path) -> Facts:
    """What a `.info.json` says.

    The account is the name by which people are addressed: `uploader_id`, or `uploader` where
    that is only a number. The time is `timestamp`, or else the day of `upload_date`. Dates
    and durations that cannot be understood are passed over: programs wrote them, and the
    person cannot mend them.

    Raises:
        InfoInvalid: it cannot be read, is not JSON, or tells of something else than a video.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        why = getattr(error, "strerror", None) or "it is not JSON"
        raise InfoInvalid(
            f"cannot be read ({why.lower() if why[1:2].islower() else why})",
            path=path,
            remedy="fetch it anew or remove it",
        ) from error
    if not isinstance(data, dict) or data.get("_type", "video") != "video":
        raise InfoInvalid(
            "does not tell of one video", path=path, remedy="fetch it anew or remove it"
        )
    title, description = text_of(data.get("title")), text_of(data.get("description"))
    return Facts(
        id=" ".join(text_of(data.get("id")).split()),
        account=_account(data),
        posted=_posted(data),
        title=title,
        description=description,
        hashtags=united(
            hashtags_in(description),
            hashtags_in(title),
            hashtags_of(data.get("hashtags")),
            hashtags_of(data.get("tags")),
        ),
        duration=_or_none(seconds_of, data.get("duration")),
        language=text_of(data.get("language")),
        extra={name: told for name in _KEPT if (told := text_of(data.get(name)))},
    )


def _account(data: Mapping[str, Any]) -> str:
    handle, name = text_of(data.get("uploader_id")), text_of(data.get("uploader"))
    channel = text_of(data.get("channel")) or text_of(data.get("channel_id"))
    if handle and (not handle.isdigit() or not name):
        return handle
    return name or channel or text_of(data.get("creator"))


def _posted(data: Mapping[str, Any]) -> Any:
    for name in ("timestamp", "release_timestamp", "upload_date", "release_date"):
        moment = _or_none(moment_of, data.get(name))
        if moment is not None:
            return moment
    return None


def _or_none(understood: Any, value: Any) -> Any:
    try:
        return understood(value)
    except ValueError:
        return None
