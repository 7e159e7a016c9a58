"""Language models that answer: a server that speaks as OpenAI's does, or a model in a folder."""

from __future__ import annotations

import http.client
import json
import os
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from scenewise.core.errors import ComponentMissing, InputError
from scenewise.metrics.checkpoints import checkpoint, on_device
from scenewise.metrics.llm_ad_eval import Judge, Messages

KEY: Final = "SCENEWISE_JUDGE_KEY"
"""Environment variable with the key that the server asks for, if it does."""

_AGAIN: Final = frozenset({408, 409, 429, 500, 502, 503, 504})
_LONGEST: Final = 2**22  # bytes of an answer
_TOKENS: Final = 16  # of the answer: {'score': 3} takes 8


def over_http(
    url: str,
    model: str,
    *,
    key: str | None = None,
    timeout: float = 60.0,
    tries: int = 4,
    pause: float = 1.0,
) -> Judge:
    """A judge behind any server with OpenAI's `/chat/completions` (llama.cpp, vLLM, Ollama …).

    Args:
        url: up to `/v1`, or whole.
        model: as the server calls it.
        key: that of the environment variable `SCENEWISE_JUDGE_KEY` unless given.
        timeout: seconds for one answer.
        tries: how often a question is asked while the server is busy or breaks off.
        pause: seconds before the second try; it doubles with each further one.

    Raises:
        InputError: the address is none of a web server.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise InputError(
            f"“{url}” is no address of a server", remedy="give one such as http://localhost:8000/v1"
        )
    whole = url.rstrip("/")
    if not whole.endswith("/chat/completions"):
        whole += "/chat/completions"
    secret = os.environ.get(KEY, "") if key is None else key
    headers = {"Content-Type": "application/json"}
    if secret:
        headers["Authorization"] = f"Bearer {secret}"

    def ask(messages: Messages) -> str:
        body = {"model": model, "messages": list(messages), "temperature": 0}
        data = json.dumps({**body, "max_tokens": _TOKENS}).encode()
        for attempt in range(tries):
            if attempt:
                time.sleep(pause * 2 ** (attempt - 1))
            last = attempt == tries - 1
            request = urllib.request.Request(whole, data, headers)
            try:
                with urllib.request.urlopen(request, timeout=timeout) as answer:
                    return _content(answer.read(_LONGEST), whole)
            except urllib.error.HTTPError as error:
                if error.code not in _AGAIN or last:
                    raise _refused(error, whole) from error
            except (OSError, http.client.HTTPException) as error:
                if last or isinstance(getattr(error, "reason", None), ConnectionRefusedError):
                    reason = getattr(error, "reason", None) or error
                    raise ComponentMissing(
                        f"no answer from {whole} ({reason})",
                        remedy="start the server, or give another address with --judge",
                    ) from error
        raise AssertionError("unreachable")  # the last try returns or raises

    return ask


def _content(raw: bytes, url: str) -> str:
    try:
        content = json.loads(raw)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError) as error:
        raise InputError(
            f"{url} does not answer as OpenAI's servers do",
            remedy="give the address of one that does, up to /v1",
        ) from error
    return content if isinstance(content, str) else ""


def _refused(error: urllib.error.HTTPError, url: str) -> InputError | ComponentMissing:
    try:
        told = json.loads(error.read(_LONGEST))["error"]
        said = told["message"] if isinstance(told, dict) else told
    except (ValueError, LookupError, TypeError, OSError, http.client.HTTPException):
        said = error.reason
    text = f"{url} answers {error.code}: {' '.join(str(said).split())[:200]}"
    if error.code in (401, 403):
        return InputError(text, remedy=f"put the key into the environment variable {KEY}")
    if error.code in _AGAIN:
        return ComponentMissing(text, remedy="try again later")
    return InputError(text, remedy="check the address and the model's name")


def in_folder(folder: str | Path) -> Judge:
    """A judge that runs here: a causal language model with a chat template, most likely words.

    Papers draw the answer at random (temperature 1); taking the most likely one makes a score
    the same in every run.

    Args:
        folder: a checkpoint as `transformers` saves it, with safetensors.

    Raises:
        ModelMissing: there is no such model in it.
    """
    import torch

    remedy = "fetch a chat model into a folder and name it, or give a server's address"
    with checkpoint(Path(folder), remedy) as (name, how):
        from transformers import AutoModelForCausalLM, AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(name, **how)
        model: Any = AutoModelForCausalLM.from_pretrained(
            name, use_safetensors=True, dtype="auto", **how
        )
    model = on_device(model)
    padding = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else 0

    def ask(messages: Messages) -> str:
        plain = [dict(message) for message in messages]
        if tokenizer.chat_template:
            text = tokenizer.apply_chat_template(plain, tokenize=False, add_generation_prompt=True)
        else:
            text = "\n\n".join(message["content"] for message in plain) + "\n"
        given = tokenizer(text, return_tensors="pt", add_special_tokens=not tokenizer.chat_template)
        given = given.to(model.device)
        with torch.inference_mode():
            out = model.generate(
                input_ids=given["input_ids"],
                attention_mask=given["attention_mask"],
                max_new_tokens=_TOKENS,
                do_sample=False,
                pad_token_id=padding,
            )
        fresh = out[0, given["input_ids"].shape[1] :]
        return str(tokenizer.decode(fresh, skip_special_tokens=True))

    return ask
