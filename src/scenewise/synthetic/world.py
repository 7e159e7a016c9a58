"""Who and what there is in the drawn world, and what can happen in it.

Everything is a plain table, so that a film's truth is a handful of names and every set of
films speaks of the same world.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

Slot = Literal["person", "action", "object", "setting", "other"]
"""A part of an event that a sentence can have right or wrong."""


@dataclass(frozen=True)
class Character:
    """One of the people of the world.

    Args:
        name: what others call them.
        looks: how somebody who does not know them would tell them apart.
        pronoun: "she" or "he".
        height: relative to a grown-up of middling height.
        girth: relative width of the body.
        skin, hair, top, bottom: colours.
        pattern: of the upper garment.
        hairstyle: how the hair lies.
        garment: cut of the clothes from the waist down.
        hat: what is worn on the head.
        extra: what else one knows them by.
        voice: variant of the voice that speaks their lines.
    """

    name: str
    looks: str
    pronoun: Literal["she", "he"]
    height: float
    girth: float
    skin: Colour
    hair: Colour
    top: Colour
    bottom: Colour
    pattern: Literal["plain", "stripes", "dots", "buttons", "apron"]
    hairstyle: Literal["short", "long", "pigtails", "bun", "bald", "curly"]
    garment: Literal["trousers", "skirt", "dress", "coat", "shorts"]
    hat: Literal["none", "top hat", "cap", "cook's hat", "headscarf", "flat cap"]
    extra: Literal["none", "beard", "glasses", "scarf", "moustache"]
    voice: str


CHARACTERS: Final[tuple[Character, ...]] = (
    Character("Anna", "a woman in a red coat", "she", 1.0, 0.95, (236, 196, 164), (32, 26, 24),
              (196, 36, 40), (60, 48, 60), "buttons", "long", "coat", "none", "none", "f2"),
    Character("Bruno", "a stout man in green overalls", "he", 0.98, 1.5, (228, 178, 142),
              (96, 56, 24), (52, 132, 60), (44, 110, 52), "plain", "short", "trousers", "none",
              "beard", "m3"),
    Character("Clara", "a girl in a yellow dress", "she", 0.72, 0.8, (244, 208, 180),
              (226, 180, 76), (248, 214, 52), (248, 214, 52), "dots", "pigtails", "dress", "none",
              "none", "f4"),
    Character("David", "a tall man in a blue suit and a top hat", "he", 1.14, 0.9,
              (214, 164, 128), (40, 34, 30), (40, 66, 150), (34, 56, 128), "buttons", "short",
              "trousers", "top hat", "moustache", "m1"),
    Character("Elif", "a woman in a violet headscarf", "she", 0.97, 1.0, (212, 162, 120),
              (120, 50, 160), (232, 226, 214), (120, 50, 160), "plain", "long", "skirt",
              "headscarf", "none", "f3"),
    Character("Felix", "a boy in a striped shirt and a cap", "he", 0.72, 0.85, (240, 200, 168),
              (150, 84, 36), (236, 236, 236), (52, 74, 120), "stripes", "short", "shorts", "cap",
              "none", "f5"),
    Character("Grace", "an old woman in a pink cardigan", "she", 0.9, 1.12, (240, 204, 184),
              (236, 236, 240), (240, 140, 176), (110, 110, 130), "plain", "bun", "skirt", "none",
              "glasses", "f1"),
    Character("Hugo", "a cook in a tall white hat", "he", 1.0, 1.22, (232, 184, 150),
              (70, 44, 28), (248, 248, 246), (54, 54, 58), "apron", "short", "trousers",
              "cook's hat", "none", "m7"),
    Character("Ines", "a woman with curly orange hair", "she", 1.04, 0.85, (246, 214, 192),
              (234, 108, 28), (20, 150, 150), (20, 150, 150), "plain", "curly", "trousers",
              "none", "none", "f2"),
    Character("Jonas", "an old man in a brown coat", "he", 0.94, 1.0, (224, 184, 156),
              (190, 190, 190), (122, 80, 44), (84, 70, 60), "plain", "short", "coat", "flat cap",
              "beard", "m2"),
    Character("Kofi", "a man in a black shirt and a golden scarf", "he", 1.08, 1.0,
              (92, 58, 40), (24, 18, 16), (36, 34, 38), (208, 196, 170), "plain", "bald",
              "trousers", "none", "scarf", "m4"),
    Character("Lena", "a woman with long blue hair", "she", 0.99, 0.82, (238, 202, 184),
              (50, 110, 236), (250, 250, 250), (28, 26, 34), "plain", "long", "dress", "none",
              "none", "f3"),
)  # fmt: skip


@dataclass(frozen=True)
class Prop:
    """A thing that people do something with.

    Args:
        name: what it is called.
        phrase: the name with its article.
        size: extent relative to a grown-up's height.
    """

    name: str
    phrase: str
    size: float


PROPS: Final[tuple[Prop, ...]] = (
    Prop("ball", "a ball", 0.30),
    Prop("book", "a book", 0.33),
    Prop("umbrella", "an umbrella", 0.49),
    Prop("suitcase", "a suitcase", 0.41),
    Prop("bucket", "a bucket", 0.33),
    Prop("guitar", "a guitar", 0.55),
    Prop("plant", "a potted plant", 0.44),
    Prop("lantern", "a lantern", 0.39),
    Prop("clock", "a clock", 0.36),
    Prop("cake", "a cake", 0.39),
    Prop("chair", "a chair", 0.49),
    Prop("box", "a box", 0.39),
    Prop("balloon", "a balloon", 0.44),
    Prop("broom", "a broom", 0.61),
    Prop("teddy bear", "a teddy bear", 0.41),
    Prop("trumpet", "a trumpet", 0.47),
    Prop("watermelon", "a watermelon", 0.39),
    Prop("vase", "a vase", 0.41),
    Prop("kite", "a kite", 0.49),
    Prop("drum", "a drum", 0.39),
)

Hour = Literal["day", "evening", "night"]
Weather = Literal["clear", "rain", "snow", "fog"]

HOURS: Final[tuple[Hour, ...]] = ("day", "evening", "night")
WEATHERS: Final[tuple[Weather, ...]] = ("clear", "rain", "snow", "fog")


@dataclass(frozen=True)
class Setting:
    """A place.

    Args:
        name: what it is called.
        phrase: where one is when one is there.
        outdoors: whether weather shows.
    """

    name: str
    phrase: str
    outdoors: bool


SETTINGS: Final[tuple[Setting, ...]] = (
    Setting("kitchen", "in the kitchen", False),
    Setting("bedroom", "in the bedroom", False),
    Setting("living room", "in the living room", False),
    Setting("garage", "in the garage", False),
    Setting("library", "in the library", False),
    Setting("street", "in the street", True),
    Setting("park", "in the park", True),
    Setting("beach", "on the beach", True),
    Setting("forest", "in the forest", True),
    Setting("market", "at the market", True),
    Setting("station", "at the station", True),
    Setting("mountain", "on a mountain", True),
)

Frame = Literal["alone", "thing", "person", "thing and person"]
"""What a verb takes beside its subject."""


@dataclass(frozen=True)
class Action:
    """Something that people do.

    Args:
        name: the verb's plain form with its particle; the drawing is looked up by it.
        takes: what it takes beside its subject.
        phrases: ways to say it in the third person; `{object}` and `{other}` stand for what it
            takes, `{left}` for the direction where it has one.
        moves: whether it has a direction.
    """

    name: str
    takes: Frame
    phrases: tuple[str, ...]
    moves: bool = False


ACTIONS: Final[tuple[Action, ...]] = (
    Action("walk", "alone", ("walks along", "strolls by", "walks to the {left}"), True),
    Action("run", "alone", ("runs", "sprints past", "runs to the {left}"), True),
    Action("jump", "alone", ("jumps up", "leaps into the air")),
    Action("dance", "alone", ("dances", "dances about")),
    Action("sleep", "alone", ("sleeps", "lies asleep on the ground")),
    Action("sit", "alone", ("sits on a stool", "sits down on a stool")),
    Action("wave", "alone", ("waves", "waves a hand")),
    Action("climb", "alone", ("climbs a ladder", "climbs up a ladder")),
    Action("crawl", "alone", ("crawls", "crawls on hands and knees")),
    Action("kneel", "alone", ("kneels", "kneels down")),
    Action("carry", "thing", ("carries {object}", "carries {object} along"), True),
    Action("throw", "thing", ("throws {object}", "hurls {object} away")),
    Action("pick up", "thing", ("picks up {object}", "bends down for {object}")),
    Action("lift", "thing", ("lifts {object} overhead", "holds {object} up high")),
    Action("kick", "thing", ("kicks {object}", "gives {object} a kick")),
    Action("push", "thing", ("pushes {object}", "pushes {object} along"), True),
    Action("study", "thing", ("looks closely at {object}", "studies {object}")),
    Action("balance", "thing", ("balances {object} on the head",
                                "stands with {object} on the head")),
    Action("give", "thing and person", ("gives {object} to {other}", "hands {other} {object}")),
    Action("hug", "person", ("hugs {other}", "puts both arms around {other}")),
    Action("chase", "person", ("chases {other}", "runs after {other}"), True),
    Action("point", "person", ("points at {other}", "points a finger at {other}")),
)  # fmt: skip


CHARACTER: Final[Mapping[str, Character]] = {one.name: one for one in CHARACTERS}
PROP: Final[Mapping[str, Prop]] = {one.name: one for one in PROPS}
SETTING: Final[Mapping[str, Setting]] = {one.name: one for one in SETTINGS}
ACTION: Final[Mapping[str, Action]] = {one.name: one for one in ACTIONS}


@dataclass(frozen=True)
class Event:
    """What happens in one clip.

    Args:
        person: name of who does it.
        action: name of what they do.
        setting: name of the place.
        object: name of the thing it is done with; empty where there is none.
        other: name of whom it is done to; empty where there is nobody.
        direction: where they face, as the viewer sees it.
        hour: time of day.
        weather: seen outdoors only.
    """

    person: str
    action: str
    setting: str
    object: str = ""
    other: str = ""
    direction: Literal["left", "right"] = "right"
    hour: Hour = "day"
    weather: Weather = "clear"

    def __post_init__(self) -> None:
        takes = ACTION[self.action].takes
        if bool(self.object) != ("thing" in takes) or bool(self.other) != ("person" in takes):
            raise ValueError(f"{self.action!r} takes {takes}: {self}")
        if self.other == self.person:
            raise ValueError(f"nobody does it to themselves: {self}")

    @property
    def combination(self) -> tuple[str, str, str]:
        """Who does what where: what is held out between training and testing."""
        return (self.person, self.action, self.setting)
