"""LLM-AD-eval: what the judge is asked, how its answers are read, and what can go wrong."""

from __future__ import annotations

import json
import math
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from judge_server import judge_server, said
from scenewise.core.errors import ComponentMissing, InputError, ModelMissing
from scenewise.metrics.judge_answers import Answers
from scenewise.metrics.judges import KEY, in_folder, over_http
from scenewise.metrics.llm_ad_eval import Prompt, llm_ad_eval, parse, read_prompt


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        ("{'score': 3}", 3),
        ('{"score": 5}', 5),
        ("{'score': 0}", 0),
        ("{'score': '4'}", 4),
        ("{score: 2}", 2),
        ("{'score': 3.5}", 3.5),
        ("Sure!\n```python\n{'score': 4}\n```</s>", 4),
        ("{'score': 4, 'why': 'both run'}", 4),
        ("{'score': 2} {'score': 2}", 2),
        ("{'score': 2} or {'score': 3}", None),
        ("{'score': 6}", None),
        ("{'score': -1}", None),
        ("{'score': }", None),
        ("{'score': 3", None),
        ("score 3", None),
        ("3", None),
        ("", None),
    ],
)
def test_answers_are_read(answer: str, score: float | None) -> None:
    assert parse(answer) == score


def test_the_judge_is_asked_about_what_is_seen() -> None:
    system, user = Prompt().messages("He {runs}.", "Tom runs.")
    assert (system["role"], user["role"]) == ("system", "user")
    for word in ("actions", "objects", "interactions", "Pronouns", "names", "Synonyms"):
        assert word in system["content"]
    assert user["content"].index("Tom runs.") < user["content"].index("He {runs}.")
    assert "{'score': 3}" in user["content"]
    assert "0 to 5" in user["content"]


def test_the_figure_is_the_mean_of_what_has_a_score() -> None:
    answers = {"a": "{'score': 1}", "b": "no idea", "c": "{'score': 4}"}
    got = llm_ad_eval(
        list("abc"), list("xyz"), lambda asked: answers[asked[-1]["content"].split(": ")[2][0]]
    )
    assert got.corpus == 2.5
    assert (got.clips[0], got.clips[2]) == (1, 4)
    assert math.isnan(got.clips[1])
    assert (got.odd, got.example) == (1, "no idea")


def test_a_judge_that_never_scores_is_told() -> None:
    with pytest.raises(InputError, match="gave no score in 2 answers; the first was “I think"):
        llm_ad_eval(["a", "b"], ["x", "y"], lambda _: "I think\nit is fine")
    with pytest.raises(ValueError, match="2 texts, but 1"):
        llm_ad_eval(["a", "b"], ["x"], lambda _: "")
    with pytest.raises(ValueError, match="0 texts"):
        llm_ad_eval([], [], lambda _: "")


def test_prompts_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "prompt.txt"
    path.write_text("Be strict.\n---\nTrue: {reference}\nSaid: {prediction} as {{'score': 1}}\n")
    system, user = read_prompt(path).messages("p", "r")
    assert system["content"] == "Be strict."
    assert user["content"] == "True: r\nSaid: p as {'score': 1}"
    path.write_text("{reference} or {prediction}?")
    assert [one["role"] for one in read_prompt(path).messages("p", "r")] == ["user"]
    for text, message in (
        ("{reference} only", "lacks a text"),
        ("{reference} {prediction} {'score': 1}", "braces that are no field"),
        ("{reference} {prediction} {", "braces that are no field"),
        ("", "lacks a text"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=message):
            read_prompt(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_prompt(tmp_path / "none.txt")


# --- answers that are kept ---


def counted(asked: list[str], answer: str = "{'score': 3}"):
    def judge(messages) -> str:
        asked.append(messages[-1]["content"])
        return answer

    return judge


def test_what_is_answered_is_not_asked_again(tmp_path: Path) -> None:
    path, asked = tmp_path / "answers.jsonl", []
    texts = ["a “man” runs", "b\n{x}", "c"]
    with Answers(counted(asked), "tiny", path) as judge:
        first = llm_ad_eval(texts, ["x"] * 3, judge, at_once=2)
    assert len(asked) == 3
    with Answers(counted(asked, "{'score': 0}"), "tiny", path) as judge:
        again = llm_ad_eval([*texts, "d"], ["x"] * 4, judge, known=judge.knows)
    assert len(asked) == 4
    assert list(again.clips) == [*first.clips, 0]
    with Answers(counted(asked), "another judge", path) as judge:
        llm_ad_eval(texts, ["x"] * 3, judge)
    with Answers(counted(asked), "tiny", path) as judge:
        llm_ad_eval(texts, ["x"] * 3, judge, prompt=Prompt("", "{reference} {prediction}"))
    assert len(asked) == 10
    assert "man" not in path.read_text("utf-8")  # descriptions are often not to be passed on


def test_a_run_that_breaks_off_goes_on_where_it_was(tmp_path: Path) -> None:
    path, asked = tmp_path / "answers.jsonl", []

    def breaks(messages) -> str:
        if len(asked) == 2:
            raise ComponentMissing("no answer")
        return counted(asked)(messages)

    with Answers(breaks, "tiny", path) as judge, pytest.raises(ComponentMissing):
        llm_ad_eval(list("abcd"), ["x"] * 4, judge)
    with path.open("a") as file:
        file.write('{"question": "cut sho')
    with Answers(counted(asked), "tiny", path) as judge:
        llm_ad_eval(list("abcd"), ["x"] * 4, judge)
        assert len(asked) == 4
    with Answers(counted(asked), "tiny", path) as judge:
        llm_ad_eval(list("abcd"), ["x"] * 4, judge)
        assert len(asked) == 4
    assert len(path.read_text().splitlines()) == 4


def question(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def test_two_that_share_a_file_lose_no_answer(tmp_path: Path) -> None:
    path, asked = tmp_path / "answers.jsonl", []
    with Answers(counted(asked), "x", path) as one, Answers(counted(asked, "no"), "x", path) as two:
        for text in "abcde":
            one(question(text))
        assert two(question("f")) == "no"
        assert two.knows(question("a"))  # it has read what was added
        assert two(question("a")) == "{'score': 3}"
        assert one(question("g")) == "{'score': 3}"
        assert one(question("f")) == "no"
    assert len(asked) == 7
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) == len({json.loads(line)["question"] for line in lines}) == 7


@pytest.mark.parametrize("before", ["", '{"question": "a", "answer": "b"}\n'])
def test_a_whole_answer_without_the_end_of_its_line_is_kept(tmp_path: Path, before: str) -> None:
    path, asked = tmp_path / "answers.jsonl", []
    with Answers(counted(asked), "x", path) as judge:
        judge(question("a"))
    path.write_bytes(before.encode() + path.read_bytes()[:-1])
    with Answers(counted(asked), "x", path) as one, Answers(counted(asked), "x", path) as two:
        assert one.knows(question("a"))
        one(question("b"))
        two(question("c"))
        assert one(question("a")) == two(question("b")) == "{'score': 3}"
    assert len(asked) == 3
    with Answers(counted(asked), "x", path) as judge:
        assert all(judge.knows(question(text)) for text in "abc")
    lines = path.read_text("utf-8").splitlines()
    assert len({json.loads(line)["question"] for line in lines}) == len(lines) == 3 + bool(before)


def test_half_a_letter_in_an_answer_is_kept(tmp_path: Path) -> None:
    path, asked = tmp_path / "answers.jsonl", []
    answer = json.loads(r'"\ud83d {\u0027score\u0027: 2} für"')  # as a server may cut it
    for _ in range(2):
        with Answers(counted(asked, answer), "x", path) as judge:
            assert judge(question("a")) == answer
    assert len(asked) == 1


@pytest.mark.slow
def test_processes_that_share_a_file_lose_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text('{"question": "a", "answer": "b"}\n{"question": "cut sho', "utf-8")
    code = (
        "import sys\nfrom scenewise.metrics.judge_answers import Answers\n"
        "with Answers(lambda asked: 'yes', 'x', sys.argv[1]) as judge:\n"
        "    for k in range(200):\n"
        "        judge([{'role': 'user', 'content': f'{sys.argv[2]} {k}'}])\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in "xy"]
    assert [one.wait(60) for one in both] == [0, 0]
    lines = path.read_text("utf-8").splitlines()
    assert len({json.loads(line)["question"] for line in lines}) == len(lines) == 401


def test_a_file_that_was_emptied_meanwhile_is_begun_anew(tmp_path: Path) -> None:
    path, asked = tmp_path / "answers.jsonl", []
    with Answers(counted(asked), "x", path) as judge:
        judge(question("a"))
        path.write_bytes(b"")
        judge(question("b"))
    assert [json.loads(line)["answer"] for line in path.read_text().splitlines()] == [
        "{'score': 3}"
    ]


def test_another_file_is_not_taken_for_answers(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    for text in ("movie,text\nA,x\n", "[]", '{"question": 1}\n'):
        path.write_text(text)
        with pytest.raises(InputError, match="line 1 is no judge's answer"):
            Answers(counted([]), "tiny", path)
        assert path.read_text() == text
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="no judge's answer"):
        Answers(counted([]), "tiny", path)
    with pytest.raises(InputError, match="its folder does not exist"):
        Answers(counted([]), "tiny", tmp_path / "none" / "answers.jsonl")
    with pytest.raises(InputError, match="cannot be read"):
        Answers(counted([]), "tiny", tmp_path)


# --- over HTTP ---


def test_a_server_is_asked_as_openais_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "secret")
    with judge_server(lambda body: (200, said("{'score': 2}"))) as server:
        got = llm_ad_eval(list("abc") * 3, ["x"] * 9, over_http(server.url, "tiny"), at_once=3)
    assert got.corpus == 2
    assert len(got.clips) == 9
    assert len(server.asked) == 3  # the same question is asked once
    body = min(server.asked, key=lambda one: one["messages"][-1]["content"])
    assert (body["model"], body["temperature"]) == ("tiny", 0)
    assert body["messages"] == Prompt().messages("a", "x")
    assert server.headers[0]["Authorization"] == "Bearer secret"
    assert set(server.paths) == {"/v1/chat/completions"}


def test_without_a_key_none_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY, raising=False)
    with judge_server(lambda body: (200, said("x"))) as server:
        over_http(f"{server.url}/chat/completions/", "m")([{"role": "user", "content": "?"}])
    assert "Authorization" not in server.headers[0]
    assert server.paths == ["/v1/chat/completions"]


def test_answers_keep_their_order_whoever_is_first() -> None:
    def answer(body) -> tuple[int, bytes]:
        number = int(body["messages"][-1]["content"].split("Predicted description: ")[1][0])
        return 200, said(f"{{'score': {number}}}")

    with judge_server(answer) as server:
        got = llm_ad_eval(list("0123450123"), ["x"] * 10, over_http(server.url, "m"), at_once=5)
    assert list(got.clips) == [0, 1, 2, 3, 4, 5, 0, 1, 2, 3]


def test_a_busy_server_is_asked_again() -> None:
    codes = [503, 429, 200]
    with judge_server(lambda body: (codes.pop(0), said("{'score': 1}"))) as server:
        judge = over_http(server.url, "m", pause=0.01)
        assert judge([{"role": "user", "content": "?"}]) == "{'score': 1}"
    with judge_server(lambda body: (503, b"")) as server:
        judge = over_http(server.url, "m", pause=0.01, tries=2)
        with pytest.raises(ComponentMissing, match=r"answers 503.*try again later"):
            judge([])
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("status", "content", "message"),
    [
        (401, b'{"error": {"message": "no key\\nat all"}}', f"401: no key at all; .*{KEY}"),
        (404, b"<html>", "404: Not Found; check the address and the model"),
        (400, b'{"error": "bad model"}', "400: bad model"),
        (200, b"<html>hello</html>", "does not answer as OpenAI's servers do"),
        (200, b'{"choices": []}', "does not answer as OpenAI's servers do"),
        (200, b"[]", "does not answer as OpenAI's servers do"),
    ],
)
def test_odd_servers_are_told_in_one_line(status: int, content: bytes, message: str) -> None:
    with (
        judge_server(lambda body: (status, content)) as server,
        pytest.raises(InputError, match=message) as told,
    ):
        over_http(server.url, "m", pause=0.01)([])
    assert "\n" not in str(told.value)
    assert len(server.asked) == 1


def test_an_answer_without_words_is_an_odd_one() -> None:
    body = json.dumps({"choices": [{"message": {"content": None}}]}).encode()
    with judge_server(lambda _: (200, body)) as server:
        assert over_http(server.url, "m")([]) == ""


def test_no_server_is_told_at_once() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(ComponentMissing, match=r"no answer from http.*start the server"):
        over_http(url, "m", pause=30)([])
    for wrong in ("localhost:8000", "ftp://x/v1", "http://", "file:///etc/passwd"):
        with pytest.raises(InputError, match="no address of a server"):
            over_http(wrong, "m")


# --- in a folder ---


@pytest.mark.slow
def test_a_model_in_a_folder_answers_the_same_each_time(tmp_path: Path) -> None:
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    from model_makers import word_tokenizer

    tokenizer = word_tokenizer(
        {"pad_token": "<pad>", "bos_token": "<start>", "eos_token": "<end>", "unk_token": "<unk>"}
    )
    tokenizer.chat_template = (
        "{% for m in messages %}{{ m.content }} {% endfor %}"
        "{% if add_generation_prompt %}dog{% endif %}"
    )
    tokenizer.save_pretrained(tmp_path)
    config = GPT2Config(
        vocab_size=len(tokenizer), n_embd=16, n_layer=1, n_head=2, n_positions=256,
        bos_token_id=1, eos_token_id=2, pad_token_id=0,
    )  # fmt: skip
    torch.manual_seed(0)
    GPT2LMHeadModel(config).save_pretrained(tmp_path)
    judge = in_folder(tmp_path)
    asked = Prompt().messages("a man runs", "a dog sits")
    first = judge(asked)
    assert first == judge(asked)
    assert len(first.split()) <= 16
    with pytest.raises(InputError, match="gave no score"):
        llm_ad_eval(["a man"], ["a dog"], judge)


def test_no_model_in_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="no model in that folder; fetch a chat model"):
        in_folder(tmp_path)
