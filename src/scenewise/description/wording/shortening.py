"""Shorter wordings of a sentence, for gaps that the full one does not fit.

What is dropped, in this order: what comes after a comma or `while`; a trailing participle
(`reading a book`); trailing prepositional phrases from the end, but never the first one after
the verb; what stands between subject and verb; plain adjectives. What would make the rest
false or ungrammatical stays: negations, `of`, privative adjectives (`toy`, `fake`, `stuffed`),
the place after `puts a cup`, anything inside quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scenewise.description.wording import clause, cleaning, lexicon, words
from scenewise.description.wording.grammar import NOMINAL, labels_of
from scenewise.description.wording.style import ON_SCREEN
from scenewise.description.wording.tokens import Token, text_of, tokens_of

_KEEPING = frozenset({"no", "not", "never", "without", "nothing", "nobody", "except", "only"})
_QUOTED = re.compile('["“”«»„][^"“”«»„]*["“”«»„]\\Z')
_QUOTES = frozenset('"“”«»„')


def variants(sentence: str, count: int = 3, *, language: str = "en") -> tuple[str, ...]:
    """Shorter wordings of an English sentence, longest first.

    Each is a sentence that is true whenever the full one is. A line that reads writing aloud
    (`Text on screen: …`) has one variant: its words alone, in quotation marks, all of them;
    a title never loses a word. Those words alone have no shorter wording.

    Args:
        sentence: as `wording.sentence` gives it.
        count: how many at most; where more are possible, the shortest and an even spread.
        language: BCP 47 tag; in another language than English only whole sentences go.

    Returns:
        Strictly shorter sentences, none twice; empty where nothing can be spared.
    """
    if count < 1:
        return ()
    if sentence.startswith(ON_SCREEN):
        words_alone = sentence[len(ON_SCREEN) :].strip()
        if not cleaning.has_content(words_alone):
            return ()
        quoted = words_alone if words_alone[0] in _QUOTES else f'"{words_alone}"'
        return (quoted,) if len(quoted) < len(sentence) else ()
    if _QUOTED.match(sentence):
        return ()
    parts = cleaning.sentences(sentence)
    chain = list(_shorter_texts(parts, _is_english(language))) if len(parts) > 1 else []
    if not chain and _is_english(language):
        chain = list(_chain(sentence))
    chain = _strictly_shorter(sentence, chain)
    if len(chain) <= count:
        return tuple(chain)
    return tuple(chain[round((n + 1) * len(chain) / count) - 1] for n in range(count))


def _strictly_shorter(sentence: str, chain: Sequence[str]) -> list[str]:
    out: list[str] = []
    shortest = sentence
    for text in chain:
        if len(text) < len(shortest) and len(text.split()) < len(shortest.split()):
            out.append(text)
            shortest = text
    return out


def _is_english(language: str) -> bool:
    return language.lower().split("-")[0] in ("en", "")


def _shorter_texts(parts: Sequence[str], english: bool) -> Iterator[str]:
    """Of several sentences, the last go first; then the first one is shortened."""
    for kept in range(len(parts) - 1, 0, -1):
        yield " ".join(parts[:kept])
    if english:
        yield from _chain(parts[0])


def _chain(sentence: str) -> Iterator[str]:
    if not sentence.isascii() and any(mark in sentence for mark in "。！？"):
        return
    tokens = tokens_of(sentence.rstrip(" .!"))
    if len(tokens) < 3 or any(token.text in _QUOTES for token in tokens):
        return
    if sentence.rstrip()[-1:] in "?…:":
        return
    steps = 0
    while steps < 40:
        shorter = _shortened(tokens)
        if shorter is None or len(shorter) >= len(tokens):
            return
        tokens = shorter
        steps += 1
        yield cleaning.finished(text_of(tokens))


def _shortened(tokens: list[Token]) -> list[Token] | None:
    """The tokens less the one piece that can best be spared; None when nothing can."""
    labels = labels_of(tokens)
    subject = clause.subject_of(tokens, labels)
    if subject is None:
        return None
    verb = clause.predicate_of(tokens, labels, subject)
    if subject.start > 0:
        return _capital(tokens[subject.start :]) if verb.kind == "finite" else None
    finite = verb.at if verb.kind == "finite" else -1
    for shorten in (_without_last, _without_middle, _without_adjectives):
        shorter = shorten(tokens, labels, finite, subject)
        if shorter is not None:
            return shorter
    return None


def _capital(tokens: Sequence[Token]) -> list[Token]:
    first = tokens[0]
    return [Token(first.text[:1].upper() + first.text[1:], False), *tokens[1:]]


def _keeps(tokens: Sequence[Token]) -> bool:
    """Whether a piece carries a negation or a limit, without which the rest may be false."""
    return any(token.lower in _KEEPING for token in tokens)


def _without_last(
    tokens: list[Token], labels: Sequence[str], finite: int, subject: clause.Subject
) -> list[Token] | None:
    floor = _floor(tokens, labels, finite, subject)
    for at in range(len(tokens) - 1, floor, -1):
        if _is_cut(tokens, labels, at, floor):
            if _keeps(tokens[at:]):
                return None
            kept = list(tokens[:at])
            while kept and kept[-1].text in (",", ";", ":", "-", "–", "—"):
                kept.pop()
            return kept if len(kept) > subject.head else None
    return None


def _floor(
    tokens: Sequence[Token], labels: Sequence[str], finite: int, subject: clause.Subject
) -> int:
    """Index of the last token that must stay: the end of the verb's first complement."""
    if finite < 0:
        return subject.head
    at = finite
    while at + 1 < len(labels) and labels[at + 1] in ("adv", "part", "particle", "aux", "inf"):
        at += 1
    if words.base_of(tokens[finite].lower) in lexicon.GIVING_VERBS:
        given = _end_of_gift(tokens, labels, at)
        if given > at:
            return given
    needs_place = words.base_of(tokens[finite].lower) in lexicon.LOCATIVE_VERBS
    pieces = 0
    object_seen = False
    while at + 1 < len(labels):
        label = labels[at + 1]
        starts = label in ("prep", "sub", "rel", "conj", "ing", "gerund", "to", "punct")
        if starts and object_seen and tokens[at + 1].lower != "of" and label != "to":
            pieces += 1
            wanted = 2 if needs_place and pieces == 1 and label == "prep" else 1
            if pieces >= wanted:
                break
            object_seen = False
        if starts and not object_seen and label in ("sub", "punct", "rel"):
            break
        if label == "conj" and not object_seen:
            break
        object_seen = object_seen or labels[at + 1] in (*NOMINAL, "inf", "gerund", "ing")
        at += 1
    return at


def _end_of_gift(tokens: Sequence[Token], labels: Sequence[str], at: int) -> int:
    """Index at which `gives a woman in a red coat a hug` or `hands a cup to her` is whole; `at`
    where nobody is given anything."""
    whom = False
    for j in range(at + 1, len(labels)):
        if labels[j] in ("fin", "aux", "rel", "sub", "ing", "gerund", "punct"):
            break
        begins = labels[j] in ("det", "num", "pron") or tokens[j].text[0].isupper()
        if labels[j] == "prep" and tokens[j].lower == "to":
            return _phrase_end(labels, j + 1) if whom else at
        if begins and whom and labels[j - 1] in NOMINAL:
            return _phrase_end(labels, j)
        whom = whom or labels[j] in NOMINAL
    return at


def _phrase_end(labels: Sequence[str], start: int) -> int:
    """Index of the last token of the noun phrase that begins at `start`."""
    at = start
    while at + 1 < len(labels) and labels[at + 1] in ("np", "num"):
        at += 1
    return min(at, len(labels) - 1)


def _is_cut(tokens: Sequence[Token], labels: Sequence[str], at: int, floor: int) -> bool:
    """Whether the sentence may end before the token at `at`."""
    label, low = labels[at], tokens[at].lower
    before = labels[at - 1]
    if label == "punct":
        return low in ",;:–—" and not _in_list(tokens, labels, at)
    if label == "sub":
        return low in ("while", "as", "when", "where", "because", "until") and before != "conj"
    if before in ("prep", "det", "num", "adv", "to", "aux", "conj", "sub", "rel", "fin"):
        return False
    if label == "prep":
        whole = at == 0 or labels[at - 1] != "prep"
        return (
            whole
            and low not in ("of", "between", "than", "like", "per")
            and (before in (*NOMINAL, "particle", "part", "ing", "gerund"))
        )
    if label == "ing":
        return before in (*NOMINAL, "particle") and not _inside_phrase(tokens, labels, at, floor)
    if label == "conj":
        rest = labels[at + 1 :]
        clause_follows = bool({"fin", "aux"} & set(rest)) and rest[:1] != ["conj"]
        return rest[:1] == ["ing"] or clause_follows
    if label == "rel":
        return True
    return label == "to" and before in NOMINAL


def _in_list(tokens: Sequence[Token], labels: Sequence[str], at: int) -> bool:
    """Whether a comma separates the items of a list: `a cat, a dog and a bird`."""
    following = labels[at + 1 : at + 2]
    rest = labels[at + 1 :]
    return (
        bool(following)
        and following[0] in ("det", "num", "np")
        and ("conj" in rest and not {"fin", "aux"} & set(rest[: rest.index("conj")]))
    )


def _inside_phrase(tokens: Sequence[Token], labels: Sequence[str], at: int, floor: int) -> bool:
    """Whether a participle belongs to a `with` phrase, which then goes as a whole."""
    for j in range(at - 1, floor, -1):
        if labels[j] == "prep":
            return tokens[j].lower == "with"
    return False


def _without_middle(
    tokens: list[Token], labels: Sequence[str], finite: int, subject: clause.Subject
) -> list[Token] | None:
    """`A man in a red jacket sits` → `A man sits`."""
    start = subject.head + 1
    if finite <= start:
        return None
    if "conj" in labels[start:finite]:
        # a second subject may stand there; only `in a suit and tie` is certain
        plural = tokens[finite].lower == words.present(words.base_of(tokens[finite].lower), True)
        if plural:
            return None
    end = finite
    while end - 1 >= start and labels[end - 1] == "adv":
        end -= 1
    if end <= start or labels[start] not in ("prep", "ing", "part", "rel", "punct"):
        return None
    if tokens[start].lower in ("of", "between") or _keeps(tokens[start:end]):
        return None
    return [*tokens[:start], *tokens[end:]]


def _without_adjectives(
    tokens: list[Token], labels: Sequence[str], finite: int, subject: clause.Subject
) -> list[Token] | None:
    out: list[Token] = []
    dropped = False
    at = 0
    while at < len(tokens):
        end = _adjectives_end(tokens, labels, at)
        if end > at:
            dropped = True
            at = end
            continue
        out.append(tokens[at])
        at += 1
    if not dropped:
        return None
    for index in range(len(out) - 1):
        if out[index].lower in ("a", "an"):
            fitting = words.article(out[index + 1].text) or out[index].lower
            text = fitting.title() if out[index].text[0] == "A" else fitting
            out[index] = Token(text, out[index].spaced)
    return _capital(out)


def _adjectives_end(tokens: Sequence[Token], labels: Sequence[str], at: int) -> int:
    """End of a run of plain adjectives before a noun, `black and white` included."""
    if at > 0 and labels[at - 1] not in ("det", "num", "prep", "fin", "conj"):
        return at
    if at > 0 and tokens[at - 1].lower == "as":
        return at
    end = at
    while end < len(tokens) and labels[end] == "np":
        low = tokens[end].lower
        following = tokens[end + 1].lower if end + 1 < len(tokens) else ""
        if (low, following) in lexicon.COMPOUNDS_WITH_ADJECTIVE:
            return at
        joined = low == "and" and end > at
        if not (joined or low in lexicon.DROPPABLE_ADJECTIVES) or (
            end > 0 and tokens[end].text[0].isupper()
        ):
            break
        end += 1
    if (
        end == at
        or end >= len(tokens)
        or labels[end] != "np"
        or not words.is_noun(tokens[end].lower)
    ):
        return at
    if tokens[end].lower in ("one", "ones") or tokens[end - 1].lower == "and":
        return at
    return end
