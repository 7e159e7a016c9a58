"""What a line of audio description must not say, and where it says it.

Errors are what the guidelines rule out and human describers practically never write; warnings
are what an editor should look at. Words in quotation marks and lines that read writing aloud
are quotations and are not judged.

Sources: DCMP Description Key (present tense, no interpretation), Netflix AD guide, Media Access
Australia (`we see`, `the camera zooms`, `a close-up of`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from scenewise.description.wording import clause, cleaning, lexicon, openings, words
from scenewise.description.wording.grammar import labels_of
from scenewise.description.wording.style import ON_SCREEN
from scenewise.description.wording.tokens import tokens_of

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A phrase that breaks a rule.

    Args:
        severity: `error` or `warning`.
        rule: short name of the rule, such as `existence` or `camera`.
        message: what is wrong, for people.
        start, end: where it stands in the text, in characters.
        excerpt: the words themselves.
        remedy: what to write instead.
    """

    severity: Severity
    rule: str
    message: str
    start: int
    end: int
    excerpt: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class _Rule:
    severity: Severity
    name: str
    message: str
    remedy: str
    pattern: re.Pattern[str]


def _rule(severity: Severity, name: str, message: str, remedy: str, pattern: str) -> _Rule:
    return _Rule(severity, name, message, remedy, re.compile(pattern, re.I | re.M))


# the start of a sentence, or of a line
_START = r"(?:^|(?<=[.!?:] ))(?:(?:and|then|now|next|here|finally|suddenly|meanwhile),? )?"
_CAMERA_VERB = (
    r"(?:zoom|pan|tilt|follow|move|cut|focus|track|pull|push|rotate|shift|turn|dolly|swing|sweep"
    r"|circle|switch|capture|reveal|show|hold|linger|rise|descend|drift|pass|travel|glide|look"
    r"|close|fl(?:y|ie)|race)(?:es|s)?"
)
_SEEN = r"(?:(?:can|could|also|now|then|clearly|next) )*(?:see|saw|view|watch|observe)\b"
_PICTURE = r"(?:image|picture|photo|photograph|video|clip|screenshot|footage)"

RULES: Final = (
    _rule(
        "error", "viewer", "speaks of the viewer", "say what happens, without `we see`",
        rf"\bwe {_SEEN}|{_START}(?:you|one) can (?:also |now |clearly )*see\b"
        rf"|{_START}(?:it|this) (?:video|image|picture|photo) shows\b",
    ),
    _rule(
        "error", "existence", "opens with `there is` or `there are`", "begin with who or what",
        _START + r"there(?:['’](?:s|re)| (?:is|are|was|were|seems to be|appears to be))"
        r"(?! (?:no|not|nothing|nobody)\b)",
    ),
    _rule(
        "warning", "existence", "opens with `there is`", "begin with who or what",
        _START + r"there(?:['’](?:s|re)| (?:is|are|was|were)) (?:no|not|nothing|nobody)\b",
    ),
    _rule(
        "error", "camera", "speaks of the camera", "say what comes into sight",
        rf"\b(?:the|our) camera (?:\w+ly )?{_CAMERA_VERB}\b"
        rf"|\bcamera (?:is )?(?:zooming|panning|tilting|tracking|moving|rotating)\b"
        rf"|\bthe (?:shot|view|lens|scene) (?:\w+ly )?(?:zoom|pan|tilt)s?\b"
        r"|\b(?:zoom|pan)s? (?:in|out) (?:on|to|from)\b",
    ),
    _rule(
        "error", "picture", "speaks of the picture", "say what is in it",
        _START + r"(?:a |an |the |this is an? )?(?:extreme |blurry |blurred |stock )?"
        r"(?:close[- ]?up|closeup|screenshot|blurry (?:photo|picture|image))"
        r"(?: (?:shot|view|photo|image|picture))? (?:of|shows?)\b"
        rf"|{_START}(?:this is|it is|here is|it's) an? (?:\w+ ){{0,3}}{_PICTURE}"
        r" (?:of|showing|with)\b"
        rf"|{_START}(?:the|this) {_PICTURE} (?:shows|depicts|features|captures|displays)\b"
        rf"|{_START}in (?:this|the) (?:{_PICTURE}|frame),? (?:we|you|there|a|an|the|two|it)\b"
        rf"|{_START}in this (?:scene|shot|sequence),",
    ),
    _rule(
        "warning", "picture", "may speak of the picture rather than the scene",
        "say what is in it, unless the picture is a thing in the scene",
        _START + rf"(?:a|an|the) (?:{openings.MODIFIER} ){{0,3}}"
        rf"(?:{_PICTURE}|view|shot|painting|drawing) of\b",
    ),
    _rule(
        "error", "non-word", "holds a captioner's non-word or tokenizer debris", "remove it",
        r"\bar+af+[a-z]{0,6}\b|##\w+|\[(?:SEP|CLS|UNK|PAD|MASK)\]|<\|[^|<>]*\|>",
    ),
    _rule(
        "warning", "judgement", "judges instead of describing", "say what can be seen",
        r"\b(?:beautiful(?:ly)?|stunning(?:ly)?|gorgeous|breathtaking|picturesque|magnificent"
        r"|spectacular|amazing(?:ly)?|awesome|incredible|adorable|cute|majestic|wonderful"
        r"|fantastic|iconic|captivating|mesmerizing|mesmerising|ugly|hideous|charming"
        r"|perfect|serene|idyllic|unforgettable)\b",
    ),
    _rule(
        "warning", "guess", "guesses", "say only what can be seen",
        r"\b(?:probably|perhaps|maybe|presumably|apparently|obviously|possibly)\b"
        r"|\b(?:seems?|appears?) to be\b|\b(?:might|may|could) be\b",
    ),
)  # fmt: skip
_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|«[^»\n]*»|(?<!\w)'[^'\n]{2,}?'(?!\w)")


def phrase_problems(text: str) -> list[Problem]:
    """The phrases of one English line that break the rules of audio description.

    Args:
        text: one line of a script, by a person or a machine.

    Returns:
        In order of place; empty when nothing is wrong.
    """
    if not cleaning.has_content(text):
        return [Problem("error", "empty", "says nothing", 0, len(text), text, "write something")]
    if text.startswith(ON_SCREEN):
        return []
    judged = _QUOTED.sub(lambda match: '"' + "_" * (len(match.group()) - 2) + '"', text)
    found = [*_phrases(judged, text), *_loops(judged, text), *_tenses(judged, text)]
    return sorted(found, key=lambda problem: (problem.start, problem.end))


def _phrases(judged: str, text: str) -> Iterator[Problem]:
    taken: set[tuple[str, int]] = set()
    for rule in RULES:
        for match in rule.pattern.finditer(judged):
            key = (rule.name, match.start())
            if key in taken:
                continue  # the error says it already
            taken.add(key)
            start, end = match.span()
            yield Problem(
                rule.severity, rule.name, rule.message, start, end, text[start:end], rule.remedy
            )


_LOOP = re.compile(r"\b(\w+(?: \w+){1,6})(?:,? \1\b)+|\b(a|an|the|of|in|on|with|is) \2\b", re.I)


def _loops(judged: str, text: str) -> Iterator[Problem]:
    for match in _LOOP.finditer(judged):
        start, end = match.span()
        yield Problem(
            "warning", "loop", "repeats itself", start, end, text[start:end], "say it once"
        )


def _tenses(judged: str, text: str) -> Iterator[Problem]:
    """Past and future of main verbs, where the form leaves no doubt."""
    at = 0
    for part in cleaning.sentences(judged):
        offset = judged.find(part, at)
        at = max(at, offset + len(part))
        tokens = tokens_of(part)
        labels = labels_of(tokens)
        subject = clause.subject_of(tokens, labels)
        if subject is None or subject.start > 0:
            continue
        verb = clause.predicate_of(tokens, labels, subject)
        if verb.kind != "finite" or "rel" in labels[: verb.at]:
            continue
        low = tokens[verb.at].lower
        if low == "will" or low == "shall":
            tense, remedy = "future", "use the simple present"
        elif low in ("was", "were") or (
            labels[verb.at] == "fin"
            and words.is_past(low)
            and not words.is_base(low)
            and (low in lexicon.INTRANSITIVE_PAST or not words.is_participle(low))
        ):
            tense, remedy = "past", "use the simple present"
        else:
            continue
        place = re.compile(rf"\b{re.escape(tokens[verb.at].text)}\b").search(judged, max(0, offset))
        if place is None:
            continue
        start, end = place.span()
        message = f"stands in the {tense} tense"
        yield Problem("warning", "tense", message, start, end, text[start:end], remedy)


def is_clean(text: str) -> bool:
    """Whether a line has no error (warnings aside)."""
    return not any(problem.severity == "error" for problem in phrase_problems(text))


__all__ = ["RULES", "Problem", "Severity", "is_clean", "phrase_problems"]
