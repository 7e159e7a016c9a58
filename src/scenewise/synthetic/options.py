"""What may be chosen of drawn sets and of the pocket models. Loads nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scenewise.core.options import Checked, nested, option


@dataclass(frozen=True)
class SetOptions(Checked):
    """What every drawn set has."""

    seed: int = option(0, "where all chance comes from", low=0, flag="seed", group="Drawing")


@dataclass(frozen=True)
class HomeSetOptions(Checked):
    """A set of home videos."""

    base: SetOptions = nested(SetOptions)
    workers: int = option(
        1, "videos that are drawn at the same time", low=1, high=64, group="Drawing"
    )


@dataclass(frozen=True)
class FilmSetOptions(Checked):
    """A set of films."""

    base: SetOptions = nested(SetOptions)
    seconds: float = option(
        60.0, "about how long each film is", low=15, high=7200, unit="s", group="Drawing"
    )
    width: int = option(640, "width of the picture", low=64, high=1920, unit="px", group="Drawing")
    height: int = option(
        480, "height of the picture", low=64, high=1080, unit="px", group="Drawing"
    )
    stills: bool = option(
        False,
        "draw numbered pictures, three a second, without sound, as TVQA has them: a twentieth of "
        "the time, for training narrators",
        flag="stills",
        group="Drawing",
    )
    workers: int = option(
        1, "films that are drawn at the same time", low=1, high=64, group="Drawing"
    )


@dataclass(frozen=True)
class RecipeOptions(Checked):
    """How much is drawn and how long each pocket model learns."""

    families: int = option(6000, "families of eight frames that are drawn", low=16, group="Recipe")
    test_families: int = option(260, "families that are held out", low=4, group="Recipe")
    eye_steps: int = option(
        4000, "steps of learning to see, half of each picture", low=1, group="Recipe"
    )
    whole_steps: int = option(
        1000, "steps of learning to see, whole pictures", low=1, group="Recipe"
    )
    clip_steps: int = option(1500, "steps of learning what sentences say", low=1, group="Recipe")
    caption_steps: int = option(1500, "steps of the captioner", low=1, group="Recipe")
    language_steps: int = option(1500, "steps of the language model", low=1, group="Recipe")
    grid_steps: int = option(1500, "steps of the grid encoder", low=1, group="Recipe")
    workers: int = option(2, "processes that draw", low=1, high=64, group="Recipe")
    seed: int = option(1, "where all chance comes from", low=0, flag="seed", group="Recipe")


SHORT = RecipeOptions(
    families=160,
    test_families=24,
    eye_steps=80,
    whole_steps=30,
    clip_steps=40,
    caption_steps=16,
    language_steps=60,
    grid_steps=20,
)
"""A recipe of minutes, to see that it works: its models know little."""


@dataclass(frozen=True)
class TrainOptions(Checked):
    """A run of the recipe."""

    short: bool = option(
        False, "a recipe of minutes, to see that it works; its models know little", group="Recipe"
    )
    recipe: RecipeOptions = nested(RecipeOptions)

    @property
    def chosen(self) -> RecipeOptions:
        """The recipe that is meant."""
        if not self.short:
            return self.recipe
        return replace(SHORT, seed=self.recipe.seed, workers=self.recipe.workers)
