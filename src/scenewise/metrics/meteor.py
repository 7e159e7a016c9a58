"""METEOR 1.5 by its own Java program.

Source: Denkowski and Lavie, "Meteor Universal: Language Specific Translation Evaluation for
Any Target Language", 2014. Nothing else computes it: the METEOR of nltk is an earlier
definition, without paraphrases, and its figures differ. So there is none without Java.
"""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Final

import numpy as np
import numpy.typing as npt

from scenewise.core.errors import ScenewiseError
from scenewise.metrics import java
from scenewise.metrics.scored import Scored, Tokens, check_clips
from scenewise.metrics.similarity import PairSimilarity, Scores

_BETWEEN = " ||| "

_ALPHA: Final = 0.85  # the weight of recall in the mean
_BETA: Final = 0.20  # the power of fragmentation
_GAMMA: Final = 0.60  # the most that fragmentation takes
_DELTA: Final = 0.75  # the weight of content words; function words have the rest
_MATCHERS: Final = np.array([1.00, 0.60, 0.80, 0.60])  # exact, stem, synonym, paraphrase


@dataclass(frozen=True, eq=False)
class MeteorScored(Scored):
    """METEOR of a set of clips, and what its program counted.

    Args:
        statistics: of each clip, [n, 23]: words of the text and of the reference; function words
            of both; for each matcher matched content words of both and function words of both;
            chunks, 0 for a text that is its reference; matched words of both. Sums of rows are the
            statistics of the clips together.
    """

    statistics: npt.NDArray[np.float64]


def meteor_of_sums(sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """METEOR of sets of clips from the sums of their statistics, for films one by one and for
    films drawn anew, which the program would be asked about ten thousand times.

    The paper's scoring with its weights for English: precision and recall of weighed matches,
    their mean, and the penalty for fragmentation. The program gives the same for clips, films
    and all clips together, to the last digit of what it prints.

    Args:
        sums: of the rows of `MeteorScored.statistics`, [r, 23].

    Returns:
        From 0 to 1, [r]; 0 where nothing is matched.
    """
    lengths, function = sums[:, 0:2], sums[:, 2:4]  # [r, 2]: of texts, of references
    matched = np.einsum("rmc,m->rc", sums[:, 4:20].reshape(-1, 4, 4), _MATCHERS)
    weighed = _DELTA * matched[:, 0:2] + (1 - _DELTA) * matched[:, 2:4]
    words = _DELTA * (lengths - function) + (1 - _DELTA) * function
    shares = np.divide(weighed, words, out=np.zeros_like(weighed), where=words > 0)
    both = (shares > 0).all(axis=1)
    precision, recall = np.where(both[:, None], shares, 1.0).T
    means = 1 / ((1 - _ALPHA) / precision + _ALPHA / recall)
    chunks, pairs = sums[:, 20], sums[:, 21:23]
    apart = np.divide(2 * chunks, pairs.sum(axis=1), out=np.zeros_like(chunks), where=both)
    scores: npt.NDArray[np.float64] = np.where(both, means * (1 - _GAMMA * apart**_BETA), 0.0)
    return scores


def _whole(statistics: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which texts are their reference, word for word in one piece, [n, 23] to [n]."""
    lengths, pairs = statistics[:, 0:2], statistics[:, 21:23]
    alike: npt.NDArray[np.bool_] = (pairs == lengths).all(axis=1) & (statistics[:, 20] == 1)
    return alike


def meteor(generated: Sequence[Tokens], references: Sequence[Sequence[Tokens]]) -> MeteorScored:
    """METEOR of all clips together and of each, with the weights for English.

    Starting the program takes seconds (it loads its paraphrases), so give it all at once.

    Args:
        generated: the words of one text for each clip, [n].
        references: the words of one or more references for each clip, [n].

    Returns:
        Scores from 0 to 1. The corpus's comes from the summed statistics; it is not the mean
        of the clips'.

    Raises:
        ComponentMissing: Java or the extra `research` is not here.
        ScenewiseError: the program stopped early.
        ValueError: no clip, one without reference, or texts that are not split into words.
    """
    return meteor_of([(generated, references)])[0]


def meteor_of(
    systems: Sequence[tuple[Sequence[Tokens], Sequence[Sequence[Tokens]]]],
) -> list[MeteorScored]:
    """METEOR of several systems from one start of the program.

    Args:
        systems: the generated texts and the references of each, as for `meteor`.

    Returns, raises:
        As `meteor`, for each system.
    """
    for generated, references in systems:
        check_clips(generated, references)
    asked = [
        _BETWEEN.join(["SCORE", *(_plain(text) for text in texts), _plain(ours)])
        for generated, references in systems
        for ours, texts in zip(generated, references, strict=True)
    ]
    program, jar = java.command(java.METEOR, "METEOR")
    arguments = ["-Xmx2G", "-Dfile.encoding=UTF-8", "-jar", str(jar)]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            [program, *arguments, "-", "-", "-stdio", "-l", "en", "-norm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            encoding="utf-8",
        ) as running,
    ):
        try:
            statistics = _ask(running, asked, len(asked))
            found, start = [], 0
            for generated, _ in systems:
                part = statistics[start : start + len(generated)]
                scores = _ask(running, [_BETWEEN.join(["EVAL", *part])], len(part) + 1)
                figures = np.array([float(score) for score in scores])
                counts = np.array([[float(n) for n in line.split()] for line in part])
                counts[_whole(counts), 20] = 0  # as it does where it adds clips up
                found.append(MeteorScored(float(figures[-1]), figures[:-1], counts))
                start += len(part)
        except (EOFError, ValueError) as error:
            said.seek(0)
            last = said.read().decode("utf-8", "replace").strip().splitlines()[-1:]
            raise ScenewiseError(
                f"METEOR's program stopped early: {' '.join(last) or error}",
                remedy="check that `java -version` works and 2 GB of memory are free",
            ) from error
        finally:
            _stop(running)
    return found


def meteor_similarity(tokens: Callable[[Sequence[str]], Sequence[Tokens]]) -> PairSimilarity:
    """METEOR of one text with one reference, for SODA as its paper has it.

    Args:
        tokens: how to split the texts, such as `scenewise.metrics.tokens.penn_java`.
    """

    def score(generated: Sequence[str], references: Sequence[str]) -> Scores:
        words = tokens([*generated, *references])
        n = len(generated)
        return meteor(words[:n], [[theirs] for theirs in words[n:]]).clips

    return PairSimilarity(score)


def _plain(words: Tokens) -> str:
    """One line without the program's own separator."""
    return " ".join(" ".join(words).replace("|||", " ").split())


def _ask(running: subprocess.Popen[str], lines: Sequence[str], answers: int) -> list[str]:
    """Write lines and read as many answers; at once, for neither pipe holds all of them."""
    assert running.stdin is not None
    assert running.stdout is not None
    writer = threading.Thread(target=_write, args=(running.stdin, lines), daemon=True)
    writer.start()
    read = [running.stdout.readline() for _ in range(answers)]
    writer.join()
    if not all(read):
        raise EOFError("no answer")
    return [line.strip() for line in read]


def _stop(running: subprocess.Popen[str]) -> None:
    running.kill()
    if running.stdin:
        with contextlib.suppress(OSError):  # what it has not read cannot be flushed
            running.stdin.close()


def _write(stream: IO[str], lines: Sequence[str]) -> None:
    try:
        stream.writelines(line + "\n" for line in lines)
        stream.flush()
    except OSError:
        return  # the program is gone: whoever reads its answers sees that
