"""The report of a film that was really described, in a real browser."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from chromium_driver import Page, chromium, find_chromium

import scenewise
from scenewise.core.media_types import Candidate, Keyframe
from scenewise.core.ports import CaptionContext

pytestmark = [
    pytest.mark.slow,
    pytest.mark.film,
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium is installed"),
]

NAME = 'The "Harbour" & 電影 [1] 50%.mp4' if not Path("C:/").exists() else "電影 [1] 50%.mp4"
TEXTS = (
    "A dark card with a golden frame",
    "A white sailing boat crosses the bay at sunset",
    "A person in a red coat walks past brown houses with bright windows",
    "Two people sit at a long wooden table by a window",
    "A lighthouse turns its beam over the dark water",
)


class Scripted:
    """Says a sentence prepared for each key frame; the last of every five is doubtful."""

    name = "scripted"

    def describe(
        self, keyframes: Sequence[Keyframe], context: CaptionContext
    ) -> Iterator[list[Candidate]]:
        for index, _ in enumerate(keyframes):
            yield [Candidate(TEXTS[index % 5], 0.2 if index % 5 == 4 else 0.8)]


@pytest.fixture(scope="module")
def described(demo_film, tmp_path_factory):
    folder = tmp_path_factory.mktemp("described")
    film = folder / NAME
    for suffix in (".mp4", ".truth.json"):
        shutil.copy(demo_film.path.with_suffix(suffix), film.with_suffix(suffix))
    return scenewise.describe(
        film,
        folder / "out",
        scenewise.DraftOptions(text_reader="none"),
        scenewise.SpeechChoice(voice="espeak"),
        captioner=Scripted(),
    )


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def page(browser: Page, described) -> Page:
    browser.size(1280, 900)
    browser.media(prefers_color_scheme="light")
    browser.open(described.rendered.files["report"].as_uri())
    return browser


def player(page: Page, what: str):
    return page.evaluate(f"document.getElementById('player').{what}")


def test_the_film_loads_from_its_own_folder_and_nothing_else_is_fetched(page: Page, described):
    page.wait("document.getElementById('player').readyState >= 2")
    assert player(page, "duration") == pytest.approx(described.draft.duration, abs=0.2)
    assert player(page, "videoWidth") == 960
    outside = [url for url in page.requests if not url.startswith("data:")]
    assert set(outside) == {described.rendered.files["report"].as_uri(), described.film.as_uri()}


def test_no_complaint_and_the_policy_holds(page: Page):
    page.wait("document.getElementById('player').readyState >= 1")
    assert page.complaints == []
    page.evaluate(
        "(() => { const s = document.createElement('script');"
        " s.textContent = 'window.broken = 1'; document.body.append(s);"
        " const i = new Image(); i.src = 'https://example.org/x.png'; })()"
    )
    page.wait("true")
    assert page.evaluate("window.broken") is None
    assert len([c for c in page.complaints if "Content Security Policy" in c]) >= 2
    page.complaints.clear()


def test_a_line_plays_the_film_from_where_it_is_spoken(page: Page, described):
    page.wait("document.getElementById('player').readyState >= 2")
    cue = described.script.cues()[1]

    number = next(i for i, d in enumerate(described.script.descriptions, start=1) if d.id == cue.id)
    link = f"#line-{number} .play"
    page.evaluate(f"document.querySelector('{link}').click()", gesture=True)
    page.wait(f"document.getElementById('player').currentTime >= {cue.span.start - 0.05}")
    page.wait("!document.getElementById('player').paused")
    page.wait(f"document.querySelector('#line-{number}').hasAttribute('aria-current')")
    assert page.evaluate("document.getElementById('now-words').textContent") == cue.text
    assert page.evaluate("document.getElementById('now-label').textContent").startswith("Being")
    assert page.evaluate("location.href").endswith(".html")
    page.evaluate("document.getElementById('player').pause()")
    assert player(page, "currentTime") < cue.span.end + 5


def test_thumbnails_and_the_timeline_seek_too(page: Page, described):
    page.wait("document.getElementById('player').readyState >= 2")
    page.evaluate("document.querySelectorAll('.thumb')[2].click()", gesture=True)
    wanted = described.script.descriptions[2].event
    page.wait(f"Math.abs(document.getElementById('player').currentTime - {wanted}) < 3")
    (first, *_) = described.draft.sound.dialogue
    page.evaluate(
        "document.querySelector('.mark.dialogue').dispatchEvent("
        "new MouseEvent('click', {bubbles: true, cancelable: true}))",
        gesture=True,
    )
    page.wait(f"Math.abs(document.getElementById('player').currentTime - {first.start}) < 3")
    assert (
        page.evaluate("document.querySelector('.cursor').getAttribute('visibility')") == "visible"
    )
    page.evaluate("document.getElementById('player').pause()")


def test_the_keyboard_reaches_the_lines_and_the_focus_is_seen(page: Page):
    page.press("Tab", 9)
    assert page.evaluate("document.activeElement.className") == "skip"
    page.press("Enter", 13)
    page.wait("location.hash === '#descriptions'")
    page.press("Tab", 9)
    assert page.evaluate("document.activeElement.name") == "show"
    page.press("Tab", 9)
    assert page.evaluate("document.activeElement.matches('#line-1 [data-seek]')")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
    box = json.loads(
        page.evaluate("JSON.stringify(document.activeElement.getBoundingClientRect())")
    )
    assert 0 <= box["top"] < 900


def test_the_list_can_be_filtered(page: Page, described):
    shown = "[...document.querySelectorAll('.line')].filter(l => l.offsetParent).length"
    lines = described.script.descriptions
    voiced = sum(line.voiced for line in lines)
    assert 0 < voiced < len(lines)
    for value, count in (
        ("voiced", voiced),
        ("left-out", len(lines) - voiced),
        ("all", len(lines)),
    ):
        page.evaluate(f"document.querySelector('[name=show][value={value}]').click()")
        assert page.evaluate(shown) == count
        said = page.evaluate("document.getElementById('filtered').textContent")
        assert said == f"{count} of {len(lines)} shown"


def test_captions_can_be_turned_on(page: Page, described):
    page.wait("document.getElementById('player').readyState >= 1")
    assert player(page, "textTracks.length") >= 1
    assert player(page, "textTracks[0].mode") == "disabled"
    page.evaluate("document.getElementById('player').textTracks[0].mode = 'showing'")
    page.wait("document.getElementById('player').textTracks[0].cues?.length")
    cues = json.loads(
        page.evaluate(
            "JSON.stringify([...document.getElementById('player').textTracks[0].cues]"
            ".map(c => [c.startTime, c.text]))"
        )
    )
    expected = described.script.cues()
    assert [text for _, text in cues] == [cue.text for cue in expected]
    assert [at for at, _ in cues] == pytest.approx([c.span.start for c in expected], abs=0.001)
    assert page.complaints == []


@pytest.mark.parametrize("width", [320, 360, 768, 1280, 1920])
def test_the_page_never_scrolls_sideways(page: Page, width: int):
    page.size(width, 800)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    inside = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroller, .hidden, svg')"
        " && e.getBoundingClientRect().right > innerWidth + 0.5).map(e => e.outerHTML.slice(0, 90))"
    )
    assert inside == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


# every text that is seen, its colour and what lies below it
COLOURS = r"""
(() => {
  const rgb = (text) => (text.match(/[\d.]+/g) || []).map(Number);
  const light = (c) => {
    const f = c.slice(0, 3).map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * f[0] + 0.7152 * f[1] + 0.0722 * f[2];
  };
  const ground = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const c = rgb(getComputedStyle(at).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const bad = [];
  let seen = 0;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !e.offsetParent || e.closest("script, style, svg"))
      continue;
    seen += 1;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) bad.push(`${e.outerHTML.slice(0, 80)}: ${ratio.toFixed(2)}`);
  }
  return JSON.stringify([seen, bad]);
})()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_that_is_seen_has_the_contrast_of_wcag_aa(page: Page, scheme: str):
    page.media(prefers_color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    seen, bad = json.loads(page.evaluate(COLOURS))
    assert seen > 150
    assert bad == []
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 150) == (scheme == "dark")


def test_links_and_buttons_are_large_enough_to_hit(page: Page):
    # WCAG 2.2, 2.5.8: 24 px, or so much room around; links inside a sentence are exempt
    page.size(360, 740)
    small = page.evaluate(
        "[...document.querySelectorAll('nav a, .filter label, .play, .thumb, summary')]"
        ".filter(e => e.offsetParent).filter(e => { const b = e.getBoundingClientRect();"
        " return b.height < 24 || b.width < 24; }).map(e => e.outerHTML.slice(0, 80))"
    )
    assert small == []


def test_everything_can_be_read_without_scripts(browser: Page, described):
    browser.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.size(1280, 12_000)  # all of it on screen: lines outside are not laid out
        browser.open(described.rendered.files["report"].as_uri())
        text = browser.evaluate("document.body.innerText")
        for line in described.script.descriptions:
            assert (line.spoken or line.text) in text
        assert "Voiced 4" not in text  # the filter needs scripts, so it is not there
        for heading in ("Timeline", "Left out, and why", "Checks", "Time taken"):
            assert heading in text
        href = browser.evaluate("document.querySelector('#line-2 .play').href")
        assert href.startswith(described.film.as_uri() + "#t=")
    finally:
        browser.send("Emulation.setScriptExecutionDisabled", value=False)


def test_it_prints_with_everything_open(page: Page):
    before = page.evaluate("document.querySelectorAll('details[open]').length")
    document = page.pdf()
    assert document.startswith(b"%PDF")
    pages = len(re.findall(rb"/Type\s*/Page\b", document))
    assert 3 <= pages <= 15
    assert page.evaluate("document.querySelectorAll('details[open]').length") == before


def test_a_film_that_cannot_be_played_is_told(browser: Page, described, tmp_path: Path):
    report = described.rendered.files["report"]
    (tmp_path / report.name).write_bytes(report.read_bytes())
    browser.open((tmp_path / report.name).as_uri())
    browser.wait("!document.getElementById('player-problem').hidden")
    assert "media player" in browser.evaluate("document.getElementById('player-problem').innerText")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_seen_first_is_drawn(page: Page, scheme: str, tmp_path: Path):
    page.media(prefers_color_scheme=scheme)
    time.sleep(0.2)
    shot = page.screenshot(tmp_path / "shot.png").read_bytes()
    assert shot.startswith(b"\x89PNG")
    # a blank page of this size packs to a few kB
    assert len(shot) > 30_000
