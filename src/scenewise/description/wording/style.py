"""One caption into one sentence of audio description."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scenewise.core.options import Checked, option
from scenewise.description.wording import clause, cleaning, given_names, lexicon, openings, words
from scenewise.description.wording.grammar import labels_of
from scenewise.description.wording.tokens import Token, text_of, tokens_of, word

_ROUNDS = 6
ON_SCREEN = "Text on screen: "
"""How a line that reads writing aloud begins."""


@dataclass(frozen=True)
class WordingOptions(Checked):
    """How captions are worded and when a line repeats another."""

    language: str = option("en", "language of the descriptions, BCP 47")
    camera_talk: bool = option(False, "keep what captions say about the camera and the picture")
    first_clause: bool = option(False, "keep only the first clause of each caption")
    window: float = option(
        90.0, "a line is not repeated within this time", low=0.0, high=86_400.0, unit="s"
    )
    similarity: float = option(
        0.75, "share of common content words from which two lines are the same", low=0.3, high=1.0
    )
    openings: int = option(
        2, "how many lines in a row may begin alike before one is turned round", low=1, high=100
    )

    @property
    def english(self) -> bool:
        """Whether the rules of English apply."""
        return self.language.lower().split("-")[0] in ("en", "")


_DEFAULT = WordingOptions()


def sentence(caption: str, options: WordingOptions = _DEFAULT) -> str:
    """A caption as audio description: present tense, active, no talk of picture or viewer.

    The rules are those of English. In any other language only what is independent of it is
    done: blanks, tokenizer debris, loops, the capital and the full stop.

    What the caption does not say is never added; where the grammar of a caption is unclear it
    stays as it is. `sentence(sentence(x)) == sentence(x)`.

    Args:
        caption: what a captioner or a person wrote.
        options: see `WordingOptions`.

    Returns:
        The sentence (several, if the caption had several); empty when the caption held
        nothing but talk about the picture or the camera.
    """
    text = caption
    seen: list[str] = []
    for _ in range(_ROUNDS):
        worded = _once(text, options)
        if worded == text or worded in seen:
            return worded if worded == text else min(seen[seen.index(worded) :])
        seen.append(worded)
        text = worded
    return text


def _once(caption: str, options: WordingOptions) -> str:
    text = cleaning.neutral(caption)
    if not cleaning.has_content(text):
        return ""
    if text.startswith(ON_SCREEN):
        return cleaning.finished(text, options.language)
    if not options.english:
        text = cleaning.without_loops(text, single=3)
        parts = cleaning.sentences(text)
        kept = parts[:1] if options.first_clause else parts
        return cleaning.finished(" ".join(kept), options.language)
    text = cleaning.without_loops(openings.without_nonwords(text))
    worded = [_english(part, options) for part in cleaning.sentences(text)]
    worded = [part for part in worded if part]
    return " ".join(worded[:1] if options.first_clause else worded)


def _english(text: str, options: WordingOptions) -> str:
    mark = text[-1] if text and text[-1] in "?…" else ""
    complete = bool(re.search(r"[.!?…][\"'”’)]*$", text))
    text = re.sub(r"[.!?…]+$", "", text).strip(" ,;:-–—")
    text = given_names.with_names(openings.expanded(text))
    lower_start = text[:1].islower()
    stripped = openings.without_opening(text, camera_talk=options.camera_talk)
    lower_start = lower_start or (stripped != text and stripped[:1].islower())
    if options.first_clause:
        stripped = _first_clause(stripped)
    text = openings.without_tail(stripped, camera_talk=options.camera_talk)
    if not complete:
        text = openings.without_dangling(text)
    if not cleaning.has_content(text):
        return ""
    tokens = tokens_of(text)
    tokens = _with_articles(_without_pointing(tokens), lower_start)
    tokens = clause.without_relative(tokens)
    tokens = clause.with_present_participles(tokens)
    tokens = clause.with_finite_verb(tokens)
    text = cleaning.without_loops(text_of(tokens))
    return cleaning.finished(text + mark) if cleaning.has_content(text) else ""


_CLAUSE_END = re.compile(
    r";|, (?:and|but|while|as|which|who|where|so) |,? while |,? (?:and|but) "
    r"(?=(?:there|he|she|it|they)\b)|,? as (?=(?:a|an|the|he|she|it|they|his|her|two)\b)"
)


def _first_clause(text: str) -> str:
    for match in _CLAUSE_END.finditer(text):
        first = text[: match.start()]
        if len(first.split()) >= 3 and not first.startswith(("As ", "While ", "When ")):
            return first
    return text


def _without_pointing(tokens: list[Token]) -> list[Token]:
    """`in this office` → `in an office`: a listener cannot see what is pointed at."""
    labels = labels_of(tokens)
    out = list(tokens)
    for at in range(1, len(tokens) - 1):
        if tokens[at].lower == "this" and labels[at - 1] == "prep" and labels[at + 1] == "np":
            out[at] = word(words.article(tokens[at + 1].text) or "the")
    return out


def _with_articles(tokens: list[Token], lower_start: bool) -> list[Token]:
    """`a` and `an` as the next word sounds, and an article for a bare first noun."""
    out = list(tokens)
    for at in range(len(out) - 1):
        low = out[at].lower
        following = out[at + 1].text
        if low in ("a", "an") and out[at + 1].spaced and following[0].isalpha():
            if len(following) == 1 or (following.isupper() and low == "an"):
                continue
            fitting = words.article(following.lower() if following.istitle() else following)
            if fitting and fitting != low:
                out[at] = Token(
                    fitting.title() if out[at].text[0] == "A" else fitting, out[at].spaced
                )
    labels = labels_of(out)
    subject = clause.subject_of(out, labels)
    if subject is None or subject.start != 0 or labels[0] != "np":
        return out
    end = 0
    while end < len(labels) and labels[end] == "np":
        end += 1
    noun = out[end - 1].lower
    first = out[0].text
    person = first.lower() in lexicon.PEOPLE and not any(
        token.text[0].isupper() for token in out[1:end]
    )
    known = "NOUN" in words.lemmas(noun) or noun in lexicon.ANIMATE
    if (
        not (lower_start or person)
        or not known
        or words.is_plural(noun)
        or "and" in (token.lower for token in out[:end])
    ):
        return out
    if noun in lexicon.UNCOUNTED or noun.endswith("ing") or noun in lexicon.SUBJECT_PRONOUNS:
        return out
    if end == 1 and "ADV" in words.lemmas(noun) and not person:
        return out
    if noun in ("others", "half", "part", "men", "police", "cattle") or "'" in first:
        return out
    fitting = words.article(first.lower())
    if not fitting:
        return out
    return [Token(fitting, False), Token(first.lower(), True), *out[1:]]
