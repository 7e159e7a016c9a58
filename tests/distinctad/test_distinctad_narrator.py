"""The narrator as a whole: its loss against loops, its files, its training, and what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from distinctad_toys import CHANNELS, FRAMES, TOLD, by_hand, film_sequences, toy_options

from model_makers import make_clip, word_tokenizer
from scenewise.core.errors import FileMissing, OptionInvalid, UnknownChoice
from scenewise.distinctad import narrating
from scenewise.distinctad.distinctive import words_of
from scenewise.distinctad.errors import ClipsInvalid, NarratorInvalid
from scenewise.distinctad.language import Language, load_language
from scenewise.distinctad.narrating import chosen, narrate, narrated, ordered, spoken
from scenewise.distinctad.narrator import Narrator
from scenewise.distinctad.narrator_files import about_narrator, load_narrator, save_narrator
from scenewise.distinctad.narrator_training import train_narrator, with_warmup
from scenewise.distinctad.options import (
    ABLATIONS,
    NarratorOptions,
    NarratorTraining,
    SpeakingOptions,
    ablated,
)
from scenewise.distinctad.prompts import laid
from scenewise.distinctad.sequences import SequenceBatch
from scenewise.distinctad.speaking import Names, Said, Silence, continued, silenced
from scenewise.training.metrics_log import read_metrics
from scenewise.training.options import TrainingOptions


@pytest.fixture(scope="module")
def language() -> Language:
    return load_language("pocket")


@pytest.fixture(scope="module")
def batch() -> SequenceBatch:
    """Two sequences of four, of which one has a clip that is not there."""
    return next(iter(film_sequences(4).in_order(["two", "one"])))


def made(language: Language, **more: Any) -> Narrator:
    return Narrator(language, CHANNELS, toy_options(**more), seed=3)


def run(steps: int, **more: Any) -> NarratorTraining:
    training = TrainingOptions(
        **{
            "steps": steps,
            "learning_rate": 3e-3,
            "schedule": "cosine",
            "weight_decay": 0.0,
            "precision": "float32",
            **more,
        }
    )
    return NarratorTraining(training=training)


def test_the_paper_s_settings_are_the_defaults() -> None:
    model, training = NarratorOptions(), NarratorTraining().training
    assert (model.frames, model.bases, model.alpha, model.beta) == (8, 32, 3.0, 1.0)
    assert (training.epochs, training.learning_rate) == (10, 1e-4)
    assert (training.optimiser, training.schedule) == ("adamw", "cosine")
    assert with_warmup(NarratorTraining(), 1000).warmup_steps == 50


@pytest.mark.parametrize(
    "more",
    [{"faces_from": 2}, {"earlier": 2, "distinctive": 0.5}, {"alpha": 0.0, "characters": False}],
)
def test_the_loss_is_that_of_one_clip_and_one_token_at_a_time(
    language: Language, batch: SequenceBatch, more: dict[str, Any]
) -> None:
    narrator = made(language, **more)
    if not more.get("characters", True):
        batch = next(iter(film_sequences(4, named=False).in_order(["two", "one"])))
    assert not batch.mask.all()
    loss, figures = narrator(batch)
    auto, distinct = by_hand(narrator, batch)
    weight = narrator.options.distinctive
    assert figures["auto"] == pytest.approx(float(auto.detach()), rel=1e-4)
    assert figures["distinctive"] == pytest.approx(float(distinct.detach()), rel=1e-4)
    assert 0 < figures["distinctive_share"] < 1
    assert figures["samples"] == int(batch.mask.sum())
    trained = {n: p for n, p in narrator.named_parameters() if p.requires_grad}
    assert not any(name.startswith("language") for name in trained)
    without = [] if more.get("faces_from") == 2 else ["faces"]  # no clip has three characters
    names = [n for n in trained if not n.startswith(tuple(without))] if without else [*trained]
    # a constant added to all keys changes no softmax; three rounds leave little of where the
    # bases began
    faint = ("refiner.attention.key.bias", "refiner.bases.initial")
    ours = torch.autograd.grad(loss, [trained[n] for n in names])
    theirs = torch.autograd.grad(auto + weight * distinct, [trained[n] for n in names])
    for name, one, other in zip(names, ours, theirs, strict=True):
        assert other.abs().max() > 1e-7 or name in faint, name
        torch.testing.assert_close(one, other, rtol=1e-2, atol=1e-5)


def test_clips_that_are_not_there_do_not_count(language: Language, batch: SequenceBatch) -> None:
    narrator = made(language)
    there = batch.mask[..., None, None]
    other = batch._replace(frames=torch.where(there, batch.frames, 5.0))
    assert torch.allclose(narrator(batch)[0], narrator(other)[0], rtol=1e-4)


@pytest.mark.parametrize("row", ABLATIONS)
def test_every_row_of_table_5_leaves_out_what_it_says(
    language: Language, batch: SequenceBatch, row: str
) -> None:
    options = ablated(toy_options(), row)
    narrator = Narrator(language, CHANNELS, options)
    parts = narrator.parts(batch.frames, batch.mask)
    assert (parts.restored is not None) == (row in ("B1", "B3", "C1", "C3"))
    assert (parts.attended is not None) == (row in ("B2", "B3", "C2", "C3"))
    loss, figures = narrator(batch)
    distinct = figures["distinctive"] if row.startswith("C") else 0.0
    assert float(loss.detach()) == pytest.approx(figures["auto"] + distinct, rel=1e-5)
    with pytest.raises(UnknownChoice, match="A0, B1"):
        ablated(options, "D1")


def test_all_tokens_of_frames_can_be_looked_at(language: Language, batch: SequenceBatch) -> None:
    narrator = made(language)
    tokens = batch.frames[..., None, :] + torch.zeros(5, 1)
    assert narrator.prompts(tokens, batch.mask).shape == (2, 4, 2, 128)
    once = narrator.prompts(batch.frames[..., None, :], batch.mask)
    assert torch.allclose(once, narrator.prompts(batch.frames, batch.mask), atol=1e-6)


def test_bad_batches_are_told_in_one_line(language: Language, batch: SequenceBatch) -> None:
    narrator = made(language)
    with pytest.raises(ClipsInvalid, match=rf"3 frames of 8 numbers, .* for 3 of {CHANNELS}"):
        narrator(batch._replace(frames=batch.frames[..., :8]))
    empty = [["", *batch.sentences[0][1:]], batch.sentences[1]]
    with pytest.raises(ClipsInvalid, match="the sentence of clip 5 is empty"):
        narrator(batch._replace(sentences=empty))
    crowd = [[[f"Person{k}" for k in range(80)] for _ in range(4)] for _ in range(2)]
    with pytest.raises(ClipsInvalid, match="512 that the language model can read"):
        narrator(batch._replace(names=crowd))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over two films until it nearly knows them."""
    folder = tmp_path_factory.mktemp("run")
    narrator = made(load_language("pocket", lora=8), vectors=4, lora=8)
    train_narrator(
        narrator,
        film_sequences(4),
        run(70),
        folder,
        validation=film_sequences(4),
        about={"clip": "toy"},
    )
    return folder


@pytest.mark.slow
def test_training_learns_and_is_kept(trained: Path) -> None:
    lines = read_metrics(trained)
    losses = [line["loss"] for line in lines if line["kind"] == "training"]
    assert losses[-1] < 0.3 * losses[0]
    assert lines[-1]["kind"] == "evaluation"
    assert lines[-1]["loss"] < 0.4 * losses[0]
    about = about_narrator(trained / "narrator")
    assert about["about"]["clip"] == "toy"
    assert about["about"]["training"]["steps"] == 70
    assert about["language"]["name"] == "pocket"


def alike(one: str, other: str) -> float:
    """Share of the words of two sentences that both have."""
    ours, theirs = ({word.key for word in words_of(text)} for text in (one, other))
    return len(ours & theirs) / len(ours | theirs)


def test_it_says_what_it_learned_clip_by_clip(trained: Path) -> None:
    narrator, sequences = load_narrator(trained / "narrator"), film_sequences(4)
    told = narrate(narrator, sequences, SpeakingOptions(candidates=3, tokens=24))
    expected = [text for texts in TOLD.values() for text in texts]
    said = ordered(told, sequences)
    right = 0
    for number, text in enumerate(said):
        right += max(range(8), key=lambda n: alike(text, expected[n])) == number
    assert right >= 5, said
    # how many clips go through the model at once changes nothing
    few = narrate(narrator, sequences, SpeakingOptions(candidates=3, tokens=24, rows=3))
    assert few == told
    only = narrate(narrator, sequences, SpeakingOptions(candidates=2, tokens=24), films=["two"])
    assert set(only) == {5, 6, 7}


@pytest.mark.parametrize("stride", [0, 1, 2])
def test_the_context_slides(language: Language, monkeypatch: Any, stride: int) -> None:
    places: dict[int, int] = {}

    def looked(_: Narrator, batch: SequenceBatch, *args: Any, **more: Any) -> Any:
        for b, n in batch.fresh.nonzero().tolist():
            number = int(batch.numbers[b, n])
            assert places.setdefault(number, n) == n, "told twice"
            yield number, Said(f"{number}", 0.0)

    monkeypatch.setattr(narrating, "spoken", looked)
    sequences = film_sequences(3)
    for done in (0, 2):
        places.clear()
        said = [number for number, _ in narrated(
            made(language), sequences, "one", SpeakingOptions(stride=stride), done=["x"] * done
        )]  # fmt: skip
        assert said == list(range(done, 5))
    # five clips in contexts of three: of those told now, which is at the edge of its context
    edges = [number for number, n in places.items() if n != 1]
    assert edges == {0: [2, 4], 1: [4], 2: [2, 4]}[stride]


def test_no_name_is_said_that_is_not_of_the_clip(trained: Path) -> None:
    narrator = load_narrator(trained / "narrator")
    whole = film_sequences(4)
    batch = whole.batch(whole.films["one"][None, :4])
    freely = SpeakingOptions(candidates=2, tokens=24, names=False)
    allowed = [["Felix"], ["Felix"], ["Anna"], []]
    swapped = batch._replace(names=[allowed])
    cast = {"Anna", "Felix", "Clara"}
    free = " ".join(one.text for _, one in spoken(narrator, swapped, freely, cast=cast))
    assert any(name in free for name in cast)
    strict = SpeakingOptions(candidates=2, tokens=24)
    for (_, one), names in zip(spoken(narrator, swapped, strict, cast=cast), allowed, strict=True):
        assert not any(name in one.text for name in cast - set(names)), one.text


def test_names_that_were_learnt_are_not_said_of_strangers(trained: Path) -> None:
    narrator, nobody = load_narrator(trained / "narrator"), film_sequences(4, named=False)
    # drawn, as the likeliest words of a narrator that is told of nobody are "she" and looks
    options = SpeakingOptions(
        method="sampling", candidates=3, temperature=1.0, nucleus=1.0, tokens=24, seed=1
    )
    known = ["Anna", "Felix", "Clara"]
    free = " ".join(narrate(narrator, nobody, options).values())
    assert any(name in free for name in known)
    told = narrate(narrator, nobody, options, names=known)
    assert all(told.values())
    assert not any(name in " ".join(told.values()) for name in known)
    # of those who are there each is still named, where they are
    own = narrate(narrator, film_sequences(4), options, names=known)
    assert any(name in " ".join(own.values()) for name in known)
    assert all("Felix" not in own[n] for n in (5, 6, 7)), "Felix is in the other film"


def test_names_are_found_however_they_were_spelled(language: Language) -> None:
    names = Names(language, ["Ann", "Anna", "Mary Lou"])
    assert names.said("Ann's friend Mary Lou sees Annabel.") == ["Ann", "Mary Lou"]
    assert names.said("Ann sees Anna.", ["Anna"]) == ["Ann"]
    assert names.unnamed("Mary Lou hugs Ann's dog.") == "Someone hugs someone's dog."
    assert names.unnamed("In a barn, Ann Anna waits.") == "In a barn, someone waits."
    assert names.unnamed("A dog barks.") == "A dog barks."
    assert names.silenced(["Anna"]) is names.silenced(["Anna"])
    assert names.silenced(["Anna"]) != names.silenced([])


def test_sampling_is_the_same_for_a_seed_and_another_for_another(trained: Path) -> None:
    narrator, sequences = load_narrator(trained / "narrator"), film_sequences(4)

    def told(seed: int) -> dict[int, str]:
        options = SpeakingOptions(
            method="sampling", candidates=2, temperature=2.0, nucleus=1.0, tokens=12, seed=seed
        )
        return narrate(narrator, sequences, options, films=["two"])

    state = torch.get_rng_state()
    first = told(1)
    assert torch.equal(state, torch.get_rng_state())
    assert first == told(1)
    assert first != told(2)


def test_earlier_descriptions_are_its_own(language: Language, monkeypatch: Any) -> None:
    narrator = made(language, earlier=2)
    asked: list[list[str]] = []
    plain = narrator.prompt
    batch = next(iter(film_sequences(4).in_order(["two"])))
    train = [module.training for module in narrator.modules()]
    for _ in spoken(narrator, batch, SpeakingOptions(candidates=1, tokens=2)):
        assert torch.is_grad_enabled()  # whoever listens is not put in another mode
        assert [module.training for module in narrator.modules()] == train
        break

    def noted(names: Any, known: Any, earlier: Any = ()) -> Any:
        asked.append(list(earlier))
        return plain(names, known, earlier)

    monkeypatch.setattr(narrator, "prompt", noted)
    told = narrate(
        narrator, film_sequences(4), SpeakingOptions(candidates=1, tokens=5), films=["two"]
    )
    said = [told[n] for n in (5, 6, 7)]
    assert asked == [[], said[:1], said[:2]]
    assert not set(said) & set(TOLD["two"])


def test_beams_of_one_are_the_likeliest_token_each_time(
    language: Language, batch: SequenceBatch
) -> None:
    """With what is kept from step to step, and without."""
    narrator = made(language).eval()
    options = SpeakingOptions(candidates=1, tokens=8, phrase=0)
    with torch.no_grad():
        prompts = narrator.prompts(batch.frames, batch.mask)[batch.mask]
        asked = narrator.asked(batch, batch.mask)
        laid_out = laid(asked, [])
        given = narrator.embedded(laid_out, asked, prompts, torch.zeros(0, CHANNELS))
        found = continued(language, given, laid_out.mask, options)
        for row, ways in enumerate(found):
            states = given[row][laid_out.mask[row]][None]
            tokens: list[int] = []
            total = 0.0
            while len(tokens) < 8 and (len(tokens) <= 2 or tokens[-1] != language.end):
                scores = language.model(inputs_embeds=states).logits[0, -1]
                if len(tokens) < 2:
                    scores[language.end] = float("-inf")
                tokens.append(int(scores.argmax()))
                total += float(scores.log_softmax(-1)[tokens[-1]])
                new = language.model.get_input_embeddings()(torch.tensor([[tokens[-1]]]))
                states = torch.cat([states, new], dim=1)
            text = language.tokenizer.decode(tokens, skip_special_tokens=True)
            assert ways[0].text == " ".join(text.split())
            assert ways[0].score == pytest.approx(total / len(tokens), rel=1e-3)


def test_what_was_said_is_not_said_again() -> None:
    ways = [Said("Anna walks.", -0.1), Said("Anna  walks on.", -0.5), Said("", 0.0)]
    assert chosen(ways, [], 0.0) is ways[0]
    assert chosen(ways, ["anna walks."], 0.0) is ways[1]
    assert chosen(ways, ["Anna walks!"], 0.0) is ways[1]
    assert chosen(ways[:1], ["Anna walks."], 5.0) is ways[0]  # there is nothing else
    close = [Said("A man opens the door.", -0.2), Said("A dog barks.", -0.6)]
    assert chosen(close, ["The man opens a door."], 0.1) is close[0]
    assert chosen(close, ["The man opens a door."], 1.0) is close[1]


def test_silence_holds_names_back_and_nothing_else(language: Language) -> None:
    anna = silenced(language, ["Anna", "Felix"], ["Felix"])
    [single] = {tuple(tokens) for tokens in anna if len(tokens) == 1}
    scores = torch.zeros(2, 640)
    hushed = Silence([anna, []], 1)(torch.zeros(2, 0, dtype=torch.long), scores)
    assert hushed[0].isneginf().nonzero().flatten().tolist() == [single[0]]
    assert not hushed[1].isinf().any()
    assert not scores.isinf().any()
    several = Silence([[[5, 6, 7]]], 2)
    before = torch.tensor([[9, 5, 6], [5, 6, 9]])
    hushed = several(before, torch.zeros(2, 640))
    assert hushed.isneginf().nonzero().tolist() == [[0, 7]]
    assert not several(before[:, :1], torch.zeros(2, 640)).isinf().any()
    assert silenced(language, ["Ann", "Anna"], ["Anna"]) == [
        tokens
        for tokens in silenced(language, ["Ann"], [])
        if language.encode("Anna")[: len(tokens)] != tokens
        and language.encode(" Anna")[: len(tokens)] != tokens
    ]


@pytest.mark.parametrize("lora", [0, 2])
def test_a_narrator_is_loaded_as_it_was_saved(
    batch: SequenceBatch, tmp_path: Path, lora: int
) -> None:
    narrator = made(load_language("pocket", lora=lora, seed=5), lora=lora)
    with torch.no_grad():
        for name, p in narrator.named_parameters():
            if p.requires_grad:
                p.add_(0.01 * torch.randn_like(p))
            assert p.requires_grad == (not name.startswith("language") or "lora_" in name)
    narrator.eval()
    save_narrator(narrator, tmp_path / "n", {"clip": "abc"})
    again = load_narrator(tmp_path / "n")
    assert torch.equal(narrator(batch)[0], again(batch)[0])
    assert again.options == narrator.options
    assert about_narrator(tmp_path / "n")["about"] == {"clip": "abc"}
    size = (tmp_path / "n" / "narrator.safetensors").stat().st_size
    assert size < 4 * 1.05 * sum(p.numel() for p in narrator.parameters() if p.requires_grad) + 9000


def test_folders_that_are_no_narrator_are_told(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="there is no narrator"):
        load_narrator(tmp_path / "nowhere")
    with pytest.raises(NarratorInvalid, match="CLIP of Stage I or another, not a narrator"):
        load_narrator(make_clip(tmp_path / "clip"))
    with pytest.raises(NarratorInvalid, match="that is the run; its narrator is in"):
        load_narrator(trained)
    folder = tmp_path / "damaged"
    folder.mkdir()
    with pytest.raises(NarratorInvalid, match="holds no narrator"):
        load_narrator(folder)
    (folder / "narrator.json").write_text("{")
    with pytest.raises(NarratorInvalid, match="damaged, or of another version"):
        load_narrator(folder)
    (folder / "narrator.json").write_text((trained / "narrator" / "narrator.json").read_text())
    (folder / "narrator.safetensors").write_bytes(b"nothing")
    with pytest.raises(NarratorInvalid, match="weights are damaged"):
        load_narrator(folder)
    told = json.loads((trained / "narrator" / "narrator.json").read_text())
    told["options"]["vectors"] = 3
    (folder / "narrator.json").write_text(json.dumps(told))
    weights = (trained / "narrator" / "narrator.safetensors").read_bytes()
    (folder / "narrator.safetensors").write_bytes(weights)
    with pytest.raises(NarratorInvalid, match=r"perceiver\.queries differs"):
        load_narrator(folder)


def test_another_language_model_is_noticed(trained: Path, tmp_path: Path) -> None:
    from transformers import GPT2Config, GPT2LMHeadModel

    tokenizer = word_tokenizer(
        {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    )
    make: Any = GPT2LMHeadModel
    model = make(GPT2Config(vocab_size=len(tokenizer), n_embd=128, n_layer=1, n_head=2))
    model.save_pretrained(tmp_path / "other")
    tokenizer.save_pretrained(tmp_path / "other")
    with pytest.raises(NarratorInvalid, match="has other tokenizer"):
        load_narrator(trained / "narrator", language=str(tmp_path / "other"))
    pocket = load_language("pocket")
    pocket.model.save_pretrained(tmp_path / "same words")
    pocket.tokenizer.save_pretrained(tmp_path / "same words")
    with pytest.raises(NarratorInvalid, match="has other weights"):
        load_narrator(trained / "narrator", language=str(tmp_path / "same words"))


def test_a_model_of_the_llama_family_speaks_as_well(batch: SequenceBatch, tmp_path: Path) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = word_tokenizer(
        {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    )
    torch.manual_seed(0)
    LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            bos_token_id=0,
            eos_token_id=1,
            pad_token_id=3,
        )
    ).save_pretrained(tmp_path / "llama")
    tokenizer.save_pretrained(tmp_path / "llama")
    narrator = made(load_language(str(tmp_path / "llama"), lora=2), lora=2)
    loss, figures = narrator(batch)
    auto, _ = by_hand(narrator.eval(), batch)
    assert figures["auto"] == pytest.approx(float(auto.detach()), rel=1e-2)
    loss.backward()
    grown = [n for n, p in narrator.named_parameters() if p.grad is not None and p.grad.any()]
    assert any("lora_" in name for name in grown)
    assert any(name.startswith("perceiver") for name in grown)
    told = narrate(narrator, film_sequences(4), SpeakingOptions(candidates=2, tokens=5))
    assert len(told) == 8


def test_a_stopped_run_goes_on_as_if_it_had_not(language: Language, tmp_path: Path) -> None:
    sequences = film_sequences(4)
    whole = train_narrator(made(language), sequences, run(4), tmp_path / "whole")

    class Stopping(Narrator):
        left = 3

        def forward(self, batch: SequenceBatch) -> Any:
            self.left -= 1
            if not self.left:
                raise KeyboardInterrupt
            return super().forward(batch)

    half = Stopping(language, CHANNELS, toy_options(), seed=3)
    with pytest.raises(KeyboardInterrupt):
        train_narrator(half, sequences, run(4), tmp_path / "half")
    again = train_narrator(made(language), sequences, run(4), tmp_path / "half")
    one, other = (load_narrator(done.folder).state_dict() for done in (whole, again))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_sequences_must_tell_what_prompts_shall_have(language: Language, tmp_path: Path) -> None:
    with pytest.raises(OptionInvalid, match="3 earlier descriptions, and the sequences tell 2"):
        train_narrator(made(language, earlier=3), film_sequences(4), run(1), tmp_path)


def test_more_frames_than_it_was_made_for_are_refused(
    language: Language, batch: SequenceBatch
) -> None:
    assert batch.frames.shape[2] == FRAMES
    few = made(language, frames=2)
    with pytest.raises(ClipsInvalid, match="the narrator was made for 2"):
        few(batch)
