"""Key frames exactly as in Chen (2025), §4.3."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from scenewise.core.media_types import Hierarchy, Selection
from scenewise.core.options import Checked, option
from scenewise.core.ports import FrameSource
from scenewise.frames.complexity import measure
from scenewise.frames.hierarchy import coarsened, flat, ward
from scenewise.frames.segments import central, contiguous, fetched, least_mislabelled


@dataclass(frozen=True)
class PaperOptions(Checked):
    """The two numbers the paper chose."""

    every: int = option(4, "examine every n-th frame", low=1, unit="frames")
    threshold: float = option(1.0, "distance at which the tree is cut", low=0.0)


class PaperSelector:
    """Clusters every fourth frame by its number and the size of its JPEG.

    Every fourth frame is encoded whole as JPEG at OpenCV's quality; frame number and size are
    scaled to [0, 1]; Ward's tree is cut at distance 1; the frame in the centre of each cluster
    by frame number stands for it. Because the frame axis is scaled to [0, 1] whatever the
    film's length, the number of key frames grows only with the cube root of it (about 8 for two
    minutes, 30 for two hours): that is the paper's, and the reason why it is not the default.

    The paper shows a description "for the duration of the cluster". A cluster need not be one
    stretch of time, and two texts cannot be shown at once, so segments are made contiguous by
    `segments.least_mislabelled`: a contiguous cluster keeps exactly its extent, and where two
    interleave the border is put where it contradicts the fewest samples.
    """

    name = "paper"

    def __init__(self, options: PaperOptions | None = None) -> None:
        self.options = options or PaperOptions()

    def select(self, film: FrameSource) -> Selection:
        """Key frames of a film; two passes, the second only to the chosen frames.

        Raises:
            NotAVideo: the film holds no frame.
        """
        signal = measure(film, self.options.every)
        linkage = ward(signal.scaled())
        labels = flat(linkage, self.options.threshold)
        chosen = central(labels)
        firsts = least_mislabelled(labels, chosen)
        spans = contiguous(signal.times[firsts].tolist(), signal.span)
        tree = Hierarchy(signal.times, signal.sizes, linkage, self.options.threshold)
        return Selection(
            tuple(fetched(film, signal.times[chosen].tolist(), spans)),
            hierarchies=(coarsened(tree),),
            settings={"selector": self.name, **asdict(self.options)},
        )
