"""Figures by which descriptions are judged: pure functions over texts, times and matrices.

Nothing here knows a model. What needs one (BERTScore, a coreference model) comes in as a
function or as a matrix, so that each measure can be tested by hand.
"""
