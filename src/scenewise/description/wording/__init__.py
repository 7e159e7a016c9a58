"""Wording: captions into sentences of audio description, shorter variants, rules, repetition."""

from scenewise.description.wording.repetition import Item, avoid_repetition, polish
from scenewise.description.wording.rules import Problem, is_clean, phrase_problems
from scenewise.description.wording.shortening import variants
from scenewise.description.wording.style import ON_SCREEN, WordingOptions, sentence
from scenewise.description.wording.writing_talk import tells_only_writing

__all__ = [
    "ON_SCREEN",
    "Item",
    "Problem",
    "WordingOptions",
    "avoid_repetition",
    "is_clean",
    "phrase_problems",
    "polish",
    "sentence",
    "tells_only_writing",
    "variants",
]
