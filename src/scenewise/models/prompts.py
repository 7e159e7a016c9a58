"""What a vision-language model is asked, and how its answer becomes a description.

The rules are those of audio description that a model can follow: present tense, active, third
person, no interpretation (DCMP Description Key); no talk of the camera (Media Access
Australia); nobody is named before the film does (Netflix AD guide).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

RULES: Final = (
    "You write audio description for blind viewers of a film.",
    "Say in one short sentence what happens and who or what is seen.",
    "Use the present tense, the active voice and the third person.",
    "Tell only what can be seen: no guesses, feelings, judgements or explanations.",
    "Never mention the camera, the shot, the image, the frame, the video or the viewer.",
    "Do not begin with 'There is', 'We see' or 'The scene'.",
)


def question(
    *,
    frames: int,
    previous: Sequence[str] = (),
    names: Sequence[str] = (),
    title: str = "",
    written: str = "",
    language: str = "en",
) -> str:
    """The words that go with the pictures of one shot.

    Args:
        frames: how many pictures there are, in order of time.
        previous: the last descriptions, oldest first.
        names: characters who may be named.
        title: of the film.
        written: what is written in the picture; it is told elsewhere.
        language: BCP 47 tag of the answer.
    """
    lines = list(RULES)
    if frames > 1:
        lines.append(f"The {frames} pictures show one shot in order of time; tell what changes.")
    if title:
        lines.append(f"The film is called {title!r}; do not mention it.")
    if names:
        lines.append(
            f"Characters: {', '.join(names)}. Use a name only for somebody whom an earlier line "
            "has named already; otherwise say what the person looks like."
        )
    if written:
        lines.append(f"The writing in the picture is read out elsewhere, leave it out: {written}")
    if previous:
        lines.append("Already told, do not say it again: " + " ".join(map(_ended, previous)))
    if language and language.partition("-")[0].lower() != "en":
        lines.append(f"Answer in the language with the tag {language}.")
    return "\n".join(lines)


_OPENINGS: Final = re.compile(
    r"""^(?:
      (?:sure|certainly|of\ course|here\ (?:is|'s)[^:.]*|(?:audio\ )?description|answer|assistant)
        \s*[:,!.]\s*
    | (?:in|within|from|throughout)\ (?:this|the|these|all)\ (?:\w+\ ){0,2}?
        (?:image|picture|photo|frame|scene|shot|video|clip|sequence)s?\s*
        (?:,\s*|(?=\b(?:we|you|there|it|i)\b))
    | (?:this|the|these)\ (?:\w+\ ){0,2}?
        (?:image|picture|photo|frame|scene|shot|video|clip|sequence)s?\s+
        (?:shows?|depicts?|features?|captures?|displays?|presents?|portrays?
          |begins\ with|opens\ (?:with|on)|is\ of|are\ of)\ (?:that\ )?
    | (?:we|you|i|one)\ (?:can\ |could\ )?(?:now\ |then\ )?(?:see|sees|observe|notice)\ (?:that\ )?
    | (?:a|the)\ (?:close-?\ ?up|wide\ shot|medium\ shot|shot|view|picture|image|photo)\ of\s+
    )""",
    re.IGNORECASE | re.VERBOSE,
)

_QUOTES: Final = "\"'“”‘’«»„`*_# "


def clean_answer(answer: str, *, sentences: int = 2) -> str:
    """A description from what a model answered: no quotes, mark-up, or talk of the picture.

    Args:
        answer: as decoded, without the question.
        sentences: how many to keep; a last one that was cut off is dropped if another is left.
    """
    text = next((line for line in map(_plain, answer.splitlines()) if line), "")
    for _ in range(4):  # openings pile up: "Sure! The image shows …"
        shorter = _plain(_OPENINGS.sub("", text, count=1))
        if shorter == text:
            break
        text = shorter
    parts = [part for part in re.split(r"(?<=[.!?…])\s+", text) if part]
    if len(parts) > 1 and not re.search(r"[.!?…]$", parts[-1]):
        parts.pop()
    text = " ".join(parts[:sentences])
    return text[:1].upper() + text[1:]


def _plain(line: str) -> str:
    line = re.sub(r"^\s*(?:[-•*]|\d+[.)])\s+", "", " ".join(line.split()))
    return line.strip(_QUOTES)


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
