"""What is cleaned in every language: blanks, tokenizer debris, loops, the end of a sentence."""

from __future__ import annotations

import re
import unicodedata

from scenewise.description.wording.lexicon import words_in

_SPECIAL = re.compile(
    r"\[(?:PAD|UNK|CLS|SEP|MASK|DEC|ENC)\]|<\|[^|<>]{0,40}\|>|</?(?:s|pad|unk|bos|eos)>", re.I
)
_WORD_PIECE = re.compile(r"\s*##+\s*(?=\w)|\s*##+")
_BLANKS = re.compile(r"\s+")
_SPACE_BEFORE = re.compile(r"\s+([,.;:!?…%)\]}])(?=\s|$)")
_MARKS = re.compile(r"([,;:])(?:\s*[,;:])+")
_STOPS = re.compile(r"\.(?:\s*\.)+(?=\s|$)")
_LIKELY_DOUBLES = words_in(
    "yo pom cha tuk bye knock choo boo had that no go so chop tick tock hula ha ho"
)
_SENTENCE = re.compile(r"(?<=[.!?…。！？])[\"'”’»)]*\s+|(?<=[。！？])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|st|jr|sr|prof|vs|etc|no|vol|lt|sgt)|\b\w)\.$", re.I
)
_CLOSERS = "\"'”’»)］」』"
_ENDS = ".!?…。！？؟۔।॥"
LONGEST_LOOP = 12


def neutral(text: str) -> str:
    """Text without control characters, tokenizer debris and stray blanks."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") or c.isspace() else c
        for c in text
        if unicodedata.category(c) not in ("Cs", "Co", "Cn") and c not in "\ufeff\u200b\ufffd"
    )
    text = _SPECIAL.sub(" ", text)
    text = _WORD_PIECE.sub("", text)
    text = _BLANKS.sub(" ", text)
    text = _SPACE_BEFORE.sub(r"\1", text)
    text = _MARKS.sub(r"\1", text)
    text = _STOPS.sub(lambda match: "…" if match.group().count(".") == 3 else ".", text)
    return text.strip(" ,;:-–—|*_#~").strip()


def has_content(text: str) -> bool:
    """Whether anything in the text can be spoken."""
    return any(c.isalnum() for c in text)


def without_loops(text: str, *, single: int = 2) -> str:
    """Text in which a phrase that repeats itself at once stands once.

    Captioners fall into loops: `in the the snow snow`, `on a bench on a bench`, `a dog and a
    dog and a dog`. Doubled words that mean something (`bye bye`) stay.

    Args:
        text: with single blanks.
        single: how often one word must stand in a row to be a loop; languages that double
            words (`nous nous`, `kupu kupu`) need 3.
    """
    items = text.split(" ")
    keys = [item.casefold() for item in items]
    at = 0
    while at < len(items):
        if not _collapse(items, keys, at, single):
            at += 1
        else:
            at = max(0, at - LONGEST_LOOP)
    return " ".join(items)


def _collapse(items: list[str], keys: list[str], at: int, single: int) -> bool:
    """Remove one repetition that starts at `at`; whether there was one."""
    if _collapse_joined(items, keys, at):
        return True
    for length in range(min(LONGEST_LOOP, (len(keys) - at) // 2), 0, -1):
        first = keys[at : at + length]
        # the last copy may carry the sentence's mark
        second = [key.rstrip(".,") for key in keys[at + length : at + 2 * length]]
        if first != second or not any(c.isalnum() for c in "".join(first)):
            continue
        if length == 1:
            if first[0] in _LIKELY_DOUBLES or first[0].isdigit():
                continue
            copies = 1
            while at + copies < len(keys) and keys[at + copies].rstrip(".,") == first[0]:
                copies += 1
            if copies < single:
                continue
        del items[at : at + length], keys[at : at + length]
        return True
    return False


def _collapse_joined(items: list[str], keys: list[str], at: int) -> bool:
    """`X and X and X` → `X`: three copies are a loop, two may be two things."""
    for length in range(1, LONGEST_LOOP // 2 + 1):
        step = length + 1
        if at + 2 * step + length > len(keys):
            return False
        copies = [
            [key.rstrip(".,") for key in keys[at + n * step : at + n * step + length]]
            for n in range(3)
        ]
        joints = {keys[at + length], keys[at + step + length]}
        if copies[0] == copies[1] == copies[2] and joints == {"and"}:
            end = at + 2 * step
            while (
                keys[end + length : end + step] == ["and"]
                and [key.rstrip(".,") for key in keys[end + step : end + step + length]]
                == copies[0]
            ):
                end += step
            del items[at:end], keys[at:end]
            return True
    return False


def sentences(text: str) -> list[str]:
    """The sentences of a text; abbreviations and initials do not end one."""
    out: list[str] = []
    held = ""
    for piece in _split_keeping_marks(text):
        held = f"{held} {piece}".strip() if held else piece
        if not _ABBREVIATION.search(piece):
            out.append(held)
            held = ""
    return [*out, held] if held else out


def _split_keeping_marks(text: str) -> list[str]:
    pieces, start = [], 0
    for match in _SENTENCE.finditer(text):
        end = match.start() + len(match.group().rstrip())
        if text[start:end].strip():
            pieces.append(text[start:end].strip())
        start = match.end()
    if text[start:].strip():
        pieces.append(text[start:].strip())
    return pieces


def finished(text: str, language: str = "en") -> str:
    """Text with a capital letter at its start and a full stop at its end."""
    if not text:
        return ""
    text = capitalised(text, language)
    body = text.rstrip(_CLOSERS + " ")
    if body and body[-1] in _ENDS:
        return text
    if text[-1] in ",;:-–—":
        text = text.rstrip(",;:-–— ")
    if not text:
        return ""
    wide = "\u3040" <= text[-1] <= "\u30ff" or "\u4e00" <= text[-1] <= "\u9fff"
    if language.split("-")[0] in ("hi", "bn", "mr", "ne", "sa"):
        return text + "।"
    return text + ("。" if wide else ".")


def capitalised(text: str, language: str = "en") -> str:
    """Text whose first letter is a capital, where the script has capitals."""
    for at, letter in enumerate(text):
        if letter.isalpha():
            capital = "İ" if letter == "i" and language[:2] in ("tr", "az") else letter.upper()
            return text[:at] + capital + text[at + 1 :] if len(capital) == 1 else text
        if letter.isdigit():
            return text
    return text
