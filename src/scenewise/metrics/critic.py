"""CRITIC: whether the right people are spoken of.

Source: Han et al., "AutoAD III: The Prequel – Back to the Pixels", CVPR 2024, section 5. A
coreference model reads a sentence that lists the cast ("A, B and C.") followed by all the
descriptions of a film; who a pronoun or "the man" means is whoever of the cast stands in the
same cluster. The model is not part of this: its clusters come in.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

IN_CAST: Final = -1
"""The sentence number of mentions in the list of the cast."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of text that a coreference model put into a cluster.

    Args:
        sentence: which of the film's sentences it stands in, from 0; `IN_CAST` for the list.
            Leave out those that run over two sentences.
        text: as it stands there.
    """

    sentence: int
    text: str


Cluster = Sequence[Mention]


def cast_sentence(cast: Sequence[str]) -> str:
    """The sentence to put before a film's descriptions: "A, B and C."; empty for no cast."""
    if len(cast) < 2:
        return "".join(f"{name}." for name in cast)
    return f"{', '.join(cast[:-1])} and {cast[-1]}."


def named(
    cast: Collection[str], clusters: Sequence[Cluster], sentences: int
) -> list[frozenset[str]]:
    """Who is spoken of in each sentence.

    A cluster stands for a member of the cast when exactly one name is, letter for letter, among
    its mentions, in the list or after it; clusters with none or several are passed over.

    Args:
        cast: names as they stand in the list.
        clusters: of one film.
        sentences: how many there are.

    Raises:
        ValueError: a mention stands in a sentence that is not there.
    """
    people: list[set[str]] = [set() for _ in range(sentences)]
    for cluster in clusters:
        names = {mention.text for mention in cluster if mention.text in cast}
        for mention in cluster:
            if not IN_CAST <= mention.sentence < sentences:
                raise ValueError(f"no sentence {mention.sentence} among {sentences}")
            if mention.sentence != IN_CAST and len(names) == 1:
                people[mention.sentence] |= names
    return [frozenset(found) for found in people]


def critic(
    cast: Collection[str],
    generated: Sequence[Cluster],
    references: Sequence[Cluster],
    sentences: int,
) -> list[float]:
    """CRITIC of one film: intersection over union of the people in each sentence.

    Args:
        cast: names as they stand in the list.
        generated, references: the clusters of the generated and of the reference descriptions.
        sentences: how many of either there are.

    Returns:
        From 0 to 1 for each sentence whose reference speaks of someone. Papers report the mean
        over those of all films.

    Raises:
        ValueError: a mention stands in a sentence that is not there.
    """
    ours, theirs = named(cast, generated, sentences), named(cast, references, sentences)
    return [len(a & b) / len(a | b) for a, b in zip(ours, theirs, strict=True) if b]
