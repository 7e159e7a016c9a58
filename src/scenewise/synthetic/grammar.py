"""Sentences about events of the drawn world, and what a sentence says of them.

The words stand in `grammar_words`; sentences about one event are made in `grammar_sentences`,
about consecutive clips in `grammar_narration`; `grammar_reading` is their inverse.
"""

from scenewise.synthetic.grammar_narration import Narrator, narration
from scenewise.synthetic.grammar_reading import slots_in
from scenewise.synthetic.grammar_sentences import alternatives, canonical, caption, sentences
from scenewise.synthetic.grammar_vocabulary import random_event, vocabulary

__all__ = [
    "Narrator",
    "alternatives",
    "canonical",
    "caption",
    "narration",
    "random_event",
    "sentences",
    "slots_in",
    "vocabulary",
]
