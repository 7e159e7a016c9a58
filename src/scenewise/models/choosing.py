"""From a captioner's name to a captioner, honestly: what is missing is said, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scenewise.core import plugins
from scenewise.core.errors import ModelMissing, OptionInvalid
from scenewise.core.ports import Captioner
from scenewise.core.progress import Progress
from scenewise.models import hub
from scenewise.models.caption_options import CaptionOptions
from scenewise.models.catalogue import TOGETHER
from scenewise.models.text_only import TextOnly

AUTO = "auto"


def captioner_for(
    name: str,
    options: CaptionOptions | None = None,
    *,
    allow_download: bool = True,
    progress: Progress | None = None,
) -> tuple[Captioner, str]:
    """The captioner of a name, and a line for the person; empty where all is as asked.

    `auto` is the interrogator; where its weights can neither be found nor fetched it is
    `text`, and the line says what is missing and how to get it. Any other name either works
    or raises.

    Args:
        name: `auto`, `interrogator`, `vlm`, `text`, `distinctad`, or that of an installed plug-in.
        options: for those that take them: whose class says `takes_options = True`.
        allow_download: whether weights may be fetched.
        progress: shows downloads.

    Raises:
        UnknownChoice: there is no captioner of that name.
        ModelMissing: the weights of the one asked for cannot be had.
        OptionInvalid: a model is of the wrong kind, or the captioner takes none; or it takes no
            portraits: its class does not say `takes_portraits = True`.
    """
    chosen = options or CaptionOptions()
    access: dict[str, Any] = {"allow_download": allow_download, "progress": progress}
    if chosen.portraits:
        _require_portraits(name)
    if name == AUTO:
        try:
            _ready(chosen, **access)
        except ModelMissing as missing:
            return TextOnly(chosen), _line(chosen, missing)
        name = "interrogator"
    factory = plugins.load("captioner", name)
    if name == "interrogator":
        _ready(chosen, **access)
    if getattr(factory, "takes_options", False):
        return factory(chosen, **access), ""
    if chosen.model:
        raise OptionInvalid(
            f"the captioner {name!r} takes no model, and {chosen.model} was named",
            remedy="leave the model out, or choose another captioner",
        )
    return factory(), ""


def with_portraits(captioner: Captioner, folder: str) -> Captioner:
    """A captioner that is made already, with the portraits of a folder instead of its own.

    Args:
        captioner: has a method `with_portraits(folder)`, which gives one that names the people of
            that folder; or it was made with this folder, as its `options` tell.
        folder: of portraits; empty where none is asked for, and it keeps what it has.

    Raises:
        OptionInvalid: it takes no portraits, or has others and cannot change them.
        ScenewiseError: what the captioner raises of a folder that it cannot use.
    """
    if not folder:
        return captioner
    taking = getattr(captioner, "with_portraits", None)
    if taking is not None:
        return taking(folder)  # type: ignore[no-any-return]
    own = getattr(getattr(captioner, "options", None), "portraits", "")
    takes = getattr(captioner, "takes_portraits", False)
    if takes and own and Path(own).resolve() == Path(folder).resolve():
        return captioner
    raise OptionInvalid(
        f"the captioner {captioner.name!r} was made "
        + ("with other portraits than" if takes and own else "without portraits, and not with")
        + f" those of {folder}",
        remedy="leave portraits out of the options"
        + (", or make it with them: CaptionOptions(portraits=...)" if takes else ""),
    )


def model_behind(name: str) -> tuple[str, str]:
    """The captioner that runs a model, and the model, where a captioner's name is one.

    Args:
        name: what was asked for as a captioner: `pocket`, a folder, a name on the hub, or a
            captioner's name, a colon and its model, such as `distinctad:run`.

    Returns:
        The captioner's name and the model; the name itself and nothing where it names a
        captioner alone.

    Raises:
        ModelMissing: a folder is no whole model.
    """
    if name == hub.POCKET:
        return "interrogator", name
    captioner, _, model = name.partition(":")
    # a drive such as C: is no captioner
    if model and captioner in plugins.available("captioner"):
        return captioner, model
    if not ("/" in name or "\\" in name or name.startswith((".", "~"))):
        return name, ""
    kind = hub.kind_of(name)
    captions = "blip" in name.lower() if not kind else kind in hub.JOBS["captioner"]
    return ("interrogator" if captions else "vlm"), name


def _require_portraits(name: str) -> None:
    factory = plugins.load("captioner", "interrogator" if name == AUTO else name)
    if not getattr(factory, "takes_portraits", False):
        raise OptionInvalid(
            f"the captioner {name!r} takes no portraits",
            remedy="leave --portraits out, or choose one that does: --captioner distinctad:RUN",
        )


def _ready(options: CaptionOptions, **access: Any) -> None:
    """Have both models on this machine before either is loaded into memory.

    What is here is asked for first, so that a missing second model is not found out only
    after the first was fetched without need.
    """
    both = ((options.blip, "captioner"), (options.clip, "embedder"))
    absent = [(model, job) for model, job in both if not hub.is_cached(model, job=job)]
    for model, job in absent:
        hub.resolve(model, job=job, **access)


def _line(options: CaptionOptions, missing: ModelMissing) -> str:
    both = ((options.blip, "captioner"), (options.clip, "embedder"))
    absent = [model for model, job in both if not hub.is_cached(model, job=job)]
    usual = tuple(absent) == TOGETHER["interrogator"]
    return (
        f"Pictures are not described, only on-screen text is: {missing.what}. "
        f"To describe them, run: scenewise models pull "
        f"{'interrogator' if usual else ' '.join(absent)}"
    )
