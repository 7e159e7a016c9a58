"""Vision-language models as captioners: they see several frames and what was told before."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, Final

from scenewise.core.media_types import Candidate, Frame, Keyframe
from scenewise.core.ports import CaptionContext
from scenewise.core.progress import Progress
from scenewise.models import hub
from scenewise.models.caption_options import CaptionOptions
from scenewise.models.loading import load_model, quiet
from scenewise.models.precision import placement
from scenewise.models.prompts import clean_answer, question

_SIDE: Final = 512
"""Pixels of a frame's longer side: more makes more patches, and minutes on a processor."""

_TOLD: Final = 3
"""Earlier descriptions that the model is given."""


class VisionLanguageCaptioner:
    """A `Captioner` of any image-text-to-text model of transformers with a chat template.

    Args:
        options: `vlm_model`, `frames`, `max_tokens`, `device`, `precision`.
        allow_download: whether weights may be fetched.
        progress: shows the download.

    Raises:
        ModelMissing: the weights are neither here nor to be had, are damaged, or come without
            a chat template.
        ComponentMissing: transformers prepares its pictures with torchvision only.
        OptionInvalid: the model does not take pictures.
    """

    takes_options = True

    def __init__(
        self,
        options: CaptionOptions | None = None,
        *,
        allow_download: bool = True,
        progress: Progress | None = None,
    ) -> None:
        self.options = options or CaptionOptions()
        self.name = "vlm"
        folder = hub.resolve(
            self.options.vlm_model, job="vlm", allow_download=allow_download, progress=progress
        )
        from transformers import AutoModelForImageTextToText

        from scenewise.models.vlm_processor import load_processor

        self._place = placement(self.options.device, self.options.precision)
        self.folder = folder
        self._processor = load_processor(folder)
        # A picture cut into tiles costs up to 17 times as much as the picture alone.
        pictures = self._processor.image_processor
        if hasattr(pictures, "do_image_splitting"):
            pictures.do_image_splitting = False
        self._model = load_model(AutoModelForImageTextToText, folder, self._place)

    def describe(
        self, keyframes: Sequence[Keyframe], context: CaptionContext
    ) -> Iterator[list[Candidate]]:
        """One candidate a key frame; its score is the geometric mean of the probabilities that
        the model gave its own words, 0 to 1. An empty list where it said nothing."""
        return self.resume(keyframes, context, ())

    @property
    def identity(self) -> str:
        """Options and weights: what the sentences depend on beside the pictures."""
        return f"{self.options!r} {hub.fingerprint(self.folder)}"

    def resume(
        self,
        keyframes: Sequence[Keyframe],
        context: CaptionContext,
        done: Sequence[Sequence[Candidate]],
    ) -> Iterator[list[Candidate]]:
        """The rest of what `describe` gives, when the first key frames are done."""
        told: deque[str] = deque((row[0].text for row in done if row), maxlen=_TOLD)
        for i, keyframe in enumerate(keyframes[len(done) :], start=len(done)):
            frames = spread(keyframe, self.options.frames)
            words = question(
                frames=len(frames),
                previous=tuple(told),
                names=context.names,
                title=context.title,
                written=context.written[i] if i < len(context.written) else "",
                language=context.language,
            )
            answer, confidence = self._answer(frames, words)
            text = clean_answer(answer)
            if text:
                told.append(text)
            yield [Candidate(text, confidence)] if text else []

    def _answer(self, frames: Sequence[Frame], words: str) -> tuple[str, float]:
        import torch
        from PIL import Image

        content: list[dict[str, Any]] = [
            {"type": "image", "image": Image.fromarray(frame.scaled(*frame.size_within(_SIDE)))}
            for frame in frames
        ]
        content.append({"type": "text", "text": words})
        with quiet(), torch.inference_mode():
            inputs = self._processor.apply_chat_template(
                [{"role": "user", "content": content}],
                add_generation_prompt=True,
                tokenize=True,
                return_dict=True,
                return_tensors="pt",
            )
            inputs = {
                key: value.to(
                    self._place.device, self._place.dtype if value.is_floating_point() else None
                )
                for key, value in inputs.items()
            }
            out = self._model.generate(
                **inputs,
                max_new_tokens=self.options.max_tokens,
                do_sample=False,
                num_beams=1,
                return_dict_in_generate=True,
                output_logits=True,
            )
        new = out.sequences[0, inputs["input_ids"].shape[1] :]
        chosen = [
            float(torch.log_softmax(step[0].float(), -1)[word])
            for step, word in zip(out.logits, new, strict=True)
        ]
        confidence = math.exp(sum(chosen) / len(chosen)) if chosen else 0.0
        return str(self._processor.tokenizer.decode(new, skip_special_tokens=True)), confidence


def spread(keyframe: Keyframe, count: int) -> list[Frame]:
    """At most `count` frames of a shot in order of time, evenly spread, the key frame always
    among them."""
    others = sorted(keyframe.neighbours, key=lambda frame: frame.time)
    room = count - 1
    if len(others) > room:
        step = len(others) / room if room else 0.0
        others = [others[int((i + 0.5) * step)] for i in range(room)]
    return sorted([*others, keyframe.frame], key=lambda frame: frame.time)
