"""Run benchmarks by name.

    python benchmarks/run.py                    all but the longest, one after the other
    python benchmarks/run.py NAME …             these
    python benchmarks/run.py --all              all
    python benchmarks/run.py --list             their names and what they measure
    python benchmarks/run.py NAME … --json      one JSON object, results by name
    python benchmarks/run.py NAME … --keep      keep the results in benchmarks/results
    python benchmarks/run.py --write docs/benchmarks.md      make its table from kept results

Each prints what it is compared with, measured in the same run. Options after `--` are handed on
to a single benchmark: `run.py pipeline -- --profile`.
"""

from __future__ import annotations

import argparse
import ast
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from asked import figures

HERE = Path(__file__).parent
RESULTS = HERE / "results"
LONG = {
    "two_hours",
    "captioning",
    "accuracy",
    "charades",
    "components",
    "distinctad",
    "distinctad_cost",
    "index",
    "retrieval",
    "topics",
    "writing",
    "copies",
}
TO_FILE = {"captioning", "schedule"}  # their --json names a file
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def main() -> None:
    own, _, handed_on = " ".join(sys.argv[1:]).partition(" -- ")
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks; see --list")
    parser.add_argument("--all", action="store_true", help=f"also {', '.join(sorted(LONG))}")
    parser.add_argument("--list", action="store_true", help="names and what they measure")
    parser.add_argument("--json", action="store_true", help="results for machines")
    parser.add_argument("--keep", action="store_true", help="keep results for --write")
    parser.add_argument("--write", type=Path, metavar="FILE", help="make its table anew")
    args = parser.parse_args(own.split())
    known = {path.stem.removeprefix("bench_"): path for path in sorted(HERE.glob("bench_*.py"))}
    if args.list:
        for name, path in known.items():
            told = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split("\n")[0]
            print(f"{name:<12} {told}{' (long)' if name in LONG else ''}")
        return
    unknown = [name for name in args.names if name not in known]
    if unknown:
        parser.error(f"no benchmark is called {unknown[0]}; there are: {', '.join(known)}")
    names = args.names
    if not names and not args.write:
        names = [name for name in known if args.all or name not in LONG]
    results: dict[str, Any] = {}
    failed = []
    for name in names:
        if not args.json:
            print(f"== {name}", flush=True)
        code, result = run(known[name], handed_on.split(), args.json or args.keep)
        if code:
            failed.append(name)
        if result is not None:
            results[name] = result
            if args.keep:
                RESULTS.mkdir(exist_ok=True)
                text = json.dumps(result, indent=2) + "\n"
                (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
            if not args.json:
                print(table({name: result}))
    if args.json:
        print(json.dumps(results))
    if args.write:
        write(args.write, known)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def run(path: Path, more: list[str], wants_json: bool) -> tuple[int, Any]:
    """Run one benchmark; its exit status and, if wanted, its result."""
    command = [sys.executable, str(path), *more]
    if not wants_json:
        return subprocess.run(command, check=False).returncode, None
    if path.stem.removeprefix("bench_") in TO_FILE:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "result.json"
            done = subprocess.run(
                [*command, "--json", str(out)], stdout=subprocess.DEVNULL, check=False
            )
            text = out.read_text("utf-8") if out.is_file() else ""
    else:
        done = subprocess.run([*command, "--json"], stdout=subprocess.PIPE, text=True, check=False)
        text = done.stdout
    return done.returncode, json.loads(text) if text.strip() else None


def table(results: dict[str, Any]) -> str:
    """Markdown: what was asked and what was measured."""
    rows = ["| benchmark | what | asked | measured | beside |", "|---|---|---|---|---|"]
    for name, result in results.items():
        for f in figures(name, result):
            asked = "" if f.asked is None else f"{'≥' if f.at_least else '≤'} {f.asked:g} {f.unit}"
            value = "–" if f.measured is None else f"{f.measured:.3g} {f.unit}"
            if f.reached is not None:
                value = f"**{value.strip()}**" if f.reached else f"{value.strip()} (missed)"
            rows.append(f"| {name} | {f.what} | {asked.strip()} | {value.strip()} | {f.note} |")
    return "\n".join(rows)


def write(path: Path, known: dict[str, Path]) -> None:
    """Replace the table between the marks by one of all kept results."""
    kept = {
        name: json.loads((RESULTS / f"{name}.json").read_text("utf-8"))
        for name in known
        if (RESULTS / f"{name}.json").is_file()
    }
    text = path.read_text("utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{path}: the table's place is not marked with {BEGIN} and {END}")
    path.write_text(f"{before}{BEGIN}\n{table(kept)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
