"""`describe`: draft and render in one."""

from __future__ import annotations

from pathlib import Path

from scenewise.core.ports import Captioner, Voice
from scenewise.core.progress import Progress, Silent
from scenewise.description.cache import Cache
from scenewise.description.drafting import draft
from scenewise.description.naming import prepare_output
from scenewise.description.options import DraftOptions, RenderOptions, SpeechChoice
from scenewise.description.rendering import render
from scenewise.description.results import Described
from scenewise.media.probe import probe_film


def describe(
    film: str | Path,
    output_dir: str | Path | None = None,
    options: DraftOptions | None = None,
    speech: SpeechChoice | None = None,
    rendering: RenderOptions | None = None,
    *,
    captioner: Captioner | None = None,
    voice: Voice | None = None,
    cache: Cache | None = None,
    progress: Progress | None = None,
) -> Described:
    """Describe a film: write its script, voice it, mix it, check it.

    Args:
        film: any file FFmpeg can read that holds moving pictures; never changed.
        output_dir: where everything goes; beside the film unless told otherwise.
        options: how the draft is made.
        speech: which voice speaks.
        rendering: how the result is made.
        captioner: describes key frames; instead of the one that `options` names.
        voice: speaks; instead of the one that `speech` names.
        cache: where stage results are kept; the user's cache unless told otherwise.
        progress: told what is being done.

    Raises:
        InputError: the file is not a film, or an option names what does not exist.
        OutputUnwritable: the result cannot be written; nothing is left behind.
        ComponentMissing: a model or voice that was asked for by name cannot be had.
    """
    cache, progress = cache or Cache.standard(), progress or Silent()
    probe_film(film)  # what is no film is told as that, whatever else may be wrong
    with prepare_output(Path(film), output_dir):
        drafted = draft(
            film, options, speech, captioner=captioner, voice=voice, cache=cache, progress=progress
        )
        rendered = render(
            film,
            drafted.script,
            output_dir,
            rendering,
            speech,
            drafted=drafted,
            voice=voice,
            cache=cache,
            progress=progress,
        )
        return Described(drafted, rendered)
