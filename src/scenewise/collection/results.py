"""What a search finds: moments in videos, each with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

COLUMNS: Final = ("rank", "id", "time", "score", "similarity", "frame", "words", "copies")
"""Of the table of results (`rows`)."""


@dataclass(frozen=True)
class Why:
    """Why a moment was found.

    Args:
        frame: how sure it is that its picture is no chance match, 0 to 1.
        similarity: of its picture with the query, a cosine; None where only words were found.
        words: the text in which the words were found; empty where none were.
        found: share of the query's words that the text holds, 0 to 1.
    """

    frame: float = 0.0
    similarity: float | None = None
    words: str = ""
    found: float = 0.0

    def __str__(self) -> str:
        parts = []
        if self.similarity is not None:
            parts.append(f"picture {self.frame:.2f}")
        if self.words:
            parts.append(f"words “{self.words}”")
        return ", ".join(parts)


@dataclass(frozen=True)
class Moment:
    """A moment that was found.

    Args:
        time: seconds from the start of the video; None where the words stand in what was
            written about the video and no frame was looked at.
        score: how sure it is that the match is no chance, 0 to 1.
        why: what matched.
    """

    time: float | None
    score: float
    why: Why


@dataclass(frozen=True)
class Hit:
    """A video that was found.

    Args:
        id: of the video.
        score: of its best moment.
        moments: best first, apart from each other in time.
        copies: videos that show the same and were found as well, best first.
    """

    id: str
    score: float
    moments: tuple[Moment, ...]
    copies: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """The hit as JSON has it."""
        return {
            "id": self.id,
            "score": round(self.score, 4),
            "moments": [_plain(moment) for moment in self.moments],
            "copies": list(self.copies),
        }


def rows(hits: Iterable[Hit]) -> Iterator[dict[str, object]]:
    """One row for each moment, by the names of `COLUMNS`, for a table of comma-separated
    values."""
    for rank, hit in enumerate(hits, 1):
        for moment in hit.moments:
            why = moment.why
            yield {
                "rank": rank,
                "id": hit.id,
                "time": "" if moment.time is None else f"{moment.time:.2f}",
                "score": f"{moment.score:.4f}",
                "similarity": "" if why.similarity is None else f"{why.similarity:.4f}",
                "frame": f"{why.frame:.4f}",
                "words": why.words,
                "copies": " ".join(hit.copies),
            }


def _plain(moment: Moment) -> dict[str, Any]:
    why = moment.why
    return {
        "time": None if moment.time is None else round(moment.time, 3),
        "score": round(moment.score, 4),
        "why": {
            "frame": round(why.frame, 4),
            "similarity": None if why.similarity is None else round(why.similarity, 4),
            "words": why.words,
            "found": round(why.found, 4),
        },
    }
