"""One budget decides what a model sees: the same frames, times and tokens wherever it is shown a video."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numbered import numbered_clip, numbers

from synrl.budget import VideoBudget, token_edge
from synrl.training.inputs import encode, prompt_messages, video_bytes, with_video
from synrl.training.rollout import Rollout


@given(
    num_frames=st.integers(1, 5000),
    fps=st.sampled_from([1.0, 23.976, 25.0, 30.0, 60.0]),
    rate=st.floats(0.1, 30),
    least=st.integers(2, 16),
    more=st.integers(0, 64),
)
def test_frames_are_whole_pairs_within_the_limits(
    num_frames: int, fps: float, rate: float, least: int, more: int
) -> None:
    budget = VideoBudget(fps=rate, min_frames=least, max_frames=least + more)
    frames = budget.sample(num_frames, fps)
    assert len(frames) % 2 == 0 and frames == sorted(frames)
    assert frames[0] == 0 and frames[-1] == num_frames - 1
    assert len(frames) <= max(2, min(budget.max_frames, num_frames + num_frames % 2))
    if num_frames >= least + 1:
        assert len(frames) >= least - 1
    assert len(set(frames)) >= len(frames) - 1, (
        "one comes twice at most, where all of an odd number are shown"
    )


@given(
    num_frames=st.integers(1, 64).map(lambda pairs: 2 * pairs),
    height=st.integers(16, 2000),
    width=st.integers(16, 2000),
    multiple=st.sampled_from([16, 28, 32]),
    frame=st.integers(2000, 300_000),
    clip=st.integers(100_000, 5_000_000),
)
def test_sizes_are_multiples_within_the_limits_and_never_larger(
    num_frames: int, height: int, width: int, multiple: int, frame: int, clip: int
) -> None:
    budget = VideoBudget(max_frame_pixels=frame, max_clip_pixels=clip)
    tall, wide = budget.size(num_frames, height, width, multiple)
    assert tall % multiple == wide % multiple == 0
    assert tall <= max(multiple, height + multiple / 2) and wide <= max(multiple, width + multiple / 2)
    if min(tall, wide) > multiple:
        assert tall * wide <= frame and tall * wide * num_frames <= clip


@pytest.mark.parametrize("num_frames", [1, 2, 7, 60, 150, 255])
def test_a_clip_shows_the_frames_that_it_names(num_frames: int) -> None:
    budget = VideoBudget(max_frame_pixels=32 * 64)
    clip = budget.read(numbered_clip(num_frames), 16)
    assert clip.frames.shape[1:] == (32, 64, 3)
    assert numbers(clip.frames) == clip.metadata["frames_indices"] == budget.sample(num_frames, 30)
    assert clip.times == pytest.approx([number / 30 for number in numbers(clip.frames)])
    assert clip.metadata["total_num_frames"] == num_frames


def test_the_prompt_says_when_its_frames_are_shown(processor: Any) -> None:
    """150 frames at 30 a second: twelve of them, and the mean time of each pair."""
    clip = VideoBudget(max_frame_pixels=16 * 16).read(numbered_clip(150), token_edge(processor))
    prompt = encode(processor, with_video([{"role": "user", "content": "Which way?"}]), [clip])
    text = processor.tokenizer.decode(prompt.ids)
    times = [float(part.rpartition("<")[2]) for part in text.split(" seconds>")[:-1]]
    shown = numbers(VideoBudget(max_frame_pixels=32 * 64).read(numbered_clip(150), 16).frames)
    assert times == [round((a + b) / 60, 1) for a, b in zip(shown[::2], shown[1::2], strict=True)]
    assert times == [0.2, 1.1, 2.0, 2.9, 3.8, 4.7]


def test_a_processor_leaves_frames_as_they_are(processor: Any) -> None:
    clip = VideoBudget(fps=16, max_frames=128).read(numbered_clip(255), token_edge(processor))
    frames, height, width, _ = clip.frames.shape
    patch = processor.video_processor.patch_size
    assert frames * height * width > processor.video_processor.size["longest_edge"]
    prompt = encode(processor, with_video([{"role": "user", "content": "Which way?"}]), [clip])
    assert prompt.visuals["video_grid_thw"].tolist() == [[frames // 2, height // patch, width // patch]]


@pytest.mark.parametrize("kind", ["qwen3_vl", "qwen2_5_vl"])
def test_training_and_rollouts_show_the_same(
    tiny: Any, rows: list[dict[str, Any]], kind: str, tmp_path: Any
) -> None:
    """Frames, times and tokens: in fine-tuning, and in rollouts with and without vLLM."""
    import torch
    from datasets import Dataset
    from transformers import AutoProcessor
    from trl import GRPOConfig

    from synrl.training.video_grpo import Request, VideoGRPOTrainer
    from synrl.training.video_sft import VideoCollator

    budget = VideoBudget(max_frame_pixels=32 * 64)
    processor = AutoProcessor.from_pretrained(tiny(kind))
    trainer = VideoGRPOTrainer(
        str(tiny(kind)),
        lambda completions, **columns: [0.0] * len(completions),
        GRPOConfig(
            output_dir=str(tmp_path),
            use_cpu=True,
            bf16=False,
            report_to="none",
            per_device_train_batch_size=4,
            num_generations=2,
        ),
        budget=budget,
        train_dataset=Dataset.from_list(rows),
        processing_class=processor,
    )
    collator = VideoCollator(processor, budget)
    for row in rows:
        clip = budget.read(video_bytes(row["video"]), token_edge(processor))
        learned = collator([row])
        rollout = Rollout()
        with trainer._working_on(rollout):
            prompt = trainer._named(row, rollout.files)["prompt"]
            (ids,), _, fields = trainer._tokenize_prompts([prompt])
        assert rollout.visuals is not None
        (visuals,) = rollout.visuals
        request = Request(fields["prompts"][0])
        ((frames, metadata),) = request.more["multi_modal_data"]["video"]
        assert numbers(frames) == numbers(clip.frames) == metadata["frames_indices"]
        assert metadata.items() >= clip.metadata.items()
        assert learned["input_ids"][0, : len(ids)].tolist() == ids == request.expanded
        edge = token_edge(processor)
        pieces = clip.frames[::2, ::edge, ::edge, 0].size
        assert ids.count(processor.video_token_id) == pieces
        assert list(request).count(processor.video_token_id) == 1
        for name, value in visuals.items():
            assert torch.equal(value, learned[name]), name


def test_the_prompt_of_a_row_is_the_one_of_the_toolkit(rows: list[dict[str, Any]]) -> None:
    from synrl.prompts import prompt_text

    row = {**rows[0], "question": "Which way?"}
    for reasoned in (True, False):
        ((message),) = prompt_messages(row, reasoned=reasoned)
        assert message == {"role": "user", "content": prompt_text(row, reasoned=reasoned)}


def test_a_video_is_bytes_or_a_path(tmp_path: Any) -> None:
    (tmp_path / "a.mp4").write_bytes(b"abc")
    assert video_bytes({"bytes": b"abc", "path": "elsewhere.mp4"}) == b"abc"
    assert video_bytes({"bytes": None, "path": str(tmp_path / "a.mp4")}) == b"abc"
    for video in (object(), {"bytes": None, "path": None}):
        with pytest.raises(ValueError, match=r"Video\(decode=False\)"):
            video_bytes(video)
    with pytest.raises(ValueError, match=r"b\.mp4 can't be read"):
        video_bytes({"bytes": None, "path": str(tmp_path / "b.mp4")})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (dict(fps=0), "fps is 0; allowed: more than 0"),
        (dict(min_frames=1), "min_frames is 1; allowed: 2 or more"),
        (dict(max_frames=3), "max_frames is 3; allowed: 4 or more"),
        (dict(max_clip_pixels=0), "max_clip_pixels is 0; allowed: 1 or more"),
    ],
)
def test_impossible_budgets_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        VideoBudget(**settings)
