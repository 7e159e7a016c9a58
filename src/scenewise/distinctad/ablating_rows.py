"""The rows of the paper's tables and sweeps: what each changes, and what the paper found.

Fang et al. 2025, tables 1, 4, 5 and 6 and figure 4. The paper's figures are those of MAD-Eval
with another CLIP and another language model, so what can be compared is which row is ahead of
which. Figure 4 is a drawing without numbers: of its sweeps the text names only what is best.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from scenewise.core.errors import UnknownChoice
from scenewise.distinctad.options import ABLATIONS

NONE: Final = "none"
"""CLIP as it is, without Stage I."""

RUN: Final = "run"
"""CLIP as the run has it: that of Stage I where that was done."""


@dataclass(frozen=True, eq=False)
class Row:
    """One row of a table.

    Args:
        name: short, and the same for no other row of its table.
        title: what it is.
        narrator: options of the narrator that differ.
        sequences: options of the sequences that differ.
        stage_one: `none`, `run`, or γ of an adaptation that is made for it.
        paper: the paper's figures, by the names of ours.
        at: where it stands in a sweep; None in tables.
    """

    name: str
    title: str = ""
    narrator: Mapping[str, float | bool] = field(default_factory=dict)
    sequences: Mapping[str, float | str] = field(default_factory=dict)
    stage_one: str | float = RUN
    paper: Mapping[str, float] = field(default_factory=dict)
    at: float | None = None


@dataclass(frozen=True, eq=False)
class Table:
    """A table of the paper.

    Args:
        name: as it is asked for.
        title: what it shows.
        rows: in their order.
        first: row that the others are compared with.
        sweep: what is swept, such as `α`; empty for a table.
    """

    name: str
    title: str
    rows: tuple[Row, ...]
    first: str
    sweep: str = ""


PLAIN: Final[Mapping[str, float]] = ABLATIONS["A0"]
SEEING: Final[Mapping[str, float | bool]] = {**PLAIN, "characters": False}
"""The pure visual prompts of tables 4a and 4b."""

EARLIER: Final = 3
"""Descriptions in the prompt of AutoAD: "we use past 3 ground-truth ADs" (appendix D)."""

LESS: Final = 0.5
"""Of the values above 0 the α that validation chose on drawn films; the paper's 3 is too much."""

_PAPER_5: Final = {
    "A0": (23.1, 46.2, 27.4),
    "B1": (23.7, 46.6, 29.3),
    "B2": (23.4, 46.1, 29.1),
    "B3": (23.3, 48.0, 28.1),
    "C1": (24.3, 50.7, 29.4),
    "C2": (25.3, 51.5, 30.4),
    "C3": (25.5, 51.7, 29.8),
}
_TITLES_5: Final = {
    "A0": "H alone",
    "B1": "Ĥ",
    "B2": "H̃",
    "B3": "Ĥ, H̃",
    "C0": "distinctive words (not in the paper)",
    "C1": "Ĥ, distinctive words",
    "C2": "H̃, distinctive words",
    "C3": "Ĥ, H̃, distinctive words",
}


def _four(
    name: str,
    title: str,
    stage_one: str | float,
    cider: float,
    recall: float = 0.0,
    *,
    at: float | None = None,
) -> Row:
    paper = {"CIDEr": cider} | ({"R@5/16": recall} if recall else {})
    return Row(name, title, SEEING, stage_one=stage_one, paper=paper, at=at)


def _context(name: str, stage_one: str | float, *paper: float) -> Row:
    given = dict(zip(("CIDEr", "R@5/16"), paper, strict=True))
    return Row(name, "its own earlier descriptions", {**SEEING, "earlier": EARLIER},
               stage_one=stage_one, paper=given)  # fmt: skip


def _swept(sign: str, option: str, values: tuple[float, ...], *, clips: bool = False) -> Table:
    rows = tuple(
        Row(
            f"{sign}={value:g}",
            "",
            {} if clips else {option: value},
            {option: value} if clips else {},
            at=float(value),
        )
        for value in values
    )
    return Table(sign, f"Figure 4: {sign}", rows, rows[0].name, sign)


TABLES: Final[Mapping[str, Table]] = {
    "headline": Table(
        "headline",
        "One clip, earlier descriptions, DistinctAD (table 1)",
        (
            Row("single clip", "each clip by itself (A0)", PLAIN, paper={"CIDEr": 23.1,
                "R@5/16": 46.2}),
            Row("context prompt", "the last three descriptions in the prompt, as AutoAD-I",
                {**PLAIN, "earlier": EARLIER},
                paper={"CIDEr": 14.3, "ROUGE-L": 11.9, "R@5/16": 42.1}),
            Row("DistinctAD", "the full model (C3)",
                paper={"CIDEr": 25.5, "ROUGE-L": 16.4, "R@5/16": 51.7}),
            Row(f"DistinctAD, α = {LESS:g}", "the full model with less of Ĥ", {"alpha": LESS}),
        ),
        "single clip",
    ),
    "5": Table(
        "5",
        "Parts of Stage II (table 5)",
        tuple(
            Row(name, _TITLES_5[name], changes,
                paper=dict(zip(("CIDEr", "R@5/16", "CIDEr, true names"), _PAPER_5.get(name, ()),
                               strict=False)))
            for name, changes in ABLATIONS.items()
        ),
        "A0",
    ),
    "6": Table(
        "6",
        "Consecutive clips or not (table 6)",
        (
            Row("consecutive", "", paper={"CIDEr": 25.5, "R@5/16": 51.7}),
            Row("anywhere", "clips of any film in a sequence", {}, {"context": "anywhere"},
                paper={"CIDEr": 23.8, "R@5/16": 52.5}),
        ),
        "consecutive",
    ),
    "4a": Table(
        "4a",
        "Stage I (table 4a): pure visual prompts",
        (
            _four("none", "CLIP as it is", NONE, 6.7, 34.0),
            _four("global", "clips and sentences (γ = 1)", 1.0, 8.2, 36.6),
            _four("fine-grained", "frames and words (γ = 0)", 0.0, 7.7, 35.2),
            _four("both", "both (γ = 0.5)", 0.5, 8.6, 36.9),
        ),
        "none",
    ),
    "4b": Table(
        "4b",
        "Stage I (table 4b): γ",
        tuple(
            _four(f"γ={gamma:g}", "", gamma, cider, at=gamma)
            for gamma, cider in ((0.1, 8.0), (0.3, 8.5), (0.5, 8.6), (0.7, 7.7))
        ),
        "γ=0.5",
        "γ",
    ),
    "4c": Table(
        "4c",
        "Stage I with other prompts (table 4c)",
        (
            _context("context", NONE, 12.6, 39.8),
            _context("context, Stage I", 0.5, 14.1, 39.9),
            Row("character", "names", PLAIN, stage_one=NONE,
                paper={"CIDEr": 22.0, "R@5/16": 45.6}),
            Row("character, Stage I", "names", PLAIN, stage_one=0.5,
                paper={"CIDEr": 23.1, "R@5/16": 46.2}),
        ),
        "context",
    ),
    "α": _swept("α", "alpha", (0.0, 0.5, 1.0, 3.0, 5.0, 10.0)),
    "β": _swept("β", "beta", (0.0, 0.5, 1.0, 3.0, 5.0)),
    "K": _swept("K", "bases", (2, 8, 16, 32, 64)),
    "N": _swept("N", "clips", (2, 4, 8, 16, 32), clips=True),
}  # fmt: skip

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "headline": ("headline",),
    "4": ("4a", "4b", "4c"),
    "5": ("5",),
    "6": ("6",),
    "sweeps": ("α", "β", "K", "N"),
    "all": tuple(TABLES),
}
"""What can be asked for, beside the tables by their own names."""


def tables_named(asked: str) -> tuple[Table, ...]:
    """The tables of names between commas.

    Raises:
        UnknownChoice: there is no such table.
    """
    plain = {"alpha": "α", "beta": "β"}
    names: list[str] = []
    for name in (part.strip() for part in asked.split(",") if part.strip()):
        name = plain.get(name, name)
        if name not in GROUPS and name not in TABLES:
            raise UnknownChoice(
                f"there is no table {name!r}",
                remedy="choose: headline, 4, 4a, 4b, 4c, 5, 6, sweeps, alpha, beta, K, N, all",
            )
        names += GROUPS.get(name, (name,))
    if not names:
        raise UnknownChoice("no table was asked for", remedy="choose: headline, 4, 5, 6, sweeps")
    return tuple(TABLES[name] for name in dict.fromkeys(names))
