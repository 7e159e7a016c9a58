"""The words in which the drawn world is spoken of: one table for each part of a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from scenewise.synthetic.world import ACTION, PROP, SETTING, Event, Hour, Weather

LOOKS: Final[Mapping[str, tuple[str, ...]]] = {
    "Anna": ("a woman in a red coat", "a woman with black hair and a red coat"),
    "Bruno": ("a stout man in green overalls", "a bearded man in green overalls"),
    "Clara": ("a girl in a yellow dress", "a girl with pigtails", "a fair girl in a yellow dress"),
    "David": ("a tall man in a blue suit and a top hat", "a tall man in a top hat",
              "a man in a blue suit"),
    "Elif": ("a woman in a violet headscarf", "a woman in a headscarf"),
    "Felix": ("a boy in a striped shirt and a cap", "a boy in a striped shirt", "a boy in a cap"),
    "Grace": ("an old woman in a pink cardigan", "an old woman with glasses"),
    "Hugo": ("a cook in a tall white hat", "a cook in a white apron"),
    "Ines": ("a woman with curly orange hair", "a woman with orange curls"),
    "Jonas": ("an old man in a brown coat", "an old man in a flat cap"),
    "Kofi": ("a man in a black shirt and a golden scarf", "a man in a golden scarf",
             "a bald man in a black shirt"),
    "Lena": ("a woman with long blue hair", "a woman with blue hair"),
}  # fmt: skip
"""How somebody who does not know them would call them; the first is the world's own."""

SHORT_LOOKS: Final[Mapping[str, str]] = {
    "Anna": "the woman in red", "Bruno": "the man in overalls", "Clara": "the girl",
    "David": "the man in the top hat", "Elif": "the woman in the headscarf", "Felix": "the boy",
    "Grace": "the old woman", "Hugo": "the cook", "Ines": "the woman with the orange curls",
    "Jonas": "the old man", "Kofi": "the man in the golden scarf",
    "Lena": "the woman with the blue hair",
}  # fmt: skip
"""How they are called once they have been seen; each is true of one person of the world only."""

_MORE: Final[Mapping[str, tuple[str, ...]]] = {
    "walk": ("walks", "takes a walk", "goes for a walk"),
    "run": ("runs past", "sprints", "runs along"),
    "jump": ("jumps", "jumps into the air", "leaps up"),
    "dance": ("does a dance", "does a little dance"),
    "sleep": ("lies asleep", "lies sleeping", "is asleep"),
    "sit": ("sits", "is seated on a stool", "sits there on a stool"),
    "wave": ("gives a wave", "waves with one hand", "raises a hand and waves"),
    "climb": ("goes up a ladder", "climbs", "clambers up a ladder"),
    "crawl": ("crawls along", "crawls on all fours", "moves along on all fours"),
    "kneel": ("kneels on the ground", "is down on the knees", "goes down on the knees"),
    "carry": ("walks along carrying {object}", "walks along with {object}",
              "carries {object} to the {left}"),
    "throw": ("throws {object} into the air", "tosses {object}", "throws {object} away"),
    "pick up": ("picks {object} up", "bends down and picks up {object}",
                "picks up {object} from the ground"),
    "lift": ("lifts {object}", "lifts {object} up high", "raises {object} overhead",
             "holds up {object}"),
    "kick": ("kicks {object} away", "kicks at {object}"),
    "push": ("pushes against {object}", "shoves {object} along", "pushes {object} to the {left}"),
    "study": ("examines {object}", "has a close look at {object}", "inspects {object}"),
    "balance": ("balances {object} on top of the head", "has {object} balanced on the head"),
    "give": ("gives {other} {object}", "hands {object} to {other}",
             "hands {object} over to {other}"),
    "hug": ("embraces {other}", "gives {other} a hug", "holds {other} in both arms"),
    "chase": ("chases after {other}", "pursues {other}", "chases {other} to the {left}"),
    "point": ("points to {other}", "points one finger at {other}"),
}  # fmt: skip

PHRASES: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(dict.fromkeys(action.phrases + _MORE[name])) for name, action in ACTION.items()
}
"""Every way to say each action in the third person, the world's own first."""

PARTICIPLES: Final[Mapping[str, str]] = {
    "walks": "walking", "strolls": "strolling", "takes": "taking", "goes": "going",
    "runs": "running", "sprints": "sprinting", "jumps": "jumping", "leaps": "leaping",
    "dances": "dancing", "does": "doing", "sleeps": "sleeping", "lies": "lying", "is": "being",
    "sits": "sitting", "waves": "waving", "gives": "giving", "raises": "raising",
    "climbs": "climbing", "clambers": "clambering", "crawls": "crawling", "moves": "moving",
    "kneels": "kneeling", "carries": "carrying", "throws": "throwing",
    "hurls": "hurling", "tosses": "tossing", "picks": "picking", "bends": "bending",
    "lifts": "lifting", "holds": "holding", "kicks": "kicking", "pushes": "pushing",
    "shoves": "shoving", "looks": "looking", "studies": "studying", "examines": "examining",
    "has": "having", "inspects": "inspecting", "balances": "balancing", "stands": "standing",
    "hands": "handing", "hugs": "hugging", "puts": "putting", "embraces": "embracing",
    "chases": "chasing", "pursues": "pursuing", "points": "pointing",
}  # fmt: skip
"""The participle of each verb form that the phrases have."""

PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "kitchen": ("in the kitchen", "in a kitchen", "inside the kitchen"),
    "bedroom": ("in the bedroom", "in a bedroom", "inside the bedroom"),
    "living room": ("in the living room", "in a living room", "inside the living room"),
    "garage": ("in the garage", "in a garage", "inside the garage"),
    "library": ("in the library", "in a library", "inside the library"),
    "street": ("in the street", "in a street", "out in the street", "out on the street"),
    "park": ("in the park", "in a park", "out in the park"),
    "beach": ("on the beach", "on a beach", "out on the beach"),
    "forest": ("in the forest", "in a forest", "out in the forest"),
    "market": ("at the market", "at a market", "out at the market"),
    "station": ("at the station", "at a station", "outside at the station"),
    "mountain": ("on a mountain", "on the mountain", "up on a mountain"),
}

TIMES: Final[Mapping[Hour, tuple[str, ...]]] = {
    "day": ("by day", "in daylight", "in the daytime", "during the day"),
    "evening": ("in the evening", "at dusk", "as evening falls"),
    "night": ("at night", "by night", "in the night"),
}

WEATHER: Final[Mapping[Weather, tuple[str, ...]]] = {
    "clear": (),
    "rain": ("in the rain", "in pouring rain", "as rain falls", "while it rains"),
    "snow": ("in the snow", "in falling snow", "as snow falls", "while it snows"),
    "fog": ("in the fog", "in fog", "in the mist"),
}

HEADINGS: Final[Mapping[Hour, tuple[str, ...]]] = {
    "day": ("Day", "Daytime"),
    "evening": ("Evening", "Dusk"),
    "night": ("Night", "Night-time"),
}


def third_person(phrase: str, event: Event, thing: str, other: str) -> str:
    """A phrase of `PHRASES` with its blanks filled: "throws a ball"."""
    return phrase.format(object=thing, other=other, left=event.direction)


def participle(phrase: str) -> str:
    """A phrase as a participle: "throws {object}" gives "throwing {object}".

    Both verbs of a phrase with two are changed; "is asleep" gives "asleep".
    """
    verb, _, rest = phrase.partition(" ")
    if verb == "is":
        return rest
    first, joined, second = f"{PARTICIPLES[verb]} {rest}".strip().partition(" and ")
    head, _, tail = second.partition(" ")
    if joined and head in PARTICIPLES:
        second = f"{PARTICIPLES[head]} {tail}".strip()
    return first + joined + second


def progressive(phrase: str) -> str:
    """A phrase in the progressive: "is throwing {object}"."""
    return f"is {participle(phrase)}"


def definite(noun_phrase: str) -> str:
    """A noun phrase with "the" for "a": "a woman in a red coat" gives "the woman in a red coat"."""
    article, _, rest = noun_phrase.partition(" ")
    return f"the {rest}" if article in ("a", "an") else noun_phrase


def thing(event: Event) -> str:
    """The event's object with its article; empty where there is none."""
    return PROP[event.object].phrase if event.object else ""


def outdoors(event: Event) -> bool:
    """Whether weather shows."""
    return SETTING[event.setting].outdoors


def capitalised(text: str) -> str:
    """The text with its first letter large, the rest as it is."""
    return text[:1].upper() + text[1:]
