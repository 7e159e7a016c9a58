"""Figures show every method where its figures say, and can be done without."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from made_up_evaluations import made_up
from PIL import Image as Pillow

from scenewise.charades import figures
from scenewise.charades.certainty import first_share
from scenewise.charades.figures import accuracy_figure, scenes_figure, write_figures
from scenewise.charades.reporting import write_report


def test_dots_lie_at_the_accuracy_and_lines_at_the_interval() -> None:
    told = made_up({"baseline": 0.02, "grid": 0.4, "mean": 0.0})
    held_out, trained = accuracy_figure(told).axes
    for axes, split in ((held_out, "test"), (trained, "train")):
        shares = [first_share(parts[split]) for parts in told.values()]
        dots = [line for line in axes.lines if line.get_marker() == "o"]
        assert [(x.get_xdata()[0], x.get_ydata()[0]) for x in dots] == [
            (100 * share.mean, row) for row, share in enumerate(shares)
        ]
        whiskers = [tuple(line.get_xdata()) for line in axes.lines if line.get_linewidth() == 2.2]
        assert whiskers == [(100 * share.low, 100 * share.high) for share in shares]
        assert axes.get_xlim()[1] > max(100 * share.high for share in shares)


def test_scenes_are_written_with_their_counts() -> None:
    told = made_up({"baseline": 0.1, "grid": 0.5})
    del told["baseline"]["train"]
    held_out, trained = scenes_figure(told).axes
    texts = [text.get_text() for text in held_out.texts]
    assert texts[:2] == [str(told[name]["test"].scenes["Basement"]) for name in told]
    assert trained.texts[0].get_text() == "–"


def test_pictures_can_be_opened_and_are_complete(tmp_path: Path) -> None:
    files = write_figures(tmp_path, made_up({"grid": 0.5, "a method of $5": 0.2}, videos=8))
    assert [path.name for path in files] == [
        "accuracy.png", "accuracy.svg", "scenes.png", "scenes.svg",
    ]  # fmt: skip
    for path in files:
        if path.suffix == ".svg":
            assert ElementTree.parse(path).getroot().tag.endswith("svg")
        else:
            with Pillow.open(path) as picture:
                assert min(picture.size) > 150


def test_without_the_library_tables_are_written_nevertheless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "find_spec", lambda name: None)
    files = write_report(tmp_path, made_up({"grid": 0.5}, videos=8))
    assert [path.name for path in files] == ["report.md", "accuracy.csv", "scenes.csv"]
    assert "![" not in files[0].read_text(encoding="utf-8")
