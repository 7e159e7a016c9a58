"""A drawn set of short videos and its index, made once and used by several benchmarks."""

from __future__ import annotations

import itertools
import json
import sys
import time
from pathlib import Path
from typing import Any


def drawn_set(folder: Path, count: int, seed: int) -> Path:
    """A set with its queries and judgements: the folder itself where one has been drawn into it
    (`scenewise synth social -o FOLDER`), else one of so many videos within it.

    What a run that was stopped has drawn is not drawn again.
    """
    from scenewise.synthetic.social_queries import make_social_queries
    from scenewise.synthetic.social_set import make_social_set

    place = folder
    if not (folder / "truth.json").is_file():
        place = make_social_set(folder / f"social-{count}-{seed}", count, seed=seed)
    if not (place / "queries.jsonl").is_file():
        make_social_queries(place, seed=seed)
    return place


def truth_of(place: Path) -> dict[str, Any]:
    """What is known of a set."""
    return dict(json.loads((place / "truth.json").read_text(encoding="utf-8")))


def indexed(place: Path, clip: str = "pocket", *, reading: bool = True, quiet: bool = True) -> Any:
    """The set as a collection, in a folder beside its videos; one for each model, and with and
    without the writing that is read on screen. One that is whole is used as it is."""
    from scenewise.collection.collection import open_or_create
    from scenewise.collection.errors import StoreOfAnotherModel
    from scenewise.collection.options import IndexOptions

    options = IndexOptions(clip=clip, text="rapidocr" if reading else "none")
    kind = "read" if reading else "unread"
    for number in itertools.count(1):
        try:
            collection = open_or_create(place / f"store-{kind}-{number}", options)
        except StoreOfAnotherModel:  # the model has changed since
            continue
        break
    start = time.perf_counter()
    report = collection.index([place / "videos"], options=options)
    if report.failures:
        sys.exit(f"not indexed: {report.failures[0].path}: {report.failures[0].reason}")
    if not quiet:
        print(f"  indexed in {time.perf_counter() - start:.0f} s", flush=True)
    return collection
