"""`scenewise topics`: what the videos of a collection are about, who is about what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from scenewise.cli.collect import Repeated, Store
from scenewise.cli.flags import with_options
from scenewise.cli.manner import Manner
from scenewise.collection.topic_options import TopicOptions
from scenewise.core.options import Checked, option


@dataclass(frozen=True)
class Chosen(Checked):
    """Which videos are looked at."""

    search: str = option("", "only videos that a search for these words finds", group="Filters")
    found: int = option(
        500, "videos of that search at most, best first", low=1, high=10_000, group="Filters"
    )
    least: float = option(
        0.8, "score of that search under which videos are left out", low=0, high=1, group="Filters"
    )
    posted_from: str = option("", "first day, such as 2024-03-31", flag="since", group="Filters")
    posted_to: str = option("", "last day", flag="until", group="Filters")
    min_duration: float | None = option(
        None, "least duration", low=0, high=1e9, unit="s", group="Filters"
    )
    max_duration: float | None = option(
        None, "greatest duration", low=0, high=1e9, unit="s", group="Filters"
    )


@with_options(options=TopicOptions, chosen=Chosen, manner=Manner)
def topics(
    store: Store,
    output_dir: Annotated[
        Path, typer.Option("--output-dir", "-o", help="Where the page, pictures and tables go.")
    ] = Path("topics"),
    account: Annotated[
        Repeated, typer.Option("--account", help="Only videos that this account posted.")
    ] = [],  # noqa: B006  (typer copies it)
    hashtag: Annotated[
        Repeated, typer.Option("--hashtag", help="Only videos with this hashtag.")
    ] = [],  # noqa: B006
    language: Annotated[
        Repeated, typer.Option("--language", help="Only videos in this language.")
    ] = [],  # noqa: B006
    *,
    options: TopicOptions,
    chosen: Chosen,
    manner: Manner,
) -> int:
    """Find out what videos are about: topics, by month and by account.

    Frames that look alike, in videos about which the same is written, become a topic; a video
    is a mixture of the topics of its frames. A topic is named by words that are written about
    it and seldom about others, or by what is seen in it. What fits nowhere has no topic.

    Writes `topics.html`, a page on which topics and accounts can be chosen, pictures
    (`topics.png`, `months.png`, `accounts.png`, `map.png`) and tables (`topics.csv`,
    `videos.csv`, `months.csv`, `accounts.csv`).

    Examples:

    - `scenewise topics --store news`

    - `scenewise topics --store news --account nina --since 2024-03-01 -o nina`

    - `scenewise topics --store news --search "soldiers in a street" --max-topics 8`

    - `scenewise topics --store news --mode paper -o paper`  (as published, to compare)
    """
    from scenewise.cli.topics_acting import Narrowed, act_topics

    narrowed = Narrowed(tuple(account), tuple(hashtag), tuple(language))
    return act_topics(store, output_dir, narrowed, options, chosen, manner)
