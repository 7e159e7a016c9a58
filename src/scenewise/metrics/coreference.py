"""Who means whom: a coreference model's clusters of a film's descriptions, for CRITIC.

The model runs as a program of the user's own. Coreference packages need versions of their own of
everything else, and which model a figure was made with is part of the figure (published ones are
from F-COREF, Otmazgin et al., AACL 2022, with the package `fastcoref`).
"""

from __future__ import annotations

import contextlib
import json
import shlex
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from typing import IO, Any

from scenewise.core.errors import ComponentMissing, ScenewiseError
from scenewise.core.progress import Progress, Silent
from scenewise.metrics.critic import IN_CAST, Mention, cast_sentence

Spans = Sequence[Sequence[tuple[int, int]]]
"""Clusters of stretches of a text: first letter, and the one after the last."""

Resolve = Callable[[Sequence[str]], list[Spans]]
"""From texts to the clusters of each."""

_REMEDY = "see CRITIC in docs/scoring.md for such a program"


def by_program(command: str, progress: Progress | None = None) -> Resolve:
    """A coreference model behind a program: `{"text": …}` on a line comes in for each text,
    `{"clusters": [[[first, after], …], …]}` goes out, counted in letters from 0.

    Lines of its output that begin with no brace are passed over: models like to talk.

    Args:
        command: as one would type it.
        progress: told of each text.

    Raises:
        ComponentMissing: there is no such program. When it is asked:
        ScenewiseError: it stopped early, or answers something else.
    """

    def resolve(texts: Sequence[str]) -> list[Spans]:
        asked = [json.dumps({"text": text}) + "\n" for text in texts]
        found: list[Spans] = []
        with (
            tempfile.TemporaryFile() as said,
            _started(command, said) as running,
            (progress or Silent()).step("Finding who is meant", len(texts)) as step,
        ):
            assert running.stdin is not None
            assert running.stdout is not None
            writer = threading.Thread(target=_write, args=(running.stdin, asked), daemon=True)
            writer.start()
            try:
                for line in running.stdout:
                    if line.lstrip().startswith("{") and len(found) < len(texts):
                        found.append(_clusters(line, texts[len(found)]))
                        step.advance()
                running.wait()
            except ValueError as error:
                raise ScenewiseError(
                    f"--coref {command}: answer {len(found) + 1} is none ({error})", remedy=_REMEDY
                ) from error
            finally:
                running.kill()
                writer.join()
            if len(found) < len(texts):
                said.seek(0)
                last = said.read().decode("utf-8", "replace").strip().splitlines()[-1:]
                told = f": {last[0].strip()[:200]}" if last else ""
                raise ScenewiseError(
                    f"--coref {command}: {len(found)} answers to {len(texts)} texts{told}",
                    remedy=_REMEDY,
                )
        return found

    return resolve


def film_text(cast: Sequence[str], lines: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """What the model reads of a film: its cast, then its lines.

    Returns:
        The text, and where in it each line stands: first letter, and the one after the last.
    """
    text = cast_sentence(cast)
    places = []
    for line in lines:
        text += " " if text else ""
        places.append((len(text), len(text) + len(line)))
        text += line
    return text, places


def mentions(text: str, places: Sequence[tuple[int, int]], clusters: Spans) -> list[list[Mention]]:
    """Clusters of stretches of a film's text as `metrics.critic.critic` takes them; what runs
    over two lines is left out.

    Args:
        text, places: as `film_text` gives them.
        clusters: of the text.
    """
    line_of = [IN_CAST - 1] * len(text)  # blanks between lines are of none
    first = places[0][0] if places else len(text)
    line_of[:first] = [IN_CAST] * first
    for i, (start, end) in enumerate(places):
        line_of[start:end] = [i] * (end - start)
    found = []
    for cluster in clusters:
        inside = []
        for start, end in cluster:
            lines = set(line_of[start:end])
            if len(lines) == 1 and (line := lines.pop()) >= IN_CAST:
                inside.append(Mention(line, text[start:end]))
        found.append(inside)
    return found


def _started(command: str, said: IO[bytes]) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            shlex.split(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            encoding="utf-8",
            errors="replace",
        )
    except (OSError, ValueError, IndexError) as error:
        raise ComponentMissing(
            f"--coref {command}: there is no such program", remedy=_REMEDY
        ) from error


def _clusters(line: str, text: str) -> Spans:
    """What an answer says; raises ValueError for one that says nothing."""
    try:
        given: Any = json.loads(line)["clusters"]
        clusters = [[(int(start), int(end)) for start, end in cluster] for cluster in given]
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError('it needs "clusters": [[[first, after], …], …]') from error
    for start, end in (span for cluster in clusters for span in cluster):
        if not 0 <= start < end <= len(text):
            raise ValueError(f"[{start}, {end}] is not in a text of {len(text)} letters")
    return clusters


def _write(stream: IO[str], lines: Sequence[str]) -> None:
    with contextlib.suppress(OSError):  # the program is gone: whoever reads its answers sees that
        stream.writelines(lines)
        stream.close()
