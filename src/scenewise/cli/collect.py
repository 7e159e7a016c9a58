"""`scenewise index` and `scenewise search`: a collection of videos, made and asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Optional

import typer

from scenewise.cli.flags import with_options
from scenewise.cli.manner import Manner
from scenewise.collection.options import IndexOptions, WatchOptions
from scenewise.collection.searching import SearchOptions
from scenewise.core.options import Checked, option

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


@dataclass(frozen=True)
class Filters(Checked):
    """Which videos are looked at, and how ideas are added."""

    posted_from: str = option("", "first day, such as 2024-03-31", flag="since", group="Filters")
    posted_to: str = option("", "last day", flag="until", group="Filters")
    min_duration: float | None = option(
        None, "least duration", low=0, high=1e9, unit="s", group="Filters"
    )
    max_duration: float | None = option(
        None, "greatest duration", low=0, high=1e9, unit="s", group="Filters"
    )
    sums: str = option(
        "balanced",
        "how ideas are added: balanced, or plain as in Lai 2023",
        choices=("balanced", "plain"),
        group="Search",
    )
    fold: bool = option(True, "show one of several copies of a video", group="Search")


Repeated = list[str]


@with_options(options=SearchOptions, filters=Filters, manner=Manner)
def search(
    store: Store,
    words: Annotated[
        Optional[Repeated],  # noqa: UP045
        typer.Argument(metavar="[WORDS]", help="What is seen, said or written, in any language."),
    ] = None,
    image: Annotated[
        list[Path], typer.Option("--image", help="A picture that results shall be like.")
    ] = [],  # noqa: B006
    like: Annotated[
        Repeated, typer.Option("--like", help="A moment of the collection: ID@SECONDS, or ID.")
    ] = [],  # noqa: B006
    plus: Annotated[
        str, typer.Option("--plus", help='Ideas to add: "military uniform, tired:0.5".')
    ] = "",
    minus: Annotated[
        str, typer.Option("--minus", help='Ideas to take away: "suit, giving a speech".')
    ] = "",
    account: Annotated[
        Repeated, typer.Option("--account", help="Only videos that this account posted.")
    ] = [],  # noqa: B006
    hashtag: Annotated[
        Repeated, typer.Option("--hashtag", help="Only videos with this hashtag.")
    ] = [],  # noqa: B006
    language: Annotated[
        Repeated, typer.Option("--language", help="Only videos in this language.")
    ] = [],  # noqa: B006
    csv: Annotated[
        bool, typer.Option("--csv", help="Print the results as a table for programs.")
    ] = False,
    html: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--html", metavar="FILE", help="Write a contact sheet as well: one page with pictures."
        ),
    ] = None,
    *,
    options: SearchOptions,
    filters: Filters,
    manner: Manner,
) -> int:
    """Find moments in a collection by words, pictures, examples, and sums of them.

    Words are looked for in pictures, on screen, in titles, descriptions and hashtags. The
    score says how sure it is that a match is no chance, 0 to 1.

    Examples:

    - `scenewise search "a destroyed tank on a street" --store news`

    - `scenewise search --image zelensky.jpg --plus "military uniform, tired" --minus "suit, tie"
      --store news`

    - `scenewise search "people dancing" --like x7Kq@12.5 --account nina --since 2024-03-01
      --store news`

    - `scenewise search "a red car" --store news --html found.html`
    """
    from scenewise.cli.collecting import Asked, act_search

    asked = Asked(
        tuple(words or ()), tuple(image), tuple(like), plus, minus,
        tuple(account), tuple(hashtag), tuple(language),
    )  # fmt: skip
    return act_search(store, asked, options, filters, manner, csv=csv, html=html)
