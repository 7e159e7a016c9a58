"""The door for Python to topics, accounts and evaluations: the same as the commands do."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("lancedb")

from store_samples import a_video
from topic_samples import D, items, unit

import scenewise
from scenewise.collection.errors import StoreInvalid
from scenewise.collection.evaluation_files import read_trials
from scenewise.collection.eyes import Eyes, blind
from scenewise.collection.query import QueryInvalid, read_query
from scenewise.collection.store import Store
from scenewise.collection.topic_files import write_topics
from scenewise.collection.topic_options import TopicOptions
from scenewise.collection.topic_results import Topics
from scenewise.collection.types import ModelMark
from scenewise.collection.where import Where
from scenewise.core.errors import InputError, ModelMissing

MARK = ModelMark("gone/model", "r1", D, "uniform 5")
TOPICS = TopicOptions(smallest=4)


class _Axes:
    """An embedder whose sentences are directions: `3` is the third axis, all others the first."""

    name, dimension = "axes", D

    def texts(self, texts: Sequence[str]) -> np.ndarray:
        axes = [int(text) if text.isdigit() else 0 for text in texts]
        return np.eye(D, dtype=np.float32)[axes]

    def images(self, images: Sequence[object]) -> np.ndarray:
        raise AssertionError("no picture is searched with")


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> scenewise.Collection:
    """Sixty videos, of which the first eight lie along the third axis."""
    rng = np.random.default_rng(0)
    made = [
        (
            video,
            [
                replace(one, vector=unit(one.vector + 4 * (at < 8) * np.eye(D)[3]))
                if at < 8
                else replace(one, vector=unit(one.vector + 0.1 * rng.normal(size=D)))
                for one in frames
            ],
        )
        for at, (video, frames) in enumerate(items(60)[0])
    ]
    store = Store.create(tmp_path_factory.mktemp("news") / "store", MARK)
    store.put_all(made)
    return scenewise.Collection(store, Eyes(_Axes(), MARK))


@pytest.mark.slow
def test_topics_are_found_written_and_told_of_accounts(news, tmp_path):
    pytest.importorskip("bertopic")
    every = news.topics(options=TOPICS)
    assert len(every.videos) == 60
    assert (every.about, every.notes) == ((), ())
    files = write_topics(tmp_path, every, news.store)
    assert all(path.stat().st_size for path in files.values())
    assert files["page"].read_text("utf-8").startswith("<!doctype html>")

    told = news.accounts(topics=every, copies=False)
    number = next(one.number for one in every.topics if one.main)
    posted = sum(one.topics.get(every.label(number), 0) for one in told.accounts)
    assert posted == sum(video.main == number for video in every.videos) > 0


@pytest.fixture
def looked_at(news, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[set[str], Any]]:
    """Of which videos topics are sought, all None, and what is said about them."""
    nothing = Topics((), (), (), None, None, (), 0)  # type: ignore[arg-type]

    def finding(store: Store, embedder: object, *, only, about, **_: object) -> Topics:
        assert embedder is not None
        return replace(nothing, about=tuple(about), videos=None if only is None else tuple(only))

    monkeypatch.setattr("scenewise.collection.topics.find_topics", finding)

    def asked(*where: Where, **given: Any) -> tuple[Any, tuple[str, ...]]:
        topics = news.topics(*where, **given)
        return topics.videos and set(topics.videos), topics.about

    return asked


def test_topics_are_sought_in_all_in_some_and_in_what_a_search_finds(news, looked_at):
    assert looked_at() == (None, ())
    omar = Where(account=("omar",))
    mine = set(news.store.ids(omar))
    assert looked_at(omar) == (mine, ("account omar",))
    some, about = looked_at(search="3")
    assert {f"v{at:03d}" for at in range(8)} <= some
    assert len(some) < 30
    assert about == ("a match for “3” (score 0.8 at least)",)
    both, about = looked_at(omar, search="3")
    assert {"v001", "v005"} <= both <= mine
    assert about == ("a match for “3” (score 0.8 at least)", "account omar")
    assert looked_at(search=read_query(["3"], where=omar)) == (both, about)
    few, _ = looked_at(search="3", found=6, least=0.0)
    assert len(few) == 6


def test_topics_need_vectors_and_only_a_search_needs_the_model(news, tmp_path):
    dark = scenewise.Collection(Store.create(tmp_path / "dark", blind("uniform 5")))
    with pytest.raises(StoreInvalid, match="has no vectors"):
        dark.topics()
    gone = scenewise.Collection.open(news.store.folder)
    with pytest.raises(ModelMissing):
        gone.topics(search="3")
    with pytest.raises(InputError, match="no frame"):
        news.topics(Where(account=("nobody",)))


def test_accounts_with_and_without_copies_and_topics(news):
    bare = news.accounts(copies=False)
    assert [one.name for one in bare.accounts] == ["nina", "omar", "petra"]
    assert (bare.videos, bare.repeats, bare.untold) == (60, None, None)
    omar = news.accounts(Where(account=("omar",)), topics={"v001": "goals"}, copies=False)
    assert (omar.videos, omar.untold) == (15, 14)
    assert dict(omar.accounts[0].topics) == {"goals": 1}
    (again,) = news.accounts(Where(account=("omar",))).repeats
    assert (again.id, again.of, again.first, again.own) == ("v005", "v001", "omar", True)


def test_an_evaluation_from_files_tells_what_of_them_is_not_usable(tmp_path: Path):
    pytest.importorskip("ir_measures")
    store = Store.create(tmp_path / "s", blind("uniform 5"))
    store.put(a_video("a", description="a tank on a street"), [])
    store.put(a_video("b", description="a parade"), [])
    collection = scenewise.Collection(store)
    asked = tmp_path / "q.jsonl"
    rows = [{"id": "q1", "text": "tank"}, {"id": "q2", "text": "parade"}, {"text": "no name"}]
    asked.write_text("".join(json.dumps(row) + "\n" for row in rows))
    judged = tmp_path / "j.qrels"
    judged.write_text("q1 0 a 1\nq2 0 b 1\n")
    done = collection.evaluate(asked, str(judged))
    whole = done.way("whole")
    assert whole is not None
    assert whole.figures["MRR@5"].mean == 1
    assert ["no id" in one.reason or "id" in one.reason for one in done.failures] == [True]
    again = collection.evaluate(read_trials(asked), judged)
    assert again.ways == done.ways
    with pytest.raises(QueryInvalid):
        collection.search(" ")
