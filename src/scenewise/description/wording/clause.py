"""Verbs of a caption into the simple present, in agreement with what they belong to.

Each rewriting takes and gives tokens and changes nothing where the reading is unsure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scenewise.description.wording import lexicon, words
from scenewise.description.wording.grammar import NOMINAL, labels_of
from scenewise.description.wording.tokens import Token, word

_NOT_PROGRESSIVE = lexicon.words_in(
    "missing interesting boring exciting amazing charming lacking willing pending outstanding"
    " going stunning confusing surprising disgusting tiring relaxing entertaining"
)
_STATES = lexicon.STATE_PARTICIPLES | lexicon.PREDICATIVE
_NO_OBJECT_AFTER = lexicon.PREPOSITIONS | {"", "and", "while", "as", "asleep", "together"}


@dataclass(frozen=True, slots=True)
class Subject:
    """The noun phrase a sentence is about, and what follows it.

    Args:
        start: index of its first token.
        head: index of the noun that decides how the verb agrees.
        plural: its number.
    """

    start: int
    head: int
    plural: bool


def start_of(tokens: Sequence[Token], labels: Sequence[str]) -> int:
    """Index where the subject begins: after a fronted `On a hill,` or `Then`."""
    if not labels or labels[0] not in ("prep", "adv", "sub", "conj", "particle", "gerund", "part"):
        return 0
    for at, token in enumerate(tokens):
        if token.text == ",":
            return at + 1
    return 1 if labels[0] in ("adv", "conj") else 0


def subject_of(tokens: Sequence[Token], labels: Sequence[str]) -> Subject | None:
    """The subject of a sentence, or None when it does not begin with one."""
    start = start_of(tokens, labels)
    if start >= len(labels) or labels[start] not in ("det", "num", "np", "pron"):
        return None
    end = _phrase_end(labels, start)
    if end == start or labels[end - 1] not in NOMINAL:
        return None
    plural = _plural(tokens, labels, start, end - 1)
    head = end - 1
    if end < len(tokens) and tokens[end].lower == "of" and end + 1 < len(tokens):
        inner = _phrase_end(labels, end + 1)
        noun = tokens[head].lower
        if inner > end + 1 and noun in lexicon.COLLECTIVES_PLURAL:
            plural = _plural(tokens, labels, end + 1, inner - 1)
            head = inner - 1
        elif inner > end + 1 and words.is_animate(tokens[inner - 1].lower):
            head = inner - 1  # `a herd of cows`: the cows act, the herd decides the number
    return Subject(start, head, plural)


def _phrase_end(labels: Sequence[str], start: int) -> int:
    at = start
    while at < len(labels) and labels[at] in ("det", "num", "np", "pron"):
        if at > start and labels[at] in ("det", "num", "pron") and labels[at - 1] in NOMINAL:
            break
        at += 1
    return at


def _plural(tokens: Sequence[Token], labels: Sequence[str], start: int, head: int) -> bool:
    noun = tokens[head].lower
    if labels[head] == "pron":
        return noun in lexicon.PLURAL_PRONOUNS or noun == "them"
    owner = next((at for at in range(head - 1, start, -1) if _owns(tokens[at])), start - 1)
    inside = {tokens[at].lower for at in range(owner + 1, head) if labels[at] in ("det", "num")}
    if inside & lexicon.PLURAL_DETERMINERS or any(
        item.isdigit() and item != "1" for item in inside
    ):
        return True
    return not inside & lexicon.SINGULAR_DETERMINERS and words.is_plural(noun)


def _acts(token: Token) -> bool:
    return _alive(token) or words.singular(token.lower) in lexicon.VEHICLES


@dataclass(frozen=True, slots=True)
class Predicate:
    """Where the verb of a sentence is.

    Args:
        kind: `finite`, `ing` (could be made finite), `part` (a state), `rel` (the sentence is
            a noun with a relative clause), or empty.
        at: index of that token.
        plural: number of the whole subject, coordination included.
    """

    kind: str
    at: int
    plural: bool


def predicate_of(tokens: Sequence[Token], labels: Sequence[str], subject: Subject) -> Predicate:
    """The verb of a sentence and the number of its subject.

    A participle belongs to the subject unless something that acts stands nearer: in `a table
    with a man sitting at it` the man sits, in `a man with a hat sitting on a bench` the man
    does as well.
    """
    finite = _main_finite(labels, subject)
    plural = subject.plural
    preposition = ""
    near = subject.head
    part = -1
    relative = -1
    for at in range(subject.head + 1, len(labels)):
        label = labels[at]
        if at == finite:
            return Predicate("finite", at, plural)
        if label == "prep":
            preposition = tokens[at].lower
        elif label in NOMINAL:
            near = at
        elif label == "conj" and part < 0:
            joined = _joins_subject(tokens, labels, at, subject, near, preposition)
            if joined:
                plural = plural or tokens[at].lower == "and"
                preposition = ""
        elif label == "rel" and relative < 0:
            relative = at
            if finite < 0:
                return Predicate("rel", at, plural)
        elif label == "sub" or (label == "punct" and preposition and near != subject.head):
            break  # what follows has a subject of its own: `…, his toes dragging`
        elif label == "part" and part < 0 and near == subject.head and not preposition:
            part = at
        elif label == "ing" and finite < 0 and labels[at - 1] == "punct":
            break  # `Charlie, laughing at her, …`
        elif label == "ing" and finite < 0 and labels[at - 1] != "conj":
            if _belongs_to_subject(tokens, labels, at, subject, near, preposition):
                return Predicate("ing", _act(tokens, labels, at), plural)
            break
    if finite >= 0:
        return Predicate("finite", finite, plural)
    if part >= 0:
        return Predicate("part", part, plural)
    return Predicate("", -1, plural)


def _main_finite(labels: Sequence[str], subject: Subject) -> int:
    """Index of the main clause's own finite verb, or -1."""
    pending = 0  # verbs that relative clauses are still owed
    for at in range(subject.head + 1, len(labels)):
        label = labels[at]
        if label == "rel":
            pending += 1
        elif label == "sub" or (label == "conj" and labels[at + 1 : at + 2] == ["pron"]):
            return -1
        elif label in ("fin", "aux") and labels[at - 1] != "aux":
            if not pending:
                return at
            pending -= 1
    return -1


def _joins_subject(
    tokens: Sequence[Token],
    labels: Sequence[str],
    at: int,
    subject: Subject,
    near: int,
    preposition: str,
) -> bool:
    """Whether what follows `and` is a second subject rather than part of a phrase."""
    end = _phrase_end(labels, at + 1)
    if end <= at + 1 or labels[end - 1] not in NOMINAL:
        return False
    if not preposition:
        return True
    return (
        _acts(tokens[end - 1])
        and _acts(tokens[subject.head])
        and not _acts(tokens[near])
        and preposition != "with"
    )


def _belongs_to_subject(
    tokens: Sequence[Token],
    labels: Sequence[str],
    at: int,
    subject: Subject,
    near: int,
    preposition: str,
) -> bool:
    if near == subject.head or not preposition or labels[at - 1] not in NOMINAL:
        return True
    subject_acts, near_acts = _acts(tokens[subject.head]), _acts(tokens[near])
    if preposition == "with" and not near_acts and _possessed(tokens, labels, near):
        return False  # `a dog with its tongue hanging out`
    if words.is_animate(tokens[near].lower) and not _alive(tokens[subject.head]):
        return False
    if subject_acts and near_acts and preposition == "with":
        if labels[subject.head + 1 : at].count("prep") > 1:
            return False  # `a rabbit in a field with butterflies flying around`
        rest = {token.lower for token in tokens[at + 1 :]}
        return not rest & lexicon.OBJECT_PRONOUNS
    if subject_acts:
        return True
    return not near_acts and preposition != "with"


def _owns(token: Token) -> bool:
    return token.lower.endswith(("'s", "’s", "s'"))


def _alive(token: Token) -> bool:
    low = token.lower
    return words.is_animate(low) or low in lexicon.SUBJECT_PRONOUNS or not words.lemmas(low)


def _possessed(tokens: Sequence[Token], labels: Sequence[str], noun: int) -> bool:
    """Whether a noun phrase begins with `his`, `her`, `its` or `their`."""
    at = noun
    while at > 0 and labels[at - 1] in ("np", "num", "det"):
        at -= 1
    return tokens[at].lower in ("his", "her", "its", "their")


def _act(tokens: Sequence[Token], labels: Sequence[str], at: int) -> int:
    """The participle that tells what happens: `a man wearing a hat sitting` sits."""
    if words.base_of(tokens[at].lower) not in lexicon.CLOTHING_VERBS:
        return at
    for later in range(at + 1, len(labels)):
        if labels[later] in ("sub", "rel", "fin", "aux"):
            break
        if labels[later] == "ing":
            plain = labels[later - 1] in ("np", "particle") and not _acts(tokens[later - 1])
            return later if plain else at
    return at


def conjugated(tokens: list[Token], at: int, plural: bool) -> list[Token]:
    """The tokens with the participle at `at` in the simple present."""
    token = tokens[at]
    base = words.base_of(token.lower)
    after = tokens[at + 1].lower if at + 1 < len(tokens) else ""
    if base == "lay" and after in _NO_OBJECT_AFTER:
        base = "lie"
    return [*tokens[:at], Token(words.present(base, plural), token.spaced), *tokens[at + 1 :]]


def with_present_participles(tokens: list[Token]) -> list[Token]:
    """`is sitting` → `sits`, `is being pulled` → `is pulled`, everywhere in the sentence."""
    at = 0
    while at < len(tokens):
        labels = labels_of(tokens)
        low = tokens[at].lower
        following = at + 1
        while following < len(tokens) and labels[following] == "adv":
            following += 1
        verb = tokens[following].lower if following < len(tokens) else ""
        progressive = (
            low in ("is", "are", "was", "were")
            and labels[at] == "aux"
            and words.is_gerund(verb)
            and (verb not in _NOT_PROGRESSIVE or _goes_somewhere(tokens, following))
            and not any(tokens[j].lower in ("not", "never") for j in range(at, following))
        )
        if progressive:
            plural = low in ("are", "were")
            spaced = tokens[at].spaced
            adverbs = tokens[at + 1 : following]
            changed = conjugated(tokens, following, plural)
            changed = _joined_conjugated(changed, labels, following, plural)
            verb_token = changed[following]
            middle = [*adverbs, verb_token] if verb != "being" else [verb_token, *adverbs]
            middle[0] = Token(middle[0].text, spaced)
            tokens = [*tokens[:at], *middle, *changed[following + 1 :]]
        elif low in ("was", "were") and labels[at] == "aux":
            now = "are" if low == "were" else "is"
            tokens = [*tokens[:at], Token(now, tokens[at].spaced), *tokens[at + 1 :]]
        at += 1
    return tokens


def _goes_somewhere(tokens: Sequence[Token], at: int) -> bool:
    """Whether a participle is that of `is going up a ladder`, not of `is going to`."""
    after = tokens[at + 1].lower if at + 1 < len(tokens) else ""
    return tokens[at].lower == "going" and after in lexicon.PARTICLES


def _joined_conjugated(
    tokens: list[Token], labels: Sequence[str], at: int, plural: bool
) -> list[Token]:
    """The participles joined to the verb at `at` by `and`, and those of joined clauses."""
    subject_from = -1
    acting_object = False
    for j in range(at + 1, len(labels)):
        label = labels[j]
        if label in ("rel", "aux", "fin", "to"):
            break
        if label in NOMINAL and subject_from < 0:
            acting_object = _acts(tokens[j])
        if label == "conj" or (label == "sub" and tokens[j].lower in ("while", "as")):
            subject_from = j + 1
            if label == "conj" and acting_object and not _directly(labels, j):
                subject_from = -1
        elif label == "sub":
            break
        elif label == "ing":
            if labels[j - 1] == "sub":
                break
            if labels[j - 1] == "conj" or (labels[j - 1] == "adv" and labels[j - 2] == "conj"):
                tokens = conjugated(tokens, j, plural)
                subject_from = -1
            elif subject_from > 0 and _phrase_end(labels, subject_from) == j:
                plural = _plural(tokens, labels, subject_from, j - 1)
                tokens = conjugated(tokens, j, plural)
                subject_from = -1
            else:
                break
    return tokens


def _directly(labels: Sequence[str], at: int) -> bool:
    """Whether a participle stands right after the conjunction (and an adverb)."""
    following = at + 1
    while following < len(labels) and labels[following] == "adv":
        following += 1
    return following < len(labels) and labels[following] == "ing"


def without_relative(tokens: list[Token]) -> list[Token]:
    """`a man that is sitting` → `a man is sitting`; with another verb to come, `a man who is
    sitting on a bench reads` → `a man sitting on a bench reads`."""
    labels = labels_of(tokens)
    subject = subject_of(tokens, labels)
    if subject is None:
        return tokens
    at = next((j for j, label in enumerate(labels) if label == "rel"), -1)
    if at < 0 or at + 1 >= len(labels) or _main_finite(labels[:at], subject) >= 0:
        return tokens
    if "ing" in labels[subject.head : at] or labels[at - 1] == "punct":
        return tokens
    verb = at + 1
    while verb < len(labels) and labels[verb] == "adv":
        verb += 1
    if verb >= len(labels) or labels[verb] not in ("aux", "fin") or tokens[at].lower == "whom":
        return tokens
    later = _main_finite(labels, subject)
    if later < 0 and labels[verb + 1 : verb + 2] == ["np"] and "ing" in labels[verb:]:
        return tokens  # `a woman who is pregnant sitting on a bed`
    be = tokens[verb].lower in ("is", "are", "was", "were")
    if later < 0 and not _owner_is_subject(tokens, labels, at, subject):
        return tokens
    if later < 0:
        return [*tokens[:at], *tokens[at + 1 :]]
    if be and verb + 1 < len(labels) and labels[verb + 1] in ("ing", "part"):
        return [*tokens[:at], *tokens[verb + 1 :]]
    return tokens


def _owner_is_subject(
    tokens: Sequence[Token], labels: Sequence[str], at: int, subject: Subject
) -> bool:
    """Whether a relative clause belongs to the subject: its verb agrees, nothing nearer acts."""
    near = at - 1
    if near == subject.head or labels[near] not in NOMINAL:
        return True
    between = labels[subject.head + 1 : at]
    if "prep" not in between:  # a second subject, or an object whose verb went unseen
        return "conj" in between and not set(between) - {"conj", "det", "num", "np", "punct"}
    return _acts(tokens[subject.head]) and not _acts(tokens[near])


def with_finite_verb(tokens: list[Token]) -> list[Token]:
    """`a man sitting at a desk` → `a man sits at a desk`; `a car parked on the street` → `a car
    is parked on the street`; a plain past tense → present."""
    labels = labels_of(tokens)
    subject = subject_of(tokens, labels)
    if subject is None:
        return tokens
    if subject.start > 0 and labels[0] not in ("prep", "adv", "conj"):
        return tokens
    verb = predicate_of(tokens, labels, subject)
    if verb.kind == "ing":
        changed = conjugated(tokens, verb.at, verb.plural)
        return _joined_conjugated(changed, labels, verb.at, verb.plural)
    if verb.kind == "part" and tokens[verb.at].lower in _STATES:
        at = verb.at
        while at - 1 > subject.head and labels[at - 1] == "adv":
            at -= 1
        return [*tokens[:at], word("are" if verb.plural else "is"), *tokens[at:]]
    if verb.kind == "finite":
        return _past_to_present(tokens, labels, verb)
    return tokens


def _past_to_present(tokens: list[Token], labels: Sequence[str], verb: Predicate) -> list[Token]:
    token = tokens[verb.at]
    low = token.lower
    past = labels[verb.at] == "fin" and words.is_past(low) and not words.is_base(low)
    if not past or words.is_present_singular(low):
        return tokens
    base = "lie" if low == "lay" else words.base_of(low)
    now = words.present(base, verb.plural)
    return [*tokens[: verb.at], Token(now, token.spaced), *tokens[verb.at + 1 :]]
