"""Does any description talk over dialogue? On every real film that has sound.

    python benchmarks/bench_dialogue.py [FILM …] [--data FOLDER] [--json]

Each film is described with a captioner that has something to say about every key frame, so that
all its pauses are filled as far as they go. What counts is what is heard: the description is
found in the described sound of the finished file, as what it has beyond the original, and laid
over the dialogue of the original. Where people have made captions of a film (`--captions` names
them beside FILM), utterances inside those are counted as well. Columns:

over        milliseconds in which a description is heard while people speak; 0 is asked
cues        utterances placed
heard       share of them found in the described sound
loudness    description against dialogue, LU; none where nobody speaks
peak        true peak of the described sound, dBTP
captions    utterances inside the film's human captions

Ends with status 1 if any film has more than 0 ms.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness import DATA, Figure, ScriptedCaptioner, machine, show

import scenewise
from scenewise.core.errors import ScenewiseError
from scenewise.core.time import shared
from scenewise.description.cache import Cache
from scenewise.description.formats import read_cues
from scenewise.description.listening import coverage, hear_added
from scenewise.media.probe import probe_film

FOLDERS = ("film", "described", "nature", "objects", "people", "odd")
FILMS = {".mp4", ".webm", ".mkv", ".mov", ".ogv", ".flv"}
CAPTIONS = {
    "perspective-video.mp4": "perspective-caption.vtt",
    "perspective-video-with-captions.mp4": "perspective-caption.vtt",
    "friday.mp4": "friday.vtt",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("films", type=Path, nargs="*", help="instead of all in the folder")
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of real films")
    parser.add_argument("--json", action="store_true", help="figures for machines")
    args = parser.parse_args()
    films = args.films or list(with_sound(args.data))
    if not films:
        sys.exit(f"no film with sound in {args.data}; name films or give --data")
    rows = []
    if not args.json:
        print(f"Speech over dialogue ({machine()})")
        print(
            f"{'film':<40}{'s':>7}{'speech':>8}{'over ms':>9}{'cues':>6}{'heard':>7}"
            f"{'loudness':>10}{'peak':>8}{'captions':>10}"
        )
    for film in films:
        row = measured(film)
        rows.append(row)
        if not args.json:
            print(line(row), flush=True)
    over = sum(row["over_ms"] for row in rows)
    inside = sum(row["in_captions"] or 0 for row in rows if "perspective" in row["film"])
    cues = sum(row["cues"] for row in rows)
    apart = [abs(row["loudness"]) for row in rows if row["loudness"] is not None]
    worst = min(row["heard"] for row in rows)
    note = f"{cues} utterances in {len(rows)} films"
    figures = [
        Figure("description heard over dialogue", over, "ms", 0.0, note=note),
        Figure("utterances inside human captions", inside, "", 0.0, note="described/perspective"),
        Figure("share of utterances heard, worst film", worst, "", 0.99, at_least=True),
        Figure("loudness against dialogue, worst", max(apart, default=None), "LU", 2.0),
        Figure("true peak, worst", max(row["peak"] for row in rows), "dBTP", -2.0),
    ]
    show("Speech over dialogue", figures, as_json=args.json, films=rows)
    sys.exit(over > 0)


def with_sound(data: Path) -> Iterator[Path]:
    """Every film below the folders that can be read and has sound."""
    for folder in FOLDERS:
        for path in sorted((data / folder).rglob("*")):
            if path.suffix.lower() not in FILMS:
                continue
            try:
                info = probe_film(path)
            except ScenewiseError:
                continue
            if info.audio:
                yield path


def measured(film: Path) -> dict[str, Any]:
    """Describe a film and listen to the result."""
    captions = film.with_name(CAPTIONS[film.name]) if film.name in CAPTIONS else None
    with tempfile.TemporaryDirectory() as folder:
        done = scenewise.describe(
            film,
            Path(folder) / "out",
            speech=scenewise.SpeechChoice(voice="espeak"),
            captioner=ScriptedCaptioner(),
            cache=Cache(Path(folder) / "cache"),
        )
        info = probe_film(done.film)
        mix = next(stream for stream in info.audio if stream.described)
        own = info.programme  # the described sound itself where the film has no other
        original = own.index if own is not None and not own.described else None
        heard = hear_added(done.film, original, mix.index)
    cues = [cue.span for cue in done.script.cues()]
    dialogue = done.draft.sound.dialogue
    figures = {measure.name: measure.value for measure in done.check.measures}
    said = [cue.span for cue in read_cues(captions)] if captions and captions.is_file() else None
    return {
        "film": "/".join(film.parts[-2:]),
        "duration": round(done.draft.duration, 2),
        "speech": round(sum(span.duration for span in dialogue), 2),
        "over_ms": round(1000 * shared(heard.added, dialogue), 1),
        "cues": len(cues),
        "heard": coverage(cues, heard.added),
        "loudness": figures.get("loudness against dialogue"),
        "peak": figures.get("true peak"),
        "in_captions": None
        if said is None
        else sum(any(cue.overlap(span) > 0 for span in said) for cue in cues),
        "failures": [measure.name for measure in done.check.failures],
    }


def line(row: dict[str, Any]) -> str:
    """One row of the table."""

    def value(name: str, form: str) -> str:
        return "–" if row[name] is None else format(row[name], form)

    return (
        f"{row['film'][:39]:<40}{row['duration']:>7.1f}{row['speech']:>8.1f}{row['over_ms']:>9.1f}"
        f"{row['cues']:>6}{row['heard']:>7.0%}{value('loudness', '+.1f'):>10}"
        f"{value('peak', '.1f'):>8}{value('in_captions', 'd'):>10}  {', '.join(row['failures'])}"
    ).rstrip()


if __name__ == "__main__":
    main()
