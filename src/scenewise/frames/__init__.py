"""Choosing the frames that stand for a film.

Selectors behind one port (`core.ports.FrameSelector`): `shots` is the default for films, `paper`
is Chen (2025) to the letter, `kmeans` is what that paper tried and dropped. For short videos
there are `clarity-colour`, Lai (2023) to the letter, `gaussian` and `iframes`. `uniform` is the
plain baseline.
"""
