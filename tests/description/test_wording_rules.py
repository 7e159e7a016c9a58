"""Phrases that audio description must not hold, and human tracks that hold hardly any."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from scenewise.description.wording import phrase_problems


@pytest.mark.parametrize(
    ("text", "severity", "rule", "excerpt"),
    [
        ("There is a man at the door.", "error", "existence", "There is"),
        ("A door opens. There are two men.", "error", "existence", "There are"),
        ("There's a dog.", "error", "existence", "There's"),
        ("There is no path.", "warning", "existence", "There is no"),
        ("We see a castle.", "error", "viewer", "We see"),
        ("Now we can see a castle.", "error", "viewer", "we can see"),
        ("The camera zooms in on a face.", "error", "camera", "The camera zooms"),
        ("The camera slowly pans left.", "error", "camera", "The camera slowly pans"),
        ("A close-up of a hand.", "error", "picture", "A close-up of"),
        ("The image shows a hand.", "error", "picture", "The image shows"),
        ("In this scene, a man runs.", "error", "picture", "In this scene,"),
        ("arafed man at a desk", "error", "non-word", "arafed"),
        ("skate ##board", "error", "non-word", "##board"),
        ("An image of a girl.", "warning", "picture", "An image of"),
        ("A beautiful lake.", "warning", "judgement", "beautiful"),
        ("He is probably asleep.", "warning", "guess", "probably"),
        ("A man walked away.", "warning", "tense", "walked"),
        ("The birds were gone.", "warning", "tense", "were"),
        ("She will leave.", "warning", "tense", "will"),
        ("A man on a bench on a bench.", "warning", "loop", "on a bench on a bench"),
        ("  ", "error", "empty", "  "),
    ],
)
def test_problem_is_found_where_it_stands(
    text: str, severity: str, rule: str, excerpt: str
) -> None:
    found = [p for p in phrase_problems(text) if p.rule == rule]
    assert [(p.severity, p.excerpt) for p in found] == [(severity, excerpt)]
    problem = found[0]
    assert text[problem.start : problem.end] == excerpt
    assert problem.message
    assert problem.remedy


@pytest.mark.parametrize(
    "text",
    [
        "A man holds a camera.",
        "The camera falls to the floor.",
        "A man takes a picture of a dog.",
        "A pan of water boils.",
        'A sign reads "There is no way. We see you."',
        "Text on screen: We see what there is.",
        "Over there is shouted, and he turns.",
        "Emo watches from the other side of the room.",
        "Two people stand on a small bridge.",
        "A car parked on the street.",
        "A man dressed in black.",
        "He puts the cup down.",
    ],
)
def test_good_lines_have_no_problem(text: str) -> None:
    assert phrase_problems(text) == []


TRACKS = [
    ("text/ableplayer/deadline_descriptions_en.vtt", 0),
    ("text/ableplayer/k_descriptions_en.vtt", 0),
    ("text/ableplayer/wwa_description_en.vtt", 0),
    ("text/wai/keyboard_desc.en.vtt", 0),
    ("text/wai/keyboard_ad_desc.en.vtt", 0),
    ("described/rabbit/descriptions.vtt", 0),
    # "There is a solemn silence …": a true finding
    ("text/elephants_dream/descriptions.en.vtt", 1),
]


@pytest.mark.parametrize(("track", "errors"), TRACKS)
def test_human_tracks_have_no_false_alarms(data: Path, track: str, errors: int) -> None:
    blocks = re.split(r"\n\s*\n", (data / track).read_text(encoding="utf-8"))
    lines = [
        " ".join(block.split("-->", 1)[1].splitlines()[1:]) for block in blocks if "-->" in block
    ]
    found = [p for line in lines for p in phrase_problems(re.sub(r"<[^>]*>", "", line).strip())]
    assert sum(p.severity == "error" for p in found) == errors
    assert sum(p.severity == "warning" for p in found) <= 0.1 * len(lines)


@pytest.mark.slow
def test_errors_are_rare_in_professional_descriptions(data: Path) -> None:
    """Evaluation-only sentences: counted, never shown."""
    with (data / "ad_text" / "madeval_anno.csv").open(encoding="utf-8") as file:
        human = [row["sentence"] for row in csv.DictReader(file)]
    levels = [{p.severity for p in phrase_problems(line)} for line in human]
    errors = sum("error" in level for level in levels)
    warnings = sum("warning" in level for level in levels)
    print(f"{len(human)} sentences: {errors} with an error, {warnings} with a warning")
    assert errors < 0.002 * len(human)
    assert warnings < 0.006 * len(human)
