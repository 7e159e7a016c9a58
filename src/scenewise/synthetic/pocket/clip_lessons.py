"""How the pocket CLIP learns: true sentences against false ones that differ in one slot."""

from __future__ import annotations

from typing import Any, Final

from scenewise.synthetic.pocket.lessons import LABELS, Lesson

HARDEST_SCALE: Final = 4.6052
"""Natural logarithm of 100, above which CLIP's scale is not let go."""

SLOT_WEIGHT: Final = 0.25
"""Of naming the slots from the picture alone, beside telling sentences apart."""


def with_slot_heads(clip: Any) -> Any:
    """CLIP with one linear layer for each thing known of a picture, thrown away afterwards.

    Naming what is seen teaches the vision tower many times faster than telling sentences
    apart does, as every picture answers nine questions at once.
    """
    from torch import nn

    width = int(clip.config.vision_config.hidden_size)

    class Student(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.clip = clip
            self.heads = nn.ModuleDict(
                {name: nn.Linear(width, count) for name, count in LABELS.items()}
            )

    return Student()


def clip_loss(student: Any, lesson: Lesson) -> tuple[Any, dict[str, float]]:
    """Symmetric cross-entropy over the batch with false sentences, and the slots' own.

    A picture's row holds the true sentences of the batch, without those of others that are
    true of it as well, and its own false ones; a sentence's column holds the pictures it is
    not true of and its own.

    Args:
        student: from `with_slot_heads`.
        lesson: of b pictures.

    Returns:
        the loss, and what it consists of.
    """
    import torch
    from torch.nn import functional

    clip = student.clip
    seen = clip.vision_model(lesson.pixels).pooler_output  # [b, w]
    views = functional.normalize(clip.visual_projection(seen), dim=-1)  # [b, d]
    read = clip.text_model(lesson.tokens, attention_mask=lesson.mask).pooler_output
    words = functional.normalize(clip.text_projection(read), dim=-1)  # [b + b·k, d]
    count = len(views)
    true, false = words[:count], words[count:].view(count, -1, words.shape[-1])
    scale = clip.logit_scale.clamp(max=HARDEST_SCALE).exp()
    own = torch.eye(count, dtype=torch.bool)
    also = lesson.compatible & ~own
    among = (scale * views @ true.T).masked_fill(also, float("-inf"))  # [b, b]
    against = scale * torch.einsum("bd,bkd->bk", views, false)  # [b, k]
    target = torch.arange(count)
    pictures = functional.cross_entropy(torch.cat([among, against], dim=1), target)
    sentences = functional.cross_entropy(among.T, target)
    slots = torch.stack(
        [
            functional.cross_entropy(student.heads[name](seen), lesson.labels[:, number])
            for number, name in enumerate(LABELS)
        ]
    ).sum()
    loss = (pictures + sentences) / 2 + SLOT_WEIGHT * slots
    with torch.no_grad():
        best = (among.diagonal()[:, None] > against).all(dim=1).float().mean()
        named = {
            name: float((student.heads[name](seen).argmax(1) == lesson.labels[:, n]).float().mean())
            for n, name in enumerate(LABELS)
            if name in {"person", "action", "object", "setting"}
        }
    return loss, {
        "pictures": float(pictures.detach()),
        "sentences": float(sentences.detach()),
        "slots": float(slots.detach()),
        "beats_false": float(best),
        **named,
    }
