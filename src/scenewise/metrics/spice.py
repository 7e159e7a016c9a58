"""SPICE by its own Java program: what things, attributes and relations two texts share.

Source: Anderson et al., "SPICE: Semantic Propositional Image Caption Evaluation", ECCV 2016.
The program comes in the package `pycocoevalcap` (extra `research`); the parser it needs does
not. That is Stanford CoreNLP 3.6.0, two files of some 400 MB, which have to be fetched once
(`stanford-corenlp-full-2015-12-09.zip` of the Stanford NLP Group). Nothing else computes SPICE:
scene graph parsers in Python give other graphs and other figures.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from scenewise.core.errors import ComponentMissing, ScenewiseError
from scenewise.metrics import java
from scenewise.metrics.scored import Scored

JARS: Final = ("stanford-corenlp-3.6.0.jar", "stanford-corenlp-3.6.0-models.jar")
"""The files of CoreNLP that the program was made with; other versions parse otherwise."""

FOLDER: Final = "SCENEWISE_CORENLP"
"""Environment variable with the folder that holds `JARS`."""

_MAIN: Final = "edu.anu.spice.SpiceScorer"
_OPENED: Final = (
    "java.lang", "java.math", "java.net", "java.text", "java.util", "java.util.concurrent",
)  # fmt: skip
"""What the program looks into by reflection, which Java 16 and newer forbid unless told. Said
in a variable that Java 8, which knows no such option, does not read."""


def parser(folder: str | Path | None = None) -> tuple[Path, ...]:
    """Where the files of CoreNLP are.

    Args:
        folder: looked into first; then that of `SCENEWISE_CORENLP`, then the package's own.

    Raises:
        ComponentMissing: Java, the package or CoreNLP is not here.
    """
    _, jar = java.command(java.SPICE, "SPICE")
    named = os.environ.get(FOLDER)
    places = [Path(folder)] if folder else [*([Path(named)] if named else []), jar.parent / "lib"]
    for place in places:
        found = tuple(place / name for name in JARS)
        if all(path.is_file() for path in found):
            return found
    raise ComponentMissing(
        f"SPICE needs {JARS[0]} and {JARS[1]}",
        path=places[0] if folder or named else None,
        remedy="unpack stanford-corenlp-full-2015-12-09.zip of the Stanford NLP Group and name "
        f"its folder with --corenlp or {FOLDER}",
    )


def spice(
    generated: Sequence[str],
    references: Sequence[Sequence[str]],
    *,
    folder: str | Path | None = None,
    memory: str = "8G",
) -> Scored:
    """SPICE; the corpus's is the mean of the clips'.

    Every text is parsed, at some 10 to 50 a second, so give all at once.

    Args:
        generated: one text for each clip, as it stands, [n].
        references: one or more for each clip, [n].
        folder: as for `parser`.
        memory: what Java may take at most.

    Returns:
        Scores from 0 to 1.

    Raises:
        ComponentMissing: Java, the extra `research` or CoreNLP is not here.
        ScenewiseError: the program stopped early or gave something else.
        ValueError: no clip, or not one or more references for each.
    """
    if not generated or len(generated) != len(references) or not all(references):
        raise ValueError("SPICE needs one text and one reference or more for each of some clips")
    program, jar = java.command(java.SPICE, "SPICE")
    jars = [jar, *parser(folder), *sorted((jar.parent / "lib").glob("*.jar"))]
    asked = [
        {"image_id": i, "test": _one_line(text), "refs": [_one_line(one) for one in texts]}
        for i, (text, texts) in enumerate(zip(generated, references, strict=True))
    ]
    with tempfile.TemporaryDirectory(prefix="scenewise-spice-") as place:
        given, got = Path(place) / "in.json", Path(place) / "out.json"
        given.write_text(json.dumps(asked), "utf-8")
        classes = os.pathsep.join(map(str, jars))
        arguments = [program, f"-Xmx{memory}", "-cp", classes, _MAIN, str(given)]
        done = subprocess.run(
            [*arguments, "-out", str(got), "-silent"],
            capture_output=True,
            check=False,
            cwd=place,
            env=_environment(),
        )
        if done.returncode or not got.is_file():
            raise ScenewiseError(
                f"SPICE's program stopped early: {_reason(done.stderr)}",
                remedy="check that `java -version` works and that 8 GB of memory are free",
            )
        answer = got.read_text("utf-8")
    clips = _scores(answer, len(generated))
    return Scored(float(clips.mean()), clips)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _environment() -> dict[str, str]:
    opens = [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in _OPENED]
    before = os.environ.get("JDK_JAVA_OPTIONS", "")
    return {**os.environ, "JDK_JAVA_OPTIONS": " ".join([before, *opens]).strip()}


def _reason(said: bytes) -> str:
    """The line that tells the cause: the last one that begins so, or the last of all."""
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith(("Caused by:", "Exception in thread"))]
    return (causes or lines or ["it said nothing"])[-1]


def _scores(answer: str, count: int) -> np.ndarray:
    """The F-measure of all tuples, by clip; 0 where a text has no tuple."""
    clips = np.full(count, np.nan)
    try:
        for entry in json.loads(answer):
            clips[int(entry["image_id"])] = _number(entry["scores"]["All"]["f"])
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ScenewiseError("SPICE's program gave something that is no list of scores") from error
    if np.isnan(clips).any():
        raise ScenewiseError("SPICE's program left clips without a score")
    return clips


def _number(value: Any) -> float:
    number = float(value) if value is not None else 0.0
    return number if math.isfinite(number) else 0.0
