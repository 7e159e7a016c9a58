"""CLIP on the Charades data set: Prakash, Singh and Turner, "Using CLIP on the Charades Video
Dataset for Visual Understanding", 2023. Grids of key frames, samples by scene, the paper's counts.
"""
