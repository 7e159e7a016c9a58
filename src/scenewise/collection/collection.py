"""A collection of videos that can be searched: the door for Python."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scenewise.collection.arithmetic import Encoder, Sums
from scenewise.collection.asking import ask
from scenewise.collection.copies_finding import CopyReport, copies_in, remembered
from scenewise.collection.copies_options import FootageOptions
from scenewise.collection.errors import StoreInvalid, StoreMissing, StoreOfAnotherModel
from scenewise.collection.eyes import Eyes, is_blind, open_again, open_eyes, sharing_cores
from scenewise.collection.finding import Found, find
from scenewise.collection.folding import without_copies
from scenewise.collection.indexing import IndexReport, Means, index
from scenewise.collection.looking import Looker, chosen_reader, chosen_selector
from scenewise.collection.options import IndexOptions, settled
from scenewise.collection.place import check_mark
from scenewise.collection.planning import plan
from scenewise.collection.query import Query, read_query
from scenewise.collection.results import Hit
from scenewise.collection.searching import SearchOptions
from scenewise.collection.store import Store
from scenewise.collection.tables import read_table
from scenewise.collection.types import Known, ModelMark, Video
from scenewise.collection.where import Where
from scenewise.core.errors import ModelMissing
from scenewise.core.ports import Embedder
from scenewise.core.progress import Progress

if TYPE_CHECKING:
    from scenewise.collection.accounts import AccountReport
    from scenewise.collection.accounts_options import AccountOptions
    from scenewise.collection.evaluation import EvaluateOptions, Evaluation
    from scenewise.collection.evaluation_files import Judgements, Trials
    from scenewise.collection.topic_options import TopicOptions
    from scenewise.collection.topic_results import Topics

Named = str | os.PathLike[str]
Paths = Sequence[Named]


class Collection:
    """Videos, the frames that sum them up, and all that is known of them, in one folder.

        collection = scenewise.Collection.create("news.store")
        report = collection.index(["downloads", "posts.csv"])
        for hit in collection.search("a destroyed tank on a street"):
            print(hit.id, hit.score, hit.moments[0].time)
        for topic in collection.topics(Where(account=("nina",))).topics:
            print(topic.label, topic.videos)

    Attributes:
        store: where everything is kept.
        notes: lines that a person should know about how it was opened.
    """

    def __init__(self, store: Store, eyes: Eyes | None = None) -> None:
        self.store = store
        self.notes: tuple[str, ...] = (eyes.note,) if eyes is not None and eyes.note else ()
        self._eyes = eyes

    @classmethod
    def create(
        cls,
        folder: str | os.PathLike[str],
        options: IndexOptions | None = None,
        *,
        progress: Progress | None = None,
    ) -> Collection:
        """A new collection.

        Args:
            folder: where it is kept; made where it is missing.
            options: the model and the way frames are chosen are remembered.
            progress: shows the download of the model.

        Raises:
            StoreExists: there is something in the folder.
            ModelMissing: the model asked for cannot be had. Where none is asked for and the
                default cannot be had, the collection has no vectors, and `notes` says so.
            UnknownChoice: there is no selector of that name.
        """
        options = options or IndexOptions()
        chosen = settled(options)
        chosen_selector(chosen.selector, chosen.frames)  # refused before anything is loaded
        eyes = open_eyes(options.clip, chosen.summary, batch=options.batch, progress=progress)
        return cls(Store.create(Path(folder), eyes.mark), eyes)

    @classmethod
    def open(
        cls,
        folder: str | os.PathLike[str],
        options: IndexOptions | None = None,
        *,
        progress: Progress | None = None,
    ) -> Collection:
        """A collection that is there. Its model is loaded when it is first needed.

        Args:
            folder: where it is kept.
            options: where they name a model or a way to choose frames, the collection must
                have been made with it.
            progress: shows the download of the model.

        Raises:
            StoreMissing: there is none.
            StoreOfAnotherModel: it was made with another model, or frames chosen otherwise.
        """
        store = Store.open(Path(folder))
        if options is None:
            return cls(store)
        mark = store.mark
        chosen = settled(options, mark.summary)
        if not options.clip:
            wanted = ModelMark(mark.name, mark.revision, mark.dimension, chosen.summary)
            return cls(store if wanted == mark else Store.open(Path(folder), wanted))
        if is_blind(mark):
            raise StoreOfAnotherModel(
                "the collection was made without a model and has no vectors",
                path=Path(folder),
                remedy="index into another folder",
            )
        eyes = open_eyes(options.clip, chosen.summary, batch=options.batch, progress=progress)
        return cls(Store.open(Path(folder), eyes.mark), eyes)

    @property
    def mark(self) -> ModelMark:
        """The model and the way frames are chosen."""
        return self.store.mark

    def videos(self, where: Where | None = None) -> list[Video]:
        """The videos, all or those that pass."""
        return list(self.store.videos(where=where))

    def index(
        self,
        paths: Paths | Found,
        *,
        metadata: Paths = (),
        options: IndexOptions | None = None,
        prune: bool = False,
        progress: Progress | None = None,
    ) -> IndexReport:
        """Bring the collection up to date with files, folders, patterns and tables.

        What is there and unchanged is left alone; what cannot be used is told in the report
        and stops nothing. May be interrupted at any moment and called again.

        Args:
            paths: what to look through (see `finding.find`).
            metadata: tables about the videos, beside `.info.json` files that lie with them.
            options: how text is read, and frames at once.
            prune: remove videos whose files are gone.
            progress: told of every video.

        Raises:
            TableInvalid: a table cannot be read at all.
            ModelMissing: the collection's model is not on this machine.
        """
        options = options or IndexOptions()
        found = paths if isinstance(paths, Found) else find(paths, leave_out=self.store.folder)
        tables = [read_table(table) for table in metadata]
        videos = self.store.videos()
        known = {v.id: Known(v.path, v.digest, v.size, v.modified) for v in videos}
        planned = plan(found, known, tables, progress)
        report = index(
            self.store,
            videos,
            planned,
            lambda: self._means(options, progress),
            prune=prune,
            progress=progress,
        )
        self._note_failures(report)
        return report

    def search(
        self,
        query: Query | str,
        *,
        options: SearchOptions | None = None,
        sums: Sums = "balanced",
        fold: bool = True,
        progress: Progress | None = None,
    ) -> tuple[Hit, ...]:
        """The moments that answer a query best, grouped by video.

        Args:
            query: from `query.read_query`, or words alone.
            options: how results are chosen.
            sums: how ideas are added: `balanced`, or `plain` as in the article.
            fold: whether copies of a video that is shown are named there and not shown.
            progress: shows the download of the model.

        Raises:
            QueryInvalid: there is nothing to look for, or a picture is looked for in a
                collection without vectors.
            VideoUnknown: an example is not in the collection.
            ModelMissing: the collection's model is not on this machine.
        """
        options = options or SearchOptions()
        query = read_query([query]) if isinstance(query, str) else query
        embedder = self._sight(32, progress).embedder
        encoder = None if embedder is None else Encoder(embedder.texts, embedder.images)
        if not fold or encoder is None:
            return ask(self.store, query, encoder, options=options, sums=sums)
        more = replace(options, limit=min(10_000, 3 * options.limit))
        hits = ask(self.store, query, encoder, options=more, sums=sums)
        videos = self.store.videos([hit.id for hit in hits])
        durations = {video.id: video.duration for video in videos}
        known = remembered(self.store, videos)
        return without_copies(hits, self.store.matrix(), durations, options.limit, known)

    def copies(
        self,
        where: Where | None = None,
        *,
        options: FootageOptions | None = None,
        progress: Progress | None = None,
    ) -> CopyReport:
        """Groups of videos with the same footage, also as a part, mirrored, cropped, with a
        logo, between bars, in other colours or sped up.

        Args:
            where: which videos are compared; None for all. What is found among all is
                remembered, so that `search` shows one of several copies.
            options: how much it takes to call two videos copies.
            progress: told of every video.
        """
        return copies_in(self.store, where, options, progress)

    def topics(
        self,
        where: Where | None = None,
        *,
        search: Query | str = "",
        found: int = 500,
        least: float = 0.8,
        options: TopicOptions | None = None,
        progress: Progress | None = None,
    ) -> Topics:
        """What videos are about, by month and by account; `topic_files.write_topics` writes it.

        Args:
            where: which videos are looked at; None for all.
            search: only those that a search finds, within `where`; empty for no search.
            found: videos of that search at most, best first.
            least: score of that search under which videos are left out, 0 to 1.
            options: how topics are found.
            progress: told of every step.

        Raises:
            StoreInvalid: the collection has no vectors.
            TooFew: there are too few frames or videos to group.
            QueryInvalid, ModelMissing: see `search`. Without a search the model only names
                topics by what is seen; where it is missing, the notes of the result say so.
        """
        from scenewise.collection.sheet import filters
        from scenewise.collection.topics import find_topics

        if is_blind(self.mark):
            raise StoreInvalid(
                "the collection was made without a model and has no vectors to find topics in",
                path=self.store.folder,
                remedy="index into a new folder with a model, such as --clip pocket",
            )
        where = where or Where()
        about = filters(where)
        only = frozenset(self.store.ids(where)) if about else None
        if search:
            query = read_query([search]) if isinstance(search, str) else search
            among = SearchOptions(limit=found, least=least)
            query = replace(query, where=where) if about else query
            only = frozenset(
                hit.id for hit in self.search(query, options=among, fold=False, progress=progress)
            )
            words = f" for “{query.words}”" if query.words else ""
            about = [f"a match{words} (score {least:g} at least)", *filters(query.where)]
        embedder: Embedder | None = None
        notes: tuple[str, ...] = ()
        try:
            embedder = self._sight(32, progress).embedder
        except ModelMissing as missing:
            notes = (f"topics are not named by what is seen in them: {missing.what}",)
        topics = find_topics(
            self.store, embedder, options=options, only=only, about=about, progress=progress
        )
        return replace(topics, notes=(*notes, *topics.notes))

    def accounts(
        self,
        where: Where | None = None,
        *,
        topics: Topics | Mapping[str, str] | None = None,
        copies: bool = True,
        options: AccountOptions | None = None,
        progress: Progress | None = None,
    ) -> AccountReport:
        """Who posts how much, when all at once, about what, and who shows it first.

        Args:
            where: which videos are looked at; None for all.
            topics: of videos: what `topics` found, or names by id; None for none.
            copies: whether it is looked for who repeats whom.
            options: how posts are counted.
            progress: told of every video.
        """
        from scenewise.collection.accounts import accounts_of
        from scenewise.collection.topic_results import NONE, Topics

        groups = self.copies(where, progress=progress).groups if copies else None
        if isinstance(topics, Topics):
            named = (video for video in topics.videos if video.main != NONE)
            topics = {video.id: topics.label(video.main) for video in named}
        return accounts_of(self.videos(where), groups, topics, options)

    def evaluate(
        self,
        queries: Named | Trials,
        judgements: Named | Judgements,
        *,
        options: EvaluateOptions | None = None,
        sums: Sums = "balanced",
        progress: Progress | None = None,
    ) -> Evaluation:
        """How well queries whose answers are known are answered.

        Args:
            queries: see `evaluation_files.read_trials`.
            judgements: see `evaluation_files.read_judgements`.
            options: what is measured.
            sums: how ideas are added.
            progress: told of every query.

        Returns:
            Figures; rows of the files that cannot be used are among its failures.

        Raises:
            FileMissing, FileUnreadable: a file is not there, or may not be read.
            InputError: a file holds nothing of use, no query has a judgement, or no video
                judged is in the collection.
            ComponentMissing: the library of the measures is not installed.
        """
        from scenewise.collection import evaluation, evaluation_files

        if isinstance(queries, str | os.PathLike):
            queries = evaluation_files.read_trials(Path(queries))
        if isinstance(judgements, str | os.PathLike):
            judgements = evaluation_files.read_judgements(Path(judgements))
        done = evaluation.evaluate(
            self,
            queries.rows,
            judgements.grades,
            known=self.store.ids(),
            sees=not is_blind(self.mark),
            options=options,
            sums=sums,
            progress=progress,
        )
        unfit = (*queries.failures, *judgements.failures)
        return replace(done, failures=(*unfit, *done.failures))

    def _note_failures(self, report: IndexReport) -> None:
        """Keep which files could not be used, and forget those that are gone."""
        before = {failure.path: failure for failure in self.store.failures}
        for failure in report.failures:
            if failure.size and before.get(failure.path) != failure:
                self.store.fail(failure)
        gone = [path for path in before if not Path(path).exists()]
        if gone:
            self.store.forget_failures(gone)

    def _means(self, options: IndexOptions, progress: Progress | None) -> Means:
        chosen = settled(options, self.mark.summary)
        selector = chosen_selector(chosen.selector, chosen.frames)
        reader = chosen_reader(options.text, options.reading)
        embedder = self._sight(options.batch, progress).embedder
        strips = self.store.strips
        return Means(
            lambda is_seen: Looker(selector, reader, is_seen, strips),
            embedder,
            options.batch,
            nullcontext if embedder is None else sharing_cores,
        )

    def _sight(self, batch: int, progress: Progress | None) -> Eyes:
        """The model, loaded when it is first needed, and checked to be the one it was."""
        if self._eyes is None:
            eyes = open_again(self.mark, batch=batch, progress=progress)
            check_mark(self.store.folder, self.mark, eyes.mark)
            self._eyes = eyes
        return self._eyes


def open_or_create(
    folder: str | os.PathLike[str],
    options: IndexOptions | None = None,
    *,
    progress: Progress | None = None,
) -> Collection:
    """The collection of a folder, made where there is none.

    Raises:
        StoreExists: the folder holds something else.
        StoreOfAnotherModel, ModelMissing: see `Collection.open` and `Collection.create`.
    """
    try:
        return Collection.open(folder, options or IndexOptions(), progress=progress)
    except StoreMissing:
        return Collection.create(folder, options, progress=progress)
