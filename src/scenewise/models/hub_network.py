"""The model hub behind one adapter: its cache, its listings, its downloads and its errors."""

from __future__ import annotations

import errno
import io
import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from scenewise.core.errors import ModelMissing, OutputUnwritable
from scenewise.core.progress import Progress

ANSWER_WITHIN: Final = 8.0
"""Seconds the hub has to answer a question, name look-up included."""

STALLED_AFTER: Final = 20.0
"""Seconds without a byte after which a download is given up (it resumes next time)."""

_T = TypeVar("_T")


def is_offline() -> bool:
    """Whether the person asked for no network (`HF_HUB_OFFLINE`, `TRANSFORMERS_OFFLINE`)."""
    words = (os.environ.get(name, "") for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))
    return any(word.strip().upper() in {"1", "ON", "YES", "TRUE"} for word in words)


def cache_root() -> Path:
    """The hub's cache folder, where its own environment variables put it."""
    chosen = os.environ.get("HF_HUB_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    home = os.environ.get("HF_HOME")
    if home:
        return Path(home).expanduser() / "hub"
    base = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    return Path(base).expanduser() / "huggingface" / "hub"


def snapshot(name: str, revision: str) -> Path | None:
    """The folder of a repository's files in the cache, whole or not; None if there is none."""
    home = cache_root() / f"models--{name.replace('/', '--')}"
    commit = revision
    if not re.fullmatch(r"[0-9a-f]{40}", revision):
        try:
            commit = (home / "refs" / revision).read_text(encoding="utf-8").strip()
        except OSError:
            return None
    folder = home / "snapshots" / commit
    return folder if commit and folder.is_dir() else None


def listing(name: str, revision: str) -> dict[str, int]:
    """What a repository holds: paths and sizes in bytes (0 where the hub does not say).

    Raises:
        ModelMissing: the hub cannot be asked, or knows no such repository.
    """
    _demand_network(name)
    from huggingface_hub import HfApi

    def ask() -> dict[str, int]:
        api = HfApi(endpoint=_endpoint())
        info = api.model_info(name, revision=revision, files_metadata=True, timeout=ANSWER_WITHIN)
        return {file.rfilename: file.size or 0 for file in info.siblings or ()}

    return _within(ANSWER_WITHIN, ask, name)


def download(name: str, revision: str, files: Mapping[str, int], progress: Progress) -> None:
    """Fetch files into the cache, resuming what was begun before.

    Args:
        name, revision: the repository and its branch, tag or commit.
        files: paths and their sizes in bytes, in the order to fetch them.
        progress: told the bytes.

    Raises:
        ModelMissing: the connection failed or stalled; what has come stays for the next time.
        OutputUnwritable: the cache cannot be written.
    """
    if not files:
        return
    _demand_network(name)
    from huggingface_hub import hf_hub_download

    done = threading.Event()
    failure: list[BaseException] = []
    with progress.step(f"Fetching {name}", float(sum(files.values()))) as step:
        heard = _Heartbeat(step.advance)

        def work() -> None:
            try:
                for file in files:
                    hf_hub_download(
                        name,
                        file,
                        revision=revision,
                        cache_dir=cache_root(),
                        endpoint=_endpoint(),
                        etag_timeout=ANSWER_WITHIN,
                        tqdm_class=heard.bar(),
                    )
            except BaseException as error:  # handed to the caller below
                failure.append(error)
            finally:
                done.set()

        # A daemon, so that a dead connection cannot hold up the end of the program.
        threading.Thread(target=work, name="scenewise-download", daemon=True).start()
        while not done.wait(0.1):
            if time.monotonic() - heard.last > STALLED_AFTER:
                raise ModelMissing(
                    f"the download of {name} stalled", remedy="try again; it resumes where it was"
                )
    if failure:
        raise _mapped(failure[0], name) from failure[0]


class _Heartbeat:
    """Passes bytes on to a step, and remembers when the last ones came."""

    def __init__(self, advance: Callable[[float], None]) -> None:
        self.last = time.monotonic()
        self._advance = advance
        self._lock = threading.Lock()

    def beat(self, amount: float) -> None:
        with self._lock:
            self.last = time.monotonic()
            self._advance(amount)

    def bar(self) -> type:
        """A class like tqdm's that shows nothing and tells this object every byte."""
        from tqdm.std import tqdm  # type: ignore[import-untyped]

        heard = self

        class Bar(tqdm):  # type: ignore[misc]
            monitor_interval = 0

            def __init__(self, *args: Any, **kwargs: Any) -> None:
                kwargs.pop("name", None)
                kwargs.update(file=io.StringIO(), disable=False)
                super().__init__(*args, **kwargs)
                heard.beat(float(kwargs.get("initial") or 0))

            def display(self, *_args: Any, **_kwargs: Any) -> bool:
                return True

            def update(self, n: float | None = 1) -> bool | None:
                heard.beat(float(n or 0))
                return True

        return Bar


def _endpoint() -> str | None:
    return os.environ.get("HF_ENDPOINT") or None


def _demand_network(name: str) -> None:
    if is_offline():
        raise ModelMissing(
            f"the model {name} is not on this machine and HF_HUB_OFFLINE forbids to fetch it",
            remedy=f"unset HF_HUB_OFFLINE and run: scenewise models pull {name}",
        )


def _within(seconds: float, ask: Callable[[], _T], name: str) -> _T:
    """The answer, or an error once the time is up. Time-outs of the HTTP client do not cover
    the name look-up, which can hang for a minute without a network; this does."""
    answer: list[_T] = []
    failure: list[BaseException] = []

    def work() -> None:
        try:
            answer.append(ask())
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=work, name="scenewise-hub", daemon=True)
    thread.start()
    thread.join(seconds)
    if failure:
        raise _mapped(failure[0], name) from failure[0]
    if not answer:
        raise _mapped(TimeoutError(f"no answer within {seconds:g} s"), name)
    return answer[0]


def _mapped(error: BaseException, name: str) -> BaseException:
    """The error of our own tree that says what a foreign one means for the person."""
    if not isinstance(error, Exception):
        return error
    from huggingface_hub import errors

    pull = f"try again later: scenewise models pull {name}"
    if isinstance(error, errors.GatedRepoError):
        return ModelMissing(
            f"{name} is given out only after its terms were accepted",
            remedy="accept them on its page and set HF_TOKEN, or choose another model",
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return ModelMissing(f"{name} has no such revision on the hub", remedy="check the name")
    if isinstance(error, (errors.RepositoryNotFoundError, errors.HFValidationError)):
        return ModelMissing(f"the hub has no public model {name}", remedy="check the name")
    if isinstance(error, errors.OfflineModeIsEnabled):
        return ModelMissing(f"{name} cannot be fetched: the hub is switched off", remedy=pull)
    if isinstance(error, errors.HfHubHTTPError):
        code = getattr(error.response, "status_code", "error")
        return ModelMissing(f"the hub refused {name} (HTTP {code})", remedy=pull)
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EACCES, errno.EROFS}:
        return OutputUnwritable(
            f"the model {name} cannot be stored ({os.strerror(error.errno)})",
            path=cache_root(),
            remedy="make room, or set HF_HOME to another folder",
        )
    reason = " ".join(str(error).split())[:120] or type(error).__name__
    return ModelMissing(f"the hub cannot be reached for {name} ({reason})", remedy=pull)
