"""Phrases that a description may be extended with, ranked against pictures exactly."""

from __future__ import annotations

import hashlib
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from scenewise.core.errors import ScriptInvalid
from scenewise.core.folders import cache_folder
from scenewise.core.ports import Embedder
from scenewise.models import hub

Vectors = npt.NDArray[np.float32]

FILE: Final = "vocabulary.toml"


@dataclass(frozen=True)
class Vocabulary:
    """Phrases by category, and sentences that agreement is measured against.

    Args:
        phrases: categories (`settings`, `times`, `weather`, `actions`, `objects`, `people`)
            and their phrases, each such that it can follow a sentence.
        background: sentences about all sorts of things.
        elsewhere: sentences that tell that a picture is of nothing the model knows, for models
            of a small world.
        least: how far above their median the cosine of a sentence must lie to be believed.
    """

    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    background: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    least: float = 0.0

    @classmethod
    def read(cls, path: Path) -> Vocabulary:
        """The vocabulary of a TOML file with `[phrases]` and `[background] sentences`.

        Raises:
            ScriptInvalid: it is not such a file.
        """
        try:
            return _parsed(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError, TypeError, AttributeError) as error:
            raise ScriptInvalid(
                f"the vocabulary cannot be read ({error})",
                path=path,
                remedy="write lists of strings under [phrases] and sentences under [background]",
            ) from error


@lru_cache(maxsize=1)
def standard() -> Vocabulary:
    """The vocabulary that ships with Scenewise."""
    return _parsed((resources.files("scenewise.models") / FILE).read_text(encoding="utf-8"))


def vocabulary_for(model: Path | None) -> Vocabulary:
    """The vocabulary that lies beside a model's weights, else the standard one: a model
    trained on a world of its own knows only the words of that world."""
    if model is not None and (model / FILE).is_file():
        return Vocabulary.read(model / FILE)
    return standard()


def _parsed(text: str) -> Vocabulary:
    content = tomllib.loads(text)
    phrases = {name: _unique(words) for name, words in content.get("phrases", {}).items()}
    elsewhere = content.get("elsewhere", {})
    return Vocabulary(
        phrases,
        _unique(content.get("background", {}).get("sentences", [])),
        _unique(elsewhere.get("sentences", [])),
        float(elsewhere.get("least", 0.0)),
    )


def _unique(words: Sequence[str]) -> tuple[str, ...]:
    if not all(isinstance(word, str) for word in words):
        raise TypeError("phrases are strings")
    return tuple(dict.fromkeys(words))


def top(vector: Vectors, features: Vectors, count: int) -> npt.NDArray[np.int64]:
    """The `count` phrases that agree most with a picture, exactly, best first.

    Ties keep the order of the vocabulary, so that every run gives the same.

    Args:
        vector: of the picture, [d].
        features: of the phrases, [n, d].
    """
    return np.argsort(-(features @ vector), kind="stable")[:count]


def features(embedder: Embedder, phrases: Sequence[str]) -> Vectors:
    """Vectors of phrases, [n, d], kept on disk between runs.

    They are kept for models whose weights can be told apart (`folder` of the embedder).
    """
    if not phrases:
        return np.empty((0, embedder.dimension), np.float32)
    file = _file(embedder, phrases)
    if file is not None:
        kept = _kept(file, (len(phrases), embedder.dimension))
        if kept is not None:
            return kept
    vectors = embedder.texts(phrases)
    if file is not None:
        _keep(file, vectors)
    return vectors


def _file(embedder: Embedder, phrases: Sequence[str]) -> Path | None:
    folder = getattr(embedder, "folder", None)
    if not isinstance(folder, Path):
        return None
    mark = hashlib.sha256(hub.fingerprint(folder).encode())
    mark.update("\0".join(phrases).encode())
    return cache_folder() / "phrases" / f"{mark.hexdigest()[:32]}.npy"


def _kept(file: Path, shape: tuple[int, int]) -> Vectors | None:
    try:
        vectors = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None  # absent or damaged: it is computed again
    return vectors if vectors.shape == shape and vectors.dtype == np.float32 else None


def _keep(file: Path, vectors: Vectors) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as stream:
            np.save(stream, vectors, allow_pickle=False)
        Path(stream.name).replace(file)
    except OSError:
        return  # no room for a cache is no reason to fail
