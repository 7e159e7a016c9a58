"""Figures: what they measure of planted vectors and sentences is what was planted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from scenewise.cli.distinctad_figures_acting import tables_beside
from scenewise.core.errors import OptionInvalid
from scenewise.distinctad import figures_similarity as similarity
from scenewise.distinctad import figures_tsne as tsne
from scenewise.distinctad.errors import ClipsInvalid
from scenewise.distinctad.figures_boxes import boxes
from scenewise.distinctad.figures_drawing import Drawn, look, save
from scenewise.distinctad.figures_making import _boxes_told
from scenewise.distinctad.figures_page import Entry, standing, write_page
from scenewise.distinctad.figures_sentences import (
    AGAIN,
    PLAIN,
    SHARED,
    alt_text,
    clips_shown,
    clock,
    compared,
)
from scenewise.distinctad.figures_strips import COLOURS, strip_image

# --- t-SNE ------------------------------------------------------------------------------------


def planted(spread: float, clips: int = 5, each: int = 8, channels: int = 24) -> np.ndarray:
    """[clips, each, channels]: each clip about a direction of its own."""
    rng = np.random.default_rng(0)
    return np.eye(channels)[:clips, None] + spread * rng.normal(size=(clips, each, channels))


def test_planted_clips_lie_apart_and_mixed_ones_do_not() -> None:
    labels = np.repeat(np.arange(5), 8)
    near = tsne.apart(planted(0.02).reshape(40, -1), labels)
    far = tsne.apart(planted(0.15).reshape(40, -1), labels)
    none = tsne.apart(np.random.default_rng(1).normal(size=(40, 24)), labels)
    assert near.silhouette > 0.95 > far.silhouette > 0.3 > 0.1 > none.silhouette
    assert near.own_mean == far.own_mean == 1.0
    assert none.own_mean < 0.5  # a vector does not count for the mean that it is compared with
    assert near.rank < far.rank < none.rank


def test_lengths_do_not_count_and_vectors_of_a_line_have_one_direction() -> None:
    rows, labels = planted(0.1).reshape(40, -1), np.repeat(np.arange(5), 8)
    scaled = rows * np.random.default_rng(2).uniform(0.5, 9, size=(40, 1))
    assert tsne.apart(rows, labels).silhouette == pytest.approx(
        tsne.apart(scaled, labels).silhouette
    )
    line = np.outer(np.linspace(-1, 1, 12), np.ones(4)) + np.array([0, 0, 3, 5])
    assert tsne.apart(line, np.repeat([0, 1], 6)).rank == pytest.approx(1, abs=1e-6)
    same = tsne.apart(np.ones((6, 4)), np.repeat([0, 1], 3))
    assert (same.silhouette, same.own_mean) == (0.0, 0.5)


def test_the_plane_keeps_planted_clips_together_and_is_the_same_again() -> None:
    rows, labels = planted(0.05).reshape(40, -1), np.repeat(np.arange(5), 8)
    points = tsne.on_plane(rows, perplexity=6, seed=3)
    assert points.shape == (40, 2)
    assert (points == tsne.on_plane(rows, perplexity=6, seed=3)).all()
    means = np.stack([points[labels == k].mean(axis=0) for k in range(5)])
    distances = np.linalg.norm(points[:, None] - means, axis=2)
    assert (distances.argmin(axis=1) == labels).all()


def test_perplexity_shrinks_with_the_vectors_and_too_few_are_refused() -> None:
    assert tsne.fitting_perplexity(160, 30) == 30
    assert tsne.fitting_perplexity(31, 30) == 10
    assert tsne.fitting_perplexity(3, 30) == 1
    with pytest.raises(ClipsInvalid, match="5 vectors are too few"):
        tsne.on_plane(np.eye(5))
    with pytest.raises(ClipsInvalid, match="cannot be told apart"):
        tsne.planes({"own": np.ones((4, 1, 8))})
    with pytest.raises(ValueError, match="two at least"):
        tsne.apart(np.eye(4), np.arange(4))


def test_what_queries_always_have_hides_clips_and_is_taken_away() -> None:
    rng = np.random.default_rng(4)
    queries, clips = 5 * rng.normal(size=(1, 6, 24)), rng.normal(size=(8, 1, 24))
    vectors = queries + clips + 0.1 * rng.normal(size=(8, 6, 24))
    found = tsne.measured(vectors)
    assert found.by_query > 0.8 > 0 > found.whole.silhouette
    assert found.centred.silhouette > 0.8
    assert found.centred.own_mean == 1.0
    assert np.allclose(tsne.centred(vectors).mean(axis=0), 0)
    # clips that are all alike are not told apart by rounding
    same = np.repeat(queries, 8, axis=0) * (1 + 1e-8 * rng.normal(size=(8, 6, 24)))
    assert not tsne.centred(same).any()
    assert tsne.measured(same).centred.silhouette == 0
    shown = tsne.planes({"own": same}, perplexity=5)
    assert shown[0].points.any()
    assert not shown[1].points.any()


def test_every_vector_stands_in_the_picture_as_the_number_of_its_clip() -> None:
    shown = tsne.planes({"own": planted(0.1), "attended": planted(0.3)}, perplexity=5)
    assert [(p.part, p.centred) for p in shown] == [
        ("own", False), ("attended", False), ("own", True), ("attended", True),
    ]  # fmt: skip
    figure = tsne.figure_of(shown)
    for axes, plane in zip(figure.axes, shown, strict=True):
        assert [text.get_text() for text in axes.texts] == [str(k) for k in plane.clips]
        assert [text.get_position() for text in axes.texts] == [tuple(p) for p in plane.points]
        assert f"{plane.apart.own_mean:.0%}" in axes.get_xlabel()
    assert [axes.get_title(loc="left")[:2] for axes in figure.axes] == ["H,", "H̃"] * 2


# --- similarities -------------------------------------------------------------------------------


def turned(*degrees: float) -> np.ndarray:
    """Vectors of a plane."""
    return np.stack([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], axis=1)


def test_similarities_are_the_cosines_of_planted_angles() -> None:
    matrix = similarity.similarities(turned(0, 60, 90) * [[2.0], [0.5], [1.0]])
    expected = [[1, 0.5, 0], [0.5, 1, np.sqrt(0.75)], [0, np.sqrt(0.75), 1]]
    assert np.allclose(matrix, expected)
    assert similarity.off_diagonal(matrix) == pytest.approx((0.5 + np.sqrt(0.75)) / 3)
    assert similarity.by_distance([matrix]) == pytest.approx([(0.5 + np.sqrt(0.75)) / 2, 0])
    both = similarity.by_distance([matrix, np.full((2, 2), 0.2)])
    assert both == pytest.approx([(0.7 + np.sqrt(0.75)) / 3, 0])


def test_a_clip_is_the_mean_of_its_frames_whatever_their_lengths() -> None:
    frames = np.stack([turned(0, 90) * [[7.0], [0.1]], turned(30, 30)])
    assert np.allclose(similarity.clip_vectors(frames), [[0.5, 0.5], turned(30)[0]])
    tokens = np.stack([frames, -frames], axis=2)  # of all tokens the first is the frame's
    assert np.allclose(similarity.clip_vectors(tokens), similarity.clip_vectors(frames))


def context(film: str, before: float, after: float, size: int = 4) -> similarity.Context:
    def matrix(value: float) -> np.ndarray:
        return np.where(np.eye(size, dtype=bool), 1.0, value)

    return similarity.Context(
        film, 0.0, 9.0, {"before": matrix(before), "after": matrix(after), "said": matrix(0.1)}
    )


def test_films_count_alike_and_changes_are_those_of_the_same_films() -> None:
    every = [context("a", 0.9, 0.8), context("a", 0.7, 0.6), context("b", 0.4, 0.3)]
    found = similarity.alike(every)
    assert found.means["before"].mean == pytest.approx(0.6)  # not 2/3: two films, three contexts
    assert (found.means["before"].low, found.means["before"].high) == pytest.approx((0.4, 0.8))
    assert found.change is not None
    assert found.change.mean == pytest.approx(-0.1)
    assert found.change.high == pytest.approx(-0.1)  # all films change by as much
    assert found.distances["said"] == pytest.approx([0.1] * 3)
    without = [similarity.Context(c.film, 0, 9, {"before": c.matrices["before"]}) for c in every]
    assert similarity.alike(without).change is None


def test_matrices_of_one_scale_stand_beside_each_other() -> None:
    figure = similarity.figure_of([context("a", 0.9, 0.8), context("b", 0.4, 0.3)])
    pictures = [axes for axes in figure.axes if axes.images]
    assert len(pictures) == 6
    assert {axes.images[0].get_clim() for axes in pictures} == {(0.1, 1.0)}
    assert pictures[0].get_title() == "clips, CLIP as it was\nmean 0.90"
    assert pictures[4].get_title() == "mean 0.30"


def blocky(noise: float = 0.01) -> tuple[np.ndarray, np.ndarray]:
    """Twelve clips; 3 to 6 and 9 to 11 look alike before, and Stage I tells the first of these
    blocks apart much, the second a little, as everything."""
    rng = np.random.default_rng(0)
    before = np.full((12, 12), 0.7)
    before[2:6, 2:6] = before[8:11, 8:11] = 0.95
    after = before - 0.05
    after[2:6, 2:6] -= 0.2
    matrices = []
    for matrix in (before, after):
        matrix = matrix + np.triu(noise * rng.normal(size=(12, 12)), 1)
        matrix = np.triu(matrix, 1) + np.triu(matrix, 1).T
        np.fill_diagonal(matrix, 1.0)
        matrices.append(matrix)
    return matrices[0], matrices[1]


def test_boxes_are_where_stage_one_tells_neighbours_apart() -> None:
    before, after = blocky()
    (box,) = boxes(before, after)
    assert (box.first, box.last) == (2, 5)
    assert (box.before, box.after) == pytest.approx((0.95, 0.70), abs=0.01)
    assert boxes(after, before) == []  # they become more alike
    assert boxes(before, before - 0.1) == []  # all by as much
    assert boxes(before[:2, :2], after[:2, :2]) == []
    rng = np.random.default_rng(1)
    noise = [np.corrcoef(rng.normal(size=(16, 4))) for _ in range(2)]
    assert len(boxes(noise[0], noise[1])) <= 2


def test_boxes_are_drawn_on_both_matrices_and_told() -> None:
    before, after = blocky()
    one = similarity.Context("a", 0.0, 9.0, {"before": before, "after": after, "said": np.eye(12)})
    pictures = [axes for axes in similarity.figure_of([one]).axes if axes.images]
    corners = [[patch.get_bbox().extents.tolist() for patch in axes.patches] for axes in pictures]
    assert corners == [[[1.5, 1.5, 5.5, 5.5]], [[1.5, 1.5, 5.5, 5.5]], []]
    told = _boxes_told([one])
    assert "clips 3 to 6 from 0.95 to 0.70" in told
    alone = similarity.Context("a", 0, 9, {"before": before, "said": np.eye(12)})
    assert similarity.told_apart(alone) == []
    assert "No green box" in _boxes_told([alone])


# --- the page -----------------------------------------------------------------------------------


def test_a_page_keeps_what_still_stands(tmp_path: Path) -> None:
    def entry(name: str, narrator: str, note: str) -> Entry:
        files = (tmp_path / f"{name}.png", tmp_path / f"{name}.csv")
        for file in files:
            file.write_text(name, "utf-8")
        numbers = {"mean": 0.5, "rows": [1, 2]}
        table = (("what", "mean"), [("clips", "0.50")])
        drawn = Drawn(name, f"Of {name}", f"All of {name}.", table, files, numbers)
        return Entry(drawn, {"narrator": narrator}, {"seed": 1}, (note,))

    assert standing(tmp_path, {"tsne": {"narrator": "a"}}) == []
    entries = [entry("tsne", "a", "few vectors"), entry("similarity", "a", "no Stage I")]
    page = write_page(tmp_path, "test", ["x"], entries, ["strips left out"])
    before = page.read_text("utf-8"), (tmp_path / "figures.json").read_bytes()
    same = {"narrator": "a"}
    kept = standing(tmp_path, {"tsne": same, "similarity": same, "strips": same})
    write_page(tmp_path, "test", ["x"], kept, ["strips left out"])
    assert (page.read_text("utf-8"), (tmp_path / "figures.json").read_bytes()) == before
    for part in ("![Of tsne", "| clips | 0.50 |", "All of similarity.", "- no Stage I"):
        assert part in before[0]
    (only,) = standing(tmp_path, {"tsne": same, "similarity": {"narrator": "b"}})
    assert only.drawn.name == "tsne"
    (tmp_path / "tsne.csv").unlink()
    assert standing(tmp_path, {"tsne": same}) == []
    (tmp_path / "figures.json").write_text('{"figures": {}, "page": {"tsne": 3}}', "utf-8")
    assert standing(tmp_path, {"tsne": same}) == []


# --- strips -------------------------------------------------------------------------------------


def test_words_in_common_and_words_said_before_are_marked_where_they_stand() -> None:
    told = compared(
        "Anna throws the ball, the red ball.", "A ball rolls to Anna.", "Anna throws a hat.",
        ["Anna"],
    )  # fmt: skip
    assert told.shared == ("ball",)
    assert told.again == ("throws",)  # neither the name nor small words
    assert told.parts == [
        ("Anna", PLAIN), ("throws", AGAIN), ("the", PLAIN), ("ball,", SHARED), ("the", PLAIN),
        ("red", PLAIN), ("ball.", SHARED),
    ]  # fmt: skip
    # what people say too is no repetition
    assert compared("She waves.", "He waves.", "She waves.").again == ()
    assert compared("", "He waves.").parts == []


SENTENCES = {
    "Ours": ["Anna waves.", "Anna waves.", ""],
    "Other": ["A dog runs.", "He sits.", "Rain falls on the roof of the house beside a lake."],
}
PEOPLE = ["Anna waves.", "She sits down.", "Rain."]


def shown(frames: int = 2) -> list:
    pictures = [
        [np.full((30, 40, 3), 40 * clip + 9 * k, np.uint8) for k in range(frames)]
        for clip in range(3)
    ]
    return clips_shown([0.0, 61.4, 3723.0], pictures, PEOPLE, SENTENCES, ["Anna"])


def test_a_strip_in_words_has_all_that_the_picture_has() -> None:
    lines = alt_text("film, 0:00 to 1:02:03", shown()).splitlines()
    assert lines == [
        "film, 0:00 to 1:02:03: 3 clips in a row, with what is said of each.",
        "Clip 1, 0:00. People: Anna waves.",
        "Ours: Anna waves. (in common: waves)",
        "Other: A dog runs.",
        "Clip 2, 1:01. People: She sits down.",
        "Ours: Anna waves. (said before: waves)",
        "Other: He sits. (in common: sits)",
        "Clip 3, 1:02:03. People: Rain.",
        "Ours: (nothing)",
        "Other: Rain falls on the roof of the house beside a lake. (in common: rain)",
    ]
    assert clock(59.9) == "0:59"


def test_a_strip_has_frames_sentences_and_marks_at_the_width_asked_for() -> None:
    picture = strip_image("film", shown(), width=900, columns=2)
    assert picture.shape[1] == 900
    assert picture.dtype == np.uint8
    for clip in range(3):  # every frame is there, in its own grey
        for k in range(2):
            assert (picture == 40 * clip + 9 * k).all(axis=2).sum() > 4000
    for kind in (SHARED, AGAIN):
        colour = tuple(int(COLOURS[kind][i : i + 2], 16) for i in (1, 3, 5))
        rows = np.flatnonzero((picture == colour).all(axis=2).sum(axis=1) > 20)
        assert len(rows)  # lines, not letters alone
    once = strip_image("film", shown(), width=900, columns=1)
    assert once.shape[0] > 1.5 * picture.shape[0]
    plain = clips_shown([0.0], [[np.zeros((8, 8, 3), np.uint8)]], ["He sits."], {})
    assert strip_image("film", plain, width=480).shape[1] == 480
    with pytest.raises(ValueError, match="needs clips with frames"):
        strip_image("film", [])


# --- files and flags ----------------------------------------------------------------------------


def test_pictures_carry_their_description_and_are_the_same_again(tmp_path) -> None:
    alt = "Two matrices, ≥ 0.5 everywhere [all of them]."
    with look():
        files = save(similarity.figure_of([context("a", 0.9, 0.8)]), tmp_path, "one", alt)
        first = [path.read_bytes() for path in files]
        save(similarity.figure_of([context("a", 0.9, 0.8)]), tmp_path, "one", alt)
    assert [path.read_bytes() for path in files] == first
    with Pillow.open(files[0]) as picture:
        assert picture.info["Description"] == alt
    assert "Two matrices" in files[1].read_text("utf-8")
    page = Drawn("one", "One", alt, (("a", "b"), [("1|2", "3")]), files, {}).markdown
    assert "![One: described below](one.png)" in page
    assert page.count(alt) == 1
    assert "| a | b |\n| --- | --- |\n| 1\\|2 | 3 |" in page
    assert "[one.svg](one.svg)" in page


def test_tables_beside_have_a_name_each() -> None:
    assert [str(p) for p in tables_beside(["a=x.csv", "b = y=z.csv"]).values()] == [
        "x.csv", "y=z.csv",
    ]  # fmt: skip
    for wrong in (["x.csv"], ["=x.csv"], ["a="]):
        with pytest.raises(OptionInvalid, match="NAME=TABLE"):
            tables_beside(wrong)
    with pytest.raises(OptionInvalid, match="twice"):
        tables_beside(["a=x.csv", "a=y.csv"])
