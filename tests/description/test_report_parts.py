"""The parts of the report: drawings, links, figures, pictures and colours."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_reader import PageReader
from report_samples import described, tree
from scipy.cluster.hierarchy import fcluster

from scenewise.core.media_types import Hierarchy
from scenewise.core.time import Span
from scenewise.description.report import dendrogram, figures, page, pictures, timeline
from scenewise.description.report.links import Linker

STYLE = Path(page.__file__).parent / "parts" / "style.css"


@pytest.mark.parametrize(("count", "samples"), [(1, 30), (4, 40), (12, 500), (300, 1500)])
def test_clusters_are_drawn_in_order_of_time_without_overlap(count: int, samples: int) -> None:
    hierarchy = tree(count, samples, 600.0)
    drawn = dendrogram.draw(hierarchy, ())
    assert drawn is not None
    assert drawn.count == count
    assert [c.number for c in drawn.clusters] == list(range(1, count + 1))
    edges = [(c.x, c.x + c.width) for c in drawn.clusters]
    assert all(b[0] == pytest.approx(a[1]) for a, b in pairwise(edges))
    assert sum(c.samples for c in drawn.clusters) == len(hierarchy.times)
    starts = [c.span.start for c in drawn.clusters]
    assert starts == sorted(starts)
    assert drawn.drawn <= min(dendrogram.MOST_LEAVES, samples)


def test_a_tree_with_more_clusters_than_end_points_keeps_its_count() -> None:
    drawn = dendrogram.draw(tree(900, 1800, 7200.0), ())
    assert drawn is not None
    assert (drawn.count, drawn.drawn, drawn.clusters) == (900, dendrogram.MOST_LEAVES, ())
    assert drawn.truncated


def test_a_chain_of_merges_is_drawn_however_deep_it_is() -> None:
    n = 1900
    rows = [[i + 1, 0 if i == 0 else n + i - 1, 0.01 * (i + 1), i + 2] for i in range(n - 1)]
    chain = Hierarchy(np.arange(n, dtype=float), np.ones(n), np.array(rows, float), 0.5)
    drawn = dendrogram.draw(chain, ())
    assert drawn is not None
    assert drawn.count == len(set(fcluster(chain.linkage, 0.5, "distance")))


def test_a_single_sample_has_no_tree() -> None:
    one = Hierarchy(np.zeros(1), np.ones(1), np.zeros((0, 4)), 1.0)
    assert dendrogram.draw(one, ()) is None


SPANS = st.tuples(st.floats(0, 7000), st.floats(0, 900)).map(lambda t: Span(t[0], t[0] + t[1]))


@settings(deadline=None, max_examples=60)
@given(st.lists(SPANS, min_size=1, max_size=8), st.floats(1, 8000))
def test_rows_show_every_second_of_every_span_once(spans: list[Span], extra: float) -> None:
    duration = max(s.end for s in spans) + extra
    found = [timeline.Entry("gap", span, str(i), span.start) for i, span in enumerate(spans)]
    rows = timeline.lay_out(found, duration)
    width = timeline.WIDTH - timeline.GUTTER - timeline.EDGE
    shown: dict[str, float] = {}
    for row in rows:
        assert len(row.ticks) >= 2
        for lane in row.lanes:
            for mark in lane.marks:
                assert timeline.GUTTER <= mark.x <= mark.x + mark.width + 1e-9
                assert mark.x + mark.width <= timeline.WIDTH - timeline.EDGE + 1e-6
                seconds = mark.width / width * row.span.duration
                shown[mark.title] = shown.get(mark.title, 0.0) + seconds
    for i, span in enumerate(spans):
        assert shown[str(i)] == pytest.approx(span.duration, abs=1e-6 * duration)
    assert rows[-1].span.end >= duration - 1e-6


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=60))
def test_links_change_no_word(text: str) -> None:
    link = Linker({"d0001": "line-1", "a b": "line-2"})
    said = text.replace("\0", "").replace("\r", "") + " <i> d0001, d00012"
    root = PageReader(f"<p>{link(said)}</p>").root
    assert root.text == said
    assert [a.get("href") for a in root.all("a")].count("#line-1") == 1 + len(
        re.findall(r"\bd0001\b", text.replace("\0", "").replace("\r", ""))
    )


@pytest.mark.parametrize(
    ("seconds", "clock", "length"),
    [
        (0, "0:00.0", "0 s"),
        (5.25, "0:05.2", "5.2 s"),
        (59.96, "1:00.0", "1 min"),
        (725, "12:05.0", "12 min 5 s"),
        (3725.34, "1:02:05.3", "1 h 2 min"),
        (7199.99, "2:00:00.0", "2 h"),
    ],
)
def test_times_as_people_write_them(seconds: float, clock: str, length: str) -> None:
    assert figures.clock(seconds) == clock
    assert figures.length(seconds) == length


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0.0, "0"), (-0.001, "0"), (-2.5, "−2.5"), (1234.5, "1,234.5"), (7.004, "7")],
)
def test_figures_as_people_write_them(value: float | None, text: str) -> None:
    assert figures.number(value) == text


@pytest.mark.slow
def test_more_key_frames_make_smaller_pictures(tmp_path: Path) -> None:
    _, _, draft = described(tmp_path, count=12, size=(960, 540))
    few = pictures.shown(draft.selection.keyframes)
    many = pictures.shown(draft.selection.keyframes * 60)
    assert {s.picture.width for s in few} == {320}
    assert {s.picture.width for s in many} == {160}
    assert {s.tiny.width for s in few} == {96}


# --- colours ---

TEXT_ON = [
    ("ink", "ground"), ("ink", "surface"), ("ink", "sunken"), ("ink", "good-ground"),
    ("ink", "care-ground"), ("ink", "bad-ground"), ("muted", "ground"), ("muted", "surface"),
    ("muted", "sunken"), ("accent", "ground"), ("accent", "surface"), ("accent", "good-ground"),
    ("accent", "bad-ground"), ("accent", "care-ground"), ("on-accent", "accent"),
    ("good", "good-ground"), ("good", "ground"), ("bad", "bad-ground"), ("bad", "ground"),
    ("bad", "surface"), ("care", "ground"), ("ground", "good"), ("ground", "bad"),
    ("surface", "good"), ("surface", "bad"), ("surface", "care"),
]  # fmt: skip
GRAPHICS_ON = [
    *((name, "surface") for name in ("edge", "dialogue", "gap", "writing", "accent", "bad")),
    *((f"c{i}", "surface") for i in range(dendrogram.COLOURS)),
    ("edge", "ground"),
]


def luminance(colour: str) -> float:
    """Of sRGB, as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
def test_colours_keep_the_contrast_of_wcag_aa(scheme: int) -> None:
    style = STYLE.read_text("utf-8")
    blocks = re.findall(r":root \{([^}]*--ground[^}]*)\}", style)
    assert len(blocks) == 3
    full = [
        colour if len(colour) == 7 else "#" + "".join(2 * c for c in colour[1:])
        for colour in re.findall(r"#[0-9a-f]{3,6}\b", blocks[scheme])
    ]
    named = dict(zip(re.findall(r"--([a-z0-9-]+): #", blocks[scheme]), full, strict=True))
    low = {p: contrast(named[p[0]], named[p[1]]) for p in TEXT_ON}
    assert not {p: c for p, c in low.items() if c < 4.5}
    drawn = {p: contrast(named[p[0]], named[p[1]]) for p in GRAPHICS_ON}
    assert not {p: c for p, c in drawn.items() if c < 3}
