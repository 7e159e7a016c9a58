"""Choosing the frames that stand for a film.

Four selectors behind one port (`core.ports.FrameSelector`): `shots` is the default, `paper` is
Chen (2025) to the letter, `kmeans` is what that paper tried and dropped, `uniform` is the plain
baseline.
"""
