"""Asking a captioner about every key frame, once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from scenewise.core.media_types import Candidate, Keyframe
from scenewise.core.ports import (
    CaptionContext,
    Captioner,
    FilmCaptioner,
    FrameSource,
    ResumableCaptioner,
)
from scenewise.description.cache import Cache, Entry
from scenewise.description.options import DraftOptions
from scenewise.description.work import Work

_VERSION = 1


def caption(
    captioner: Captioner,
    keyframes: Sequence[Keyframe],
    context: CaptionContext,
    digest: str,
    options: DraftOptions,
    work: Work,
    film: FrameSource | None = None,
) -> list[list[Candidate]]:
    """Candidates for each key frame, best first.

    They are kept as they come, so that a long run that is interrupted goes on where it
    stopped; but only of a captioner whose answers can be told from those of another of the
    same name (`_identity`).

    Args:
        captioner: who is asked.
        keyframes: in time order.
        context: what it may know beside them.
        digest: hash of the film's content.
        options: of the draft.
        work: where answers are kept, and who is told.
        film: the film itself, for a captioner that looks at it (`FilmCaptioner`).
    """
    if captioner.name == "text":
        return [[] for _ in keyframes]
    identity = _identity(captioner)
    cache = work.cache if identity else Cache(None)
    key: dict[str, Any] = {
        "version": _VERSION,
        "film": digest,
        "captioner": captioner.name,
        "identity": identity,
        "times": [round(k.time, 4) for k in keyframes],
        "context": [context.language, context.names, context.title, context.written],
        "candidates": options.candidates,
        "distinct": options.distinct,
    }
    looks = captioner if film is not None and isinstance(captioner, FilmCaptioner) else None
    if looks is not None:
        key["spans"] = [(round(k.span.start, 4), round(k.span.end, 4)) for k in keyframes]
    kept = cache.get("captions", key)
    done: list[list[Candidate]] = []
    if kept is not None:
        done = [[Candidate(text, score) for text, score in row] for row in kept.data]
    if len(done) >= len(keyframes):
        work.timings.reuse("caption")
        return done
    if film is not None and looks is not None:
        with (
            work.timings.stage("caption"),
            work.progress.step("Looking at each segment", film.span.end) as step,
        ):
            captioner = looks.seeing(film, [k.span for k in keyframes], step)
    # A captioner looks at a key frame's neighbours, so it is asked about all of them; one
    # that can take up where it stopped says so.
    with (
        work.timings.stage("caption"),
        work.progress.step("Describing key frames", total=len(keyframes)) as step,
    ):
        if done and isinstance(captioner, ResumableCaptioner):
            step.advance(len(done))
            rest = captioner.resume(keyframes, context, tuple(done))
        else:
            done = []
            rest = captioner.describe(keyframes, context)
        for row in rest:
            done.append(list(row))
            step.advance()
            if len(done) % 8 == 0 or len(done) == len(keyframes):
                plain = [[(c.text, c.score) for c in candidates] for candidates in done]
                cache.put("captions", key, Entry(plain))
    return done


def _identity(captioner: Captioner) -> str:
    """What a captioner's answers depend on beside the pictures: what it says itself, or else
    its class and plain state. Empty where that cannot be told, as its state holds more than
    plain values and options."""
    if isinstance(captioner, ResumableCaptioner):
        return captioner.identity
    kind = type(captioner)
    try:
        state = json.dumps(getattr(captioner, "__dict__", {}), sort_keys=True, default=_fields)
    except (TypeError, ValueError):
        return ""
    return f"{kind.__module__}.{kind.__qualname__} {state}"


def _fields(value: Any) -> dict[str, Any]:
    """The fields of a class of options; whatever else is not plain has no name."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(value)
