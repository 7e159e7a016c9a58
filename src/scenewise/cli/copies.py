"""`scenewise copies`: which videos of a collection show the same footage."""

from __future__ import annotations

from scenewise.cli.collect import Store
from scenewise.cli.filtering import Accounts, AsTable, Hashtags, Languages, Only
from scenewise.cli.flags import with_options
from scenewise.cli.manner import Manner
from scenewise.collection.copies_options import FootageOptions


@with_options(options=FootageOptions, only=Only, manner=Manner)
def copies(
    store: Store,
    account: Accounts = [],  # noqa: B006  (typer copies it)
    hashtag: Hashtags = [],  # noqa: B006
    language: Languages = [],  # noqa: B006
    csv: AsTable = False,
    *,
    options: FootageOptions,
    only: Only,
    manner: Manner,
) -> int:
    """Find videos that show the same footage, whole or in part.

    Also where it was mirrored, cropped, sped up, put between bars or under a logo, or given
    other colours. Several moments in order of time decide, never one, so that videos which only
    share an opening are no copies. Of each pair is told where one lies in the other: at a time
    t of b, a is at offset + speed · t. The earliest of a group was there first, as far as dates
    are known.

    What is found among all videos is remembered, so that `scenewise search` shows one of
    several copies.

    Examples:

    - `scenewise copies --store news`

    - `scenewise copies --store news --since 2024-03-01 --account nina --account rumours`

    - `scenewise copies --store news --csv > copies.csv`
    """
    from scenewise.cli.copying import act_copies

    return act_copies(store, only.where(account, hashtag, language), options, manner, csv=csv)
