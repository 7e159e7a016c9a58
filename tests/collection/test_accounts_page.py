"""The page, the tables and the lines about accounts say the same, and say it safely."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from store_samples import MARK, a_video, some_frames

from scenewise.cli.accounts_acting import Files, act_accounts
from scenewise.cli.manner import Manner
from scenewise.collection.accounts import accounts_of
from scenewise.collection.accounts_options import AccountOptions
from scenewise.collection.accounts_page import page, told_delay
from scenewise.collection.accounts_plots import posts_plot
from scenewise.collection.accounts_tables import ACCOUNTS, read_topics, write_tables
from scenewise.collection.copies import Copy, CopyGroup
from scenewise.collection.store import Store
from scenewise.collection.tables import TableInvalid
from scenewise.collection.where import Where
from scenewise.core.errors import FileMissing, OutputUnwritable

START = datetime(2024, 1, 1, 12, tzinfo=UTC)
NASTY = '<script>alert("x")</script> & "ana"'


def _videos():
    days = [0, 7, 14, 21, 28, 35, 36, 36.2, 36.4, 36.6, 37, 37.2, 37.4, 42, 49, 70]
    made = [
        a_video(f"v{k}", k, account="ana", posted=START + timedelta(days=day), title=f"Post {k}")
        for k, day in enumerate(days)
    ]
    made.append(a_video("late", 50, account=NASTY, posted=START + timedelta(days=9), title=NASTY))
    made.append(a_video("lost", 51, account="", posted=None))
    return made


GROUPS = [CopyGroup(("v0", "late"), (Copy("v0", "late", 0, 1, 1, 1, True, 9, 0.99),))]


def _report(**more):
    return accounts_of(_videos(), GROUPS, {"v0": "ball", "v1": "cake", "v2": NASTY}, **more)


class _Reader(HTMLParser):
    """Whether every tag is closed, and what stands in the page."""

    VOID = ("meta", "link", "br")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict]] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_self_contained_and_safe():
    text = page(_report(), {v.id: v for v in _videos()}, "my <store>", "posted since 2024-01-01")
    reader = _Reader()
    reader.feed(text)
    assert reader.open == []
    names = [tag for tag, _ in reader.tags]
    assert "script" not in names
    assert names.count("svg") >= 3
    for _, attributes in reader.tags:
        assert not any(name.startswith("on") for name in attributes)
        assert attributes.get("href", "data:").startswith(("data:", "#"))
        assert "src" not in attributes
        assert "style" not in attributes  # its policy would not let it through
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert "prefers-color-scheme: dark" in text
    assert "Burst from" in text
    assert "my &lt;store&gt;" in text


def test_the_page_tells_what_is_not_known():
    text = " ".join(page(_report(), {}, "s").split())
    assert "1 video without a date is in no week" in text
    assert "Of 1 video the account is not known" in text
    assert "Of 15 videos no topic is given" in text
    bare = " ".join(page(accounts_of(_videos()), {}, "s").split())
    assert "Copies were not looked for" in bare
    assert "no topic is given" not in bare
    assert "There are no videos" in page(accounts_of([]), {}, "s")


def test_a_plot_has_a_bar_for_each_period_with_posts():
    report = _report()
    ana = report.accounts[0]
    plot = str(posts_plot(ana, report.periods, report.by))
    bars = re.findall(r'<rect class="(bar[^"]*)".*?<title>(\S+): (\d+)</title>', plot)
    assert {day: int(posts) for _, day, posts in bars} == {
        str(day): posts for day, posts in ana.counts.items() if posts
    }
    assert [day for kind, day, _ in bars if kind == "bar burst"] == ["2024-02-05"]
    assert "bursts: 2024-02-05 (8)" in plot
    heights = [float(h) for h in re.findall(r'height="([\d.]+)"><title>', plot)]
    by_posts = [int(posts) for *_, posts in bars]
    assert heights[by_posts.index(8)] == max(heights)
    wide = [float(x) for x in re.findall(r'<rect class="bar[^>]* x="([\d.]+)"', plot)]
    assert wide == sorted(wide)
    assert wide[-1] < 720


def test_tables_say_what_the_report_says(tmp_path):
    files = write_tables(tmp_path, _report())
    rows = {name: list(csv.DictReader(path.open())) for name, path in files.items()}
    assert set(rows) == {"accounts", "posts", "repeats", "topics"}
    ana = next(row for row in rows["accounts"] if row["account"] == "ana")
    assert (ana["videos"], ana["firsts"], ana["bursts"]) == ("16", "1", "2024-02-05: 8")
    posts = sum(int(row["posts"]) for row in rows["posts"] if row["account"] == "ana")
    assert posts == 16
    assert [row["start"] for row in rows["posts"] if row["burst"]] == ["2024-02-05"]
    (repeat,) = rows["repeats"]
    assert (repeat["id"], repeat["of"], repeat["hours"]) == ("late", "v0", "216.00")
    assert repeat["changes"] == "mirrored"
    assert sum(float(row["share"]) for row in rows["topics"] if row["account"] == "ana") == (
        pytest.approx(1, abs=1e-3)
    )
    assert set(write_tables(tmp_path, accounts_of(_videos()))) == {"accounts", "posts"}


def test_topics_are_read_with_their_labels_and_rows_that_do_not_fit(tmp_path):
    table = tmp_path / "videos.csv"
    table.write_text("id,account,topic,label\na,x,0,ball games\nb,x,1,\nc,x,,\n")
    topics, failures = read_topics(table)
    assert topics == {"a": "ball games", "b": "1"}
    assert len(failures) == 1
    assert "row 4" in failures[0].reason


def test_a_table_without_topics_is_refused(tmp_path):
    table = tmp_path / "videos.csv"
    table.write_text("id,theme\na,ball\n")
    with pytest.raises(TableInvalid, match="no row has both"):
        read_topics(table)
    table.write_text("name,topic\na,ball\n")
    with pytest.raises(TableInvalid):
        read_topics(table)
    with pytest.raises(FileMissing):
        read_topics(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (timedelta(minutes=5), "5 min"),
        (timedelta(hours=30), "30.0 h"),
        (timedelta(days=9), "9.0 days"),
    ],
)
def test_a_delay_is_told_in_words(after, told):
    assert told_delay(after) == told


@pytest.fixture
def store(tmp_path) -> Store:
    made = Store.create(tmp_path / "store", MARK)
    made.put_all([(video, some_frames(k)) for k, video in enumerate(_videos())])
    return made


def _act(store: Store, files: Files, where: Where | None = None, **more) -> int:
    form = {"json": more.pop("json", False), "quiet": True}
    return act_accounts(
        store.folder,
        files,
        where or Where(),
        AccountOptions(),
        Manner(**form),
        copies=more.pop("copies", False),
        csv=more.pop("csv", False),
    )


def test_the_command_writes_page_and_tables_and_tells_the_rest(store, tmp_path, capsys):
    topics = tmp_path / "videos.csv"
    topics.write_text("id,topic\nv0,ball\nv1,ball\nelsewhere,cake\n")
    html, folder = tmp_path / "pages" / "a.html", tmp_path / "tables"
    assert _act(store, Files(topics, html, folder)) == 0
    said = capsys.readouterr().out
    assert "2 accounts, 18 videos" in said
    assert "burst from 2024-02-05, until before 2024-02-12: 8 posts" in said
    assert "topics: ball (2)" in said
    assert "Note: 1 video without a date, in no week" in said
    assert "Note: the table of topics names 1 video not looked at" in said
    assert "<svg" in html.read_text()
    assert (folder / "accounts.csv").exists()


def test_the_command_tells_programs_the_same(store, capsys):
    assert _act(store, Files(None, None, None), json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["repeats"] is None
    assert told["without_date"] == 1
    assert told["accounts"][0]["posts"]["2024-02-05"] == 8
    assert _act(store, Files(None, None, None), csv=True) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert tuple(rows[0]) == ACCOUNTS
    assert [row["videos"] for row in rows] == ["16", "1", "1"]


def test_filters_narrow_what_is_counted(store, capsys):
    where = Where(account=("ana",), posted_from=START + timedelta(days=36))
    assert _act(store, Files(None, None, None), where, json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["account"] for one in told["accounts"]] == ["ana"]
    assert told["videos"] == 10


def test_copies_are_looked_for_when_asked_and_missing_files_stop_nothing(store, capsys):
    assert _act(store, Files(None, None, None), json=True, copies=True) == 0
    assert json.loads(capsys.readouterr().out)["repeats"] == []


def test_the_page_does_not_replace_the_table_it_is_made_from(store, tmp_path):
    topics = tmp_path / "videos.csv"
    topics.write_text("id,topic\nv0,ball\n")
    with pytest.raises(OutputUnwritable):
        _act(store, Files(topics, topics, None))
    assert topics.read_text().startswith("id,topic")
