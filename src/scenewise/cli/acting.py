"""What each verb does once its flags are parsed: call the library, show the result."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from scenewise.cli.showing import Terminal
from scenewise.cli.telling import (
    out,
    out_json,
    plain_check,
    plain_draft,
    plain_render,
    tell_check,
    tell_columns,
    tell_files,
    tell_notes,
    tell_script,
    tell_time,
)
from scenewise.core.errors import UnknownChoice, VoiceMissing
from scenewise.description.options import DraftOptions, RenderOptions, SpeechChoice

if TYPE_CHECKING:
    from scenewise.cli.manner import Manner
    from scenewise.description.cache import Cache
    from scenewise.description.limits import CheckOptions
    from scenewise.description.results import Rendered


def _cache(manner: Manner) -> Cache:
    from scenewise.description.cache import Cache

    return Cache.standard() if manner.cache else Cache(None)


def _terminal(manner: Manner) -> Terminal:
    return Terminal(quiet=manner.quiet or manner.json, plain=manner.plain)


def _require_film(film: Path) -> None:
    """Refuse what is no film before anything heavy is loaded or anybody is asked."""
    from scenewise.media.probe import probe_film

    probe_film(film)


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
    _require_film(film)
    from scenewise.description.describing import describe

    terminal = _terminal(manner)
    options, speech = _chosen(options, speech, preset, terminal)
    done = describe(
        film, output_dir, options, speech, rendering, cache=_cache(manner), progress=terminal
    )
    if manner.json:
        out_json({**plain_draft(done.draft), **plain_render(done.rendered)})
        return 0
    tell_script(done.script, len(done.draft.selection.keyframes))
    _tell_render(done.rendered, done.timings.seconds)
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
    _require_film(film)
    from scenewise.description.drafting import draft
    from scenewise.description.formats import save_all
    from scenewise.description.naming import Outputs, prepare_output, together

    terminal = _terminal(manner)
    with prepare_output(film, output_dir) as folder:
        options, speech = _chosen(options, speech, preset, terminal)
        drafted = draft(film, options, speech, cache=_cache(manner), progress=terminal)
        with together(folder) as stage:
            written = save_all(drafted.script, stage / Outputs.beside(film, folder).stem)
        files = [folder / path.name for path in written]
    if manner.json:
        out_json({**plain_draft(drafted), "files": [str(path) for path in files]})
        return 0
    tell_script(drafted.script, len(drafted.selection.keyframes))
    tell_notes(drafted.script.notes)
    tell_files({"".join(path.suffixes[-2:]).lstrip("."): path for path in files})
    tell_time(drafted.timings.seconds)
    out(f"Edit the script, then: {_command('scenewise', 'render', film, files[0])}")
    return 0


def act_render(
    film: Path,
    script: Path,
    output_dir: Path | None,
    rendering: RenderOptions,
    speech: SpeechChoice,
    language: str,
    manner: Manner,
) -> int:
    """`scenewise render`."""
    _require_film(film)
    from scenewise.description.rendering import render

    terminal = _terminal(manner)
    done = render(
        film,
        script,
        output_dir,
        rendering,
        speech,
        language=language,
        cache=_cache(manner),
        progress=terminal,
    )
    if manner.json:
        out_json(plain_render(done))
        return 0
    tell_script(done.script)
    _tell_render(done, done.timings.seconds)
    return 0


def act_check(
    target: Path,
    film: Path | None,
    captions: Path | None,
    options: CheckOptions,
    manner: Manner,
) -> int:
    """`scenewise check`: exit 1 when a rule fails."""
    from scenewise.description.checking import check

    terminal = _terminal(manner)
    checked = check(
        target,
        film=film,
        captions=captions,
        options=options,
        cache=_cache(manner),
        progress=terminal,
    )
    if manner.json:
        out_json(plain_check(checked))
    else:
        tell_check(checked, whole=True)
        tell_notes(checked.notes)
    return 0 if checked.passed else 1


def act_models(as_json: bool) -> int:
    """`scenewise models`."""
    from scenewise.models.catalogue import catalogue

    entries = catalogue()
    if as_json:
        out_json([{**asdict(entry), "is_here": entry.is_here} for entry in entries])
        return 0
    tell_columns(
        ("here", "name", "for", "size", "licence", "source"),
        (
            ("yes" if e.is_here else "no", e.name, e.job, _size(e.size), e.licence, e.source)
            for e in entries
        ),
    )
    out("Fetch one ahead: scenewise models pull NAME")
    return 0


def act_pull(names: Sequence[str], manner: Manner) -> int:
    """`scenewise models pull`."""
    from scenewise.models.catalogue import pull

    terminal = _terminal(manner)
    pull(names, progress=terminal)
    if manner.json:
        out_json({"pulled": list(names)})
    else:
        out(f"Here now: {', '.join(names)}")
    return 0


def act_voices(language: str, as_json: bool) -> int:
    """`scenewise voices`."""
    from scenewise.models.voices.choosing import list_voices

    rows = list_voices(language or None)
    if not rows:
        raise UnknownChoice(
            f"no voice speaks {language!r}", remedy="see the languages with: scenewise voices"
        )
    if as_json:
        out_json(rows)
        return 0
    columns = ("here", "voice", "language", "name", "about")
    tell_columns(columns, ([row[key] for key in columns] for row in rows))
    return 0


def act_demo(
    film: Path | None,
    output_dir: Path,
    options: DraftOptions,
    speech: SpeechChoice,
    manner: Manner,
) -> int:
    """`scenewise demo`."""
    from scenewise.description.naming import prepare_output
    from scenewise.synthetic.films import draw_demo

    terminal = _terminal(manner)
    if film is None:
        film = output_dir / "demo.mp4"
        with prepare_output(film, output_dir):
            draw_demo(film, progress=terminal)
        if options.captioner == "auto" and not options.caption_model:
            # Models that know the drawn world, and only that, come with Scenewise.
            options = replace(options, captioner="pocket")
        if not manner.json:
            out(f"Film: {film}")
            out(f"What truly happens in it: {film.with_suffix('.truth.json')}")
    return act_describe(film, output_dir, options, speech, RenderOptions(), "default", manner)


def _tell_render(done: Rendered, seconds: dict[str, float]) -> None:
    tell_check(done.check, whole=False)
    tell_notes((*done.warnings, *done.script.notes))
    tell_files(done.files)
    tell_time(seconds)


def _command(*words: str | Path) -> str:
    """A command line to copy: quoted as the shell of this system wants it."""
    given = [str(word) for word in words]
    return subprocess.list2cmdline(given) if os.name == "nt" else shlex.join(given)


def _size(count: int) -> str:
    if count <= 0:
        return "-"
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(1, round(count / 1e6))} MB"
