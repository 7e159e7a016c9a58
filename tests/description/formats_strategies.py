"""Scripts drawn at random for the tests of the file formats."""

from __future__ import annotations

from hypothesis import strategies as st

from scenewise.core.script import Description, FilmReference, Script
from scenewise.core.time import Span
from scenewise.description.formats.plain_text import tidy

# what formats stumble over, beside letters of several scripts
PIECES = (
    "A man", "runs", "<b>", "</i>", "<v Ann>", "&", "&amp;", "&lt;", "-->", "--", "NOTE", "WEBVTT",
    "\n", "\n\n", "\r\n", "\u2028", "\x85", "\ufeff", "\t", "  ", "{\\an8}", "00:00:01.000", "1",
    "\x0b", "\0", "\x1f", "\ufffe", "é", "ß", "男", "\U0001f600", "מ", "<", ">", '"', "'", "]]>",
    "<!--", "\\", "/", "#", "\ud800",
)  # fmt: skip

texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=8).map("".join)
words = st.builds("{} {}".format, st.sampled_from(["Ann", "Eine Tür", "男が"]), texts)
seconds = st.integers(0, 400_000_000).map(lambda ms: ms / 1000)
lengths = st.integers(0, 60_000).map(lambda ms: ms / 1000)
shares = st.integers(0, 10_000).map(lambda part: part / 10_000)
ids = st.one_of(
    st.integers(1, 9999).map("d{:04d}".format),
    st.sampled_from(["1", "42", "scene 4", "ü", "a.b-c", "<x>", "x&y", "d1 to d2", "NOTED"]),
)
plain_texts = texts.map(lambda text: tidy(text).replace("\n", " "))


@st.composite
def descriptions(draw: st.DrawFn, name: str) -> Description:
    start, length = draw(seconds), draw(lengths)
    span = Span(start, (round(start * 1000) + round(length * 1000)) / 1000)
    text = draw(words)
    variants = tuple(draw(st.lists(words, max_size=2)))
    line = Description(
        name,
        span,
        text,
        variants,
        event=draw(seconds),
        salience=draw(shares),
        confidence=draw(shares),
        source=draw(st.sampled_from(["vlm", "person", "text-on-screen"])),
        kind=draw(st.sampled_from(["visual", "text"])),
        language=draw(st.sampled_from(["", "", "fr", "de-AT"])),
    )
    if draw(st.booleans()):
        duration = draw(lengths)
        return line.delivered(draw(seconds), duration, draw(st.sampled_from(line.wordings)))
    return line.silenced(draw(st.sampled_from(["low confidence", "no room --> <later>", "a & b"])))


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    names = draw(st.lists(ids, max_size=5, unique=True))
    values = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
        plain_texts,
    )  # fmt: skip
    return Script(
        film=FilmReference(
            draw(plain_texts.map(lambda text: " ".join(text.split()))),
            draw(st.sampled_from(["", "blake2b:0a1b"])),
            draw(seconds),
        ),
        language=draw(st.sampled_from(["en", "pt-BR", "zh-Hant-TW"])),
        descriptions=tuple(draw(descriptions(name)) for name in names),
        dialogue=draw(
            st.none()
            | st.lists(
                st.tuples(seconds, lengths).map(lambda p: Span(p[0], round(p[0] + p[1], 3))),
                max_size=3,
            ).map(tuple)
        ),
        voice=draw(st.dictionaries(plain_texts, values, max_size=2)),
        notes=tuple(draw(st.lists(plain_texts, max_size=2))),
        settings=draw(st.dictionaries(plain_texts, st.lists(values, max_size=2), max_size=2)),
    )
