"""How fast key frames are described, at true size.

Two questions, each answered beside what it is compared with, in the same run:

1. BLIP-large, one sentence of a fixed number of tokens a frame: transformers' `generate`, one
   frame at a time in float32, against Scenewise's batches.
2. The paper's case, two minutes of film: 20 key frames, BLIP-large with five candidates and
   CLIP ViT-L/14, loading included, against the same calls one by one; the target is 0.4 of
   the film's duration on two cores.

Weights are random, since cost does not depend on them; sentences are held to the same number
of tokens, since random weights do not know when to stop.

    python benchmarks/bench_captioning.py [--checkpoints DIR] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

CHECKPOINTS = Path(__file__).resolve().parents[2] / "shared" / "data" / "checkpoints"
BLIP, CLIP = "blip-image-captioning-large", "clip-vit-large-patch14"
FILM = 120.0  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, help="configurations")
    parser.add_argument("--frames", type=int, default=20, help="key frames of the film")
    parser.add_argument("--compare", type=int, default=3, help="frames done one by one")
    parser.add_argument("--tokens", type=int, default=20, help="tokens of a sentence")
    parser.add_argument("--candidates", type=int, default=5)
    parser.add_argument("--only", choices=("sentence", "film"), help="one of the two questions")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SCENEWISE_CACHE"] = str(Path(folder) / "cache")
        blip, clip = make_checkpoints(args.checkpoints, Path(folder))
        figures: dict[str, dict] = {"machine": machine()}
        if args.only != "film":
            figures["one_sentence"] = one_sentence(blip, args)
        if args.only != "sentence":
            figures["film"] = film(blip, clip, args)
    show(figures, args)
    if args.json:
        args.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def make_checkpoints(source: Path, folder: Path) -> tuple[Path, Path]:
    """Both models with random weights in safetensors, as a download would lay them out."""
    import torch
    from transformers import BlipConfig, BlipForConditionalGeneration, CLIPConfig, CLIPModel

    made = []
    for name, config_class, model_class in (
        (BLIP, BlipConfig, BlipForConditionalGeneration),
        (CLIP, CLIPConfig, CLIPModel),
    ):
        if not (source / name / "config.json").is_file():
            sys.exit(f"{source / name} has no config.json; give --checkpoints")
        target = folder / name
        shutil.copytree(source / name, target)
        target.chmod(0o755)
        torch.manual_seed(0)
        model = model_class(config_class.from_pretrained(source / name))
        for file in target.iterdir():
            file.chmod(0o644)
        model.save_pretrained(target)
        made.append(target)
        del model
    return made[0], made[1]


def pictures(count: int) -> list[np.ndarray]:
    """HD frames with structure."""
    random = np.random.default_rng(0)
    blocks = random.integers(0, 256, (count, 18, 32, 3), dtype=np.uint8)
    return [np.ascontiguousarray(b.repeat(40, 0).repeat(40, 1)) for b in blocks]


def one_sentence(blip: Path, args: argparse.Namespace) -> dict[str, float]:
    import torch
    from transformers import BlipForConditionalGeneration, BlipImageProcessorPil

    from scenewise.models.blip import BlipGenerator
    from scenewise.models.loading import quiet

    frames = pictures(8)
    with quiet():
        plain = BlipForConditionalGeneration.from_pretrained(blip, dtype=torch.float32).eval()
        processor = BlipImageProcessorPil.from_pretrained(blip)
    ours = BlipGenerator(str(blip), longest=args.tokens, shortest=args.tokens, no_repeat=0)

    def one_by_one(images: list[np.ndarray]) -> None:
        for image in images:
            pixels = processor([image], return_tensors="pt")["pixel_values"]
            with torch.inference_mode():
                out = plain.generate(
                    pixels,
                    max_new_tokens=args.tokens,
                    min_new_tokens=args.tokens,
                    do_sample=False,
                )
            assert out.shape[1] == args.tokens + 1

    one_by_one(frames[:1])
    ours.propose(frames[:1], 1)
    slow, fast = [], []
    for _ in range(args.compare):  # in turns, so that a busy machine slows both alike
        slow.append(timed(lambda: one_by_one(frames[:1])))
        fast.append(timed(lambda: ours.propose(frames, 1)) / len(frames))
    (slow_wall, slow_cpu), (fast_wall, fast_cpu) = np.min(slow, axis=0), np.min(fast, axis=0)
    return {
        "transformers_float32_s_per_frame": float(slow_wall),
        "scenewise_s_per_frame": float(fast_wall),
        "times_faster": float(slow_wall / fast_wall),
        "transformers_float32_cpu_s_per_frame": float(slow_cpu),
        "scenewise_cpu_s_per_frame": float(fast_cpu),
        "times_less_cpu": float(slow_cpu / fast_cpu),
        "precision": str(ours._place.dtype),  # type: ignore[dict-item]
    }


def film(blip: Path, clip: Path, args: argparse.Namespace) -> dict[str, float]:
    from scenewise.core.media_types import Frame, Keyframe
    from scenewise.core.ports import CaptionContext
    from scenewise.core.time import Span
    from scenewise.models.blip import BlipGenerator
    from scenewise.models.caption_options import CaptionOptions
    from scenewise.models.clip import ClipEmbedder
    from scenewise.models.interrogator import Interrogator

    step = FILM / args.frames
    keyframes = [
        Keyframe(Frame(i * step, image), Span(i * step, (i + 1) * step))
        for i, image in enumerate(pictures(args.frames))
    ]
    plain = one_by_one_film(blip, clip, args)
    begin, cpu = time.perf_counter(), time.process_time()
    options = CaptionOptions(candidates=args.candidates)
    captioner = Interrogator(
        options,
        generator=BlipGenerator(
            str(blip), longest=args.tokens, shortest=args.tokens, batch_size=options.batch_size
        ),
        embedder=ClipEmbedder(str(clip)),
    )
    loaded = time.perf_counter()
    spent = {"propose": 0.0, "images": 0.0, "texts": 0.0}
    for part, name in (
        (captioner.generator, "propose"),
        (captioner.embedder, "images"),
        (captioner.embedder, "texts"),
    ):
        clocked(part, name, spent)
    stream = captioner.describe(keyframes, CaptionContext())
    counts = [len(next(stream))]
    first = time.perf_counter()
    counts += [len(candidates) for candidates in stream]
    end, cpu = time.perf_counter(), time.process_time() - cpu
    assert len(counts) == args.frames
    return {
        "film_s": FILM,
        "key_frames": args.frames,
        "candidates_mean": float(np.mean(counts)),
        "loading_s": loaded - begin,
        "first_description_s": first - begin,
        "describing_s": end - loaded,
        "all_s": end - begin,
        "share_of_duration": (end - begin) / FILM,
        "cpu_s": cpu,
        "blip_s": spent["propose"],
        "clip_images_s": spent["images"],
        "clip_texts_s": spent["texts"],
        "one_by_one_float32_s": plain,
        "times_faster": plain / (end - begin),
        "peak_memory_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def one_by_one_film(blip: Path, clip: Path, args: argparse.Namespace) -> float:
    """Seconds that the same calls take for the film one by one in float32, loading included;
    measured on `--compare` frames and scaled up."""
    import torch
    from transformers import (
        AutoTokenizer,
        BlipForConditionalGeneration,
        BlipImageProcessorPil,
        CLIPImageProcessorPil,
        CLIPModel,
    )

    from scenewise.models.loading import quiet

    begin = time.perf_counter()
    with quiet():
        captioner = BlipForConditionalGeneration.from_pretrained(blip, dtype=torch.float32).eval()
        weigher = CLIPModel.from_pretrained(clip, dtype=torch.float32).eval()
        eyes, sight = (
            BlipImageProcessorPil.from_pretrained(blip),
            CLIPImageProcessorPil.from_pretrained(clip),
        )
        words, reader = AutoTokenizer.from_pretrained(blip), AutoTokenizer.from_pretrained(clip)
    loading = time.perf_counter() - begin
    begin = time.perf_counter()
    torch.manual_seed(0)
    for image in pictures(args.compare):
        with torch.inference_mode():
            out = captioner.generate(
                eyes([image], return_tensors="pt")["pixel_values"],
                max_new_tokens=args.tokens,
                min_new_tokens=args.tokens,
                do_sample=True,
                num_return_sequences=args.candidates,
            )
            texts = words.batch_decode(out, skip_special_tokens=True)
            weigher.get_image_features(**sight([image], return_tensors="pt"))
            for text in texts:
                weigher.get_text_features(**reader(text, truncation=True, return_tensors="pt"))
    return loading + (time.perf_counter() - begin) / args.compare * args.frames


def clocked(owner: object, name: str, spent: dict[str, float]) -> None:
    call = getattr(owner, name)

    def run(*args: object) -> object:
        begin = time.perf_counter()
        try:
            return call(*args)
        finally:
            spent[name] += time.perf_counter() - begin

    setattr(owner, name, run)


def timed(work: object) -> np.ndarray:
    """Seconds on the clock, and of the processor: the latter tells more on a busy machine."""
    begin, cpu = time.perf_counter(), time.process_time()
    work()  # type: ignore[operator]
    return np.array([time.perf_counter() - begin, time.process_time() - cpu])


def machine() -> dict[str, object]:
    import torch

    load = os.getloadavg() if hasattr(os, "getloadavg") else (0.0, 0.0, 0.0)
    return {"threads": torch.get_num_threads(), "torch": torch.__version__, "load": load[0]}


def show(figures: dict[str, dict], args: argparse.Namespace) -> None:
    print(f"threads {figures['machine']['threads']}, load before {figures['machine']['load']:.1f}")
    if "one_sentence" in figures:
        show_sentence(figures["one_sentence"], args)
    if "film" in figures:
        show_film(figures["film"], args)


def show_sentence(one: dict[str, float], args: argparse.Namespace) -> None:
    print(f"BLIP-large, {args.tokens} tokens, seconds a frame")
    print(f"  transformers, one by one, float32  {one['transformers_float32_s_per_frame']:8.2f}")
    print(f"  Scenewise, batched, {one['precision']:15s}{one['scenewise_s_per_frame']:8.2f}")
    print(f"  times faster                       {one['times_faster']:8.2f}   (target 3.3)")
    print(f"  times less processor time          {one['times_less_cpu']:8.2f}")


def show_film(whole: dict[str, float], args: argparse.Namespace) -> None:
    print(f"{FILM:.0f} s of film, {args.frames} key frames, {args.candidates} candidates each")
    print(f"  one by one, float32                {whole['one_by_one_float32_s']:8.1f} s")
    print(f"  Scenewise, loading included        {whole['all_s']:8.1f} s")
    for part in ("loading_s", "blip_s", "clip_images_s", "clip_texts_s", "first_description_s"):
        print(f"    {part[:-2].replace('_', ' '):32s} {whole[part]:8.1f} s")
    print(f"    processor seconds                {whole['cpu_s']:8.1f} s")
    share = whole["share_of_duration"]
    print(f"  share of the film's duration       {share:8.2f}   (target 0.4)")
    print(f"  peak memory                        {whole['peak_memory_gib']:8.1f} GiB")


if __name__ == "__main__":
    main()
