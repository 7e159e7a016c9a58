"""The words of a cue, free of the markup that the file formats put around them."""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<[0-9:.]+>|</?>")
_RUBY = re.compile(r"<rt(?:[.\s][^<>]*)?>[^<]*")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_SRT_TAG = re.compile(
    r"</?(?:b|i|u|s|em|strong|font|span|c|v|lang|ruby|rt)(?=[\s.>/])[^<>]*>", re.IGNORECASE
)
_SRT_STYLE = re.compile(r"\{\\[^{}]*\}")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def split_lines(text: str) -> list[str]:
    """Lines ended by LF, CR LF or CR and by nothing else: `str.splitlines` would also cut at
    U+2028 and form feeds, which are part of the text in every format here."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def scrubbed(text: str) -> str:
    """The text without what no file can hold: NUL and halves of surrogate pairs."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def tidy(text: str) -> str:
    """The text as a cue can carry it: lines without blanks at their ends, no empty lines.

    Two texts that are equal after `tidy` are the same words; an editor or a file format may
    change the rest without anybody having edited anything.
    """
    lines = (line.strip() for line in split_lines(scrubbed(text)))
    return "\n".join(line for line in lines if line)


def one_line(text: str) -> str:
    """The text with every run of white space as one blank."""
    return " ".join(scrubbed(text).split())


def escaped(text: str) -> str:
    """Text for a WebVTT payload or comment: no character reference, tag or arrow in it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def from_webvtt(payload: str) -> str:
    """The words of a WebVTT payload: voice, class, language and time tags and the annotations
    of ruby are gone, character references are resolved.

    A `<` that begins no tag ("I <3 you") stays: people write it, although the standard would
    swallow the rest of the cue.
    """
    if "<" in payload:
        payload = _TAG.sub("", _RUBY.sub("", _BREAK.sub("\n", payload)))
    return tidy(html.unescape(payload) if "&" in payload else payload)


def from_srt(payload: str) -> str:
    r"""The words of a SubRip payload, without HTML tags and `{\an8}` style codes."""
    if "<" in payload:
        payload = _SRT_TAG.sub("", _BREAK.sub("\n", payload))
    return tidy(_SRT_STYLE.sub("", payload) if "{" in payload else payload)


def for_xml(text: str) -> str:
    """The text with a blank for each character that XML 1.0 cannot hold."""
    return _NOT_XML.sub(" ", text)
