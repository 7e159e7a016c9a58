"""Topics as files: a page, pictures and tables in one folder."""

from __future__ import annotations

from pathlib import Path

from scenewise.collection.store import Store
from scenewise.collection.topic_page import write_page
from scenewise.collection.topic_plots import write_plots
from scenewise.collection.topic_results import Topics
from scenewise.collection.topic_tables import write_tables


def write_topics(folder: Path, topics: Topics, store: Store) -> dict[str, Path]:
    """Write what was found: `topics.html`, pictures, and tables for all that they leave out.

    Args:
        folder: where they go; it is there.
        topics: what was found.
        store: the collection in which it was found.

    Returns:
        The files: `page`, `…_picture` and `…_table`.

    Raises:
        OutputUnwritable: a file cannot be written.
    """
    tables = write_tables(folder, topics)
    plots = write_plots(folder, topics, store.thumbnail)
    videos = store.videos([video.id for video in topics.videos])
    page = write_page(folder / "topics.html", topics, videos, store.thumbnail, store.folder.name)
    return {
        "page": page,
        **{f"{name}_picture": path for name, path in plots.items()},
        **{f"{name}_table": path for name, path in tables.items()},
    }
