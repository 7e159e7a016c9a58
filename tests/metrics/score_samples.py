"""A story in six lines, and tables of films that tell it."""

from __future__ import annotations

from pathlib import Path

from scenewise.metrics.ad_tables import AdRow, AdTable

STORY = [
    "A man opens a door.", "He looks around the room.", "A dog barks at him.",
    "She takes a cup from the table.", "Rain falls on the street.", "They run to the car.",
]  # fmt: skip


def rows(lines: dict[str, list[str]], shift: float = 0.0, name: str = "table.csv") -> AdTable:
    found = [
        AdRow(film, 10 * i + shift, 10 * i + 3 + shift, text, number=i + 1,
              cells={"movie": film, "start": 10 * i + shift, "end": 10 * i + 3 + shift})
        for film, texts in lines.items()
        for i, text in enumerate(texts)
    ]  # fmt: skip
    return AdTable(Path(name), tuple(found), ("movie", "start", "end", "sentence"))
