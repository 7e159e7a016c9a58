"""The recipe of the pocket models: draw, train, judge, save.

    OUT/embedder/    CLIPModel                          sees and reads
    OUT/captioner/   BlipForConditionalGeneration       proposes captions
    OUT/language/    GPT2LMHeadModel                    writes description
    OUT/grid/        ResNetForImageClassification       features for key-frame grids
    OUT/.training/   checkpoints and logs; may be removed

Each model's folder is an ordinary checkpoint with a card (README.md). A run that was stopped
goes on from its last checkpoint.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from scenewise.core.progress import Progress, Silent
from scenewise.media.atomic import atomic_text, made_folder
from scenewise.models.loading import quiet
from scenewise.synthetic.grammar import caption, sentences
from scenewise.synthetic.options import RecipeOptions
from scenewise.synthetic.pocket import cards, clip_lessons, networks
from scenewise.synthetic.pocket.examples import Examples, draw_examples, random_event
from scenewise.synthetic.pocket.judging import judge_captions, judge_clip, perplexity
from scenewise.synthetic.pocket.lessons import STRANGE, Lessons, with_capitals
from scenewise.synthetic.pocket.looking import pixels_of
from scenewise.synthetic.pocket.reading import Reading
from scenewise.synthetic.pocket.saving import save_embedder, save_model
from scenewise.synthetic.pocket.tokenizers import blip_tokenizer, clip_tokenizer, gpt2_tokenizer
from scenewise.synthetic.world import ACTIONS

_TEST_SEED: Final = 900_000
_FAMILIES_A_BATCH: Final = 8


@dataclass(frozen=True)
class Trained:
    """What came of a recipe.

    Args:
        folder: where the models are.
        figures: of each model on held-out films, by name.
    """

    folder: Path
    figures: Mapping[str, Mapping[str, float]]


def make(
    folder: Path, options: RecipeOptions | None = None, *, progress: Progress | None = None
) -> Trained:
    """Train all four models, or go on with a run that was stopped.

    Args:
        folder: where they go.
        options: how much.
        progress: told of every stage.

    Raises:
        OutputUnwritable: the folder cannot be written to.
        CheckpointInvalid: it holds a run with other options.
    """
    chosen = options or RecipeOptions()
    told = progress or Silent()
    kitchen = folder / ".training"
    made_folder(kitchen)
    train, test = _examples(chosen, told)
    made: dict[str, Callable[[], dict[str, float]]] = {
        "embedder": lambda: make_embedder(folder, kitchen, train, test, chosen, told),
        "captioner": lambda: make_captioner(folder, kitchen, train, test, chosen, told),
        "language": lambda: make_language(folder, kitchen, chosen, told),
        "grid": lambda: make_grid(folder, kitchen, train, test, chosen, told),
    }
    figures = {}
    for name, stage in made.items():
        told.say(f"Pocket model: {name}")
        figures[name] = stage()
        atomic_text(folder / name / "README.md", cards.card(name, asdict(chosen), figures[name]))
    atomic_text(folder / "figures.json", json.dumps(figures, indent=1) + "\n")
    return Trained(folder, figures)


def _examples(options: RecipeOptions, told: Progress) -> tuple[Examples, Examples]:
    train = draw_examples(
        options.families, seed=options.seed, workers=options.workers, progress=told
    )
    test = draw_examples(
        options.test_families,
        seed=_TEST_SEED + options.seed,
        testing=True,
        workers=options.workers,
        progress=told,
    )
    return train, test


def training_options(steps: int, rate: float, seed: int) -> Any:
    """What all four have in common: Muon for the layers' matrices and AdamW for the rest, a
    short warm-up, a cosine down to nothing."""
    from scenewise.training.options import TrainingOptions

    return TrainingOptions(
        steps=steps,
        learning_rate=rate,
        optimiser="muon",
        weight_decay=0.05,
        schedule="cosine",
        warmup_steps=min(200, steps // 4),
        clip=1.0,
        precision="auto",
        seed=seed,
        checkpoint_every=500,
    )


def _fit(
    model: Any,
    batches: Callable[[int], Any],
    loss: Callable[[Any, Any], tuple[Any, Mapping[str, float]]],
    steps: int,
    rate: float,
    kitchen: Path,
    name: str,
    options: RecipeOptions,
    told: Progress,
) -> None:
    from scenewise.training.curves import plot_losses
    from scenewise.training.loop import fit

    # Batches are made in between and not ahead: on two cores a thread that makes them and the
    # threads of a step get into each other's way, and both together took twice as long.
    with quiet():
        fit(
            model,
            batches,
            loss,
            training_options(steps, rate, options.seed),
            folder=kitchen / name,
            progress=told,
            about={"recipe": asdict(replace(options, workers=1))},
        )
    plot_losses(kitchen / name, title=name.replace("-", " "))


def make_embedder(
    folder: Path,
    kitchen: Path,
    train: Examples,
    test: Examples,
    options: RecipeOptions,
    told: Progress,
) -> dict[str, float]:
    """CLIP: it learns to see, then what sentences say of it."""
    rng = np.random.default_rng([options.seed, 11])
    texts = [text for _ in range(6000) for text in sentences(random_event(rng), rng, 2)]
    tokenizer = clip_tokenizer([*texts, *STRANGE * 20])
    clip = networks.new_clip(tokenizer, options.seed)
    student = clip_lessons.with_eyes(clip)

    def lessons(number: int, in_part: bool = False) -> Lessons:
        return Lessons(
            train,
            tokenizer,
            families=_FAMILIES_A_BATCH,
            wrong=4,
            seed=options.seed + number,
            in_part=in_part,
        )

    _fit(student, lessons(2, in_part=True).sight, clip_lessons.sight_loss, options.eye_steps,
         5e-4, kitchen, "eyes", options, told)  # fmt: skip
    _fit(student, lessons(5).sight, clip_lessons.sight_loss, options.whole_steps, 4e-4, kitchen,
         "eyes-whole", options, told)  # fmt: skip
    # The tower stands still while sentences are learnt (Zhai et al. 2022, LiT): that is several
    # times faster, and it forgets nothing. Then all learns together.
    locked = options.clip_steps * 4 // 5
    tower, both = clip.vision_model, lessons(3)
    tower.requires_grad_(False)
    _fit(student, both.clip, clip_lessons.clip_loss, locked, 6e-4, kitchen, "clip", options,
         told)  # fmt: skip
    tower.requires_grad_(True)
    _fit(student, lambda step: both.clip(locked + step), clip_lessons.clip_loss,
         options.clip_steps - locked, 2e-4, kitchen, "clip-whole", options, told)  # fmt: skip
    save_embedder(clip, tokenizer, folder / "embedder")
    tally = judge_clip(folder / "embedder", test)
    return {slot: round(share, 4) for slot, share in tally.shares.items()}


def make_captioner(
    folder: Path,
    kitchen: Path,
    train: Examples,
    test: Examples,
    options: RecipeOptions,
    told: Progress,
) -> dict[str, float]:
    """BLIP: it starts with the eyes of CLIP and learns to write captions."""
    from transformers import BlipImageProcessorPil, CLIPModel

    rng = np.random.default_rng([options.seed, 13])
    tokenizer = blip_tokenizer(
        with_capitals(caption(random_event(rng), rng)) for _ in range(12_000)
    )
    blip = networks.new_blip(tokenizer, options.seed)
    with quiet():
        seeing: Any = CLIPModel.from_pretrained(folder / "embedder", dtype="float32")
    networks.give_eyes(blip, seeing, pixels_of(train.images[:: max(1, len(train) // 256)]))
    lessons = Lessons(train, tokenizer, families=_FAMILIES_A_BATCH, wrong=0, seed=options.seed + 4)
    # Words are learnt before the eyes are touched: they would forget what they know.
    writing = options.caption_steps * 3 // 4
    blip.vision_model.requires_grad_(False)
    _fit(blip, lessons.captions, caption_loss, writing, 1e-3, kitchen, "captions", options,
         told)  # fmt: skip
    blip.vision_model.requires_grad_(True)
    _fit(blip, lambda step: lessons.captions(writing + step), caption_loss,
         options.caption_steps - writing, 1e-4, kitchen, "captions-whole", options,
         told)  # fmt: skip
    processor = BlipImageProcessorPil(
        size={"height": networks.SIDE, "width": networks.SIDE},
        image_mean=list(networks.MEAN),
        image_std=list(networks.SPREAD),
    )
    save_model(blip, folder / "captioner", tokenizer, processor)
    tally, _ = judge_captions(folder / "captioner", test)
    return {slot: round(share, 4) for slot, share in tally.shares.items()}


def caption_loss(model: Any, batch: Mapping[str, Any]) -> tuple[Any, dict[str, float]]:
    """Cross-entropy of a caption's words given the picture."""
    loss = model(**batch).loss
    return loss, {"samples": float(len(batch["input_ids"]))}


def make_language(
    folder: Path, kitchen: Path, options: RecipeOptions, told: Progress
) -> dict[str, float]:
    """GPT-2 on descriptions of whole films."""
    reading = Reading.of_films(seed=options.seed, films=max(40, options.language_steps // 2))
    tokenizer = gpt2_tokenizer(reading.texts)
    model = networks.new_gpt2(tokenizer, options.seed)
    _fit(model, reading.batches(tokenizer, options.seed), language_loss, options.language_steps,
         1e-3, kitchen, "language", options, told)  # fmt: skip
    save_model(model, folder / "language", tokenizer)
    held_out = Reading.of_films(seed=_TEST_SEED + options.seed, films=20)
    return {"perplexity": round(perplexity(folder / "language", held_out.texts), 3)}


def language_loss(model: Any, batch: Mapping[str, Any]) -> tuple[Any, dict[str, float]]:
    """Cross-entropy of each word given those before."""
    loss = model(**batch).loss
    return loss, {"samples": float(len(batch["input_ids"]))}


def make_grid(
    folder: Path,
    kitchen: Path,
    train: Examples,
    test: Examples,
    options: RecipeOptions,
    told: Progress,
) -> dict[str, float]:
    """ResNet on what people do; its features also know where and with what."""
    from transformers import ViTImageProcessorPil

    from scenewise.synthetic.pocket.grid_lessons import grid_loss, judge_grid, with_slots

    labels = [action.name for action in ACTIONS] + ["nothing"]
    resnet = networks.new_resnet(labels, options.seed)
    lessons = Lessons(train, None, families=_FAMILIES_A_BATCH, wrong=0, seed=options.seed + 6)
    _fit(with_slots(resnet), lessons.sight, grid_loss, options.grid_steps, 2e-3, kitchen, "grid",
         options, told)  # fmt: skip
    processor = ViTImageProcessorPil(
        size={"height": networks.SIDE, "width": networks.SIDE},
        image_mean=list(networks.MEAN),
        image_std=list(networks.SPREAD),
    )
    save_model(resnet, folder / "grid", None, processor)
    return judge_grid(resnet, test)


def clean(folder: Path) -> None:
    """Remove checkpoints and logs of a finished run."""
    shutil.rmtree(folder / ".training", ignore_errors=True)
