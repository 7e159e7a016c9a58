"""Short upright videos of the drawn world, as people post them, with what they write.

DIR/videos/ID.mp4         the video
DIR/videos/ID.info.json   what a downloader writes beside it
DIR/posts.csv             all posts, oldest first
DIR/truth.json            what is seen and written in each; what is a copy of what
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from scenewise.core.media_types import Audio, Image
from scenewise.core.progress import Progress, Silent
from scenewise.core.time import Span
from scenewise.media.atomic import made_folder
from scenewise.media.encoding import write_film
from scenewise.synthetic.effects import effects_for
from scenewise.synthetic.set_files import is_whole, write_json, write_table
from scenewise.synthetic.social_copies import QUALITY, changed_pictures, changed_sound
from scenewise.synthetic.social_drawing import opening, text_layer
from scenewise.synthetic.social_plan import ACCOUNT, OPENING, Post, plan_social_set
from scenewise.synthetic.sound import soundtrack
from scenewise.synthetic.staging import Stage
from scenewise.synthetic.world import Event

WIDTH, HEIGHT = 144, 256

COLUMNS: Final = ("id", "path", "account", "posted", "title", "description", "hashtags",
                  "duration", "like_count", "view_count")  # fmt: skip
"""Of the table of posts."""

_SOUND_RATE: Final = 24_000
_TITLE: Final = 60  # letters of a description that are its title
_ADDRESS: Final = "https://social.example"  # a name that is never anybody's (RFC 2606)


def make_social_set(
    folder: Path, count: int, *, seed: int, progress: Progress | None = None
) -> Path:
    """Draw a set of short videos and write what is known about them.

    The tables come last, so that a folder which has them is whole; videos that are there and
    whole are not drawn again.

    Args:
        folder: where the set goes; made where it is missing.
        count: how many videos, at least one; about a quarter are copies of others.
        seed: everything follows from it.
        progress: told of every video.

    Returns:
        The folder.

    Raises:
        OutputUnwritable: the folder cannot be written to.
        VoiceMissing: somebody speaks in a video, and espeak-ng is not installed.
        ValueError: there is no such count.
    """
    if count < 1:
        raise ValueError(f"no set of {count} videos can be drawn")
    folder = made_folder(Path(folder))
    posts = plan_social_set(count, seed=seed)
    place = made_folder(folder / "videos")
    with (progress or Silent()).step("Drawing short videos", count) as step:
        # Copies are made from the files of their originals.
        for post in sorted(posts, key=lambda one: one.change is not None):
            path = place / f"{post.id}.mp4"
            if not is_whole(path, post.seconds):
                _draw(post, path)
            write_json(path.with_suffix(".info.json"), info(post))
            step.advance()
    write_json(folder / "truth.json", truth(posts))
    write_table(folder / "posts.csv", COLUMNS, (_row(post) for post in posts))
    return folder


def info(post: Post) -> dict[str, Any]:
    """What a downloader would have written beside the video, by the names of its fields."""
    account = ACCOUNT[post.account]
    return {
        "id": post.id,
        "title": _title(post),
        "description": post.description,
        "uploader": account.title,
        "uploader_id": post.account,
        "upload_date": post.posted.strftime("%Y%m%d"),
        "timestamp": int(post.posted.timestamp()),
        "tags": list(post.hashtags),
        "duration": round(post.seconds, 2),
        "like_count": post.likes,
        "view_count": post.views,
        "webpage_url": f"{_ADDRESS}/@{post.account}/video/{post.id}",
        "ext": "mp4",
        "width": WIDTH,
        "height": HEIGHT,
        "fps": post.rate,
    }


def truth(posts: Sequence[Post]) -> dict[str, Any]:
    """What is known: of each video, of the copies, and of what only looks like one.

    `shared_openings` are videos that begin alike and go on differently; copies of them are
    not among them. `themes` counts the originals by topic and month.
    """
    openings: dict[str, list[str]] = defaultdict(list)
    themes: dict[str, Counter[str]] = defaultdict(Counter)
    for post in posts:
        if post.change is None:
            themes[post.topic][post.posted.strftime("%Y-%m")] += 1
            if post.opens:
                openings[post.account].append(post.id)
    return {
        "videos": {post.id: _told(post) for post in posts},
        "copies": [
            {"id": post.id, "of": post.source, **post.change.told()}
            for post in posts
            if post.change is not None
        ],
        "shared_openings": [
            {"ids": ids, "start": 0.0, "end": OPENING} for ids in openings.values() if len(ids) > 1
        ],
        "themes": {topic: dict(sorted(months.items())) for topic, months in sorted(themes.items())},
    }


def _told(post: Post) -> dict[str, Any]:
    def seen(span: Span) -> dict[str, float] | None:
        moved = span if post.change is None else post.change.span(span, post.seconds)
        return None if moved is None else {
            "start": round(moved.start, 3), "end": round(moved.end, 3)
        }  # fmt: skip

    flipped = post.change is not None and post.change.kind == "mirrored"
    events = [
        {**when, **_facing(part.event, flipped=flipped)}
        for part in post.parts
        if part.event is not None and (when := seen(part.span))
    ]
    overlays = [
        {**when, "text": one.text, "language": one.language, "mirrored": flipped}
        for one in post.overlays
        if (when := seen(one.span))
    ]
    speed = post.change.speed if post.change else 1.0
    begins = post.change.start if post.change else 0.0
    return {
        "account": post.account,
        "topic": post.topic,
        "language": post.language,
        "seconds": round(post.seconds, 3),
        "opening": seen(Span(0.0, OPENING)) if post.opens else None,
        "events": events,
        "overlays": overlays,
        "lines": [
            {"text": line.text, "speaker": line.speaker,
             "start": round((line.start - begins) / speed, 3)}
            for line in post.lines
            if line.start >= begins
        ],
    }  # fmt: skip


def _facing(event: Event, *, flipped: bool) -> dict[str, Any]:
    told = asdict(event)
    if flipped:
        told["direction"] = "left" if event.direction == "right" else "right"
    return told


def _row(post: Post) -> dict[str, object]:
    return {
        "id": post.id,
        "path": f"videos/{post.id}.mp4",
        "account": post.account,
        "posted": post.posted.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "title": _title(post),
        "description": post.description,
        "hashtags": " ".join(f"#{tag}" for tag in post.hashtags),
        "duration": f"{post.seconds:.2f}",
        "like_count": post.likes,
        "view_count": post.views,
    }


def _title(post: Post) -> str:
    """The description without its hashtags, cut where it is long."""
    text = post.description.split(" #")[0]
    return text if len(text) <= _TITLE else text[: _TITLE - 1].rstrip() + "…"


def _draw(post: Post, path: Path) -> None:
    if post.change is not None:
        source = path.with_name(f"{post.source}.mp4")
        long = post.drawn_seconds
        write_film(
            path,
            changed_pictures(source, post.change, long, post.rate),
            rate=post.rate,
            sound=changed_sound(source, post.change, long, post.rate),
            quality=post.change.quality,
        )
        return
    write_film(path, _pictures(post), rate=post.rate, sound=_sound(post), quality=QUALITY)


def _pictures(post: Post) -> Iterator[Image]:
    account = ACCOUNT[post.account]
    layers = [
        (one.span, text_layer(one.text, WIDTH, HEIGHT, high=one.high, boxed=one.boxed))
        for one in post.overlays
    ]
    for part in post.parts:
        count = round(part.span.duration * post.rate)
        stage = None
        if part.event is not None and part.shooting is not None:
            stage = Stage(part.event, part.shooting, WIDTH, HEIGHT, part.span.duration)
        for index in range(count):
            if stage is None:
                yield opening(account.title, account.colour, WIDTH, HEIGHT, index / count)
                continue
            picture = stage.frame(index / post.rate)
            now = part.span.start + index / post.rate
            for span, layer in layers:
                if span.start - 1e-6 <= now < span.end - 1e-6:
                    layer.onto(picture)
            yield picture


def _sound(post: Post) -> Audio:
    effects = [
        effect
        for part in post.parts
        if part.event is not None
        for effect in effects_for(part.event, part.span)
    ]
    sound, _ = soundtrack(
        post.drawn_seconds,
        post.lines,
        mood=post.mood,
        effects=effects,
        seed=post.seed,
        rate=_SOUND_RATE,
    )
    return sound
