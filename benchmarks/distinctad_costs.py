"""The parts of `bench_distinctad_cost.py` that are measured, each in a process of its own.

    python benchmarks/distinctad_costs.py --child WHAT FOLDER SETTINGS

WHAT is one of `CHILDREN`, FOLDER what they share (models, pictures), SETTINGS a JSON object. The
result is printed as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from harness import DATA, ScriptedCaptioner, peak_mib

from scenewise.core.media_types import Keyframe
from scenewise.core.ports import CaptionContext
from scenewise.core.time import Span

CHANNELS, FRAMES, SIDE, CONTEXT = 512, 8, 224, 16


def models(folder: Path) -> dict[str, Any]:
    """Random weights at true size, as checkpoints."""
    import shutil

    import torch
    from transformers import CLIPConfig, CLIPModel, GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    for name, kind, config in (
        ("clip", CLIPModel, CLIPConfig.from_pretrained(DATA / "checkpoints/clip-vit-base-patch32")),
        ("gpt2", GPT2LMHeadModel, GPT2Config.from_pretrained(DATA / "checkpoints/gpt2")),
    ):
        kind(config).save_pretrained(folder / name)
        source = DATA / "checkpoints" / ("gpt2" if name == "gpt2" else "clip-vit-base-patch32")
        for file in source.iterdir():
            if not (folder / name / file.name).exists():
                shutil.copyfile(file, folder / name / file.name)
    return {}


def look(folder: Path, clips: int) -> dict[str, Any]:
    """Pictures of noise, and what CLIP makes of them, as `prepare` and `train` keep it."""
    from scenewise.distinctad.eyes import Eyes

    eyes = Eyes(folder / "clip", device="cpu", precision="float32")
    rng = np.random.default_rng(0)
    shades = rng.integers(0, 256, (clips, 1, 7, 7, 3))
    shades = np.clip(shades + rng.integers(-30, 30, (clips, FRAMES, 7, 7, 3)), 0, 255)
    pixels = shades.repeat(32, axis=2).repeat(32, axis=3).astype(np.uint8)
    np.save(folder / "pixels.npy", pixels)
    flat = pixels.reshape(-1, SIDE, SIDE, 3)
    eyes.frames(flat[:8])
    begin = time.process_time()
    made = eyes.frames(flat)
    seconds = (time.process_time() - begin) / len(flat)
    np.save(folder / "frames.npy", made.reshape(clips, FRAMES, -1).astype(np.float16))
    return {"seconds": seconds, "flops": counted(lambda: eyes.frames(flat[:8])) / 8}


def ours(folder: Path, clips: int, steps: int, contexts: int = 1) -> dict[str, Any]:
    """Steps of Stage II from kept features."""
    narrator, sequences = stage_two(folder, clips, contexts)
    return stepped(narrator, lambda n: narrator(sequences(n))[0], steps)


def plain(folder: Path, clips: int, steps: int) -> dict[str, Any]:
    """Steps of Stage II of a plain implementation."""
    import torch
    from distinctad_plain import plain_loss
    from transformers import CLIPModel

    narrator, sequences = stage_two(folder, clips)
    clip = CLIPModel.from_pretrained(folder / "clip").eval().requires_grad_(False)
    told = json.loads((folder / "clip/preprocessor_config.json").read_text())
    mean, spread = (torch.tensor(told[name]) for name in ("image_mean", "image_std"))
    pixels = np.load(folder / "pixels.npy", mmap_mode="r")

    def normalised(batch: Any) -> Any:
        rows = torch.from_numpy(pixels[batch.numbers.numpy()])
        return ((rows.float() / 255 - mean) / spread).permute(0, 1, 2, 5, 3, 4)

    def loss(n: int) -> Any:
        batch = sequences(n)
        return plain_loss(narrator, clip, normalised(batch), batch)

    done = stepped(narrator, loss, steps, count=False)
    shown = normalised(sequences(0)).flatten(0, 2)
    begin = time.process_time()
    with torch.no_grad():
        clip.get_image_features(pixel_values=shown)
    return {**done, "looking_seconds": time.process_time() - begin}


def stage1(folder: Path, clips: int) -> dict[str, Any]:
    """A step of Stage I, whose memory grows with the batch by its pictures alone."""
    import torch

    from scenewise.distinctad.adapting import FramesAndSentences, batch_loss, batches_of
    from scenewise.distinctad.options import AdaptationOptions
    from scenewise.distinctad.towers import Towers
    from scenewise.training.optimising import make_optimiser

    towers = Towers(folder / "clip", torch.device("cpu"))
    pixels = np.load(folder / "pixels.npy", mmap_mode="r")[:clips]
    options = AdaptationOptions(batch=clips, chunk=4)
    batches = batches_of(FramesAndSentences(pixels, sentences(clips)), options)
    optimiser = make_optimiser(towers, options.training)
    begin = time.process_time()
    loss, _ = batch_loss(towers, batches(0), options)
    loss.backward()
    optimiser.step()
    seconds = time.process_time() - begin

    def once() -> None:
        batch_loss(towers, batches(0), options)[0].backward()

    trained = sum(p.numel() for p in towers.parameters() if p.requires_grad)
    return {
        "seconds": seconds / clips,
        "flops": counted(once) / clips,
        "peak_mib": peak_mib(),
        "checkpoint_mib": 3 * 4 * trained / 2**20,
    }


def text(folder: Path) -> dict[str, Any]:
    """What reading a sentence takes, which every process does for the whole batch."""
    import torch

    from scenewise.distinctad.towers import Towers

    towers = Towers(folder / "clip", torch.device("cpu"))
    return {"flops": counted(lambda: towers.read(sentences(16))) / 16}


def narrate(folder: Path, clips: int) -> dict[str, Any]:
    """Telling clips, with as many tokens as may be: random weights know no end."""
    from scenewise.distinctad.narrating import narrate as tell
    from scenewise.distinctad.options import SpeakingOptions

    narrator, sequences = stage_two(folder, clips)
    tell(narrator, sequences, SpeakingOptions(tokens=2))
    begin, wall = time.process_time(), time.perf_counter()
    told = tell(narrator, sequences, SpeakingOptions())
    return {
        "seconds": (time.process_time() - begin) / len(told),
        "wall_seconds": (time.perf_counter() - wall) / len(told),
        "peak_mib": peak_mib(),
    }


def bare(folder: Path, clips: int, language: str, rounds: int = 3) -> dict[str, Any]:
    """Narrating from kept features, beside nothing but what the language model's `generate` takes
    for the same prompts, beams and as many tokens. Processor time of the quickest round of each."""
    from scenewise.distinctad.narrating import narrate as tell
    from scenewise.distinctad.options import SpeakingOptions

    narrator, sequences = stage_two(folder, clips, language=language)
    model = narrator.speech.model
    plain = model.generate
    calls: list[tuple[dict[str, Any], int]] = []
    spent = {"generate": 0.0, "scores": 0.0}

    class Timed:
        """A logits processor whose processor time is noted."""

        def __init__(self, inner: Any) -> None:
            self.inner = inner

        def __call__(self, input_ids: Any, scores: Any) -> Any:
            begin = time.process_time()
            out = self.inner(input_ids, scores)
            spent["scores"] += time.process_time() - begin
            return out

    def watched(**how: Any) -> Any:
        timed = [Timed(one) for one in how.pop("logits_processor")]
        begin = time.process_time()
        made = plain(**how, logits_processor=timed)
        spent["generate"] += time.process_time() - begin
        calls.append((how, made.sequences.shape[1]))
        return made

    tell(narrator, sequences, SpeakingOptions(tokens=2))
    rows = []
    model.generate = watched
    for _ in range(rounds):
        calls.clear()
        spent.update(generate=0.0, scores=0.0)
        begin = time.process_time()
        told = tell(narrator, sequences, SpeakingOptions())
        whole = time.process_time() - begin
        begin = time.process_time()
        for how, tokens in calls:
            again = {k: v for k, v in how.items() if k != "return_dict_in_generate"}
            # all tokens, whatever it would end with
            again |= {"max_new_tokens": tokens, "min_new_tokens": tokens}
            plain(**again)
        alone = time.process_time() - begin
        rows.append({"whole": whole, "bare": alone, **spent})
    best = {name: min(row[name] for row in rows) / len(told) for name in rows[0]}
    return {**best, "clips": len(told), "calls": len(calls), "tokens": [n for _, n in calls]}


def llama(folder: Path) -> dict[str, Any]:
    """Operations of a clip's step through LLaMA-3-8B, and what it keeps for the way back, counted
    without its weights."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        hidden_size=4096, intermediate_size=14336, num_hidden_layers=32, num_attention_heads=32,
        num_key_value_heads=8, vocab_size=128_256, max_position_embeddings=8192,
    )  # fmt: skip
    prompt, said = _lengths(folder)
    with torch.device("meta"):
        model = LlamaForCausalLM(config).to(torch.bfloat16).requires_grad_(False)
        given = torch.zeros(CONTEXT, prompt + said, 4096, dtype=torch.bfloat16, requires_grad=True)
        # of four dimensions: a mask of two is looked into, and there is nothing in it
        seen = torch.zeros(CONTEXT, 1, prompt + said, prompt + said, dtype=torch.bfloat16)
        places = torch.zeros(CONTEXT, prompt + said, dtype=torch.long)

        def once() -> None:
            made = model(
                inputs_embeds=given,
                attention_mask=seen,
                position_ids=places,
                logits_to_keep=said + 1,
                use_cache=False,
            )
            made.logits.sum().backward()

        flops = counted(once) / CONTEXT
        own = {p.untyped_storage()._cdata for p in model.parameters()}
        kept: dict[int, Any] = {}

        def keep(tensor: Any) -> Any:
            kept[tensor.untyped_storage()._cdata] = tensor
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            once()
    held = sum(t.untyped_storage().nbytes() for key, t in kept.items() if key not in own)
    return {
        "flops": flops,
        "weights": sum(p.numel() for p in model.parameters()),
        "kept_mib": held / 2**20 / CONTEXT,
        "tokens": prompt + said,
    }


def _lengths(folder: Path) -> tuple[int, int]:
    """Tokens of the longest prompt and description of the benchmark's clips."""
    narrator, sequences = stage_two(folder, CONTEXT)
    batch = sequences(0)
    prompts = narrator.asked(batch, batch.mask)
    said = [len(narrator.speech.encode(one)) + 1 for one in batch.sentences[0]]
    return max(len(prompt.tokens) for prompt in prompts), max(said)


def sentences(count: int) -> list[str]:
    """As long as descriptions are: nine words or so."""
    blank = np.zeros((2, 2, 3), np.uint8)
    frames = [Keyframe(float(n), blank, Span(n, n + 1)) for n in range(count)]
    told = ScriptedCaptioner().describe(frames, CaptionContext())
    return [f"{found[0].text.capitalize()}." for found in told]


def stage_two(folder: Path, clips: int, contexts: int = 1, language: str = "") -> tuple[Any, Any]:
    """A narrator with GPT-2 and one film's sequences, with names and faces."""
    from scenewise.distinctad.annotations import Annotation
    from scenewise.distinctad.banks import Character
    from scenewise.distinctad.feature_cache import Joined, StoredPart
    from scenewise.distinctad.film_features import Clips
    from scenewise.distinctad.language import load_language
    from scenewise.distinctad.narrator import Narrator
    from scenewise.distinctad.options import NarratorOptions, SequenceOptions
    from scenewise.distinctad.sequences import Sequences

    count = clips * contexts
    vectors = np.load(folder / "frames.npy", mmap_mode="r")
    rows = tuple(
        Annotation("film", Span(10.0 * n, 10.0 * n + 4), text)
        for n, text in enumerate(sentences(count))
    )
    joined = Joined(
        [(StoredPart(vectors, np.arange(count) % len(vectors)), count)],
        (FRAMES, CHANNELS),
        np.float16,
    )
    cast = [Character(name.lower(), name) for name in ("Anna", "Felix", "Clara", "Ben")]
    rng = np.random.default_rng(1)
    faces = {one: rng.normal(size=CHANNELS).astype(np.float32) for one in cast}
    sequences = Sequences(
        Clips(rows, joined),
        SequenceOptions(clips=clips, batch=contexts),
        characters=[cast[: n % 5] for n in range(count)],
        faces=faces,
    )
    narrator = Narrator(
        load_language(language or str(folder / "gpt2")), CHANNELS, NarratorOptions()
    )
    return narrator, sequences


def stepped(
    narrator: Any, loss: Callable[[int], Any], steps: int, *, count: bool = True
) -> dict[str, Any]:
    """Steps of a training: losses, processor seconds a step, memory, and operations to count."""
    import torch

    from scenewise.distinctad.options import NarratorTraining
    from scenewise.training.modes import train_mode
    from scenewise.training.optimising import make_optimiser, trained

    options = replace(NarratorTraining().training, precision="float32")
    optimiser = make_optimiser(narrator, options)
    train_mode(narrator)
    losses, seconds = [], []
    forget_peak()  # reading the weights takes more than a small step
    for number in range(steps + 1):
        begin = time.process_time()
        optimiser.zero_grad()
        value = loss(number)
        value.backward()
        torch.nn.utils.clip_grad_norm_(trained(narrator).values(), options.clip)
        optimiser.step()
        seconds.append(time.process_time() - begin)
        losses.append(float(value.detach()))
    peak = peak_mib()
    weights = sum(p.numel() for p in trained(narrator).values())
    return {
        "losses": losses,
        "seconds": sum(seconds[1:]) / steps,  # the first step makes room
        "peak_mib": peak,
        "flops": counted(lambda: loss(0).backward()) if count else None,
        "checkpoint_mib": 3 * 4 * weights / 2**20,
    }


def forget_peak() -> None:
    """Have the peak of memory begin anew, where the system lets it."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def counted(once: Callable[[], Any]) -> float:
    """Floating-point operations, as PyTorch counts them."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        once()
    return float(counter.get_total_flops())


CHILDREN: dict[str, Callable[..., dict[str, Any]]] = {
    "models": models,
    "look": look,
    "ours": ours,
    "plain": plain,
    "stage1": stage1,
    "text": text,
    "narrate": narrate,
    "bare": bare,
    "llama": llama,
}


if __name__ == "__main__":
    _, what, folder, settings = sys.argv[1:]
    print(json.dumps(CHILDREN[what](Path(folder), **json.loads(settings))))
