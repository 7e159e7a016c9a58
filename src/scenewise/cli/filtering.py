"""The flags that say which videos of a collection are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from scenewise.cli.collect import Repeated
from scenewise.core.options import Checked, option

if TYPE_CHECKING:
    from scenewise.collection.where import Where

Accounts = Annotated[
    Repeated, typer.Option("--account", help="Only videos that this account posted.")
]
Hashtags = Annotated[Repeated, typer.Option("--hashtag", help="Only videos with this hashtag.")]
Languages = Annotated[Repeated, typer.Option("--language", help="Only videos in this language.")]
AsTable = Annotated[
    bool, typer.Option("--csv", help="Print the results as a table for programs.")
]  # fmt: skip


@dataclass(frozen=True)
class Only(Checked):
    """Which videos are looked at."""

    posted_from: str = option("", "first day, such as 2024-03-31", flag="since", group="Filters")
    posted_to: str = option("", "last day", flag="until", group="Filters")
    min_duration: float | None = option(
        None, "least duration", low=0, high=1e9, unit="s", group="Filters"
    )
    max_duration: float | None = option(
        None, "greatest duration", low=0, high=1e9, unit="s", group="Filters"
    )

    def where(
        self, account: Repeated | None, hashtag: Repeated | None, language: Repeated | None
    ) -> Where:
        """These conditions and those of lists, as the store knows them.

        Raises:
            OptionInvalid, QueryInvalid: a day is none, or a range ends before it starts.
        """
        from scenewise.collection.query import read_day
        from scenewise.collection.where import Where

        return Where(
            account=tuple(account or ()),
            posted_from=read_day(self.posted_from) if self.posted_from else None,
            posted_to=read_day(self.posted_to) if self.posted_to else None,
            hashtag=tuple(hashtag or ()),
            min_duration=self.min_duration,
            max_duration=self.max_duration,
            language=tuple(language or ()),
        )
