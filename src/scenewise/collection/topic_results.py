"""What topics there are in a collection, and how they are spread over videos, months and
accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt

NONE: Final = -1
"""The number of what belongs to no topic, as in BERTopic."""

NO_TOPIC: Final = "no topic"
"""What it is called."""


@dataclass(frozen=True)
class Exemplar:
    """A frame that stands for a topic.

    Args:
        id: of its video.
        time: seconds from the start of that video.
        closeness: cosine with the centre of the topic.
    """

    id: str
    time: float
    closeness: float


@dataclass(frozen=True)
class Topic:
    """A topic.

    Args:
        number: from 0, the one with most frames first.
        label: a name made of its words, or of what is seen where there are none.
        words: that are written about it and seldom about others, best first, with weights.
        sights: phrases that its pictures agree with more than others do, best first, with
            how many spreads more.
        frames: that belong to it.
        videos: that have a frame in it.
        main: videos of which no other topic has a greater share.
        weight: its shares in all videos, summed: how many videos it would fill.
        exemplars: the frames closest to its centre, each of another video.
    """

    number: int
    label: str
    words: tuple[tuple[str, float], ...]
    sights: tuple[tuple[str, float], ...]
    frames: int
    videos: int
    main: int
    weight: float
    exemplars: tuple[Exemplar, ...]


@dataclass(frozen=True)
class VideoTopics:
    """The topics of a video.

    Args:
        id: the video.
        account: who posted it.
        posted: when, UTC.
        main: the topic of the greatest share; `NONE` only where no frame has a topic.
        mixture: share of its frames by topic, `NONE` included; they add up to 1.
    """

    id: str
    account: str
    posted: datetime | None
    main: int
    mixture: Mapping[int, float]

    @property
    def month(self) -> str:
        """Such as `2024-03`; empty where it is not known when it was posted."""
        return "" if self.posted is None else f"{self.posted:%Y-%m}"


@dataclass(frozen=True)
class Quality:
    """How good the topics are.

    Args:
        coherence: mean NPMI of pairs of a topic's words, -1 to 1; None without words.
        diversity: share of the topics' words that are of one topic only; None without words.
        likeness: how many spreads more alike than by chance frames of one topic and different
            videos are.
        without: share of the frames that belong to no topic.
        videos_without: share of the videos of which no frame belongs to one.
    """

    coherence: float | None
    diversity: float | None
    likeness: float
    without: float
    videos_without: float


@dataclass(frozen=True)
class Share:
    """How much there was of a topic in some videos.

    Args:
        account: whose videos; empty for all accounts.
        month: of which month; empty for all of them.
        topic: its number, `NONE` for what belongs to none.
        videos: of which it is the main topic.
        weight: its shares, summed.
        share: of the weight of all topics there, 0 to 1.
    """

    account: str
    month: str
    topic: int
    videos: int
    weight: float
    share: float


@dataclass(frozen=True, eq=False)
class TopicMap:
    """The frames of a collection, or the videos in the mode of the paper, on a plane where
    those that are alike lie together.

    Args:
        ids: of the videos.
        times: seconds; -1 where a whole video is meant.
        topics: int [n].
        places: float64 [n, 2], from 0 to 1.
    """

    ids: tuple[str, ...]
    times: tuple[float, ...]
    topics: npt.NDArray[np.int64]
    places: npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Topics:
    """The topics of a collection, or of part of it.

    Args:
        topics: the one with most frames first.
        videos: in the order of the collection.
        shares: by month, by account, and by account and month (see `Share`).
        quality: how good they are.
        map: where frames lie.
        about: which videos were looked at, a phrase each; empty for all.
        smallest: videos that a topic had to have.
        notes: lines that a person should know.
    """

    topics: tuple[Topic, ...]
    videos: tuple[VideoTopics, ...]
    shares: tuple[Share, ...]
    quality: Quality
    map: TopicMap
    about: tuple[str, ...]
    smallest: int
    notes: tuple[str, ...] = ()

    def label(self, number: int) -> str:
        """What a topic is called."""
        return NO_TOPIC if number == NONE else self.topics[number].label

    @property
    def months(self) -> tuple[str, ...]:
        """From the first month that something was posted in to the last, without gaps."""
        known = sorted({share.month for share in self.shares if share.month})
        if not known:
            return ()
        (first, last) = (int(m[:4]) * 12 + int(m[5:]) - 1 for m in (known[0], known[-1]))
        return tuple(f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(first, last + 1))

    @property
    def accounts(self) -> tuple[str, ...]:
        """Who posted, the busiest first."""
        counts: dict[str, int] = {}
        for video in self.videos:
            if video.account:
                counts[video.account] = counts.get(video.account, 0) + 1
        return tuple(sorted(counts, key=lambda name: (-counts[name], name)))

    def of(self, *, account: str = "", month: str = "") -> dict[int, Share]:
        """The shares of one account, one month, both or neither, by topic."""
        return {
            share.topic: share
            for share in self.shares
            if share.account == account and share.month == month
        }

    def plain(self) -> dict[str, Any]:
        """The topics as JSON has them; without the map."""
        return {
            "topics": [
                {
                    **asdict(topic),
                    "words": [{"word": word, "weight": round(w, 4)} for word, w in topic.words],
                    "sights": [{"phrase": p, "above": round(z, 2)} for p, z in topic.sights],
                    "weight": round(topic.weight, 3),
                    "exemplars": [
                        {
                            "id": one.id,
                            "time": round(one.time, 3),
                            "closeness": round(one.closeness, 4),
                        }
                        for one in topic.exemplars
                    ],
                }
                for topic in self.topics
            ],
            "videos": [
                {
                    "id": video.id,
                    "main": video.main,
                    "mixture": {str(k): round(v, 4) for k, v in video.mixture.items()},
                }
                for video in self.videos
            ],
            "shares": [
                {**asdict(one), "weight": round(one.weight, 3), "share": round(one.share, 4)}
                for one in self.shares
            ],
            "quality": asdict(self.quality),
            "about": list(self.about),
            "smallest": self.smallest,
            "notes": list(self.notes),
        }
