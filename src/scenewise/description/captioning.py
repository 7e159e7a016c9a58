"""Asking a captioner about every key frame, once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scenewise.core.media_types import Candidate, Keyframe
from scenewise.core.ports import CaptionContext, Captioner, ResumableCaptioner
from scenewise.description.cache import Entry
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
) -> list[list[Candidate]]:
    """Candidates for each key frame, best first.

    Each key frame is kept as soon as it is done, so that a long run that is interrupted goes
    on where it stopped.
    """
    if captioner.name == "text":
        return [[] for _ in keyframes]
    key: dict[str, Any] = {
        "version": _VERSION,
        "film": digest,
        "captioner": captioner.name,
        "identity": captioner.identity if isinstance(captioner, ResumableCaptioner) else "",
        "times": [round(k.time, 4) for k in keyframes],
        "context": [context.language, context.names, context.title, context.written],
        "candidates": options.candidates,
        "distinct": options.distinct,
    }
    kept = work.cache.get("captions", key)
    done: list[list[Candidate]] = []
    if kept is not None:
        done = [[Candidate(text, score) for text, score in row] for row in kept.data]
    if len(done) >= len(keyframes):
        work.timings.reuse("caption")
        return done
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
                work.cache.put("captions", key, Entry(plain))
    return done
