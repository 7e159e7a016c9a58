"""Lines that repeat one another, and lines that all begin alike.

A captioner that sees the same room again says the same sentence again; a listener has heard
it. And twelve lines in a row that begin with `A man` are a list, not a description.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scenewise.core.time import Span
from scenewise.description.wording import clause, cleaning, lexicon, words
from scenewise.description.wording.grammar import labels_of
from scenewise.description.wording.style import ON_SCREEN, WordingOptions
from scenewise.description.wording.tokens import Token, text_of, tokens_of

_SILENT = lexicon.words_in(
    "a an the is are and of with his her their its at in on by some this that as to"
)
_OPPOSITES = tuple(
    frozenset(pair)
    for pair in lexicon.phrases_in(
        "in out|on off|up down|into out|onto off|open close|enter leave|enter exit|left right"
        "|to from|toward away|towards away|before after|sit stand|stand lie|sit lie|inside outside"
        "|man woman|boy girl|day night|first second|above below|over under|front back|raise lower"
        "|put take|pick drop|win lose|push pull|start stop|begin end|arrive leave|old young"
        "|black white|red green|red blue|green blue|alive dead|full empty|happy sad"
    )
)
_DEEDS_WITH_OBJECT = lexicon.words_in("read eat drink play write sing")
_PLACES_OF = lexicon.words_in(
    "in on at under beside behind near inside outside by beneath underneath"
)


@dataclass(frozen=True)
class Item:
    """A line as far as repetition goes.

    Args:
        id: name of the line.
        time: when what it tells about is seen, seconds.
        span: the segment it stands for, seconds.
        text: its wording.
        salience: how much it matters, 0 to 1.
        confidence: how far it can be trusted, 0 to 1.
        reason: why it must not be voiced; empty when it may.
    """

    id: str
    time: float
    span: Span
    text: str
    salience: float = 0.5
    confidence: float = 1.0
    reason: str = ""


def polish(items: Sequence[Item], options: WordingOptions | None = None) -> list[Item]:
    """The same lines, in the same order, without repeats and with varied openings.

    A line that says what another said within `options.window` seconds before it gets a reason
    (`repeats d0003`). The earlier line is the one that stays. Lines that have a reason
    already count as not said; so after a schedule has left some lines unsaid, polishing again
    with their reasons set can bring a repeat back.

    Where more than `options.openings` lines in a row would begin with the same two words, the
    next is turned round (`On a snowy hill, a man walks.`) if its place can go first without
    changing what it says; otherwise it stays. English only.

    Args:
        items: in order of time.
        options: see `WordingOptions`.
    """
    options = options if options is not None else WordingOptions()
    said: list[tuple[Item, frozenset[str], str]] = []
    out: list[Item] = []
    row: list[str] = []
    for item in items:
        if item.reason:
            out.append(item)
            continue
        plain, content = normalised(item.text), content_words(item.text)
        said = [entry for entry in said if item.time - entry[0].time <= options.window]
        earlier = next(
            (
                entry[0]
                for entry in reversed(said)
                if _repeats(item.text, plain, content, entry, options.similarity)
            ),
            None,
        )
        if earlier is not None:
            out.append(replace(item, reason=f"repeats {earlier.id}"))
            continue
        said.append((item, content, plain))
        text = item.text
        if options.english:
            text = _varied(text, row, options.openings)
            row.append(opening_of(text))
        out.append(replace(item, text=text))
    return out


def _varied(text: str, row: Sequence[str], limit: int) -> str:
    opening = opening_of(text)
    alike = len(row) >= limit and all(before == opening for before in row[-limit:])
    return fronted(text) or text if alike and opening else text


def opening_of(text: str) -> str:
    """The first two words of a line, lower-case; empty for a line that reads writing aloud."""
    if text.startswith(ON_SCREEN):
        return ""
    return " ".join(re.findall(r"\w[\w'’-]*", text.lower())[:2])


def normalised(text: str) -> str:
    """A line's words without case and marks."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def content_words(text: str) -> frozenset[str]:
    """The words that carry what a line says, in their base forms."""
    out = set()
    for token in re.findall(r"\w[\w'’-]*", text.casefold()):
        if token in _SILENT:
            continue
        known = words.lemmas(token)
        out.add(
            words.base_of(token)
            if words.is_gerund(token)
            else next(
                (known[part][0] for part in ("NOUN", "VERB", "ADJ", "ADV") if part in known), token
            )
        )
    return frozenset(out)


def similarity(first: frozenset[str], second: frozenset[str]) -> float:
    """Shared part of two sets of content words (Jaccard), 0 to 1."""
    either = len(first | second)
    return len(first & second) / either if either else 1.0


def _repeats(
    text: str,
    plain: str,
    content: frozenset[str],
    earlier: tuple[Item, frozenset[str], str],
    threshold: float,
) -> bool:
    item, before, before_plain = earlier
    if plain == before_plain:
        return True
    writing = text.startswith(ON_SCREEN) or item.text.startswith(ON_SCREEN)
    if writing or min(len(content), len(before)) < 3 or _contrast(text, item.text):
        return False
    contained = len(content & before) / len(content)
    return contained >= 0.999 or similarity(content, before) >= threshold


def _contrast(first: str, second: str) -> bool:
    """Whether two lines differ in a number, a negation or a pair of opposites."""
    one = {_lemma(token) for token in re.findall(r"\w+", first.casefold())}
    two = {_lemma(token) for token in re.findall(r"\w+", second.casefold())}
    only_one, only_two = one - two, two - one
    numbers = lexicon.NUMBERS | {"one", "no", "not", "never", "without", "another", "other"}
    if (only_one | only_two) & numbers or any(w.isdigit() for w in only_one | only_two):
        return True
    return any(pair & only_one and pair & only_two and len(pair) == 2 for pair in _OPPOSITES)


def _lemma(token: str) -> str:
    return words.base_of(token) if words.is_verb(token) else words.singular(token)


def fronted(text: str) -> str:
    """A line with its place first: `A man walks on a snowy hill.` → `On a snowy hill, a man
    walks.`; empty where that could change what it says.

    Only a single place that closes the sentence and follows the verb at once (or the object
    of a plain deed such as `reads a book`) is moved: elsewhere it may belong to a noun.
    """
    if len(cleaning.sentences(text)) != 1 or not text.endswith("."):
        return ""
    tokens = tokens_of(text[:-1])
    labels = labels_of(tokens)
    subject = clause.subject_of(tokens, labels)
    if subject is None or subject.start != 0 or labels[0] not in ("det", "num"):
        return ""
    verb = clause.predicate_of(tokens, labels, subject)
    if verb.kind != "finite" or labels[verb.at] != "fin":
        return ""
    place = _place(tokens, labels, verb.at)
    if place < 0:
        return ""
    moved = list(tokens[place:])
    moved[0] = Token(moved[0].text.capitalize(), False)
    rest = list(tokens[:place])
    rest[0] = Token(rest[0].text.lower(), True)
    return f"{text_of(moved)}, {text_of(rest)}."


def _place(tokens: Sequence[Token], labels: Sequence[str], verb: int) -> int:
    """Index where the one place phrase begins that may go first, or -1."""
    at = verb + 1
    while at < len(labels) and labels[at] in ("adv", "particle"):
        at += 1
    if words.base_of(tokens[verb].lower) in _DEEDS_WITH_OBJECT:
        while at < len(labels) and labels[at] in ("det", "num", "np"):
            at += 1
    if at >= len(labels) or labels[at] != "prep":
        return -1
    first = " ".join(token.lower for token in tokens[at : at + 3])
    compound = next(
        (len(c) for c in lexicon.COMPOUND_PREPOSITIONS if first.startswith(" ".join(c) + " ")), 0
    ) or next(
        (
            len(c)
            for c in lexicon.COMPOUND_PREPOSITIONS
            if tuple(token.lower for token in tokens[at : at + len(c)]) == c
        ),
        0,
    )
    if not compound and tokens[at].lower not in _PLACES_OF:
        return -1
    if compound and tokens[at].lower not in ("on", "in", "next", "at", "inside", "outside"):
        return -1
    inside = range(at + max(1, compound), len(tokens))
    if not inside or any(labels[j] not in ("det", "num", "np") for j in inside):
        return -1
    if any(tokens[j].lower in ("his", "her", "its", "their") for j in inside):
        return -1
    if words.singular(tokens[-1].lower) not in lexicon.PLACE_NOUNS:
        return -1
    return at


def avoid_repetition(
    lines: Sequence[tuple[float, str, str]], options: WordingOptions | None = None
) -> list[tuple[str, str]]:
    """`polish` for bare lines.

    Args:
        lines: (time in seconds, id, text), in order of time.
        options: see `WordingOptions`.

    Returns:
        (text, reason) a line; the reason is empty unless the line repeats another.
    """
    items = [Item(name, time, Span(time, time), text) for time, name, text in lines]
    return [(item.text, item.reason) for item in polish(items, options)]
