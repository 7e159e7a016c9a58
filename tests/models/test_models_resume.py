"""A captioner that was stopped goes on as if it had not been."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from narrator_maker import make_narrator
from scenewise.core.media_types import Candidate, Frame, Keyframe
from scenewise.core.ports import CaptionContext, ResumableCaptioner
from scenewise.core.progress import Silent
from scenewise.core.time import Span
from scenewise.description.cache import Cache
from scenewise.description.captioning import caption
from scenewise.description.options import DraftOptions
from scenewise.description.work import Work
from scenewise.distinctad.describing import NarratorCaptioner
from scenewise.models.caption_options import CaptionOptions
from scenewise.models.interrogator import Interrogator
from scenewise.models.vlm import VisionLanguageCaptioner


@pytest.fixture(scope="module")
def keyframes(pictures: list[np.ndarray]) -> list[Keyframe]:
    rolled = [np.roll(pictures[i % len(pictures)], 7 * i, axis=1).copy() for i in range(11)]
    return [Keyframe(Frame(i + 0.5, image), Span(i, i + 1)) for i, image in enumerate(rolled)]


@pytest.fixture(scope="module", params=["interrogator", "vlm", "distinctad"])
def captioner(
    request, tiny_blip: Path, tiny_clip: Path, tiny_vlm: Path, tmp_path_factory
) -> ResumableCaptioner:
    if request.param == "distinctad":
        narrator = make_narrator(tmp_path_factory.mktemp("made") / "narrator")
        return NarratorCaptioner(CaptionOptions(model=str(narrator), candidates=2, batch_size=4))
    if request.param == "vlm":
        return VisionLanguageCaptioner(CaptionOptions(vlm_model=str(tiny_vlm), max_tokens=6))
    options = CaptionOptions(blip=str(tiny_blip), clip=str(tiny_clip), batch_size=2, max_tokens=8)
    return Interrogator(options)


@pytest.fixture(scope="module")
def whole(captioner, keyframes) -> list[list[Candidate]]:
    """What it says where it was not stopped."""
    return list(captioner.describe(keyframes, CaptionContext()))


@pytest.mark.slow
@pytest.mark.parametrize("finished", [1, 4, 7])
def test_the_rest_is_what_it_would_have_been(captioner, whole, keyframes, finished: int) -> None:
    rest = list(captioner.resume(keyframes, CaptionContext(), whole[:finished]))
    assert [[c.text for c in row] for row in rest] == [
        [c.text for c in row] for row in whole[finished:]
    ]
    for ours, theirs in zip(rest, whole[finished:], strict=True):
        assert [c.score for c in ours] == pytest.approx([c.score for c in theirs], abs=1e-3)


class Interrupted:
    """A captioner that is stopped after some key frames, as by Ctrl-C."""

    name = "interrogator"

    def __init__(self, inner: ResumableCaptioner, after: int) -> None:
        self.inner, self.after, self.asked = inner, after, 0

    @property
    def identity(self) -> str:
        return self.inner.identity

    def describe(self, keyframes, context) -> Iterator:
        return self.resume(keyframes, context, ())

    def resume(self, keyframes, context, done) -> Iterator:
        for row in self.inner.resume(keyframes, context, done):
            if self.asked == self.after:
                raise KeyboardInterrupt
            self.asked += 1
            yield row


@pytest.mark.slow
def test_a_stopped_run_is_taken_up_from_the_cache(
    tiny_blip: Path, tiny_clip: Path, keyframes, tmp_path: Path
) -> None:
    options = CaptionOptions(blip=str(tiny_blip), clip=str(tiny_clip), batch_size=2, max_tokens=8)
    inner = Interrogator(options)
    work = Work(Cache(tmp_path), Silent())
    arguments = (keyframes, CaptionContext(), "blake2b:0", DraftOptions(), work)
    with pytest.raises(KeyboardInterrupt):
        caption(Interrupted(inner, 9), *arguments)
    second = Interrupted(inner, 99)
    rows = caption(second, *arguments)
    assert second.asked == len(keyframes) - 8  # eight had been kept
    whole = list(inner.describe(keyframes, CaptionContext()))
    assert [row[0].text for row in rows] == [row[0].text for row in whole]


def test_other_weights_are_another_captioner(tiny_blip: Path, tiny_clip: Path, tmp_path) -> None:
    import json
    import shutil

    other = tmp_path / "blip"
    shutil.copytree(tiny_blip, other)
    config = json.loads((other / "config.json").read_text("utf-8"))
    (other / "config.json").write_text(json.dumps({**config, "note": "changed"}), "utf-8")
    made = [
        Interrogator(CaptionOptions(blip=str(folder), clip=str(tiny_clip))).identity
        for folder in (tiny_blip, other)
    ]
    assert made[0] != made[1]
