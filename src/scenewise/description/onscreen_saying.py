"""Writing as a voice can say it: capitals, addresses, line breaks."""

from __future__ import annotations

import re

from scenewise.description.wording import cleaning
from scenewise.description.wording.lexicon import words_in
from scenewise.description.wording.style import ON_SCREEN
from scenewise.description.wording.words import lemmas

_ACRONYMS = words_in(
    "NASA NATO UNESCO UNICEF USA UK EU UN US FBI CIA AIDS UFO USB DIY VIP FAQ IMAX ESA FIFA UEFA"
    " OPEC ISO IEEE ID AI IT PIN RADAR ATM CEO CIO EST IBM IOS MIT UCLA NBA NFL NHL NGO OK"
    " PA USSR UAE ABC AOL ICU IQ LA OS PDA SOS TV VR XML GIF JPEG MPEG WAI AC AD BAFTA"
    " YMCA ACLU SUV AM PM IP AP EP DJ VHS DVD"
)
_LOWER = words_in(
    "a an and as at but by for from in into nor of on onto or over per the to up via vs with"
)
_ROMAN = re.compile(r"(?=[IVXLC]{2,})(?:X{0,3})(?:IX|IV|V?I{0,3})")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s,;]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"
    r"|\b(?:[\w-]+\.)+(?:com|org|net|edu|gov|int|info|io|tv|co|uk|de|fr|nl|eu|ch|at|jp|cn|au|ca)"
    r"(?:/[\w./~-]*)?(?![\w.])",
    re.I,
)
_HANDLE = re.compile(r"(?<![\w@])@(\w+)")
_HASHTAG = re.compile(r"(?<![\w#])#(\w+)")
_SEPARATORS = re.compile(r"\s+[-–—|•·*/\\~]+\s+|\s*[•·|]\s*")


_SIGNS = {
    "en": ("at", "dot", "slash", "underscore", "and", "hashtag"),
    "de": ("at", "Punkt", "Schrägstrich", "Unterstrich", "und", "Hashtag"),
    "es": ("arroba", "punto", "barra", "guion bajo", "y", "hashtag"),
    "fr": ("arobase", "point", "barre oblique", "tiret bas", "et", "hashtag"),
    "it": ("chiocciola", "punto", "barra", "trattino basso", "e", "hashtag"),
    "nl": ("apenstaartje", "punt", "schuine streep", "liggend streepje", "en", "hashtag"),
    "pt": ("arroba", "ponto", "barra", "sublinhado", "e", "hashtag"),
}
"""How the signs @ . / _ & # are said in a language."""


def spoken_form(text: str, *, breaks: str = ", ", language: str = "en") -> str:
    """Writing as it should be said, all of it, in one line.

    Line breaks become `breaks` (or a blank after a mark), words all in capitals are given the
    case of a title except acronyms (known ones, those without a vowel, those with a digit or
    dots, Roman numerals), addresses and handles are spelled with `dot`, `slash` and `at`, or
    with what these are called in another language. Where that is not known here they stay as
    they are written, for the voice to spell.

    Args:
        text: lines separated by line breaks.
        breaks: what stands between lines.
        language: that it is said in, BCP 47.
    """
    signs = _SIGNS.get(language.lower().partition("-")[0] or "en")
    lines = [_line(line, signs) for line in text.splitlines()]
    out = ""
    for line in lines:
        if not line:
            continue
        if not out:
            out = line
            continue
        joint = " " if out[-1] in ".!?:;,…" else breaks
        out = f"{out}{joint}{line}"
    out = re.sub(r"\s+([,.;:!?])", r"\1", out)
    out = re.sub(r"([,.;:])(?:\s*[,;])+", r"\1", out)
    return " ".join(out.split())


def on_screen_line(text: str, *, breaks: str = ", ", language: str = "en") -> str:
    """`Text on screen: …` with all of it; empty when there is nothing to say."""
    said = spoken_form(text, breaks=breaks, language=language)
    said = cleaning.neutral(said)
    if not cleaning.has_content(said):
        return ""
    return cleaning.finished(ON_SCREEN + said)


def _line(line: str, signs: tuple[str, ...] | None) -> str:
    line = " ".join(line.split())
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(_address(match.group(), signs))
        return f"\x00{len(held) - 1}\x00"

    line = _ADDRESS.sub(hold, line)
    if signs is not None:
        line = _HANDLE.sub(rf"{signs[0]} \1", line)
        line = _HASHTAG.sub(rf"{signs[5]} \1", line)
        line = line.replace("&", f" {signs[4]} ")
    line = line.replace("©", " copyright ").replace("™", "").replace("®", "")
    line = re.sub(r"\(C\)", " copyright ", line)
    line = _SEPARATORS.sub(", ", line)
    line = " ".join(line.split()).strip(" ,;-–—|_")
    line = _readable(line)
    return re.sub(r"\x00(\d+)\x00", lambda match: held[int(match.group(1))], line)


def _address(text: str, signs: tuple[str, ...] | None) -> str:
    mark = ""
    while text and text[-1] in ".,;:!?)":
        mark, text = text[-1] + mark, text[:-1]
    text = re.sub(r"^https?://", "", text, flags=re.I)
    text = text.rstrip("/")
    text = text.lower() if text.isupper() else text
    for sign, name in zip("@./_", signs or (), strict=False):
        text = text.replace(sign, f" {name} ")
    return " ".join(text.split()) + mark.replace(")", "")


def _readable(line: str) -> str:
    """A line that is mostly in capitals, in the case of a title."""
    letters = [c for c in line if c.isalpha()]
    upper = sum(c.isupper() for c in letters)
    if upper < 2 or upper < 0.6 * len(letters) or not any(c.lower() != c for c in letters):
        return line
    words = line.split(" ")
    return " ".join(
        _cased(word, first=n == 0 or words[n - 1][-1:] in ".:!?") for n, word in enumerate(words)
    )


def _cased(word: str, *, first: bool) -> str:
    core = word.strip(".,;:!?()[]\"'“”‘’")
    if not core or not any(c.isalpha() for c in core) or "\x00" in word:
        return word
    if core != core.upper():
        return word
    if is_acronym(core):
        return word
    if core.lower() in _LOWER and not first:
        return word.lower()
    return re.sub(
        r"[^\W\d_]+(?:['’][^\W\d_]+)?",
        lambda match: match.group()[:1].upper() + match.group()[1:].lower(),
        word,
    )


def is_acronym(word: str) -> bool:
    """Whether a word in capitals is spelled out or a numeral rather than a word."""
    plain = word.replace("’", "'").removesuffix("'S")
    if plain in _ACRONYMS or re.fullmatch(r"(?:\w\.){2,}\w?\.?", plain):
        return True
    if any(c.isdigit() for c in plain) or _ROMAN.fullmatch(plain):
        return True
    short = plain.isascii() and 2 <= len(plain) <= 5 and not re.search(r"[AEIOU]", plain)
    return short and not ("Y" in plain and _is_word(plain.lower()))


def _is_word(word: str) -> bool:
    return bool(lemmas(word)) or word in ("by", "my", "why")
