"""Writing the pocket models as anybody's checkpoint lies on disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from scenewise.media.atomic import atomic_text
from scenewise.models.loading import quiet
from scenewise.models.saving import checkpoint_folder
from scenewise.synthetic.grammar import vocabulary
from scenewise.synthetic.pocket import networks
from scenewise.synthetic.pocket.clip_lessons import HIGHEST_SCALE
from scenewise.synthetic.pocket.lessons import STRANGE

_EVENTS: Final = 240
_LEAST: Final = 0.6
"""How far a caption lies above those sentences at least on four of five drawn pictures."""


def save_model(
    model: Any,
    folder: Path,
    tokenizer: Any = None,
    processor: Any = None,
    *,
    beside: Mapping[str, str] | None = None,
) -> None:
    """Configuration, weights as 16-bit safetensors, tokenizer and image processor.

    Whatever goes wrong, a model that was in the folder before is still there and whole.

    Args:
        model: float32; so it is again afterwards, with the values that were saved.
        folder: where it goes.
        tokenizer, processor: what goes with it, where it has them.
        beside: further text files by name.

    Raises:
        OutputUnwritable: the folder cannot be written to.
    """
    import torch

    try:
        with checkpoint_folder(folder) as temporary:
            with quiet():
                model.to(torch.float16).save_pretrained(temporary)
                for part in (tokenizer, processor):
                    if part is not None:
                        _as_made(part)
                        part.save_pretrained(temporary)
            for name, text in (beside or {}).items():
                atomic_text(temporary / name, text)
    finally:
        model.to(torch.float32)


def _as_made(part: Any) -> None:
    """Take from a tokenizer how its last batch was padded and cut, which is no part of it."""
    words = getattr(part, "backend_tokenizer", None)
    if words is not None:
        words.no_padding()
        words.no_truncation()


def save_embedder(clip: Any, tokenizer: Any, folder: Path) -> None:
    """CLIP with the words of its world beside it."""
    from transformers import CLIPImageProcessorPil

    clip.logit_scale.data.clamp_(max=HIGHEST_SCALE)
    processor = CLIPImageProcessorPil(
        size={"height": networks.SIDE, "width": networks.SIDE},
        do_center_crop=False,
        image_mean=list(networks.MEAN),
        image_std=list(networks.SPREAD),
    )
    # With the model, so that there is never one without its words.
    save_model(clip, folder, tokenizer, processor, beside={"vocabulary.toml": vocabulary_toml()})


def vocabulary_toml() -> str:
    """The words of the drawn world, and what agreement is measured against.

    The sentences under `elsewhere` were learnt from pictures that are not of this world: what
    agrees with them is not described.
    """
    words = vocabulary(background=_EVENTS)
    lines = [
        "# The words of the drawn world: phrases that may follow a sentence, and sentences that",
        "# agreement is measured against, and sentences about pictures of anything else.",
        "",
        "[phrases]",
    ]
    lines += [f"{name} = {_array(phrases)}" for name, phrases in words["phrases"].items()]
    lines += ["", "[background]", f"sentences = {_array(words['background']['sentences'])}"]
    lines += ["", "[elsewhere]", f"least = {_LEAST}", f"sentences = {_array(list(STRANGE))}", ""]
    return "\n".join(lines)


def _array(texts: list[str]) -> str:
    rows = "".join(f'  "{text}",\n' for text in texts)
    return f"[\n{rows}]"
