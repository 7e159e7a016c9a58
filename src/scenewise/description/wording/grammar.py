"""A shallow reading of one English sentence: which word does what.

Captions are short and regular, so one pass from left to right with a handful of rules reads
them well enough: noun phrases, prepositional phrases, the verb, what is attached to what.
Where a rule is unsure it says "no verb", and the wording then leaves the phrase as it is.

The rule for `-ing` words, in order:

1. `ring`, `king`, `ceiling`, `something` … are nouns.
2. A known compound is a noun phrase: `living room`, `parking lot`, `fishing boat`.
3. After a determiner, a numeral, an adjective or a preposition, with a noun to follow, it
   describes that noun: `a smiling woman`, `two flying birds`, `in running shoes`; without one
   it is a noun or a gerund: `the building`, `after eating`.
4. `building`, `painting`, `landing` … after a noun are things (`a brick building`) unless
   something animate comes before or a determiner follows (`a man painting a fence`).
5. Otherwise, after a noun or pronoun, it is a verb: `a man riding a horse`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scenewise.description.wording import lexicon, words
from scenewise.description.wording.tokens import Token

NOMINAL = frozenset({"np", "pron"})


@dataclass(slots=True)
class _Phrase:
    """The noun phrase being read: its determiner, its last noun, whether it is open."""

    determiner: str = ""
    noun: int = -1
    modified: bool = False


def labels_of(tokens: Sequence[Token]) -> list[str]:
    """The role of each token.

    Returns:
        One of `det num np pron prep particle conj sub rel aux adv ing gerund part fin to inf
        punct` a token: `ing` is a participle that could be the verb, `part` a past
        participle, `fin` a finite verb, `np` a noun or what stands before it.
    """
    reader = _Reader([token.text for token in tokens])
    return reader.read()


class _Reader:
    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.low = [text.lower() for text in texts]
        self.labels: list[str] = []
        self.phrase = _Phrase()
        self.finite = ""  # "", "singular" or "plural" once the clause has its verb
        self.collective = False  # `a group of …`: its verb may have either number
        self.joined = False  # `a man and …`: two subjects so far
        self.attached = False  # inside a prepositional phrase of the clause
        self.fronted = False  # before the comma of `On a hill, …` or `As he runs, …`
        self.relative = False  # inside a relative clause that has no verb yet
        self.plural_subject = False  # of the noun phrase nearest before
        self.plural_clause: bool | None = None  # of the clause's first noun phrase

    def read(self) -> list[str]:
        while len(self.labels) < len(self.low):
            at = len(self.labels)
            length = self._compound_preposition(at)
            if length:
                self.labels += ["prep"] * length
                self.attached = True
                self.fronted = self.fronted or at == 0
                self.phrase = _Phrase()
                continue
            self.labels.append(self._label(at))
            if at == 0:
                self.fronted = self.labels[0] in ("sub", "prep", "gerund", "part", "ing", "adv")
        return self.labels

    def _word(self, at: int) -> str:
        return self.low[at] if 0 <= at < len(self.low) else ""

    def _compound_preposition(self, at: int) -> int:
        for entry in lexicon.COMPOUND_PREPOSITIONS:
            if tuple(self.low[at : at + len(entry)]) == entry:
                return len(entry)
        return 0

    def _starts_noun_phrase(self, at: int) -> bool:
        low = self._word(at)
        return (
            low in lexicon.DETERMINERS
            or low in lexicon.NUMBERS
            or low in lexicon.SUBJECT_PRONOUNS
            or low.isdigit()
            or low in ("her", "him", "them")
        )

    def _is_open(self, at: int) -> bool:
        """Whether an open-class word stands there (noun, adjective, verb form)."""
        low = self._word(at)
        return bool(low) and (low[0].isalnum()) and low not in _CLOSED

    def _label(self, at: int) -> str:
        low = self.low[at]
        previous = self.labels[at - 1] if at else ""
        if not low[0].isalnum():
            return self._mark(low)
        closed = self._closed(at, low, previous)
        if closed:
            return closed
        return self._open(at, low, previous)

    def _mark(self, low: str) -> str:
        self.phrase = _Phrase()
        fronted = low == "," and self.fronted
        if low in ".!?;:" or fronted:
            self._new_clause()
            self.fronted = False
        return "punct"

    def _new_clause(self) -> None:
        self.finite = ""
        self.plural_clause, self.joined, self.attached = None, False, False
        self.collective = False

    def _closed(self, at: int, low: str, previous: str) -> str:
        if low in lexicon.RELATIVES or (
            low == "that" and previous in ("np", "pron") and not self._is_noun_next(at + 1)
        ):
            self.relative = not self.finite
            return self._clause("rel")
        if low == "her" and not self._is_open(at + 1):
            return self._pronoun(at)
        if low in lexicon.DETERMINERS or low == "her":
            self.phrase = _Phrase(determiner=low)
            return "det"
        if low in lexicon.NUMBERS or low.isdigit() or (low == "one" and self._is_open(at + 1)):
            if previous not in ("det", "num"):
                self.phrase = _Phrase(determiner=low)
            elif low not in ("one", "1"):
                self.phrase = _Phrase(determiner="two")
            return "num"
        if low in lexicon.SUBJECT_PRONOUNS or low in lexicon.OBJECT_PRONOUNS:
            return self._pronoun(at)
        if low == "to":
            verb = self._word(at + 1)
            place = words.is_noun(verb) and previous in ("fin", "ing", "adv", "particle")
            infinitive = words.is_base(verb) and not self._starts_noun_phrase(at + 1)
            self.phrase = _Phrase()
            return "to" if infinitive and not place else "prep"
        if low in lexicon.AUXILIARIES:
            plural = low in ("are", "were", "have", "do", "am")
            self._found_verb("plural" if plural else "singular")
            return "aux"
        if low in lexicon.CONJUNCTIONS:
            return self._conjunction(at, previous)
        if low in lexicon.SUBORDINATORS:
            return self._clause("sub")
        if low in lexicon.PREPOSITIONS:
            return self._preposition(at, low)
        if low in lexicon.ADVERBS or (
            low.endswith("ly")
            and len(low) > 4
            and low not in lexicon.NOT_ADVERBS
            and (self.texts[at][0].islower() or "ADV" in words.lemmas(low))  # `Molly`
        ):
            return "adv"
        return ""

    def _found_verb(self, number: str) -> None:
        # the verb of a relative clause leaves the main clause without one
        self.finite, self.relative = "" if self.relative else number, False
        self.phrase = _Phrase()

    def _is_noun_next(self, at: int) -> bool:
        """Whether `that` before it points at a noun (`that man`) rather than opens a clause."""
        low = self._word(at)
        if not self._is_open(at) or words.is_present_singular(low) or words.is_past(low):
            return False
        return not words.is_gerund(low) and not (self.plural_subject and words.is_base(low))

    def _clause(self, label: str) -> str:
        self.finite = ""
        self.phrase = _Phrase()
        if label == "sub":
            self._new_clause()
        return label

    def _pronoun(self, at: int) -> str:
        self.phrase = _Phrase(determiner="", noun=at)
        self.plural_subject = self.low[at] in lexicon.PLURAL_PRONOUNS
        if self.plural_clause is None:
            self.plural_clause = self.plural_subject
        return "pron"

    def _conjunction(self, at: int, previous: str) -> str:
        # `black and white dog`: adjectives joined inside one noun phrase
        before, after = self._word(at - 1), self._word(at + 1)
        inside = (
            previous == "np"
            and words.is_adjective(before)
            and self._is_open(at + 1)
            and words.is_adjective(after)
        )
        if inside:
            return "np"
        self.phrase = _Phrase()
        self.joined = not self.finite and not self.attached and self.low[at] == "and"
        return "conj"

    def _preposition(self, at: int, low: str) -> str:
        after = self._word(at + 1)
        alone = (
            not after
            or not after[0].isalnum()
            or after in lexicon.PREPOSITIONS
            or after in lexicon.CONJUNCTIONS
            or after in lexicon.SUBORDINATORS
            or after in lexicon.AUXILIARIES
            or after == "to"
            or (words.is_gerund(after) and low in _LOOSE)
            or (words.is_present_singular(after) and low in _LOOSE and self._verbal(at + 1))
        )
        if alone and low in lexicon.PARTICLES:
            return "particle"
        self.attached = True
        self.phrase = _Phrase()
        return "prep"

    def _open(self, at: int, low: str, previous: str) -> str:
        if previous == "to":
            return "inf"
        if words.is_gerund(low):
            label = self._gerund(at, low, previous)
        elif self._is_finite(at, low, previous):
            label = "fin"
        elif self._is_state(at, low, previous):
            label = "part"
        else:
            label = "np"
        if label != "np" and self.plural_clause is None and self.phrase.noun >= 0:
            self.plural_clause = self.plural_subject
        if label == "np":
            self._noun(at, low)
        elif label == "fin":
            self._found_verb("singular" if words.is_present_singular(low) else "plural")
        else:
            self.phrase = _Phrase()
        return label

    def _noun(self, at: int, low: str) -> None:
        if words.is_adjective(low) and self._is_open(at + 1):
            self.phrase.modified = True
            if self.phrase.noun < 0:
                return
        self.phrase.noun = at
        if low.endswith(("'s", "’s")):
            self.phrase.determiner = ""  # in `a woman's hands` the article is the woman's
        determiner = self.phrase.determiner
        self.plural_subject = determiner not in lexicon.SINGULAR_DETERMINERS and (
            determiner in lexicon.PLURAL_DETERMINERS or words.is_plural(low)
        )
        if self.joined and not self.attached:
            self.plural_subject = self.plural_clause = True
        # `a group of people` may stand or stands: people decide, the group is remembered
        group = low in lexicon.COLLECTIVES_PLURAL and self._word(at + 1) == "of"
        self.collective = self.collective or group
        if not self._is_open(at + 1) and self.plural_clause is None and not group:
            self.plural_clause = self.plural_subject

    def _gerund(self, at: int, low: str, previous: str) -> str:
        after = self._word(at + 1)
        if (low, after) in lexicon.ING_COMPOUNDS:
            return "np"
        noun_follows = self._is_open(at + 1) and words.is_noun(after)
        if previous in ("det", "num") or self._word(at - 1).endswith(("'s", "’s")):
            return "np"
        if previous in ("prep", "to"):
            plain = noun_follows and not words.is_gerund(after)
            return "np" if plain or low in lexicon.THING_ING else "gerund"
        if previous == "np" and self.phrase.noun < 0:
            # only adjectives so far: `a large building`, `a cute sleeping puppy`; but
            # `dressed in black standing in front`
            thing = low in lexicon.THING_ING or low in lexicon.AMBIGUOUS_ING
            return "np" if noun_follows or thing or self.phrase.determiner else "ing"
        if previous == "np" and low in lexicon.AMBIGUOUS_ING:
            before = self._word(at - 1)
            if words.acts(before) or self._starts_noun_phrase(at + 1):
                return "ing"
            if low in lexicon.THING_ING:
                return "np"
        if not previous and noun_follows and not words.is_animate(low):
            return "np" if words.is_animate(after) else "ing"
        return "ing"

    def _is_finite(self, at: int, low: str, previous: str) -> bool:
        singular, base = words.is_present_singular(low), words.is_base(low)
        past = words.is_past(low)
        if not (singular or base or past) or low in lexicon.PLURAL_FORMS:
            return False
        if previous in ("rel", "aux"):
            if previous == "aux":
                return self._word(at - 1) not in lexicon.BE and (base and not past)
            return singular or past or (base and self.plural_subject)
        if previous == "conj" and self.finite:
            return singular if self.finite == "singular" else (base and self._verbal(at))
        if previous == "adv" and at >= 2:
            previous = self.labels[at - 2]
        if self.finite:
            return False
        if singular and words.base_of(low) in lexicon.PHASE_VERBS and previous == "np":
            return words.is_gerund(self._word(at + 1)) or self._is_finite_after(at, low, previous)
        if previous == "punct" and singular and self.labels.count("punct") and at > 1:
            return self.plural_clause is False and self._governs(at)
        return self._is_finite_after(at, low, previous)

    def _governs(self, at: int) -> bool:
        """Whether an object or a place follows at once."""
        after = self._word(at + 1)
        return self._starts_noun_phrase(at + 1) or (after in lexicon.PREPOSITIONS and after != "of")

    def _is_finite_after(self, at: int, low: str, previous: str) -> bool:
        singular, base = words.is_present_singular(low), words.is_base(low)
        past = words.is_past(low)
        if previous == "part" and singular:
            return self.plural_clause is False and self._verbal(at)
        if previous == "np" and self.phrase.noun < 0 and singular:
            # `dressed in black stands`, unless a determiner waits for its noun
            bare = not self.phrase.determiner
            return bare and self.plural_clause is False and self._verbal(at)
        if previous not in ("np", "pron", "particle") or self.phrase.noun < 0:
            return False
        before = self._word(self.phrase.noun)
        if previous == "particle" and self.plural_clause is False and singular:
            return self._verbal(at)  # `a woman with her hands up sits`
        if previous == "np" and before.endswith(("'s", "’s", "s'")):
            return False
        if singular:
            return self._is_finite_singular(at, low, before)
        if base and not past:
            return self._is_finite_plural(at, low, before)
        return self._is_finite_past(at, low)

    def _verbal(self, at: int) -> bool:
        """Whether what follows suits a verb better than a noun."""
        after = self._word(at + 1)
        return not words.is_noun(self.low[at]) or (
            not after or after in lexicon.PREPOSITIONS or self._starts_noun_phrase(at + 1)
        )

    def _is_finite_singular(self, at: int, low: str, before: str) -> bool:
        if self.plural_subject:
            # `a woman in shorts walks`: the verb agrees with the clause's subject
            return words.is_plural(before) and (self.collective or self.plural_clause is False)
        if "NOUN" not in words.lemmas(low) or before in lexicon.SINGULAR_PRONOUNS:
            return True
        if self.phrase.determiner in lexicon.SINGULAR_DETERMINERS:
            return True
        if words.is_animate(before) or not words.lemmas(before):
            return True
        if not self.phrase.determiner and self.texts[self.phrase.noun][0].isupper():
            return True  # a name, or a headline without articles
        after = self._word(at + 1)
        return (
            self._starts_noun_phrase(at + 1)
            or (after.endswith("ly") and after not in lexicon.NOT_ADVERBS)
            or (words.base_of(low) in lexicon.PHASE_VERBS and words.is_gerund(after))
        )

    def _is_finite_plural(self, at: int, low: str, before: str) -> bool:
        if words.is_adjective(low) and low not in ("rest", "dance"):
            return False
        if before in lexicon.PLURAL_PRONOUNS:
            return True
        if not self.plural_subject and self.plural_clause and low in lexicon.COMMON_ACTS:
            return self._governs(at)  # `two women in a red coat stand on a bridge`
        if not self.plural_subject or before in ("sports", "clothes", "goods", "arms"):
            return False
        if not words.is_plural(before) and not words.is_animate(before):
            return False
        if words.is_noun(low) and words.is_plural(low):
            return False
        return not words.is_noun(low) or self._verbal(at) or words.is_animate(before)

    def _is_finite_past(self, at: int, low: str) -> bool:
        if low in lexicon.INTRANSITIVE_PAST:
            return True
        if not words.is_participle(low):
            return low not in ("saw", "left", "felt", "bore", "wound", "ground", "found")
        if words.is_base(low):  # put, set, cut: one form for all
            return False
        return self._starts_noun_phrase(at + 1) and self._word(at + 1) not in ("both", "all")

    def _is_state(self, at: int, low: str, previous: str) -> bool:
        if low in lexicon.PREDICATIVE:
            return previous in ("np", "pron", "aux") and self._word(at - 1) != "fast"
        if not words.is_participle(low):
            return False
        if previous == "aux":
            return True
        if previous not in ("np", "pron", "adv", "particle", "conj", "punct") or (
            previous in ("np", "pron") and self.phrase.noun < 0
        ):
            return False
        if words.is_base(low) or (low in ("left", "saw", "found") and self._is_open(at + 1)):
            return False
        # `snow covered mountain`, `horse drawn carriage`: part of the noun phrase;
        # `arms crossed looks`: not
        return words.is_plural(self._word(at - 1)) or not (
            self._is_open(at + 1) and words.is_noun(self._word(at + 1))
        )


_LOOSE = frozenset({"on", "off", "up", "down", "around", "out"})
_CLOSED = (
    lexicon.DETERMINERS
    | lexicon.NUMBERS
    | lexicon.SUBJECT_PRONOUNS
    | lexicon.OBJECT_PRONOUNS
    | lexicon.PREPOSITIONS
    | lexicon.CONJUNCTIONS
    | lexicon.SUBORDINATORS
    | lexicon.RELATIVES
    | lexicon.AUXILIARIES
    | lexicon.ADVERBS
    | frozenset({"her", "to"})
)
