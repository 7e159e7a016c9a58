"""Vision-language captioning, on the architecture of the default model made small."""

from __future__ import annotations

import json
import shutil
import string

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenewise.core.errors import ComponentMissing, ModelMissing, OptionInvalid
from scenewise.core.media_types import Frame, Keyframe
from scenewise.core.ports import CaptionContext, Captioner
from scenewise.core.time import Span
from scenewise.models.caption_options import CaptionOptions
from scenewise.models.prompts import clean_answer, question
from scenewise.models.text_only import TextOnly
from scenewise.models.vlm import VisionLanguageCaptioner, spread


def keyframes(pictures, neighbours=1):
    return [
        Keyframe(
            Frame(i + 0.5, image),
            Span(i, i + 1),
            neighbours=tuple(
                Frame(i + 0.6 + k / 10, image[::-1].copy()) for k in range(neighbours)
            ),
        )
        for i, image in enumerate(pictures)
    ]


@pytest.fixture(scope="module")
def captioner(tiny_vlm) -> VisionLanguageCaptioner:
    options = CaptionOptions(vlm_model=str(tiny_vlm), max_tokens=10, frames=2, precision="float32")
    return VisionLanguageCaptioner(options)


def asked(captioner, monkeypatch):
    """What the model is given: questions and numbers of pictures."""
    calls: list[tuple[str, int]] = []
    real = captioner._processor.apply_chat_template

    def spy(messages, **options):
        content = messages[0]["content"]
        calls.append((content[-1]["text"], sum(part["type"] == "image" for part in content)))
        return real(messages, **options)

    monkeypatch.setattr(captioner._processor, "apply_chat_template", spy)
    return calls


def test_each_key_frame_gets_one_sentence_the_same_every_time(captioner, pictures):
    assert isinstance(captioner, Captioner)
    film = keyframes(pictures[:3])
    first = list(captioner.describe(film, CaptionContext()))
    assert first == list(captioner.describe(film, CaptionContext()))
    assert [len(candidates) for candidates in first] == [1, 1, 1]
    assert all(0 < c[0].score < 1 and c[0].text for c in first)


def test_the_pictures_matter(captioner, pictures):
    answers = {captioner._answer([Frame(0.0, image)], "a man")[1] for image in pictures}
    assert len(answers) == len(pictures)


def test_confidence_is_the_mean_probability_of_the_words_said(captioner, pictures):
    """Against a full pass over question and answer."""
    import torch
    from PIL import Image

    words = "a man in the street"
    answer, confidence = captioner._answer([Frame(0.0, pictures[0])], words)
    content = [
        {"type": "image", "image": Image.fromarray(pictures[0])},
        {"type": "text", "text": words},
    ]
    inputs = captioner._processor.apply_chat_template(
        [{"role": "user", "content": content}],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
    )
    with torch.inference_mode():
        whole = captioner._model.generate(**inputs, max_new_tokens=10, do_sample=False)
        asked_for = inputs["input_ids"].shape[1]
        logits = captioner._model(
            input_ids=whole,
            attention_mask=torch.ones_like(whole),
            pixel_values=inputs["pixel_values"],
        ).logits[0]
    steps = logits[asked_for - 1 : -1].log_softmax(-1)
    said = whole[0, asked_for:]
    mean = steps.gather(1, said[:, None]).mean().exp()
    assert confidence == pytest.approx(float(mean), rel=1e-3)
    assert answer == captioner._processor.tokenizer.decode(said, skip_special_tokens=True)


def test_the_model_is_told_what_was_said_who_there_is_and_what_is_written(
    captioner, pictures, monkeypatch
):
    calls = asked(captioner, monkeypatch)
    context = CaptionContext(
        language="de", names=("Thom", "Celia"), title="Steel", written=("", "EXIT", "")
    )
    said = [c[0].text for c in captioner.describe(keyframes(pictures[:3], 3), context)]
    questions = [question for question, _ in calls]
    assert [count for _, count in calls] == [2, 2, 2], "as many frames as were asked for"
    assert all("Thom, Celia" in q and "'Steel'" in q and "tag de" in q for q in questions)
    assert "EXIT" in questions[1]
    assert "EXIT" not in questions[0] + questions[2]
    assert "Already told" not in questions[0]
    assert said[0] in questions[1]
    assert said[0] in questions[2]
    assert said[1] in questions[2]


def test_frames_are_spread_in_order_and_the_key_frame_is_among_them():
    image = np.zeros((2, 2, 3), np.uint8)
    for others in range(8):
        frame = Frame(3.3, image)
        shot = Keyframe(frame, Span(0, 9), tuple(Frame(float(t), image) for t in range(others)))
        for count in range(1, 9):
            chosen = spread(shot, count)
            times = [f.time for f in chosen]
            assert times == sorted(set(times))
            assert frame in chosen
            assert len(chosen) == min(count, others + 1)


def test_the_hubs_older_layout_of_files_loads_as_well(tiny_vlm, captioner, pictures, tmp_path):
    """`preprocessor_config.json` and `chat_template.json`, as most repositories have them."""
    folder = tmp_path / "old"
    shutil.copytree(tiny_vlm, folder)
    settings_ = json.loads((folder / "processor_config.json").read_text())
    (folder / "preprocessor_config.json").write_text(json.dumps(settings_.pop("image_processor")))
    (folder / "processor_config.json").write_text(json.dumps(settings_))
    template = (folder / "chat_template.jinja").read_text()
    (folder / "chat_template.jinja").unlink()
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": template}))
    options = CaptionOptions(vlm_model=str(folder), max_tokens=10, frames=2, precision="float32")
    film = keyframes(pictures[:1])
    assert list(VisionLanguageCaptioner(options).describe(film, CaptionContext())) == list(
        captioner.describe(film, CaptionContext())
    )


def test_a_model_without_a_chat_template_is_refused(tiny_vlm, tmp_path):
    folder = tmp_path / "mute"
    shutil.copytree(tiny_vlm, folder)
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(ModelMissing, match="chat template"):
        VisionLanguageCaptioner(CaptionOptions(vlm_model=str(folder)))


def test_a_processor_that_needs_torchvision_is_told(tiny_vlm, tmp_path):
    folder = tmp_path / "video"
    shutil.copytree(tiny_vlm, folder)
    settings_ = json.loads((folder / "processor_config.json").read_text())
    settings_["processor_class"] = "SmolVLMProcessor"
    (folder / "processor_config.json").write_text(json.dumps(settings_))
    with pytest.raises(ComponentMissing, match="torchvision"):
        VisionLanguageCaptioner(CaptionOptions(vlm_model=str(folder)))


def test_a_model_of_text_alone_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(OptionInvalid, match="gpt2"):
        VisionLanguageCaptioner(CaptionOptions(vlm_model=str(tmp_path)))


def test_text_only_says_nothing_about_any_key_frame(pictures):
    captioner = TextOnly()
    assert isinstance(captioner, Captioner)
    assert list(captioner.describe(keyframes(pictures), CaptionContext())) == [[]] * len(pictures)


@pytest.mark.parametrize(
    ("answer", "clean"),
    [
        ('"A man opens a door."', "A man opens a door."),
        ("The image shows a man opening a door.", "A man opening a door."),
        ("Sure! Here is the description: A dog runs.", "A dog runs."),
        ("In this scene, we see a woman who sits at a desk.", "A woman who sits at a desk."),
        ("The video depicts two boys.", "Two boys."),
        ("A close-up of a hand on a table.", "A hand on a table."),
        ("**A cat sleeps.**\n\nIt is calm.", "A cat sleeps."),
        ("- A cat sleeps.", "A cat sleeps."),
        ("A man runs. A dog follows. They", "A man runs. A dog follows."),
        ("A man runs. A dog follows. Both stop. All is", "A man runs. A dog follows."),
        ("In the frame of the door, a man stands.", "In the frame of the door, a man stands."),
        ("He weighs 3.5 kilos and leaves.", "He weighs 3.5 kilos and leaves."),
        ("", ""),
        ("  \n ", ""),
    ],
)
def test_answers_become_descriptions(answer, clean):
    assert clean_answer(answer) == clean


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=string.ascii_letters + " .,!?\"'\n-:", max_size=120))
def test_cleaning_ends_and_cleaning_again_changes_nothing(answer):
    once = clean_answer(answer)
    assert clean_answer(once) == once
    assert "\n" not in once


def test_the_question_holds_the_rules_and_only_what_is_known():
    plain = question(frames=1)
    assert "present tense" in plain
    assert "camera" in plain
    for word in ("Already told", "Characters", "film is called", "writing", "language", "order of"):
        assert word not in plain
