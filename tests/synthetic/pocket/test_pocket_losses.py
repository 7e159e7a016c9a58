"""The losses of the pocket models are what their formulas say."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch.nn import functional

from scenewise.synthetic.pocket import networks
from scenewise.synthetic.pocket.clip_lessons import clip_loss, look, sight_loss, with_eyes
from scenewise.synthetic.pocket.examples import FAMILY, Examples, draw_examples
from scenewise.synthetic.pocket.grid_lessons import grid_loss, judge_grid, with_slots
from scenewise.synthetic.pocket.lessons import LABELS, SLOTS, Lesson, Lessons, label_numbers
from scenewise.synthetic.pocket.looking import GRID
from scenewise.synthetic.pocket.networks import PATCH

WRONG = 2
ACTIONS = [*SLOTS["action"], "nothing"]


@pytest.fixture(scope="module")
def few() -> Examples:
    """One family of the world and one strange, whatever is drawn."""
    drawn = draw_examples(4, seed=21, strange=0.5, workers=1)
    world = [drawn.events[k * FAMILY] is not None for k in range(4)]
    order = [world.index(True), world.index(False)]
    rows = [k * FAMILY + i for k in order for i in range(FAMILY)]
    return Examples(
        drawn.images[rows], tuple(drawn.events[r] for r in rows), drawn.families[rows],
        drawn.places[rows],
    )  # fmt: skip


@pytest.fixture(scope="module")
def lesson(few: Examples, clip_words: Any) -> Lesson:
    return Lessons(few, clip_words, families=2, wrong=WRONG, seed=3).clip(0)


@pytest.fixture
def student(clip_words: Any) -> Any:
    return with_eyes(networks.new_clip(clip_words, 5))


def plain_clip_loss(student: Any, lesson: Lesson) -> torch.Tensor:
    """The same, one picture and one sentence after the other."""
    clip = student.clip
    views, words = [], []
    for picture in lesson.sight.pixels:
        seen = clip.vision_model(picture[None]).pooler_output[0]
        view = clip.visual_projection(seen)
        views.append(view / view.norm())
    for ids, mask in zip(lesson.tokens, lesson.mask, strict=True):
        read = clip.text_model(ids[None], attention_mask=mask[None]).pooler_output[0]
        word = clip.text_projection(read)
        words.append(word / word.norm())
    count = len(views)
    scale = min(clip.logit_scale.exp(), torch.tensor(100.0))
    pictures, sentences = [], []
    for i in range(count):
        true = scale * views[i] @ words[i]
        rivals = [true]
        others = [j for j in range(count) if j != i]
        rivals += [scale * views[i] @ words[j] for j in others if not lesson.compatible[i, j]]
        rivals += [scale * views[i] @ words[count + WRONG * i + k] for k in range(WRONG)]
        pictures.append(torch.logsumexp(torch.stack(rivals), 0) - true)
        rivals = [true]
        rivals += [scale * views[j] @ words[i] for j in others if not lesson.compatible[j, i]]
        sentences.append(torch.logsumexp(torch.stack(rivals), 0) - true)
    told = (torch.stack(pictures).mean() + torch.stack(sentences).mean()) / 2
    return told + 0.5 * sight_loss(student, lesson.sight)[0]


def test_patches_that_are_left_out_are_neither_looked_at_nor_asked_about(student, few) -> None:
    whole = Lessons(few, None, families=2, wrong=WRONG, seed=3).sight(0)
    everything = torch.arange(GRID * GRID).expand(len(few), -1)
    loss, _ = sight_loss(student, whole)
    same, _ = sight_loss(student, replace(whole, kept=everything))
    assert torch.allclose(loss, same, atol=1e-5)

    part = Lessons(few, None, families=2, wrong=WRONG, seed=3, in_part=True).sight(0)
    pooled, patches = look(student.clip.vision_model, part)
    assert patches.shape[1] == GRID * GRID // 2
    left_out = torch.ones(len(few), GRID * GRID).scatter(1, part.kept, 0.0)  # 1 where left out
    tiles = left_out.view(-1, 1, GRID, GRID).repeat_interleave(PATCH, 2).repeat_interleave(PATCH, 3)
    blacked = replace(part, pixels=part.pixels * (1 - tiles))
    assert torch.allclose(look(student.clip.vision_model, blacked)[0], pooled, atol=1e-5)


def test_people_and_things_are_hardly_ever_left_out() -> None:
    drawn = draw_examples(12, seed=5, strange=0.0, workers=1)
    lessons = Lessons(drawn, None, families=12, wrong=WRONG, seed=3, in_part=True)
    sight = lessons.sight(0)
    full = (sight.who < len(SLOTS["person"])) | (sight.what < len(SLOTS["object"]))
    kept = torch.zeros_like(full).scatter(1, sight.kept, True)
    assert (kept & full).sum() / full.sum() > 0.97
    assert (kept & ~full).sum(dim=1).min() > 0
    assert Lessons(drawn, None, families=12, wrong=WRONG, seed=3).sight(0).kept is None


def test_a_batch_in_which_nobody_acts_asks_nothing_of_deeds(student, few) -> None:
    strange = Examples(few.images[FAMILY:], few.events[FAMILY:], few.families[FAMILY:],
                       few.places[FAMILY:])  # fmt: skip
    loss, figures = sight_loss(
        student, Lessons(strange, None, families=1, wrong=1, seed=3).sight(0)
    )
    assert torch.isfinite(loss)
    assert figures["deeds"] == 0.0


def gradients(model: Any) -> dict[str, torch.Tensor]:
    return {n: w.grad.clone() for n, w in model.named_parameters() if w.grad is not None}


@pytest.mark.slow
def test_clips_loss_is_that_of_the_plain_formula_with_its_gradients(student, lesson) -> None:
    fast, figures = clip_loss(student, lesson)
    fast.backward()
    found = gradients(student)
    student.zero_grad()
    slow = plain_clip_loss(student, lesson)
    slow.backward()
    wanted = gradients(student)
    assert float(fast.detach()) == pytest.approx(float(slow.detach()), rel=1e-5)
    assert figures["samples"] == 2 * FAMILY
    assert found.keys() == wanted.keys()
    for name, gradient in wanted.items():
        assert torch.allclose(found[name], gradient, rtol=2e-3, atol=2e-5), name
    # Not all of nothing: sentences and pictures both pull.
    for part in (
        "clip.text_projection.weight",
        "clip.visual_projection.weight",
        "heads.action.weight",
    ):
        assert wanted[part].abs().max() > 1e-4


def test_a_sentence_that_is_true_of_another_picture_is_not_held_against_it(student, lesson) -> None:
    alone = Lesson(
        lesson.sight, lesson.tokens, lesson.mask, torch.eye(2 * FAMILY, dtype=torch.bool)
    )
    everywhere = Lesson(lesson.sight, lesson.tokens, lesson.mask,
                        torch.ones(2 * FAMILY, 2 * FAMILY, dtype=torch.bool))  # fmt: skip
    assert clip_loss(student, everywhere)[1]["sentences"] == pytest.approx(0, abs=1e-6)
    assert clip_loss(student, alone)[1]["sentences"] > 1


def test_a_higher_scale_than_a_hundred_changes_nothing(student, lesson) -> None:
    with torch.no_grad():
        student.clip.logit_scale.fill_(math.log(100))
        at_limit = float(clip_loss(student, lesson)[0].detach())
        student.clip.logit_scale.fill_(9.0)
        assert float(clip_loss(student, lesson)[0].detach()) == pytest.approx(at_limit, rel=1e-4)


def test_who_answers_all_by_chance_loses_the_entropy_of_guessing(student, lesson) -> None:
    with torch.no_grad():
        for name in ("heads", "who", "what", "deed", "limbs"):
            for weight in getattr(student, name).parameters():
                weight.zero_()
    _, figures = sight_loss(student, lesson.sight)
    plain = sum(math.log(n) for n in LABELS.values())
    assert plain - 1e-3 <= figures["slots"] <= 3 * plain  # some count more than once
    assert figures["patches"] == pytest.approx(math.log(13) + math.log(21), rel=1e-4)
    assert figures["deeds"] == pytest.approx(math.log(23), rel=1e-4)
    assert figures["limbs"] == pytest.approx(math.log(11), rel=1e-4)


@pytest.mark.slow
def test_who_knows_all_loses_nothing(student, lesson) -> None:
    """Each head can be right; they ask for what the lesson tells."""
    sight = lesson.sight
    students = with_eyes(student.clip)
    optimiser = torch.optim.Adam(students.parameters(), lr=1e-3)
    before = float(sight_loss(students, sight)[0].detach())
    for _ in range(8):
        loss, figures = sight_loss(students, sight)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert float(loss.detach()) < 0.8 * before
    assert {"person", "action", "object", "setting", "world"} <= figures.keys()


def test_the_grids_loss_adds_up_all_slots_and_the_classifier(lesson) -> None:
    student = with_slots(networks.new_resnet(ACTIONS, 1)).eval()
    loss, figures = grid_loss(student, lesson.sight)
    resnet = student.resnet
    own = functional.cross_entropy(resnet(lesson.sight.pixels).logits, lesson.sight.labels[:, 1])
    pooled = resnet.resnet(lesson.sight.pixels).pooler_output.flatten(1)
    others = [
        functional.cross_entropy(student.heads[name](pooled), lesson.sight.labels[:, k])
        for k, name in enumerate(LABELS)
    ]
    assert float(loss.detach()) == pytest.approx(float(own.detach() + sum(others).detach()))
    assert 0 <= figures["action"] <= 1
    loss.backward()
    assert resnet.classifier[1].weight.grad.abs().max() > 0


def test_a_grid_that_always_says_the_same_is_right_as_often_as_that_is_so(few) -> None:
    resnet = networks.new_resnet(ACTIONS, 1)
    truth = [label_numbers(event)[1] for event in few.events]
    with torch.no_grad():
        resnet.classifier[1].weight.zero_()
        resnet.classifier[1].bias.zero_()
        resnet.classifier[1].bias[len(ACTIONS) - 1] = 1.0
    share = sum(number == len(ACTIONS) - 1 for number in truth) / len(truth)
    assert judge_grid(resnet, few) == {"action": pytest.approx(share, abs=1e-4)}
    assert share >= 0.5  # the strange family at least
