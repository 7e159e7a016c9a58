"""Writing on screen: one event a piece of writing, said in full, once."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.media_types import TextLine
from scenewise.core.script import Cue
from scenewise.core.time import Span
from scenewise.description.onscreen import OnScreenOptions, Reading, TextEvent, merge, say
from scenewise.description.onscreen_saying import is_acronym, spoken_form
from scenewise.description.onscreen_tracks import is_noise
from scenewise.description.onscreen_words import likeness

Box = tuple[float, float, float, float]
TITLE: Box = (0.25, 0.4, 0.75, 0.5)
SECOND: Box = (0.3, 0.51, 0.7, 0.61)
LOWER: Box = (0.2, 0.85, 0.8, 0.92)
LOGO: Box = (0.88, 0.04, 0.97, 0.09)
CONFUSED = {"O": "0", "l": "1", "I": "l", "m": "rn", "e": "c", "S": "5", "B": "8", "a": "o"}


def line(text: str, box: Box = TITLE, confidence: float = 0.98) -> TextLine:
    return TextLine(text, box, confidence)


def film(
    length: int, shown: list[tuple[float, float, str, Box]], step: float = 1.0
) -> list[Reading]:
    """Perfect readings of a film in which texts are shown from some time to some time."""
    times = [n * step for n in range(int(length / step))]
    return [
        Reading(t, tuple(line(text, box) for start, end, text, box in shown if start <= t < end))
        for t in times
    ]


def noisy(readings: list[Reading], seed: int, *, misread: float = 0.25) -> list[Reading]:
    """What a real reader would make of it: letters confused, blanks lost, boxes that tremble,
    readings missed, specks taken for letters."""
    chance = random.Random(seed)
    out = []
    for reading in readings:
        lines = []
        for one in reading.lines:
            if chance.random() < 0.08:
                continue
            text, confidence = one.text, chance.uniform(0.95, 1.0)
            if chance.random() < misread:
                confidence = chance.uniform(0.75, 0.93)
                at = chance.randrange(len(text))
                kind = chance.choice(["swap", "drop", "blank"])
                if kind == "swap":
                    text = text[:at] + CONFUSED.get(text[at], text[at]) + text[at + 1 :]
                elif kind == "drop" and len(text) > 5:
                    text = text[:at] + text[at + 1 :]
                else:
                    text = text.replace(" ", "", 1)
            shift = [chance.gauss(0, 0.004) for _ in range(4)]
            box = tuple(min(1.0, max(0.0, v + d)) for v, d in zip(one.box, shift, strict=True))
            lines.append(TextLine(text, box, confidence))  # type: ignore[arg-type]
        if chance.random() < 0.15:
            lines.append(TextLine(chance.choice("T4中-"), (0.0, 0.0, 1.0, 1.0), 0.7))
        if chance.random() < 0.1:
            lines.append(TextLine("eoom ee oe ee", (0.1, 0.2, 0.4, 0.25), 0.65))
        out.append(Reading(reading.time, tuple(lines)))
    return out


def said(events: list[TextEvent]) -> list[str]:
    return [text for text in map(say, events) if text]


@pytest.mark.parametrize("seed", range(8))
def test_a_noisy_film_is_told_as_the_clean_one(seed: int) -> None:
    shown = [
        (2, 8, "THE PEACH OPEN MOVIE PROJECT", TITLE),
        (2, 8, "PRESENTS", SECOND),
        (20, 27, "Somewhere in Holland", (0.3, 0.3, 0.7, 0.4)),
        (40, 46, "Bakery and Tea Room", (0.1, 0.2, 0.35, 0.26)),
    ]
    events = merge(noisy(film(60, shown), seed))
    assert said(events) == [
        "Text on screen: The Peach Open Movie Project Presents.",
        "Text on screen: Somewhere in Holland.",
        "Text on screen: Bakery and Tea Room.",
    ]
    assert [event.role for event in events] == ["title", "title", "sign"]
    for event, (start, end) in zip(events, [(2, 8), (20, 27), (40, 46)], strict=True):
        assert abs(event.span.start - start) <= 1.0
        assert abs(event.span.end - end) <= 2.0


def test_the_best_reading_wins_by_votes_and_confidence() -> None:
    reads = [("BUNKY", 0.7), ("Big Buck Bunny", 0.97), ("Big Buck Bunny", 0.95), ("Big Buck", 0.9)]
    readings = [Reading(float(t), (line(text, TITLE, c),)) for t, (text, c) in enumerate(reads)]
    assert said(merge(readings)) == ["Text on screen: Big Buck Bunny."]


def test_blanks_lost_by_the_reader_come_back() -> None:
    texts = ["WebAccessibility", "Web Accessibility", "WebAccessibility", "Web Accessibility"]
    readings = [Reading(float(t), (line(text),)) for t, text in enumerate(texts)]
    assert said(merge(readings)) == ["Text on screen: Web Accessibility."]


def test_typewriter_text_is_one_event() -> None:
    full = "In a hole in the ground"
    readings = [
        Reading(n * 0.5, (line(full[: 3 * (n + 1)], (0.2, 0.4, 0.25 + 0.05 * n, 0.5)),))
        for n in range(8)
    ]
    readings += [Reading(4.0 + n, (line(full, (0.2, 0.4, 0.6, 0.5)),)) for n in range(3)]
    events = merge(readings)
    assert said(events) == ["Text on screen: In a hole in the ground."]
    assert events[0].span.start == 0.0


def test_rolling_credits_are_one_event_in_order() -> None:
    names = [
        "Directed by Ann Lee", "Music by Bob Stone", "Edited by Carl Weber",
        "Produced by Dora Field", "Sound by Emil Brook", "Thanks to everyone",
    ]  # fmt: skip
    readings = []
    for n in range(24):
        time, lines = n * 0.5, []
        for row, name in enumerate(names):
            top = 1.0 + row * 0.12 - 0.12 * time
            if 0.0 <= top <= 0.94:
                lines.append(line(name, (0.3, top, 0.7, top + 0.05)))
        readings.append(Reading(time, tuple(lines)))
    events = merge(readings)
    assert [event.role for event in events] == ["credit"]
    assert said(events) == ["Text on screen: " + ". ".join(names) + "."]


def test_a_logo_is_reported_once_and_not_said() -> None:
    shown = [(0, 60, "SKY NEWS", LOGO), (10, 15, "Chapter One", TITLE)]
    events = merge(noisy(film(60, shown), 3, misread=0.05), cuts=[8.0, 20.0, 33.0, 50.0])
    assert [event.role for event in events] == ["watermark", "title"]
    assert said(events) == ["Text on screen: Chapter One."]


def test_a_sign_that_stays_within_one_shot_is_no_logo() -> None:
    shown = [(0, 19, "EXIT", LOGO)]
    events = merge(film(20, shown), cuts=[19.5])
    assert said(events) == ["Text on screen: Exit."]


SUBTITLES = [
    (0, 4, "I never said that.", LOWER),
    (5, 9, "Then who took the money?", LOWER),
    (10, 14, "It was already gone when I came.", LOWER),
    (16, 20, "And you told nobody about it?", LOWER),
]


@pytest.mark.parametrize("dialogue", [None, [Span(0, 20)]])
def test_burnt_in_subtitles_are_not_said(dialogue: list[Span] | None) -> None:
    events = merge(noisy(film(22, SUBTITLES), 1), dialogue=dialogue)
    assert said(events) == []
    assert {event.role for event in events} == {"subtitle"}


def test_intertitles_of_a_film_in_which_nobody_speaks_are_said() -> None:
    events = merge(film(22, SUBTITLES), dialogue=[])
    spoken = " ".join(said(events))
    assert all(text in spoken for _, _, text, _ in SUBTITLES)


def test_one_subtitle_that_the_captions_hold_is_not_said() -> None:
    cue = Cue(Span(4.5, 8.0), "- Then who took\nthe money?")
    events = merge(film(12, SUBTITLES[1:2]), captions=[cue])
    assert [event.role for event in events] == ["subtitle"]
    other = Cue(Span(4.5, 8.0), "Nothing of the kind")
    assert said(merge(film(12, SUBTITLES[1:2]), captions=[other])) != []


def test_a_name_plate_over_speech_is_said() -> None:
    plate = [
        (5, 10, "Terrill Thompson", (0.06, 0.8, 0.35, 0.86)),
        (5, 10, "Accessibility Specialist", (0.06, 0.87, 0.4, 0.92)),
    ]
    events = merge(film(20, plate), dialogue=[Span(0, 20)])
    assert said(events) == ["Text on screen: Terrill Thompson Accessibility Specialist."]


def test_writing_that_follows_at_once_is_one_line_and_later_writing_another() -> None:
    shown = [
        (1, 3, "A film by", TITLE),
        (3, 5, "Ton Roosendaal", TITLE),
        (20, 24, "Part two", TITLE),
    ]
    assert said(merge(film(30, shown))) == [
        "Text on screen: A film by, Ton Roosendaal.",
        "Text on screen: Part two.",
    ]


def test_the_same_title_again_soon_is_said_once() -> None:
    shown = [(1, 4, "Sintel", TITLE), (12, 15, "SINTEL", TITLE)]
    assert len(said(merge(film(30, shown)))) == 1
    far = [(1, 4, "Sintel", TITLE), (62, 65, "SINTEL", TITLE)]
    assert len(said(merge(film(80, far)))) == 2


def _rows(*lines: str) -> list[tuple[float, float, str, Box]]:
    """Credits that stand from 60 s on."""
    rows = enumerate(lines)
    return [(60, 66, text, (0.3, 0.2 + 0.08 * n, 0.7, 0.24 + 0.08 * n)) for n, text in rows]


@pytest.mark.parametrize(
    ("credits", "told"),
    [
        (("Sintel", "The Durian Project", "Produced by", "Blender", "Amsterdam"), False),
        (("The Durian Project", "SINTEL", "Produced by", "Blender", "Amsterdam"), False),
        (("Music for", "Sintel", "Produced by", "Blender", "Amsterdam"), True),
        (("Produced by", "Sintel", "Licensed by", "Blender", "Amsterdam"), True),
        (("The Durian Project", "Sintel", "Editor", "Produced by", "Ann"), True),
        (("Sintel's friends", "The Durian Project", "Produced by", "Ann", "Amsterdam"), True),
    ],
)
def test_credits_do_not_tell_a_title_again_unless_something_hangs_on_it(
    credits: tuple[str, ...], told: bool
) -> None:
    card = (1, 4, "Sintel", TITLE)
    first, last = said(merge(film(80, [card, *_rows(*credits)])))
    assert first == "Text on screen: Sintel."
    assert ("sintel" in last.lower()) == told
    others = [text for text in credits if text.lower() != "sintel"]
    assert all(text in last for text in others)
    (alone,) = said(merge(film(80, _rows(*credits))))
    assert "sintel" in alone.lower()  # where no card told it


def test_few_readings_far_apart_are_enough() -> None:
    readings = [Reading(0.0), Reading(3.2, (line("The End"),)), Reading(11.0)]
    events = merge(readings)
    assert said(events) == ["Text on screen: The End."]
    assert 3.2 < events[0].span.end <= 4.2


@pytest.mark.parametrize(
    ("text", "confidence", "box", "noise"),
    [
        ("T", 0.74, (0.0, 0.0, 1.0, 1.0), True),
        ("NG", 0.65, (0.0, 0.0, 1.0, 1.0), True),
        ("一", 0.68, (0.0, 0.0, 1.0, 1.0), True),
        ("---", 0.99, TITLE, True),
        ("~|/;", 0.9, TITLE, True),
        ("xkcqt", 0.8, TITLE, True),
        ("eoom ee oe ee  toe ior", 0.65, TITLE, True),
        ("BUNKY", 0.86, TITLE, True),
        ("word", 0.4, TITLE, True),
        ("5", 0.8, LOGO, True),
        ("5", 0.99, TITLE, False),
        ("PRESENTS", 0.8, TITLE, False),
        ("SINTEL", 0.99, TITLE, False),
        ("1984", 0.9, TITLE, False),
        ("東京物語", 0.95, TITLE, False),
        ("Größe", 0.85, TITLE, False),
    ],
)
def test_noise_filter(text: str, confidence: float, box: Box, noise: bool) -> None:
    assert is_noise(TextLine(text, box, confidence)) is noise


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("BIG BUCK BUNNY", "Big Buck Bunny"),
        ("THE LORD OF THE RINGS", "The Lord of the Rings"),
        ("NASA PRESENTS", "NASA Presents"),
        ("VISIT THE NYPD MUSEUM", "Visit the NYPD Museum"),
        ("ROCKY III", "Rocky III"),
        ("U.S.A. 1984", "U.S.A. 1984"),
        ("DON\u2019T PANIC", "Don\u2019t Panic"),
        ("Made by NASA", "Made by NASA"),
        ("THE BLENDER FOUNDATION presents", "The Blender Foundation presents"),
        ("ÜBER DEN WOLKEN", "Über Den Wolken"),
        ("HALINA REIJN - THOM HOFFMAN", "Halina Reijn, Thom Hoffman"),
        ("http://durian.blender.org/", "durian dot blender dot org"),
        ("WWW.EXAMPLE.COM", "www dot example dot com"),
        ("mail me@example.org", "mail me at example dot org"),
        ("follow @scenewise #film", "follow at scenewise hashtag film"),
        ("Smith & Sons", "Smith and Sons"),
        ("© 2008 Blender", "copyright 2008 Blender"),
        ("Cast:\nAnn Lee\nBob", "Cast: Ann Lee, Bob"),
        ("What now?\nNothing.", "What now? Nothing."),
        ("v2.0 costs 3.50", "v2.0 costs 3.50"),
        ("東京物語", "東京物語"),
    ],
)
def test_spoken_form(text: str, form: str) -> None:
    assert spoken_form(text) == form


@pytest.mark.parametrize(
    ("language", "form"),
    [
        ("en-GB", "durian dot blender dot org, at Anna, rock and roll"),
        ("de", "durian Punkt blender Punkt org, at Anna, rock und roll"),
        ("fr-CA", "durian point blender point org, arobase Anna, rock et roll"),
        ("es", "durian punto blender punto org, arroba Anna, rock y roll"),
        ("it", "durian punto blender punto org, chiocciola Anna, rock e roll"),
        ("nl", "durian punt blender punt org, apenstaartje Anna, rock en roll"),
        ("pt-BR", "durian ponto blender ponto org, arroba Anna, rock e roll"),
        ("pl", "durian.blender.org, @Anna, rock & roll"),
    ],
)
def test_addresses_are_said_in_the_language_or_as_they_are_written(language, form) -> None:
    written = "durian.blender.org\n@Anna\nrock & roll"
    assert spoken_form(written, language=language) == form
    event = TextEvent(Span(0, 2), written, "title", 0.9, TITLE)
    assert say(event, language) == f"Text on screen: {form}."
    mail = spoken_form("a_b@c.de/d", language=language)
    assert not {"dot", "slash", "underscore"} & set(mail.split()) or language == "en-GB"


def test_acronyms() -> None:
    kept = ["NASA", "BBC", "NYPD", "MP4", "3D", "IV", "U.S.A.", "NASA'S"]
    words = ["BUNNY", "THE", "STORY", "I", "MIX"]
    assert [word for word in kept if not is_acronym(word)] == []
    assert [word for word in words[:3] if is_acronym(word)] == []


TEXTS = st.text(alphabet="abcDEF GHI.@:/&#-12\n", max_size=30)
BOXES = st.tuples(*[st.floats(0, 0.5)] * 2).map(lambda p: (*p, p[0] + 0.3, p[1] + 0.1))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 100),
            st.lists(st.tuples(TEXTS, BOXES, st.floats(0, 1)), max_size=4),
        ),
        max_size=12,
    )
)
def test_any_readings_give_ordered_events(
    raw: list[tuple[float, list[tuple[str, Box, float]]]],
) -> None:
    readings = [Reading(t, tuple(TextLine(*one) for one in lines)) for t, lines in raw]
    events = merge(readings, cuts=[10.0, 50.0], dialogue=[Span(0, 20)])
    assert [e.span.start for e in events] == sorted(e.span.start for e in events)
    times = {reading.time for reading in readings}
    for event in events:
        assert event.span.start in times
        assert 0 <= event.confidence <= 1
        spoken = say(event)
        assert bool(spoken) == (event.role not in ("subtitle", "watermark"))
        assert "\n" not in spoken


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60))
def test_saying_loses_no_letter(text: str) -> None:
    said_form = spoken_form(text)
    assert "\n" not in said_form
    plain = re.sub(r"[^a-z]", "", text.lower())
    rest = iter(re.sub(r"[^a-z]", "", said_form.lower()))
    if not re.search(r"[^\x20-\x7e]|www|http", text.lower()):
        assert all(letter in rest for letter in plain)


def test_likeness_is_one_for_the_same_and_low_for_others() -> None:
    assert likeness("sintel", "sintel") == 1.0
    assert likeness("sintel", "sintei") > 0.8
    assert likeness("sintel", "presents") < 0.6
    assert likeness("a", "a much longer text") == 0.0


def test_options_have_ranges() -> None:
    with pytest.raises(Exception, match="similarity"):
        OnScreenOptions(similarity=2.0)


def _read(path: Path, every: float) -> list[Reading]:
    pytest.importorskip("rapidocr")
    from scenewise.media.reading import Film
    from scenewise.models.text_reader import RapidReader

    reader, readings, due = RapidReader(), list[Reading](), 0.0
    for frame in Film(path).frames():
        if frame.time + 1e-6 >= due:
            due = frame.time + every
            image = frame.scaled(*frame.size_within(960))
            readings.append(Reading(frame.time, tuple(reader.read(image))))
    return readings


@pytest.mark.slow
def test_the_title_of_a_real_film_is_said_once_and_its_drawn_logo_not_guessed(data: Path) -> None:
    events = merge(_read(data / "film" / "bbb_0_30.webm", 1.0))
    # the logo `Big Buck Bunny` is drawn; the reader makes `BUNKY` of it, which is not said
    assert said(events) == ["Text on screen: The Peach Open Movie Project Presents."]


@pytest.mark.slow
def test_burnt_in_captions_of_a_real_film_are_not_said(data: Path) -> None:
    folder = data / "described" / "perspective"
    readings = _read(folder / "perspective-video-with-captions.mp4", 1.0)
    blocks = re.split(r"\n\s*\n", (folder / "perspective-caption.vtt").read_text("utf-8"))
    cues = []
    for block in blocks:
        match = re.search(r"(\d+):(\d+):([\d.]+) --> (\d+):(\d+):([\d.]+)[^\n]*\n(.*)", block, re.S)
        if match:
            h1, m1, s1, h2, m2, s2 = (float(value) for value in match.groups()[:6])
            span = Span(h1 * 3600 + m1 * 60 + s1, h2 * 3600 + m2 * 60 + s2)
            cues.append(Cue(span, match.group(7)))
    for captions, dialogue in ((cues, None), (None, [Span(0.5, 16.0)]), (None, None)):
        events = merge(readings, captions=captions, dialogue=dialogue)
        assert said(events) == [
            "Text on screen: Web Accessibility Perspectives, Keyboard Compatibility."
        ]
        assert sum(event.role == "subtitle" for event in events) == 4


@pytest.mark.slow
def test_titles_and_credits_of_a_real_trailer_are_said_in_full(data: Path) -> None:
    readings = _read(data / "film" / "sintel_trailer_52s.mp4", 1.5)
    lines = said(merge(readings))
    assert lines[0] == "Text on screen: The Blender Foundation presents."
    assert sum(line.startswith("Text on screen: Sintel") for line in lines) == 1
    credit = lines[-1]
    assert "Sintel" not in credit  # its card has told it
    for part in ("The Durian Open Movie Project", "Halina Reijn", "durian dot blender dot org"):
        assert part in credit
