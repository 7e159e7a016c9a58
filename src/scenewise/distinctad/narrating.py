"""Having a narrator tell films: all clips of a sequence at once, then one sentence each.

The clips of several sequences go through the language model together. Of the ways that it finds
for each clip, one is chosen in the order of the film: the likeliest that does not say again what
was said before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence

import torch
from torch import Tensor

from scenewise.core.progress import Progress, Silent
from scenewise.distinctad.distinctive import COMMON, words_of
from scenewise.distinctad.narrator import Narrator, portraits
from scenewise.distinctad.options import SpeakingOptions
from scenewise.distinctad.prompts import laid
from scenewise.distinctad.sequences import SequenceBatch, Sequences
from scenewise.distinctad.speaking import Names, Said, continued
from scenewise.training.modes import device_of, evaluating, moved


def narrate(
    narrator: Narrator,
    sequences: Sequences,
    options: SpeakingOptions | None = None,
    *,
    films: Sequence[str] | None = None,
    names: Collection[str] = (),
    progress: Progress | None = None,
) -> dict[int, str]:
    """Tell films, clip by clip, each in the middle of its real neighbours: the context slides.

    Args:
        narrator: of Stage II.
        sequences: the films' clips; their sentences are not looked at.
        options: how it speaks.
        films: ids; all by default.
        names: that it learnt (`names_learnt`), which are those of strangers in these films.
        progress: who shows how far it is.

    Returns:
        What is said of each row of `sequences.clips`, by its number.

    Raises:
        ClipsInvalid: clips do not fit the narrator.
    """
    options, progress = options or SpeakingOptions(), progress or Silent()
    wanted = list(sequences.films) if films is None else list(films)
    told: dict[int, str] = {}
    clips = sum(len(sequences.films[film]) for film in wanted)
    with progress.step("Narrating", clips) as bar:
        for film in wanted:
            for number, one in narrated(narrator, sequences, film, options, names=names):
                told[number] = one.text
                bar.reach(len(told))
    return told


def narrated(
    narrator: Narrator,
    sequences: Sequences,
    film: str,
    options: SpeakingOptions,
    *,
    names: Collection[str] = (),
    done: Sequence[str] = (),
) -> Iterator[tuple[int, Said]]:
    """Tell a film, clip by clip.

    Args:
        narrator, sequences, options, names: see `narrate`.
        film: id.
        done: what was said of its first clips, which are not told again.

    Returns:
        Numbers of rows in order of time, and what is said of them.
    """
    own = {form for one in sequences.people(film) for form in one.forms}
    cast = Names(narrator.speech, {*sequences.cast(film), *(set(names) - own)})
    said = list(done)
    known = torch.from_numpy(sequences.films[film][: len(done)].copy())
    size = sequences.options.clips
    stride = min(options.stride, size) or size
    together = -(-options.rows // stride)  # so that the language model has its rows full
    for batch in sequences.in_order([film], stride=stride, batch=together):
        left = batch.fresh & ~torch.isin(batch.numbers, known)
        if not left.any():
            continue
        rest = batch._replace(fresh=left)
        for number, one in spoken(narrator, rest, options, said=said, cast=cast):
            said.append(one.text)
            yield number, one


def spoken(
    narrator: Narrator,
    batch: SequenceBatch,
    options: SpeakingOptions,
    *,
    said: Sequence[str] = (),
    cast: Names | Collection[str] = (),
) -> Iterator[tuple[int, Said]]:
    """Tell the fresh clips of a batch, in their order.

    Args:
        narrator: of Stage II. One that was trained with earlier descriptions in its prompts gets
            those that it made itself, and tells one clip after the other.
        batch: of one film, in order of time.
        options: how it speaks.
        said: what was said before, the last one last.
        cast: names that it may know of; those of a clip are allowed there, others are not.

    Returns:
        Numbers of rows, and what is said of them.
    """
    batch = moved(batch, device_of(narrator))
    if not isinstance(cast, Names):
        there = {name for row in batch.names for names in row for name in names}
        cast = Names(narrator.speech, {*cast, *there})
    before = deque(said, maxlen=max(options.memory, narrator.options.earlier))
    places = batch.fresh.nonzero().tolist()
    size = 1 if narrator.options.earlier else options.rows
    with evaluating(narrator):
        prompts = narrator.prompts(batch.frames, batch.mask)  # [b, N, T', D]
    for first in range(0, len(places), size):
        part = places[first : first + size]
        if narrator.options.earlier:
            [(b, n)] = part
            batch.past[b][n][:] = before
        # not around the whole: whoever asks for one after the other has its own modes between
        with evaluating(narrator):
            found = _ways(narrator, batch, prompts, part, options, cast)
        for (b, n), ways in zip(part, found, strict=True):
            recent = list(before)[-options.memory :] if options.memory else []
            if options.names:
                ways = _without_strangers(ways, cast, batch.names[b][n])
            best = chosen(ways, recent, options.repeating)
            before.append(best.text)
            yield int(batch.numbers[b, n]), best


def _ways(
    narrator: Narrator,
    batch: SequenceBatch,
    prompts: Tensor,
    part: Sequence[Sequence[int]],
    options: SpeakingOptions,
    cast: Names,
) -> list[list[Said]]:
    """Ways to tell some clips of a batch, given by their places in it."""
    rows, columns = (torch.tensor(side) for side in zip(*part, strict=True))
    there = torch.zeros_like(batch.fresh)
    there[rows, columns] = True
    asked = narrator.asked(batch, there)
    laid_out = laid(asked, [], prompts.device)
    given = narrator.embedded(laid_out, asked, prompts[there], portraits(batch, there, asked))
    unsaid = [cast.silenced(batch.names[b][n]) if options.names else [] for b, n in part]
    seed = int(batch.numbers[part[0][0], part[0][1]]) + 1_000_003 * options.seed
    return continued(narrator.speech, given, laid_out.mask, options, unsaid=unsaid, seed=seed)


def _without_strangers(ways: Sequence[Said], cast: Names, allowed: Sequence[str]) -> list[Said]:
    """Ways that name nobody but those who are allowed; where there is none, ways that say
    "someone"."""
    clean = [way for way in ways if not cast.said(way.text, allowed)]
    return clean or [way._replace(text=cast.unnamed(way.text, allowed)) for way in ways]


def chosen(ways: Sequence[Said], said: Sequence[str], repeating: float) -> Said:
    """The best way to go on that does not say again what was said.

    Args:
        ways: of one clip.
        said: the last sentences.
        repeating: what it costs to have all words of one of them, small words aside.

    Returns:
        The one with the highest score less that cost, among those that say something and are not
        word for word one of the last sentences, whatever marks and capitals they have, as long as
        there are any.
    """
    before = [_content(sentence) for sentence in said]
    known = {_words(sentence) for sentence in said}
    new = [way for way in ways if way.text and _words(way.text) not in known]
    new = new or [way for way in ways if way.text] or list(ways)

    def worth(way: Said) -> float:
        return way.score - repeating * max(
            (_alike(_content(way.text), b) for b in before), default=0
        )

    return max(new, key=worth)


def _words(sentence: str) -> tuple[str, ...]:
    return tuple(word.key for word in words_of(sentence))


def _content(sentence: str) -> frozenset[str]:
    return frozenset(word.key for word in words_of(sentence)) - COMMON


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of their words that both have."""
    return len(one & other) / len(one | other) if one | other else 1.0


def ordered(told: Mapping[int, str], sequences: Sequences) -> list[str]:
    """What was said, in the order of `sequences.clips.rows`; empty where nothing was."""
    return [told.get(number, "") for number in range(len(sequences.clips.rows))]
