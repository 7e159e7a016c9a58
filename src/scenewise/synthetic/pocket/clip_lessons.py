"""How the pocket CLIP learns: first to see, then to tell true sentences from false ones that
differ in one slot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from scenewise.synthetic.pocket.lessons import LABELS, SLOTS, Lesson, Sight
from scenewise.synthetic.pocket.looking import FINE
from scenewise.synthetic.poses import BONES

HIGHEST_SCALE: Final = 4.6052
"""Natural logarithm of 100, above which CLIP's scale is not let go."""

_SLOTS, _PATCHES, _DEEDS, _LIMBS = 0.25, 0.5, 0.3, 1.0
_SEEING: Final = 0.5
"""Weight of what is seen while sentences are learnt."""

_SLOW: Final = {"action": 3.0, "object": 2.0, "other": 1.5}
"""Weight of the slots that are learnt late."""

_EMPTY: Final = 0.15
"""Weight of a patch with nothing in it: most are."""


def with_eyes(clip: Any) -> Any:
    """CLIP with linear layers for what is known of a picture, thrown away afterwards.

    From sentences alone a tower of patches takes long to find the small figure that matters.
    So every patch is asked who and what is in it, which limbs, and what they are doing, and
    the whole what fills each slot: a picture answers hundreds of questions at once.
    """
    from torch import nn

    width = int(clip.config.vision_config.hidden_size)
    # In bfloat16 the fused attention of PyTorch is slow backwards on processors: three fifths
    # of a step went there.
    clip.set_attn_implementation("eager")

    class Student(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.clip = clip
            self.heads = nn.ModuleDict(
                {name: nn.Linear(width, count) for name, count in LABELS.items()}
            )
            self.who = nn.Linear(width, len(SLOTS["person"]) + 1)
            self.what = nn.Linear(width, len(SLOTS["object"]) + 1)
            self.deed = nn.Linear(width, len(SLOTS["action"]) + 1)
            self.limbs = nn.Linear(width, FINE * FINE * (len(BONES) + 1))

    return Student()


def look(tower: Any, sight: Sight) -> tuple[Any, Any]:
    """What the tower makes of the patches that are kept.

    Args:
        tower: a `CLIPVisionTransformer`.
        sight: of b pictures.

    Returns:
        The whole [b, w] and each patch [b, p, w], normalised.
    """
    import torch

    entering = tower.embeddings(sight.pixels)  # [b, 1 + all, w]
    if sight.kept is not None:
        whole = torch.zeros_like(sight.kept[:, :1])
        rows = torch.cat([whole, sight.kept + 1], dim=1)[..., None]
        entering = entering.gather(1, rows.expand(-1, -1, entering.shape[-1]))
    states = tower.encoder(inputs_embeds=tower.pre_layrnorm(entering)).last_hidden_state
    seen = tower.post_layernorm(states)
    return seen[:, 0], seen[:, 1:]


def _kept(sight: Sight) -> Sight:
    """With the truth of the patches that are kept only."""
    if sight.kept is None:
        return sight
    cells = sight.kept[..., None].expand(-1, -1, sight.limbs.shape[-1])
    return replace(
        sight,
        who=sight.who.gather(1, sight.kept),
        what=sight.what.gather(1, sight.kept),
        limbs=sight.limbs.gather(1, cells),
    )


def sight_loss(student: Any, sight: Sight) -> tuple[Any, dict[str, float]]:
    """Cross-entropies of slots, and of what is in the patches.

    Args:
        student: from `with_eyes`.
        sight: of b pictures.
    """
    _, loss, figures = _seen(student, sight)
    return loss, {**figures, "samples": float(len(sight.pixels))}


def _seen(student: Any, sight: Sight) -> tuple[Any, Any, dict[str, float]]:
    import torch
    from torch.nn import functional

    sight = _kept(sight)
    pooled, patches = look(student.clip.vision_model, sight)
    slots = torch.stack(
        [
            _SLOW.get(name, 1.0)
            * functional.cross_entropy(student.heads[name](pooled).float(), sight.labels[:, number])
            for number, name in enumerate(LABELS)
        ]
    ).sum()
    maps = torch.stack(
        [
            functional.cross_entropy(
                head(patches).float().flatten(0, 1),
                truth.flatten(),
                weight=_weights(head.out_features),
            )
            for head, truth in ((student.who, sight.who), (student.what, sight.what))
        ]
    ).sum()
    actor = sight.labels[:, :1].expand(sight.who.shape)
    doing = (sight.who == actor) & (actor < student.who.out_features - 1)  # [b, p]
    told = sight.labels[:, 1:2].expand(sight.who.shape)
    # A batch in which nobody acts asks nothing of deeds; a mean over nothing is no number.
    acting = student.deed(patches[doing]).float()
    deeds = functional.cross_entropy(acting, told[doing], reduction="sum")
    deeds = deeds / max(1, int(doing.sum()))
    drawn = student.limbs(patches).float().unflatten(-1, (FINE * FINE, -1))  # [b, p, c, 11]
    limbs = functional.cross_entropy(
        drawn.flatten(0, 2), sight.limbs.flatten(), weight=_weights(drawn.shape[-1])
    )
    loss = _SLOTS * slots + _PATCHES * maps + _DEEDS * deeds + _LIMBS * limbs
    with torch.no_grad():
        here = sight.labels[:, -1] > 0
        named = {
            name: float(
                (student.heads[name](pooled)[here].argmax(1) == sight.labels[here, number])
                .float()
                .mean()
            )
            for number, name in enumerate(LABELS)
            if name in {"person", "action", "object", "setting", "world"}
        }
    return (
        pooled,
        loss,
        {
            "slots": float(slots.detach()),
            "patches": float(maps.detach()),
            "deeds": float(deeds.detach()),
            "limbs": float(limbs.detach()),
            **named,
        },
    )


def _weights(count: int) -> Any:
    import torch

    weights = torch.ones(count)
    weights[-1] = _EMPTY
    return weights


def clip_loss(student: Any, lesson: Lesson) -> tuple[Any, dict[str, float]]:
    """Symmetric cross-entropy over the batch with false sentences, and what is seen.

    A picture's row holds the true sentences of the batch, without those of others that are
    true of it as well, and its own false ones; a sentence's column holds the pictures it is
    not true of and its own.

    Args:
        student: from `with_eyes`.
        lesson: of b pictures with k false sentences each.
    """
    import torch
    from torch.nn import functional

    clip = student.clip
    pooled, seeing, figures = _seen(student, lesson.sight)
    views = functional.normalize(clip.visual_projection(pooled).float(), dim=-1)  # [b, d]
    read = clip.text_model(lesson.tokens, attention_mask=lesson.mask).pooler_output
    words = functional.normalize(clip.text_projection(read).float(), dim=-1)  # [b + b·k, d]
    count = len(views)
    true, false = words[:count], words[count:].view(count, -1, words.shape[-1])
    scale = clip.logit_scale.clamp(max=HIGHEST_SCALE).exp()
    own = torch.eye(count, dtype=torch.bool)
    also = lesson.compatible & ~own
    among = (scale * views @ true.T).masked_fill(also, float("-inf"))  # [b, b]
    against = scale * torch.einsum("bd,bkd->bk", views, false)  # [b, k]
    target = torch.arange(count)
    pictures = functional.cross_entropy(torch.cat([among, against], dim=1), target)
    sentences = functional.cross_entropy(among.T, target)
    best = (among.diagonal()[:, None] > against).all(dim=1).float().mean()
    return (pictures + sentences) / 2 + _SEEING * seeing, {
        "pictures": float(pictures.detach()),
        "sentences": float(sentences.detach()),
        "beats_false": float(best.detach()),
        "samples": float(count),
        **figures,
    }
