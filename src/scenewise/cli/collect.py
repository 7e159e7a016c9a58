"""`scenewise index`: from a folder of videos to a collection that can be searched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from scenewise.cli.flags import with_options
from scenewise.cli.manner import Manner
from scenewise.collection.options import IndexOptions, WatchOptions

STORE_VARIABLE: Final = "SCENEWISE_STORE"

Store = Annotated[
    Path,
    typer.Option(
        "--store", "-s", envvar=STORE_VARIABLE, help="The folder in which the collection is kept."
    ),
]


@with_options(options=IndexOptions, going_on=WatchOptions, manner=Manner)
def index(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH",
            help="Videos, folders of videos, patterns, or tables that name videos "
            "(CSV, JSON lines, Parquet).",
        ),
    ],
    store: Store,
    metadata: Annotated[
        list[Path],
        typer.Option(
            "--metadata",
            help="A table about the videos: id or path, account, posted, title, description, "
            "hashtags, language; other columns are kept.",
        ),
    ] = [],  # noqa: B006  (typer copies it)
    *,
    options: IndexOptions,
    going_on: WatchOptions,
    manner: Manner,
) -> int:
    """Bring a collection up to date with videos, so that they can be searched.

    Of each video a few frames are kept, the writing on screen, and what is said about it: in
    a table, and in the `.info.json` that yt-dlp leaves beside it. Whatever is there and
    unchanged is left alone, so that the command can be stopped and run again at any time.
    Files that cannot be used are listed, and the exit code is then 2.

    Examples:

    - `scenewise index downloads --store news`

    - `scenewise index posts.csv --store news`  (a table with a column `path`)

    - `scenewise index "clips/**/*.mp4" --metadata posts.parquet --store news --prune`
    """
    from scenewise.cli.collecting import act_index

    return act_index(paths, store, metadata, options, going_on, manner)
