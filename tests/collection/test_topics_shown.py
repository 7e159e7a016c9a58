"""Topics as tables, pictures, a page, and on the command line."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser

import numpy as np
import pytest

pytest.importorskip("lancedb")

from PIL import Image as Pillow
from store_samples import a_video
from topic_samples import D, items, jpeg

from scenewise.cli.running import run
from scenewise.collection.eyes import blind
from scenewise.collection.store import Store
from scenewise.collection.topic_page import page
from scenewise.collection.topic_plots import write_plots
from scenewise.collection.topic_results import (
    Exemplar,
    Quality,
    Topic,
    TopicMap,
    Topics,
    VideoTopics,
)
from scenewise.collection.topic_tables import SHARES, write_tables
from scenewise.collection.topic_times import shares
from scenewise.collection.types import ModelMark
from scenewise.core.errors import OutputUnwritable

HOSTILE = '</script><img src=x onerror=alert(1)> & "蛋糕" $x_1$'

# looked for, not imported: each process collects all tests, and this takes seconds
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("bertopic") is None, reason="could not import 'bertopic'"
)


def _topics(*, dated: bool = True, count: int = 3) -> Topics:
    videos = tuple(
        VideoTopics(
            f"v{at}",
            "ab"[at % 2] if dated else "",
            datetime(2024, 1 + 3 * (at % 2), 2, 3, 4, 5, tzinfo=UTC) if dated else None,
            at % count,
            {at % count: 0.6, -1: 0.4},
        )
        for at in range(12)
    )
    topics = tuple(
        Topic(n, HOSTILE if n == 0 else f"topic {n}", (("cake", 0.5),), (("in a kitchen", 1.5),),
              9, 4, 4, 2.4, (Exemplar("v0", 1.25, 0.9),))
        for n in range(count)
    )  # fmt: skip
    plane = TopicMap(
        tuple(video.id for video in videos),
        (1.5,) * 12,
        np.array([video.main for video in videos]),
        np.random.default_rng(0).random((12, 2)),
    )
    quality = Quality(0.25, 0.9, 2.0, 0.4, 0.0)
    return Topics(topics, videos, shares(videos), quality, plane, (HOSTILE,), 3, ("a note",))


def _rows(path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def test_tables_hold_topics_mixtures_months_and_accounts(tmp_path):
    files = write_tables(tmp_path, _topics())
    topics, videos, months, accounts = (
        _rows(files[name]) for name in ("topics", "videos", "months", "accounts")
    )
    assert topics[0]["label"] == HOSTILE
    assert topics[0]["exemplars"] == "v0@1.25"
    assert len(videos) == 12
    assert videos[0]["posted"] == "2024-01-02T03:04:05Z"
    for row in videos:
        whole = sum(float(row[name]) for name in ("no topic", "topic 0", "topic 1", "topic 2"))
        assert whole == pytest.approx(1)
    assert {row["month"] for row in months} == {"2024-01", "2024-04"}
    assert sum(float(row["weight"]) for row in months) == pytest.approx(12)
    assert list(accounts[0]) == list(SHARES)
    assert sum(float(r["weight"]) for r in accounts if not r["month"]) == pytest.approx(12)


def test_pictures_are_written_and_those_without_content_left_out(tmp_path):
    files = write_plots(tmp_path, _topics(), lambda name, time: jpeg())
    assert sorted(files) == ["accounts", "map", "months", "topics"]
    for path in files.values():
        with Pillow.open(path) as opened:
            assert opened.format == "PNG"
            assert len(set(opened.convert("L").resize((64, 64)).tobytes())) > 8  # not blank
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "accounts.png", "map.png", "months.png", "topics.png",
    ]  # fmt: skip
    bare = write_plots(tmp_path, _topics(dated=False), lambda name, time: jpeg())
    assert sorted(bare) == ["map", "topics"]


def test_more_topics_than_colours_are_drawn(tmp_path):
    assert len(write_plots(tmp_path, _topics(count=12), lambda name, time: jpeg())) == 4


class _Reader(HTMLParser):
    """What a page asks for, and its data."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href", "srcset", "action", "style"):
                self.addresses.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_needs_nothing_else_and_believes_no_label():
    made = page(_topics(), [a_video("v0", title=HOSTILE)], lambda name, time: jpeg(), HOSTILE)
    reader = _Reader()
    reader.feed(made)
    assert not reader.handlers
    assert all(a.startswith(("data:", "#")) for a in reader.addresses)
    assert "http://" not in made.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in made
    assert HOSTILE in reader.text
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', made, re.DOTALL)
    told = json.loads(data[1])
    assert told["labels"][0] == HOSTILE
    assert len(told["points"]) == 12
    assert told["months"] == ["2024-01", "2024-02", "2024-03", "2024-04"]


def test_a_page_without_topics_dates_and_accounts_is_still_one():
    bare = _topics(dated=False)
    nowhere = TopicMap((), (), np.zeros(0, int), np.zeros((0, 2)))
    videos = tuple(VideoTopics(video.id, "", None, -1, {-1: 1.0}) for video in bare.videos)
    empty = Topics((), videos, (), bare.quality, nowhere, (), 3)
    made = page(empty, [], lambda name, time: jpeg(), "x")
    assert "No topic was found" in made
    assert 'id="months"' not in made


def _store(folder, made) -> Store:
    store = Store.create(folder, ModelMark("gone/model", "r1", D, "uniform 5"))
    store.put_all(made)
    return store


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--account", "nobody"), "there is no frame"),
        (("--since", "yesterday"), "is no date"),
        (("--mode", "lda"), "--mode cannot be 'lda'"),
        (("--text-weight", "3"), "--text-weight cannot be 3"),
    ],
)
def test_what_cannot_be_grouped_is_one_clear_line(tmp_path, capfd, arguments, what):
    _store(tmp_path / "s", items(6)[0])
    out = tmp_path / "out"
    assert run(["topics", "--store", str(tmp_path / "s"), "-o", str(out), *arguments]) == 2
    (line,) = [line for line in capfd.readouterr().err.splitlines() if line.strip()]
    assert what in line
    assert not out.exists()


def test_a_collection_without_vectors_and_a_missing_one_are_told(tmp_path, capfd):
    Store.create(tmp_path / "blind", blind("uniform 5"))
    assert run(["topics", "--store", str(tmp_path / "blind"), "-o", str(tmp_path / "o")]) == 2
    assert "has no vectors" in capfd.readouterr().err
    assert run(["topics", "--store", str(tmp_path / "none"), "-o", str(tmp_path / "o")]) == 2
    assert len(capfd.readouterr().err.strip().splitlines()) == 1


def test_a_search_needs_the_model_that_is_gone(tmp_path, capfd):
    _store(tmp_path / "s", items(6)[0])
    arguments = ["--store", str(tmp_path / "s"), "-o", str(tmp_path / "o"), "--search", "cake"]
    assert run(["topics", *arguments]) == 3
    assert not (tmp_path / "o").exists()


def test_a_folder_that_cannot_be_made_is_told_before_the_work(tmp_path, capfd):
    _store(tmp_path / "s", items(6)[0])
    (tmp_path / "file").write_text("x")
    code = run(["topics", "--store", str(tmp_path / "s"), "-o", str(tmp_path / "file" / "o")])
    assert code == OutputUnwritable.exit_code
    assert "cannot be made" in capfd.readouterr().err


@pytest.mark.slow
def test_the_command_writes_everything_and_tells_it(tmp_path, capfd):
    _store(tmp_path / "s", items(40)[0])
    arguments = ["topics", "--store", str(tmp_path / "s"), "-o", str(tmp_path / "out")]
    assert run(arguments) == 0
    told = capfd.readouterr().out
    assert told.startswith("4 topics in 40 videos\n")
    assert "football" in told
    assert "Quality: coherence of words" in told
    assert "Note: topics are not named by what is seen" in told
    names = {path.name for path in (tmp_path / "out").iterdir()}
    tables = {"topics.csv", "videos.csv", "months.csv", "accounts.csv"}
    assert names == tables | {"topics.html", "topics.png", "months.png", "accounts.png", "map.png"}
    assert run([*arguments, "--json", "--account", "omar"]) == 0
    plain = json.loads(capfd.readouterr().out)
    assert plain["about"] == ["account omar"]
    assert len(plain["videos"]) == 10
    assert set(plain["files"]) >= {"page", "videos_table", "map_picture"}
