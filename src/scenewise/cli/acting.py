"""What each verb does once its flags are parsed: call the library, show the result."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich.box
from rich.console import Console
from rich.table import Table

from scenewise.cli.showing import Terminal
from scenewise.core.errors import VoiceMissing
from scenewise.description.options import DraftOptions, RenderOptions, SpeechChoice

if TYPE_CHECKING:
    from scenewise.cli.app import Manner
    from scenewise.description.cache import Cache
    from scenewise.description.results import Check, Draft, Rendered


def _cache(manner: Manner) -> Cache:
    from scenewise.description.cache import Cache

    return Cache.standard() if manner.cache else Cache(None)


def _out(text: str) -> None:
    sys.stdout.write(text + "\n")


def _print_json(data: Any) -> None:
    _out(json.dumps(data, indent=2, ensure_ascii=False, default=str))


@contextmanager
def _folder(film: Path, output_dir: Path | None) -> Iterator[Path]:
    from scenewise.description.naming import prepare_output

    with prepare_output(film, output_dir) as folder:
        yield folder


def _chosen(
    options: DraftOptions, speech: SpeechChoice, preset: str, terminal: Terminal
) -> tuple[DraftOptions, SpeechChoice]:
    """The options under a preset."""
    if preset != "paper":
        return options, speech
    if speech.voice == "auto":  # the paper speaks with gTTS; where it cannot be reached, say so
        from scenewise.models.voices.choosing import voice_for

        try:
            voice_for("gtts", speech.for_language(options.language)).say("Ready.")
            speech = replace(speech, voice="gtts")
        except VoiceMissing as error:
            terminal.say(f"the paper's voice (gTTS) cannot be had ({error.what}); another speaks")
    return options.for_paper(), speech


def act_describe(
    film: Path,
    output_dir: Path | None,
    options: DraftOptions,
    speech: SpeechChoice,
    rendering: RenderOptions,
    preset: str,
    manner: Manner,
) -> int:
    """`scenewise describe`."""
    from scenewise.description.describing import describe

    terminal = Terminal(quiet=manner.quiet or manner.json)
    options, speech = _chosen(options, speech, preset, terminal)
    done = describe(
        film, output_dir, options, speech, rendering, cache=_cache(manner), progress=terminal
    )
    if manner.json:
        _print_json({**_plain_draft(done.draft), **_plain_render(done.rendered)})
    else:
        _show_draft(done.draft)
        _show_render(done.rendered)
    return 0


def act_draft(
    film: Path,
    output_dir: Path | None,
    options: DraftOptions,
    speech: SpeechChoice,
    preset: str,
    manner: Manner,
) -> int:
    """`scenewise draft`."""
    from scenewise.description.drafting import draft
    from scenewise.description.formats import save_all

    terminal = Terminal(quiet=manner.quiet or manner.json)
    with _folder(film, output_dir) as folder:
        options, speech = _chosen(options, speech, preset, terminal)
        drafted = draft(film, options, speech, cache=_cache(manner), progress=terminal)
        files = save_all(drafted.script, folder / film.stem)
    if manner.json:
        _print_json({**_plain_draft(drafted), "files": [str(path) for path in files]})
        return 0
    _show_draft(drafted)
    _out(f"Script: {files[0]}")
    _out(f'Edit it, then: scenewise render "{film}" "{files[0]}"')
    return 0


def act_render(
    film: Path,
    script: Path,
    output_dir: Path | None,
    rendering: RenderOptions,
    speech: SpeechChoice,
    manner: Manner,
) -> int:
    """`scenewise render`."""
    from scenewise.description.rendering import render

    terminal = Terminal(quiet=manner.quiet or manner.json)
    done = render(
        film, script, output_dir, rendering, speech, cache=_cache(manner), progress=terminal
    )
    if manner.json:
        _print_json(_plain_render(done))
    else:
        _show_render(done)
    return 0


def act_check(target: Path, film: Path | None, captions: Path | None, manner: Manner) -> int:
    """`scenewise check`: exit 1 when a rule fails."""
    from scenewise.description.checking import check

    terminal = Terminal(quiet=manner.quiet or manner.json)
    checked = check(target, film=film, captions=captions, cache=_cache(manner), progress=terminal)
    if manner.json:
        _print_json(_plain_check(checked))
    else:
        _show_check(checked)
    return 0 if checked.passed else 1


def act_models(as_json: bool) -> int:
    """`scenewise models`."""
    from scenewise.models.catalogue import catalogue

    entries = catalogue()
    if as_json:
        _print_json([{**asdict(entry), "is_here": entry.is_here} for entry in entries])
        return 0
    table = Table(box=rich.box.SIMPLE, pad_edge=False)
    for heading in ("name", "for", "size", "licence", "here", "source"):
        table.add_column(heading, justify="right" if heading == "size" else "left")
    for entry in entries:
        here = "yes" if entry.is_here else "no"
        table.add_row(entry.name, entry.job, _size(entry.size), entry.licence, here, entry.source)
    Console(soft_wrap=False).print(table)
    _out("Fetch one ahead: scenewise models pull NAME")
    return 0


def act_pull(names: Sequence[str], manner: Manner) -> int:
    """`scenewise models pull`."""
    from scenewise.models.catalogue import pull

    terminal = Terminal(quiet=manner.quiet or manner.json)
    pull(names, progress=terminal)
    if manner.json:
        _print_json({"pulled": list(names)})
    else:
        _out(f"Here now: {', '.join(names)}")
    return 0


def act_voices(language: str, as_json: bool) -> int:
    """`scenewise voices`."""
    from scenewise.models.voices.choosing import list_voices

    rows = list_voices(language or None)
    if as_json:
        _print_json(rows)
        return 0
    table = Table(box=rich.box.SIMPLE, pad_edge=False)
    for heading in ("voice", "name", "language", "here"):
        table.add_column(heading)
    for row in rows:
        table.add_row(*(str(row[key]) for key in ("voice", "name", "language", "here")))
    Console().print(table)
    return 0


def act_demo(
    film: Path | None,
    output_dir: Path,
    options: DraftOptions,
    speech: SpeechChoice,
    manner: Manner,
) -> int:
    """`scenewise demo`."""
    from scenewise.core.ports import VoiceOptions
    from scenewise.description.naming import prepare_output
    from scenewise.models.voices.choosing import voice_for
    from scenewise.synthetic import make_demo_film

    terminal = Terminal(quiet=manner.quiet or manner.json)
    if film is None:
        film = output_dir / "harbour.mp4"
        with prepare_output(film, output_dir), terminal.step("Drawing a film"):
            # two people talk, neither in the voice that will describe them
            speakers = (
                voice_for("espeak", VoiceOptions("en-GB", "en-gb+f3", 165)),
                voice_for("espeak", VoiceOptions("en-US", "en-us+m7", 155)),
            )
            make_demo_film(film, speakers)
        if not manner.json:
            _out(f"Film: {film}")
    return act_describe(film, output_dir, options, speech, RenderOptions(), "default", manner)


def _size(count: int) -> str:
    if count <= 0:
        return "-"
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(1, round(count / 1e6))} MB"


def _show_draft(drafted: Draft) -> None:
    lines = drafted.script.descriptions
    voiced = sum(line.voiced for line in lines)
    keyframes = len(drafted.selection.keyframes)
    _out(f"{keyframes} key frames, {len(lines)} descriptions, {voiced} voiced")
    for line in lines:
        if not line.voiced:
            _out(f"  not voiced {line.id} at {line.event:.1f} s: {line.reason}")


def _show_render(done: Rendered) -> None:
    for warning in done.warnings:
        _out(f"note: {warning}")
    _show_check(done.check)
    for note in done.script.notes:
        _out(f"note: {note}")
    for kind, path in done.files.items():
        _out(f"{kind:>9}: {path}")
    seconds = ", ".join(f"{name} {spent:.1f} s" for name, spent in done.timings.seconds.items())
    _out(f"time: {seconds}")


def _show_check(checked: Check) -> None:
    table = Table(box=rich.box.SIMPLE, pad_edge=False)
    for heading in ("", "check", "figure", "limit", ""):
        table.add_column(heading, justify="right" if heading == "figure" else "left")
    marks = {True: "[green]pass[/]", False: "[red]FAIL[/]", None: "-"}
    for measure in checked.measures:
        mark = marks[measure.passed]
        if measure.passed is False and measure.severity != "error":
            mark = "[yellow]note[/]"
        limit = "" if measure.limit is None else _figure(measure.limit, measure.unit)
        table.add_row(
            mark, measure.name, _figure(measure.value, measure.unit), limit, measure.detail
        )
    Console().print(table)
    failed = len(checked.failures)
    _out("All checks passed" if not failed else f"{failed} of the checks failed")


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    digits = 0 if abs(value) >= 100 or value == int(value) else 2 if abs(value) < 10 else 1
    return f"{value:.{digits}f} {unit}".strip()


def _plain_draft(drafted: Draft) -> dict[str, Any]:
    from scenewise.description.formats import to_json

    return {
        "duration": drafted.duration,
        "keyframes": [round(k.time, 3) for k in drafted.selection.keyframes],
        "gaps": [(span.start, span.end) for span in drafted.gaps],
        "script": json.loads(to_json(drafted.script)),
        "warnings": list(drafted.warnings),
        "draft_seconds": drafted.timings.seconds,
    }


def _plain_check(checked: Check) -> dict[str, Any]:
    return {"passed": checked.passed, "measures": [asdict(m) for m in checked.measures]}


def _plain_render(done: Rendered) -> dict[str, Any]:
    return {
        "film": str(done.film),
        "files": {kind: str(path) for kind, path in done.files.items()},
        "check": _plain_check(done.check),
        "render_warnings": list(done.warnings),
        "render_seconds": done.timings.seconds,
    }
