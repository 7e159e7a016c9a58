"""How the posts of accounts are counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scenewise.core.options import Checked, option

PERIODS: Final = ("day", "week", "month")


@dataclass(frozen=True)
class AccountOptions(Checked):
    """How posts are counted."""

    by: str = option("week", "what posts are counted by", choices=PERIODS, group="Accounts")
    chance: float = option(
        0.01,
        "chance with which a burst may be told of an account that posts evenly",
        low=1e-9,
        high=0.5,
        group="Accounts",
    )
    least: int = option(3, "posts that a burst has at least", low=2, high=1000, group="Accounts")
