"""What do DistinctAD's two stages cost, and what would a run on all of MAD take?

    python benchmarks/bench_distinctad_cost.py [--steps 3] [--clips 16] [--json]

At true size with random weights, whose cost is that of trained ones: CLIP ViT-B/32, GPT-2 (124 M),
contexts of 16 clips with 8 frames each. Measured, each in a process of its own:

- a step of Stage II with what CLIP sees kept, against a plain implementation (`distinctad_plain`)
  of the same equations, whose loss must be the same;
- a step of Stage I, looking at frames, and narrating;
- narrating beside nothing but the language model's `generate` for the same prompts and tokens.

Then what a run on MAD-v2-Named takes. Times of two processor cores are measured; hours of GPUs
are calculated from the floating-point operations that PyTorch counted in these very steps, at a
speed that is assumed and printed, and are estimates.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from distinctad_costs import CHANNELS, CONTEXT, FRAMES, SIDE
from harness import DATA, Figure, in_child, show

FILMS, CLIPS = 488, 334_296  # MAD-v2-Named (Fang et al. 2025, table E.4)
SPOKEN = 652  # descriptions of a film: MAD-Eval has 6,520 of 10
EPOCHS = (5, 10)  # of Stage I and II
BATCH, SEQUENCES = 512, 8
GPU = 100e12
"""Operations a second that a GPU is assumed to keep up: a third of an A100's 312 in bfloat16."""
OVERHEAD = 0.1
"""Seconds that a step of Stage II is assumed to take at least, whatever the GPU."""
PARTS = str(Path(__file__).with_name("distinctad_costs.py"))
_NOTE = "processor time"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=3, help="steps of Stage II that are timed")
    parser.add_argument("--clips", type=int, default=CONTEXT, help="clips of a context")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if not (DATA / "checkpoints" / "gpt2").is_dir():
        sys.exit("needs the configurations of GPT-2 and CLIP in ../shared/data/checkpoints")
    with tempfile.TemporaryDirectory() as folder:
        made = {
            name: in_child(PARTS, what, folder, json.dumps(settings))
            for name, what, settings in (
                ("models", "models", {}),
                ("looking", "look", {"clips": args.clips}),
                ("ours", "ours", {"clips": args.clips, "steps": args.steps}),
                ("plain", "plain", {"clips": args.clips, "steps": args.steps}),
                ("triple", "ours", {"clips": args.clips, "steps": 1, "contexts": 3}),
                ("stage1", "stage1", {"clips": min(4, args.clips)}),
                ("text", "text", {}),
                ("narrating", "narrate", {"clips": min(4, args.clips)}),
                ("bare", "bare", {"clips": min(4, args.clips), "language": ""}),
                ("bare pocket", "bare", {"clips": args.clips, "language": "pocket"}),
                ("llama", "llama", {}),
            )
        }
    differ = max(
        abs(a / b - 1) for a, b in zip(made["ours"]["losses"], made["plain"]["losses"], strict=True)
    )
    if differ > 1e-3:
        sys.exit(f"the losses differ by {differ:.1e}: {made['ours']} {made['plain']}")
    table = scale(made, args.clips)
    show(
        "DistinctAD: what it costs",
        figures(made, differ, args.clips),
        as_json=args.json,
        parts=made,
        mad=table,
    )
    if not args.json:
        print(f"\nMAD-v2-Named: {FILMS} films, {CLIPS:,} clips")
        for row in table:
            print(f"  {row[0]:<34}" + "".join(f"{cell:>16}" for cell in row[1:]))


def figures(made: dict[str, Any], differ: float, clips: int) -> list[Figure]:
    """What is shown of the measurements."""
    ours, plain = made["ours"], made["plain"]
    return [
        Figure(
            "a step of Stage II, against a plain one",
            plain["seconds"] / ours["seconds"],
            "× faster",
            2.0,
            at_least=True,
            note=f"processor time of {clips} clips: {ours['seconds']:.1f} s against "
            f"{plain['seconds']:.1f} s; losses differ by {differ:.0e}",
        ),
        Figure(
            "memory of that step, against a plain one",
            plain["peak_mib"] / ours["peak_mib"],
            "× less",
            note=f"{ours['peak_mib']:.0f} MiB against {plain['peak_mib']:.0f} MiB with weights",
        ),
        Figure(
            "the plain step without looking",
            (plain["seconds"] - plain["looking_seconds"]) / ours["seconds"],
            "× ours",
            note="what remains of the gain where both have features",
        ),
        Figure("a step of Stage I, a clip", made["stage1"]["seconds"], "s", note="processor time"),
        Figure(
            "looking at a frame", 1000 * made["looking"]["seconds"], "ms", note="processor time"
        ),
        Figure(
            f"narrating a film of {SPOKEN} descriptions",
            made["narrating"]["seconds"] * SPOKEN,
            "s",
            note="GPT-2, beams of 5, 40 tokens each, from four clips; processor time",
        ),
        *(
            Figure(
                f"narrating, beside {name}'s generate alone",
                made[key]["whole"] / made[key]["bare"],
                "×",
                1.15,
                note=f"a clip: {1000 * made[key]['bare']:.0f} ms alone; "
                f"{1000 * made[key]['scores']:.0f} ms names, phrases and scores, "
                f"{1000 * (made[key]['whole'] - made[key]['generate']):.0f} ms prompts and choice",
            )
            for key, name in (("bare", "GPT-2"), ("bare pocket", "the pocket GPT-2"))
        ),
    ]


def scale(made: dict[str, Any], clips: int) -> list[tuple[str, ...]]:
    """What a run on MAD takes, in rows of a table: measured times on this processor, and
    calculated hours of one and of eight GPUs."""
    ours, triple, first = made["ours"], made["triple"], made["stage1"]
    a_clip = ours["flops"] / clips
    more = (triple["peak_mib"] - ours["peak_mib"]) / 2
    memory = ours["peak_mib"] + more * (SEQUENCES * CONTEXT / clips - 1)
    steps = [CLIPS // BATCH * EPOCHS[0], -(-CLIPS // (SEQUENCES * CONTEXT)) * EPOCHS[1]]
    text = made["text"]["flops"] * BATCH * steps[0]

    def hours(seconds: float) -> str:
        if seconds < 3600:
            return f"{seconds / 60:.0f} min"
        return f"{seconds / 3600:.{1 if seconds < 36_000 else 0}f} h"

    def gpus(divided: float, whole: float = 0.0, least: float = 0.0) -> tuple[str, str]:
        return tuple(hours(max((divided / n + whole) / GPU, least)) for n in (1, 8))  # type: ignore[return-value]

    # what is kept for the way back, beside weights of two bytes
    large = SEQUENCES * CONTEXT * made["llama"]["kept_mib"] + 2 * made["llama"]["weights"] / 2**20
    look = made["looking"]["flops"] * FRAMES * CLIPS
    rows: list[tuple[str, ...]] = [
        ("step", "steps", "one core here", "1 GPU", "8 GPUs", "memory, GiB", "disk"),
        (
            "looking, pictures for Stage I", "–", "decoding", "decoding", "decoding", "–",
            f"{CLIPS * FRAMES * SIDE * SIDE * 3 / 1e9:,.0f} GB",
        ),
        (
            "Stage I, ViT-B/32, 5 epochs", f"{steps[0]:,}",
            hours(first["seconds"] * CLIPS * EPOCHS[0]),
            *gpus(first["flops"] * CLIPS * EPOCHS[0], text),
            f"{first['peak_mib'] / 1024:.1f} (chunk 4)",
            f"{first['checkpoint_mib'] / 1024:.1f} GiB",
        ),
        (
            "looking, features for Stage II", "–",
            hours(made["looking"]["seconds"] * FRAMES * CLIPS), *gpus(look), "–",
            f"{CLIPS * FRAMES * CHANNELS * 2 / 1e9:.1f} GB",
        ),
        (
            "Stage II, GPT-2, 10 epochs", f"{steps[1]:,}",
            hours(ours["seconds"] / clips * CLIPS * EPOCHS[1]),
            *gpus(a_clip * CLIPS * EPOCHS[1], least=OVERHEAD * steps[1]),
            f"{memory / 1024:.0f}", f"{ours['checkpoint_mib'] / 1024:.2f} GiB",
        ),
        (
            "Stage II, LLaMA-3-8B, 10 epochs", f"{steps[1]:,}", "–",
            *gpus(made["llama"]["flops"] * CLIPS * EPOCHS[1]),
            f"{large / 1024:.0f}",
            "the same",
        ),
    ]  # fmt: skip
    return rows


if __name__ == "__main__":
    main()
