"""The figures that each benchmark is asked for, taken from the JSON it prints."""

from __future__ import annotations

from typing import Any

from harness import Figure


def figures(name: str, result: Any) -> list[Figure]:
    """What `docs/benchmarks.md` shows of a benchmark.

    Args:
        name: of the benchmark, without `bench_`.
        result: what it printed with `--json`.
    """
    if isinstance(result, dict) and "figures" in result:
        rows = [{k: v for k, v in row.items() if k != "reached"} for row in result["figures"]]
        return [Figure(**row) for row in rows if name != "two_hours" or row["asked"] is not None]
    return _PICKED[name](result) if name in _PICKED else []


def _mux(result: Any) -> list[Figure]:
    rows = [
        Figure(
            f"{way}: a film's own sound mixed, all written", result[way]["of_duration"], "× dur."
        )
        for way in ("mux", "burn-in")
    ]
    if "editor" in result:
        faster = result["mux"]["times_faster"]
        note = f"the editor: {result['editor']['of_duration']:.2f} × duration"
        rows.append(
            Figure(
                "mux against a per-frame editor", faster, "× faster", 20, at_least=True, note=note
            )
        )
    return rows


def _reading(result: Any) -> list[Figure]:
    return [Figure(step, row["wall"], "× duration") for step, row in result.items() if "cpu" in row]


def _keyframes(result: Any) -> list[Figure]:
    mean = next(r for r in result["drawn"] if (r["film"], r["selector"]) == ("mean", "shots"))
    tree = result["clustering"]
    return [
        Figure("scenes found by the default selector", mean["found"], "", note="drawn films"),
        Figure("borders between scenes, F1", mean["border F1"], "", note="within half a second"),
        Figure("clustering", tree["seconds"], "s", 10, note=f"{tree['samples']:,} samples"),
    ]


def _captioning(result: Any) -> list[Figure]:
    rows = []
    if "film" in result:
        film = result["film"]
        note = f"one by one in float32: {film['one_by_one_float32_s'] / film['film_s']:.2f} ×"
        share = film["share_of_duration"]
        rows.append(Figure("describing two minutes", share, "× duration", 0.4, note=note))
    if "one_sentence" in result:
        faster = result["one_sentence"]["times_faster"]
        rows.append(Figure("one sentence, against one by one in float32", faster, "× faster"))
    return rows


def _schedule(result: Any) -> list[Figure]:
    return [
        Figure(
            f"schedule, {row['instance']}",
            row["seconds_median"],
            "s",
            note=f"greedy loses {row['greedy_loss_median']:.1%}",
        )
        for row in result
    ]


_PICKED = {
    "mux": _mux,
    "reading": _reading,
    "keyframes": _keyframes,
    "captioning": _captioning,
    "schedule": _schedule,
}
