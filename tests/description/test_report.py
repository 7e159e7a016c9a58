"""The report page: its structure, that its figures and drawings are those given, its limits."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from page_reader import Element, PageReader
from report_samples import described
from scipy.cluster.hierarchy import fcluster

from scenewise.core.errors import OutputUnwritable
from scenewise.core.media_types import Selection
from scenewise.core.script import Script
from scenewise.core.time import Span
from scenewise.description.formats import parse_vtt
from scenewise.description.report import figures, pictures, write_report
from scenewise.description.report.checks import state_of, verdict
from scenewise.description.report.facts import address
from scenewise.description.results import Check, Rendered
from scenewise.description.timing import Timings

HOSTILE = "<script>alert(1)</script>\"'&amp; #?%.mp4"


def read(path: Path) -> Element:
    return PageReader(path.read_text("utf-8")).root


def by_id(page: Element, name: str) -> Element:
    (found,) = [e for e in page.all() if e.get("id") == name]
    return found


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    rendered, gaps, draft = described(folder)
    path = write_report(folder / "film.report.html", rendered, gaps, draft)
    return rendered, gaps, draft, read(path)


def hostile(folder):
    rendered, gaps, draft = described(folder, name="x.mp4")
    line = replace(
        rendered.script.descriptions[0],
        id="a b\"'<i>",
        text="<img src=x onerror=alert(1)> </textarea> {{ 7*7 }} \ud800",
        spoken="<b>bold</b> & \"quoted\" 'so'",
    )
    silent = replace(rendered.script.descriptions[4], reason="</td><script>alert(2)</script> d0001")
    script = replace(
        rendered.script,
        film=replace(rendered.script.film, name=HOSTILE),
        language='en" onload="alert(3)',
        descriptions=(line, silent, *rendered.script.descriptions[5:]),
        notes=("<script>alert(4)</script>",),
        settings={"<b>": "</dl>"},
    )
    rendered = replace(
        rendered, script=script, film=folder / HOSTILE, warnings=("<u>",), files={"<i>": folder}
    )
    return rendered, gaps, draft


def nothing_said(folder):
    rendered, _, draft = described(folder)
    silent = tuple(line.silenced("no room") for line in rendered.script.descriptions)
    script = replace(rendered.script, descriptions=silent, dialogue=(), notes=(), voice={})
    bare = Selection((), (), (), {})
    return replace(rendered, script=script), (), replace(draft, script=script, selection=bare)


def nothing_at_all(folder):
    return Rendered(folder / "f.mp4", Script(), {}, Check(()), Timings()), (), None


def without_draft(folder):
    rendered, gaps, _ = described(folder)
    return rendered, gaps, None


KINDS = {
    "usual": described,
    "hostile": hostile,
    "nothing said": nothing_said,
    "nothing at all": nothing_at_all,
    "without draft": without_draft,
}


@pytest.fixture(scope="module", params=list(KINDS))
def page(request, tmp_path_factory) -> Element:
    folder = tmp_path_factory.mktemp("page")
    return read(write_report(folder / "report.html", *KINDS[request.param](folder)))


# --- every page, whatever it is about ---


def test_identifiers_are_unique_and_every_reference_resolves(page: Element) -> None:
    names = [e.get("id") for e in page.all() if "id" in e.attributes]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", name) for name in names)
    wanted = {e.get("href")[1:] for e in page.all() if e.get("href").startswith("#")}
    for e in page.all():
        wanted |= set(e.get("aria-labelledby").split()) | set(e.get("aria-describedby").split())
    assert len(wanted) >= 10
    assert wanted <= set(names)


def test_headings_go_down_one_level_at_a_time_from_a_single_h1(page: Element) -> None:
    levels = [int(e.tag[1]) for e in page.all() if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_landmarks_language_and_title(page: Element) -> None:
    assert page.one("html").get("lang") == "en"
    assert page.one("head").one("title").text.strip()
    for landmark in ("header", "nav", "main", "footer"):
        assert len(page.all(landmark)) == 1
    assert page.one("nav").get("aria-label")
    for section in page.all("section"):
        assert section.get("aria-labelledby")


def test_pictures_have_words_and_tables_have_scopes_and_captions(page: Element) -> None:
    for image in page.all("img"):
        assert image.get("alt")
        assert image.get("loading") == "lazy"
    for drawing in page.all("svg"):
        inside = drawing.parent is not None and drawing.parent.tag == "g"
        named = drawing.get("role") == "img" and drawing.get("aria-label")
        assert inside or named or drawing.get("aria-hidden") == "true"
    for table in page.all("table"):
        assert table.one("caption").text.strip()
        assert all(th.get("scope") in ("col", "row") for th in table.all("th"))
        assert table.one("tbody").children
    for region in page.all("div", "scroller"):
        assert region.get("tabindex") == "0"
        assert region.get("role") == "region"
        assert region.get("aria-label")


def test_nothing_comes_from_outside(page: Element) -> None:
    for e in page.all():
        for name in ("src", "href", "poster", "srcset", "data", "action"):
            assert not re.match(r"(?i)\s*(https?:|//|javascript:)", e.get(name)), e
    style = page.one("style").text
    assert "@import" not in style
    assert set(re.findall(r"url\(([^)]*)\)", style)) <= {"#hatch", "#dots"}


def test_the_policy_lets_the_pages_own_style_and_script_run_and_nothing_else(page: Element) -> None:
    (policy,) = [e.get("content") for e in page.all("meta") if e.get("http-equiv")]
    rules = dict(part.split(" ", 1) for part in policy.split("; "))
    assert rules["default-src"] == "'none'"
    for tag in ("style", "script"):
        text = page.one(tag).text
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"
    for e in page.all():
        assert not any(name == "style" or name.startswith("on") for name in e.attributes), e


def test_every_link_into_the_film_works_without_scripts(page: Element) -> None:
    film = page.one("video").get("src")
    links = [e for e in page.all("a") if "data-seek" in e.attributes]
    for link in links:
        assert link.get("href") == f"{film}#t={link.get('data-seek')}"
        assert link.text.strip() or link.one("img").get("alt")


# --- what a page says ---


def test_hostile_names_and_texts_are_words(tmp_path: Path) -> None:
    rendered, gaps, draft = hostile(tmp_path)
    page = read(write_report(tmp_path / "r.html", rendered, gaps, draft))
    assert page.one("h1").text.strip() == HOSTILE
    assert unquote(page.one("video").get("src")) == HOSTILE
    assert page.one("video").get("src").isascii()
    assert not set("<>\"'#?& ") & set(page.one("video").get("src"))
    first = by_id(page, "line-1")
    assert first.one("p", "words").text == "<b>bold</b> & \"quoted\" 'so'"
    assert first.one("p", "full").text.endswith("{{ 7*7 }} \ufffd")
    assert first.one("span", "id").text == "a b\"'<i>"
    assert "</td><script>alert(2)</script> d0001" in by_id(page, "line-2").one("p", "why").text
    assert "<script>alert(4)</script>" in page.one("div", "notes").text
    assert len(page.all("script")) == 1
    assert not page.all("b")
    assert not page.all("u")
    assert first.one("p", "words").get("lang") == 'en" onload="alert(3)'


@pytest.mark.parametrize(
    "name", ["a b.mp4", "Ünï (1) [x].mp4", "電影 50%.mp4", "a'b\"c.mp4", "c#d?e&f.mp4", "x:y.mp4"]
)
def test_addresses_of_files_with_any_name(tmp_path: Path, name: str) -> None:
    at = address(tmp_path / name, tmp_path)
    assert unquote(at) == name
    assert re.fullmatch(r"[A-Za-z0-9._~%-]+", at)
    assert unquote(address(tmp_path / "in it" / name, tmp_path)) == f"in it/{name}"


def test_every_figure_is_the_one_measured(sample) -> None:
    rendered, _, _, page = sample
    rows = by_id(page, "checks").one("tbody").all("tr")
    assert len(rows) == len(rendered.check.measures)
    measures = {m.name.lower(): m for m in rendered.check.measures}
    words = {"passed": "Passed", "failed": "Failed", "advice": "Worth a look", "note": "Note"}
    for row in rows:
        title = row.one("th").own[0].strip().lower()
        one = measures.pop(title)
        assert words[state_of(one)] in row.one("span", "state").text
        assert row.classes == {state_of(one)}
        data = row.all("data")
        assert [float(e.get("value")) for e in data] == ([] if one.value is None else [one.value])
        limit = row.all("td", "figure")[1].text.replace("Limit:", "").replace("\u2212", "-")
        assert limit.split()[0] == (figures.NONE if one.limit is None else f"{one.limit:g}")
        assert one.detail.lower() in row.text.lower()
        assert one.source in row.text
        assert [a.number("data-seek") for a in row.all("a", "seek")] == [s.start for s in one.where]
    assert not measures


def test_failures_come_first_and_the_verdict_names_them(sample) -> None:
    rendered, _, _, page = sample
    rows = by_id(page, "checks").one("tbody").all("tr")
    assert [min(row.classes) for row in rows] == ["failed", "advice", "passed", "note", "note"]
    sentence = page.one("p", "sentence").text
    assert sentence == "1 of 2 checks failed: true peak (−0.5 dBTP, limit −2)."
    assert "bad" in page.one("div", "verdict").classes
    kept = Check(tuple(m for m in rendered.check.measures if m.passed is not False))
    assert verdict(kept).sentence == "All checks passed"
    assert verdict(kept).advice == ""


def test_every_description_is_listed_with_what_is_known_of_it(sample) -> None:
    rendered, _, draft, page = sample
    items = by_id(page, "descriptions").one("ol").all("li", "line")
    assert len(items) == len(rendered.script.descriptions)
    for item, line in zip(items, rendered.script.descriptions, strict=True):
        assert item.one("p", "words").text == (line.spoken or line.text)
        assert item.one("p", "words").get("lang") == rendered.script.language
        assert line.text in item.text
        assert f"{line.confidence:.2f}" in item.one("dl").text
        fill = item.one("rect", "fill")
        assert fill.number("width") == pytest.approx(100 * line.confidence)
        assert line.source in item.text
        assert ("Writing on screen" if line.kind == "text" else "Picture") in item.text
        if line.voiced:
            assert item.get("data-state") == "voiced"
            assert item.number("data-start") == pytest.approx(line.start, abs=0.005)
            assert item.number("data-end") == pytest.approx(line.start + line.duration, abs=0.005)
        else:
            assert item.get("data-state") == "left-out"
            assert line.reason in item.text
        image = item.one("img")
        assert image.get("src").startswith("data:image/jpeg;base64,/9j/")
        assert int(image.get("width")) <= 320
        assert figures.clock(draft.keyframe_of(line.id).time) in image.get("alt")
    silent = [line for line in rendered.script.descriptions if not line.voiced]
    table = by_id(page, "left-out").one("tbody").all("tr")
    assert [row.one("th").text for row in table] == [line.id for line in silent]
    assert all(line.reason in row.text for row, line in zip(table, silent, strict=True))


def test_the_timelines_rectangles_lie_where_their_spans_do(sample) -> None:
    rendered, gaps, draft, page = sample
    (row,) = by_id(page, "timeline").all("svg", "row")
    scale = (row.number("data-right") - row.number("data-left")) / draft.duration
    found: dict[str, list[Span]] = {}
    for kind in ("shot", "dialogue", "gap", "speech", "writing"):
        for group in row.all("g", "mark", kind):
            (rect,) = group.all("rect")
            start = (rect.number("x") - row.number("data-left")) / scale
            found.setdefault(kind, []).append(Span(start, start + rect.number("width") / scale))
            assert group.one("title").text

    def same(kind: str, spans) -> None:
        got = [(s.start, s.end) for s in found[kind]]
        assert got == pytest.approx(np.array([(s.start, s.end) for s in spans]), abs=0.02 / scale)

    same("dialogue", draft.sound.dialogue)
    same("gap", gaps)
    same("shot", [shot.span for shot in draft.selection.shots])
    same("speech", [cue.span for cue in rendered.script.cues()])
    same("writing", [d.span for d in rendered.script.descriptions if d.kind == "text"])
    silent = [d for d in rendered.script.descriptions if not d.voiced]
    assert [m.number("data-seek") for m in row.all("path", "left-out")] == [d.event for d in silent]


def test_the_tables_below_the_timeline_tell_the_same(sample) -> None:
    _, gaps, draft, page = sample
    tables = by_id(page, "timeline").one("details").all("tbody")
    starts = [[a.number("data-seek") for a in body.all("a", "seek")] for body in tables]
    expected = [draft.sound.dialogue, gaps, [shot.span for shot in draft.selection.shots]]
    assert starts == [pytest.approx([s.start for s in spans], abs=0.005) for spans in expected]


def test_the_tree_has_as_many_clusters_as_cutting_it_gives(sample) -> None:
    _, _, draft, page = sample
    (hierarchy,) = draft.selection.hierarchies
    count = len(set(fcluster(hierarchy.linkage, hierarchy.threshold, "distance")))
    drawing = by_id(page, "choice").one("svg", "tree")
    assert count == len(draft.selection.keyframes) == 10
    assert len(drawing.all("g", "cluster")) == count
    # every merge above the cut, and none below it, is drawn as one
    assert drawing.one("path", "above").get("d").count("M") == count - 1
    times = [g.number("data-seek") for g in drawing.all("g", "cluster")]
    assert times == pytest.approx([k.time for k in draft.selection.keyframes], abs=0.005)
    caption = by_id(page, "choice").all("figcaption")[0].one("data")
    assert int(caption.get("value")) == count


def test_key_frames_are_marked_on_the_curve(sample) -> None:
    _, _, draft, page = sample
    marks = by_id(page, "choice").one("svg", "curve").all("g", "key")
    assert [m.number("data-seek") for m in marks] == pytest.approx(
        [k.time for k in draft.selection.keyframes], abs=0.005
    )


def test_stages_are_in_order_with_their_seconds_and_cached_ones_are_marked(sample) -> None:
    *_, page = sample
    rows = by_id(page, "stages").one("tbody").all("tr")
    told = [(row.one("th").text.strip(), row.one("td", "figure").text) for row in rows]
    assert told == [
        ("Look", "3.00"),
        ("Listen from the cache", "0.00"),
        ("Word", "1.00"),
        ("Mix and write", "6.00"),
    ]
    assert by_id(page, "stages").one("tfoot").one("td", "figure").text == "10.00"
    assert "0.17 times its duration" in by_id(page, "stages").text
    widths = [row.one("rect", "fill").number("width") for row in rows]
    assert widths == pytest.approx([50, 0, 100 / 6, 100], abs=0.01)


def test_notes_and_warnings_stand_before_everything_else(sample) -> None:
    *_, page = sample
    notes = page.one("header").one("div", "notes")
    assert [li.text for li in notes.all("li")] == [
        "No captioner is installed",
        "The text track could not be kept",
    ]


def test_captions_say_the_spoken_words_and_are_off(sample) -> None:
    rendered, _, _, page = sample
    track = page.one("video").one("track")
    assert track.get("kind") == "captions"
    assert "default" not in track.attributes
    kind, _, data = track.get("src").partition(",")
    assert kind == "data:text/vtt;base64"
    cues = parse_vtt(base64.b64decode(data).decode()).cues
    spoken = rendered.script.cues()
    assert [c.text for c in cues] == [c.text for c in spoken]
    assert [c.span.start for c in cues] == pytest.approx([c.span.start for c in spoken], abs=0.001)


def test_a_selector_without_a_tree_says_so(tmp_path: Path) -> None:
    rendered, gaps, draft = described(tmp_path)
    selection = replace(draft.selection, hierarchies=(), settings={"selector": "uniform"})
    page = read(
        write_report(tmp_path / "r.html", rendered, gaps, replace(draft, selection=selection))
    )
    choice = by_id(page, "choice")
    assert not choice.all("svg")
    assert "uniform" in choice.text
    assert "no tree" in choice.text


def test_without_a_draft_pictures_come_from_the_film(data: Path, tmp_path: Path) -> None:
    rendered, gaps, _ = described(tmp_path, duration=29.0, count=5)
    rendered = replace(rendered, source=data / "film" / "bbb_0_30.webm")
    page = read(write_report(tmp_path / "r.html", rendered, gaps, None))
    images = by_id(page, "descriptions").all("img")
    assert len(images) == 5
    assert len({image.get("src") for image in images}) == 5
    assert int(images[0].get("width")) == 320
    assert "script alone" in by_id(page, "choice").text


def test_many_events_without_a_draft_fetch_some_pictures(
    data: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(pictures, "MOST_FETCHED", 4)
    rendered, gaps, _ = described(tmp_path, duration=29.0, count=9)
    rendered = replace(rendered, source=data / "film" / "bbb_0_30.webm")
    page = read(write_report(tmp_path / "r.html", rendered, gaps, None))
    items = by_id(page, "descriptions").all("li", "line")
    assert [len(item.all("img")) for item in items] == [1, 0, 0, 1, 0, 0, 1, 0, 0]


@pytest.mark.parametrize(("default", "told"), [("description", False), ("original", True)])
def test_it_is_told_when_the_films_own_sound_plays_first(
    tmp_path: Path, default: str, told: bool
) -> None:
    rendered, gaps, draft = described(tmp_path)
    rendered = replace(rendered, details={"options": {"default_audio": default}})
    page = read(write_report(tmp_path / "r.html", rendered, gaps, draft))
    assert ("own sound plays first" in page.one("section", "player").text) == told


def test_a_film_goes_into_the_page_only_when_asked_and_small(tmp_path: Path, monkeypatch) -> None:
    rendered, gaps, draft = described(tmp_path)
    rendered.film.write_bytes(b"film" * 10)
    target = tmp_path / "r.html"
    assert read(write_report(target, rendered, gaps, draft)).one("video").get("src") == (
        "film.described.mp4"
    )
    inside = read(write_report(target, rendered, gaps, draft, embed_film=True)).one("video")
    assert base64.b64decode(inside.get("src").split(",")[1]) == b"film" * 10
    monkeypatch.setattr("scenewise.description.report.page.EMBED_LIMIT", 39)
    large = read(write_report(target, rendered, gaps, draft, embed_film=True)).one("video")
    assert large.get("src") == "film.described.mp4"


def test_an_unwritable_folder_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(OutputUnwritable):
        write_report(tmp_path / "absent" / "r.html", *described(tmp_path))
    assert not list(tmp_path.rglob("*.html"))


# --- size ---


def test_a_minute_of_film_makes_a_light_page(tmp_path: Path) -> None:
    path = write_report(tmp_path / "r.html", *described(tmp_path, count=20, size=(960, 540)))
    assert path.stat().st_size < 3_000_000


@pytest.mark.slow
def test_two_hours_with_a_thousand_descriptions_stay_usable(tmp_path: Path) -> None:
    rendered, gaps, draft = described(
        tmp_path, count=1000, duration=7200.0, samples=6000, size=(960, 540)
    )
    path = write_report(tmp_path / "r.html", rendered, gaps, draft)
    assert path.stat().st_size < 40_000_000
    page = read(path)
    assert len(by_id(page, "descriptions").all("li", "line")) == 1000
    rows = by_id(page, "timeline").all("svg", "row")
    assert [(r.number("data-from"), r.number("data-to")) for r in rows] == [
        (300.0 * i, 300.0 * (i + 1)) for i in range(24)
    ]
    said = {g.one("title").text for row in rows for g in row.all("g", "speech")}
    assert len(said) == 800
    drawing = by_id(page, "choice").one("svg", "tree")
    assert sum(len(p.get("d")) for p in drawing.all("path")) < 200_000
    assert "1,000 clusters" in by_id(page, "choice").all("figcaption")[0].text
