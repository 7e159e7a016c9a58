"""What truly happens is shown beside each description, where it is known."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_reader import Element, PageReader
from report_samples import described

from scenewise.core.time import Span
from scenewise.description.report import write_report
from scenewise.description.report.truth import facts_beside
from scenewise.synthetic.grammar import random_event, slots_in

CLIP = {"start": 0.0, "end": 6.0}


def clip(start: float, written: str = "", **event: str) -> dict:
    whole = {
        "object": "", "other": "", "direction": "left", "hour": "day", "weather": "clear", **event
    }  # fmt: skip
    span = {"start": start, "end": start + 6.0}
    return {"span": span, "event": whole if event else None, "written": written, "scene": 1}


def beside_film(folder: Path, content: object) -> Path:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "film.truth.json").write_text(text, encoding="utf-8")
    return folder / "film.mp4"


def words(folder: Path, *happenings: dict) -> list[str]:
    return [one.words for one in facts_beside(beside_film(folder, {"happenings": happenings}))]


def test_happenings_are_told_in_plain_words(tmp_path) -> None:
    told = words(
        tmp_path,
        clip(0, "The Last Drum"),
        clip(6, person="Anna", action="throw", object="ball", setting="kitchen"),
        clip(12, person="Bruno", action="give", object="umbrella", other="Lena",
             setting="street", hour="night", weather="rain"),
        clip(18, person="Grace", action="pick up", object="teddy bear", setting="park"),
        clip(24, "NO ENTRY", person="Hugo", action="point", other="Elif", setting="beach"),
        clip(30, person="Ines", action="carry", object="box", setting="forest"),
        clip(36, person="Kofi", action="push", object="chair", setting="garage"),
    )  # fmt: skip
    assert told == [
        "Written: “The Last Drum”",
        "Anna throws a ball: kitchen.",
        "Bruno gives an umbrella to Lena: street, night, rain.",
        "Grace picks up a teddy bear: park.",
        "Hugo points at Elif: beach. Written: “NO ENTRY”",
        "Ines carries a box: forest.",
        "Kofi pushes a chair: garage.",
    ]


def test_every_event_of_a_drawn_film_is_told_as_the_world_names_it(tmp_path) -> None:
    rng = np.random.default_rng(5)
    events = [random_event(rng) for _ in range(150)]
    told = words(
        tmp_path,
        *({"span": {"start": i, "end": i + 1}, "event": asdict(event), "written": ""}
          for i, event in enumerate(events)),
    )  # fmt: skip
    for event, text in zip(events, told, strict=True):
        found = slots_in(text)
        for slot in ("person", "action", "object", "setting", "other"):
            assert found[slot] == {getattr(event, slot)} - {""}, (text, event)


@pytest.mark.slow
def test_the_truth_of_the_demo_film_is_read(demo_film) -> None:
    facts = facts_beside(demo_film.path)
    truth = demo_film.truth
    assert [(fact.what, fact.span) for fact in facts] == list(truth.scenes)
    assert [(f.written, f.span) for f in facts if f.written] == list(truth.written)


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"happenings": 3}', '{"happenings": [null, {}, 5, "x"]}',
     '{"happenings": [{"span": {"start": 5, "end": 1}, "written": "A"}]}',
     '{"happenings": [{"span": {"start": 0, "end": 1e999}, "written": "A"}]}',
     '{"scenes": [["a"], ["a", 5], [5, {"start": 0, "end": 1}]], "written": {"a": 1}}',
     "[" * 100_000],
)  # fmt: skip
def test_what_is_not_understood_is_passed_over(tmp_path, content: str) -> None:
    assert facts_beside(beside_film(tmp_path, content)) == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["happenings", "scenes", "written", "span", "event", "start", "end",
                             "person", "action", "object", "other"]),
            inner, max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_no_content_keeps_a_report_from_being_written(tmp_path_factory, content) -> None:
    folder = tmp_path_factory.getbasetemp()
    for fact in facts_beside(beside_film(folder, {"happenings": [content], "scenes": content})):
        assert isinstance(fact.span, Span)
        assert fact.words


def test_a_film_without_truth_has_none(tmp_path) -> None:
    assert facts_beside(tmp_path / "film.mp4") == ()
    assert facts_beside(None) == ()
    (tmp_path / "film.truth.json").mkdir()
    assert facts_beside(tmp_path / "film.mp4") == ()


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("truth")
    rendered, gaps, draft = described(folder)  # ten lines of 6 s, one each
    happenings = [clip(6.0 * i, person="Anna", action="run", setting=f"<b>{i}") for i in range(9)]
    happenings[0] = clip(0.0, "<i>Title")
    beside_film(folder, {"happenings": happenings})
    path = write_report(folder / "film.report.html", rendered, gaps, draft)
    return rendered, PageReader(path.read_text("utf-8")).root


def by_id(page: Element, name: str) -> Element:
    (found,) = [e for e in page.all() if e.get("id") == name]
    return found


def test_each_description_stands_beside_what_truly_happens(sample) -> None:
    rendered, page = sample
    for number, line in enumerate(rendered.script.descriptions, start=1):
        told = [p.text for p in by_id(page, f"line-{number}").all("p", "truth")]
        expected = f"Anna runs: <b>{number - 1}." if number > 1 else "Written: “<i>Title”"
        if number == 10:
            expected = "not known"
        assert told[0] == f"What truly happens: {expected}"
        cue = [c.span for c in rendered.script.cues() if c.id == line.id]
        elsewhere = bool(cue) and cue[0].start >= 6.0 * number
        assert len(told) == 1 + elsewhere


def test_the_table_names_the_descriptions_of_each_happening(sample) -> None:
    rendered, page = sample
    rows = by_id(page, "truth").one("tbody").all("tr")
    assert len(rows) == 9
    for row, line in zip(rows, rendered.script.descriptions, strict=False):
        made = row.all("td")[1]
        assert made.one("a").text == line.id
        assert ("left out" in made.text) == (not line.voiced)
    assert [a.get("href") for a in page.one("nav").all("a")].count("#truth") == 1


def test_what_nobody_describes_is_told_as_that(tmp_path) -> None:
    rendered, gaps, draft = described(tmp_path, count=2, duration=60.0)  # events at 15 and 45 s
    beside_film(tmp_path, {"happenings": [clip(s, "A") for s in (0, 12, 20, 42)]})
    path = write_report(tmp_path / "film.report.html", rendered, gaps, draft)
    page = PageReader(path.read_text("utf-8")).root
    made = [row.all("td")[1].text.strip() for row in by_id(page, "truth").one("tbody").all("tr")]
    assert [text == "None" for text in made] == [True, False, True, False]


def test_the_timeline_has_a_lane_of_it(sample) -> None:
    _, page = sample
    marks = by_id(page, "timeline").all("g", "mark", "truth")
    assert len([m for m in marks if m.all("title")]) == 9
    assert any("In truth, 0:06.0 to 0:12.0: Anna runs: <b>1." in m.text for m in marks)


def test_a_page_without_truth_says_nothing_of_it(tmp_path) -> None:
    rendered, gaps, draft = described(tmp_path)
    page = write_report(tmp_path / "film.report.html", rendered, gaps, draft).read_text("utf-8")
    body = page.partition("</style>")[2]
    assert "truly" not in body
    assert 'id="truth"' not in body
