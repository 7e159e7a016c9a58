"""`scenewise accounts`: who posts how much, when all at once, about what, and who is first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Optional

import typer

from scenewise.cli.collect import Store
from scenewise.cli.filtering import Accounts, AsTable, Hashtags, Languages, Only
from scenewise.cli.flags import with_options
from scenewise.cli.manner import Manner
from scenewise.collection.accounts_options import AccountOptions
from scenewise.core.options import Checked, option


@dataclass(frozen=True)
class Beside(Checked):
    """What is looked at beside posts."""

    copies: bool = option(True, "look for copies: who was first, who repeats it", group="Accounts")


@with_options(options=AccountOptions, beside=Beside, only=Only, manner=Manner)
def accounts(
    store: Store,
    topics: Annotated[
        Optional[Path],  # noqa: UP045  (typer reads the annotation)
        typer.Option(
            "--topics",
            metavar="FILE",
            help="A table with the columns id and topic, such as videos.csv of scenewise topics.",
        ),
    ] = None,
    html: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--html", metavar="FILE", help="Write a page with plots as well."),
    ] = None,
    output_dir: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--output-dir", "-o", help="Write tables as well: accounts, posts, repeats, topics."
        ),
    ] = None,
    account: Accounts = [],  # noqa: B006  (typer copies it)
    hashtag: Hashtags = [],  # noqa: B006
    language: Languages = [],  # noqa: B006
    csv: AsTable = False,
    *,
    options: AccountOptions,
    beside: Beside,
    only: Only,
    manner: Manner,
) -> int:
    """Tell what accounts do: how much they post, when all at once, and who repeats whom.

    A burst is a day, week or month with more posts than chance gives an account that posts
    evenly: of n posts in m periods the number in one is binomial(n, 1/m). Who shows footage
    first is told from copies and dates; where a date is missing nobody is called the first.
    Days are those of UTC.

    Examples:

    - `scenewise accounts --store news`

    - `scenewise accounts --store news --by day --since 2024-03-01 --html accounts.html`

    - `scenewise accounts --store news --topics topics/videos.csv -o accounts`
    """
    from scenewise.cli.accounts_acting import Files, act_accounts

    return act_accounts(
        store,
        Files(topics, html, output_dir),
        only.where(account, hashtag, language),
        options,
        manner,
        copies=beside.copies,
        csv=csv,
    )
