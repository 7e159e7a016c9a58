"""Asking a store: filters, pictures and words in one step."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Final, Protocol

from scenewise.collection.arithmetic import Encoder, Sums, resolve
from scenewise.collection.query import Query
from scenewise.collection.results import Hit
from scenewise.collection.searching import SearchOptions, search
from scenewise.collection.types import Matrix, TextMatch, Video
from scenewise.collection.where import Where

_TEXTS: Final = 200
"""Texts that a full-text search gives at most, and ten for each video that is shown."""


class Searched(Protocol):
    """What a store must know to be asked."""

    def matrix(self) -> Matrix:
        """Everything that is searched by picture."""
        ...

    def videos(self, ids: Sequence[str] | None = None, where: Where | None = None) -> list[Video]:
        """The videos that pass."""
        ...

    def text_search(self, query: str, limit: int = 20) -> list[TextMatch]:
        """Texts that hold words of a query."""
        ...

    def word_weights(self, query: str) -> dict[str, float]:
        """How much each word of a query counts."""
        ...


def ask(
    store: Searched,
    query: Query,
    encoder: Encoder | None,
    *,
    options: SearchOptions | None = None,
    sums: Sums = "balanced",
    group_of: Callable[[str], Hashable] | None = None,
) -> tuple[Hit, ...]:
    """The moments of a collection that answer a query best, grouped by video.

    Args:
        store: the collection.
        query: what is asked.
        encoder: of the model that made the collection's vectors; None for words alone.
        options: how results are chosen.
        sums: see `arithmetic`.
        group_of: what copies of each other have in common (`copies.group_of`).

    Raises:
        QueryInvalid, VideoUnknown: see `arithmetic.resolve`.
    """
    options = options or SearchOptions()
    matrix = store.matrix()
    question = resolve(query, encoder, matrix, sums=sums)
    only = None
    if query.where != Where():
        only = frozenset(video.id for video in store.videos(where=query.where))
    words: Sequence[TextMatch] = ()
    weights: dict[str, float] = {}
    if question.words:
        words = store.text_search(question.words, max(_TEXTS, 10 * options.limit))
        weights = store.word_weights(question.words) if words else {}
    return search(
        matrix,
        question,
        options=options,
        only=only,
        words=words,
        weights=weights,
        group_of=group_of,
    )
