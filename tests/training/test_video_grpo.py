"""GRPO on video: what is trained sees what is sampled from, and nothing is lost between the two."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import datasets
import numpy as np
import pytest
import torch
import trl.generation.vllm_generation as vllm_generation
import trl.trainer.grpo_trainer as grpo_trainer
from numbered import numbers
from PIL import Image
from transformers import AutoProcessor, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

from synrl.budget import VideoBudget, as_given, token_edge
from synrl.training.inputs import visual_token_ids
from synrl.training.rollout import Rollout
from synrl.training.video_grpo import Request, VideoGRPOTrainer

BUDGET = VideoBudget(max_frame_pixels=32 * 16)
Rows = list[dict[str, Any]]


def length_reward(completion_ids: list[list[int]], **columns: Any) -> list[float]:
    """Tells any two completions apart, so that gradients are not zero."""
    return [float(sum(ids) % 97) for ids in completion_ids]


class Spy:
    """Counts how often the vision tower ran, with and without gradients."""

    def __init__(self, model: Any) -> None:
        self.with_gradient = self.without = 0
        model.model.visual.register_forward_hook(self._count)

    def _count(self, module: Any, args: Any, output: Any) -> None:
        if torch.is_grad_enabled():
            self.with_gradient += 1
        else:
            self.without += 1


@pytest.fixture
def make(tiny: Callable[[str], Path], tmp_path: Path) -> Callable[..., Any]:
    """A trainer on rows."""

    def trainer(
        rows: Any, *, kind: str = "qwen3_vl", stock: bool = False, model: Any = None, **settings: Any
    ) -> Any:
        own = {
            name: settings.pop(name) for name in ("generation_chunk_size", "eval_dataset") if name in settings
        }
        defaults = dict(
            output_dir=str(tmp_path),
            use_cpu=True,
            bf16=False,
            gradient_checkpointing=False,
            per_device_train_batch_size=4,
            num_generations=2,
            max_completion_length=4,
            max_steps=1,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            learning_rate=1e-3,
        )
        if isinstance(rows, list):
            rows = datasets.Dataset.from_list(rows)
        own |= {} if stock else {"budget": BUDGET}
        return (GRPOTrainer if stock else VideoGRPOTrainer)(
            model=model or str(tiny(kind)),
            reward_funcs=length_reward,
            args=GRPOConfig(**(defaults | settings)),
            train_dataset=rows,
            processing_class=AutoProcessor.from_pretrained(tiny(kind), padding_side="left"),
            **own,
        )

    return trainer


def rollout(trainer: Any, rows: Rows) -> dict[str, Any]:
    """What a trainer makes of rows before it learns from them."""
    trainer.model.train()
    return trainer._generate_and_score_completions(rows)


def logps(trainer: Any, output: dict[str, Any], visuals: Any, rows: slice = slice(None)) -> torch.Tensor:
    ids = torch.cat([output["prompt_ids"], output["completion_ids"]], dim=1)[rows]
    mask = torch.cat([output["prompt_mask"], output["completion_mask"]], dim=1)[rows]
    with torch.no_grad(), trainer._working_on(Rollout(visuals=visuals)):
        result, *_ = trainer._get_per_token_logps_and_entropies(
            trainer.model, ids, mask, output["completion_ids"].size(1)
        )
    return result * output["completion_mask"][rows]


@pytest.mark.parametrize("kind", ["qwen3_vl", "qwen2_5_vl"])
def test_a_step_gives_every_weight_of_the_vision_tower_a_gradient(make: Any, rows: Rows, kind: str) -> None:
    trainer = make(rows, kind=kind)
    spy, seen = Spy(trainer.model), {}

    class Look(TrainerCallback):
        def on_pre_optimizer_step(self, *args: Any, **kwargs: Any) -> None:
            tower = trainer.model.model.visual
            seen.update({name: weight.grad for name, weight in tower.named_parameters()})

    trainer.add_callback(Look())
    trainer.train()
    assert spy.with_gradient and spy.without
    assert seen and all(gradient is not None for gradient in seen.values())
    assert sum(gradient.norm() > 0 for gradient in seen.values()) > 0.9 * len(seen)


def test_the_stock_trainer_is_blind(make: Any, rows: Rows) -> None:
    """When this fails, TRL has learned to train on video, and ours may be dropped."""
    trainer = make(rows, stock=True)
    spy = Spy(trainer.model)
    trainer.train()
    assert (spy.with_gradient, spy.without) == (0, 0)


def test_log_probabilities_depend_on_the_video(make: Any, rows: Rows) -> None:
    trainer = make(rows)
    output = rollout(
        trainer, [{**rows[0], "video": row["video"]} for row in (rows[0], rows[0], rows[3], rows[3])]
    )
    seen = logps(trainer, output, output["visuals"])
    dark = [{**v, "pixel_values_videos": 0 * v["pixel_values_videos"]} for v in output["visuals"]]
    unseen = logps(trainer, output, dark)
    assert (seen - unseen).abs().sum(dim=1).min() > 1e-3


@pytest.mark.parametrize("kind", ["qwen3_vl", "qwen2_5_vl"])
def test_log_probabilities_are_those_of_a_plain_forward_pass(make: Any, rows: Rows, kind: str) -> None:
    trainer = make(rows, kind=kind, temperature=0.7)
    processor, model = trainer.processing_class, trainer.model
    output = rollout(trainer, rows)
    given = logps(trainer, output, output["visuals"])
    for number, row in enumerate(rows):
        clip = BUDGET.read(row["video"]["bytes"], token_edge(processor))
        question = row["prompt"][0]["content"]
        message = {"role": "user", "content": [{"type": "video"}, {"type": "text", "text": question}]}
        inputs = processor(
            text=[processor.apply_chat_template([message], tokenize=False, add_generation_prompt=True)],
            videos=[clip.frames],
            videos_kwargs={**as_given(), "video_metadata": [clip.metadata]},
            return_tensors="pt",
        )
        length = int(output["completion_mask"][number].sum())
        completion = output["completion_ids"][number : number + 1, :length]
        for name, more in (
            ("input_ids", completion),
            ("attention_mask", torch.ones_like(completion)),
            ("mm_token_type_ids", torch.zeros_like(completion)),
        ):
            inputs[name] = torch.cat([inputs[name], more], dim=1)
        with torch.no_grad():
            scores = (model(**inputs).logits[0, -length - 1 : -1] / 0.7).log_softmax(dim=1)
        plain = scores.gather(1, completion.T)[:, 0]
        torch.testing.assert_close(given[number, :length], plain, atol=1e-5, rtol=1e-4)


def test_a_batch_of_unequal_clips_equals_one_by_one(make: Any, rows: Rows) -> None:
    trainer = make(rows)
    mixed = [*rows[:3], {**rows[3], "video": None}]
    output = rollout(trainer, mixed)
    assert [len(visuals) > 0 for visuals in output["visuals"]] == [True, True, True, False]
    together = logps(trainer, output, output["visuals"])
    for number in range(len(mixed)):
        one = slice(number, number + 1)
        alone = logps(trainer, output, output["visuals"][one], one)
        torch.testing.assert_close(alone[0], together[number], atol=1e-5, rtol=1e-4)


def test_rollouts_used_again_keep_their_videos(make: Any, rows: Rows, monkeypatch: Any) -> None:
    """After shuffling and splitting, log-probabilities of the first micro-step are those of the rollout."""
    trainer = make(
        rows, per_device_train_batch_size=2, steps_per_generation=4, num_iterations=2, max_steps=8, beta=0.04
    )
    gaps, compute = [], GRPOTrainer._compute_loss

    def compare(self: Any, model: Any, inputs: dict[str, Any]) -> torch.Tensor:
        new = logps(self, inputs, inputs["visuals"])
        mask = inputs["completion_mask"]
        gaps.append(
            max(
                ((new - inputs[name]) * mask).abs().max().item()
                for name in ("old_per_token_logps", "ref_per_token_logps")
            )
        )
        return compute(self, model, inputs)

    monkeypatch.setattr(GRPOTrainer, "_compute_loss", compare)
    trainer.train()
    assert len(gaps) == 8
    assert gaps[0] < 1e-5 < gaps[1]


def test_a_group_shares_one_encoding_of_its_video(make: Any, rows: Rows) -> None:
    trainer = make(rows)
    output = rollout(trainer, [rows[0], rows[0], rows[1], rows[1]])
    pixels = [visuals["pixel_values_videos"].data_ptr() for visuals in output["visuals"]]
    assert len(set(pixels)) == 2


def test_sampling_in_chunks_changes_nothing(make: Any, rows: Rows) -> None:
    greedy = dict(generation_kwargs={"do_sample": False})
    whole, chunked = (make(rows, generation_chunk_size=size, **greedy) for size in (None, 3))
    calls = []
    monitor = chunked.model.generate
    chunked.model.generate = lambda *args, **kwargs: calls.append(1) or monitor(*args, **kwargs)
    given = [row for row in rows for _ in range(2)]
    expected, output = rollout(whole, given), rollout(chunked, given)
    assert len(calls) == 3
    assert output["completion_ids"].tolist() == expected["completion_ids"].tolist()


def test_prompts_stay_light_in_evaluation_and_logs(make: Any, rows: Rows, tmp_path: Path) -> None:
    trainer = make(
        rows,
        eval_dataset=datasets.Dataset.from_list(rows),
        eval_strategy="steps",
        eval_steps=1,
        per_device_eval_batch_size=4,
        log_completions=True,
        logging_steps=1,
    )
    trainer.train()
    assert any("eval_reward" in entry for entry in trainer.state.log_history)
    prompt = trainer._logs["prompt"][0]
    assert prompt.startswith("[video]\n") and len(prompt) < 200
    assert list((tmp_path / "completions").glob("*.parquet"))


def test_no_sampled_token_stands_for_a_video(make: Any, rows: Rows) -> None:
    trainer = make(rows, max_completion_length=64, temperature=100.0)
    output = rollout(trainer, [row for row in rows for _ in range(2)])
    ids = visual_token_ids(trainer.processing_class)
    assert len(ids) == 4
    assert not torch.isin(output["completion_ids"], torch.tensor(ids)).any()


@pytest.mark.parametrize("column", ["none", "image", "beside videos"])
def test_rows_of_images_and_of_text_still_work(make: Any, rows: Rows, column: str) -> None:
    images = [Image.new("RGB", (32, 32), (60 * number, 0, 0)) for number in range(len(rows))]
    plain = [{name: row[name] for name in ("prompt", "answer")} for row in rows]
    if column == "image":
        plain = [{**row, "image": image} for row, image in zip(plain, images, strict=True)]
    if column == "beside videos":
        plain = [
            {**rows[0], "image": None},
            {**rows[1], "image": images[1]},
            {**rows[2], "video": None, "image": images[2]},
            {**rows[3], "video": None, "image": None},
        ]
    trainer = make(plain)
    if column == "beside videos":
        videos, pictures = {"pixel_values_videos", "video_grid_thw"}, {"pixel_values", "image_grid_thw"}
        visuals = [set(names) for names in rollout(trainer, plain)["visuals"]]
        assert visuals == [videos, videos | pictures, pictures, set()]
    spy = Spy(trainer.model)
    trainer.train()
    assert trainer.state.global_step == 1
    assert (spy.with_gradient > 0) == (column != "none")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (dict(use_transformers_continuous_batching=True), "continuous batching takes no videos"),
        (dict(use_vllm=True, vllm_mode="server"), "a vLLM server takes no videos"),
        (dict(generation_chunk_size=0), "generation chunk size is 0"),
    ],
)
def test_what_carries_no_video_is_refused(
    make: Any, rows: Rows, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message) as error:
        make(rows, **settings)
    assert "\n" not in str(error.value)


def test_a_video_inside_the_prompt_is_refused(make: Any, rows: Rows) -> None:
    content = [{"type": "video", "video": "a.mp4"}, {"type": "text", "text": "Which way?"}]
    prompt = [{"role": "user", "content": content}]
    for row in ({"prompt": prompt}, {"prompt": prompt, "video": rows[0]["video"]}):
        with pytest.raises(ValueError, match="leave that to the column `video`"):
            rollout(make(rows), [row, row])


def test_training_stops_if_the_tensors_are_lost(make: Any, rows: Rows, monkeypatch: Any) -> None:
    monkeypatch.setattr("synrl.training.video_grpo.join", lambda visuals: {})
    with pytest.raises(ValueError, match="blind"):
        make(rows).train()


def test_training_stops_if_the_loss_goes_another_way(make: Any, rows: Rows, monkeypatch: Any) -> None:
    def elsewhere(self: Any, model: Any, inputs: dict[str, Any]) -> torch.Tensor:
        return next(model.parameters()).sum()

    monkeypatch.setattr(GRPOTrainer, "_compute_loss", elsewhere)
    with pytest.raises(ValueError, match="blind"):
        make(rows).train()


def test_training_stops_if_the_list_is_lost(make: Any, rows: Rows, monkeypatch: Any) -> None:
    def known(batch: dict[str, Any], num_chunks: int) -> list[dict[str, Any]]:
        return split({name: value for name, value in batch.items() if name != "visuals"}, num_chunks)

    split = grpo_trainer.split_tensor_dict
    monkeypatch.setattr(grpo_trainer, "split_tensor_dict", known)
    with pytest.raises(ValueError, match="blind"):
        make(rows).train()


def test_a_tokenizer_is_no_processor(tiny: Any, rows: Rows, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="takes no videos; use a video model"):
        VideoGRPOTrainer(
            str(tiny("qwen3_vl")),
            length_reward,
            GRPOConfig(output_dir=str(tmp_path), use_cpu=True, bf16=False, report_to="none"),
            train_dataset=datasets.Dataset.from_list(rows),
            processing_class=AutoProcessor.from_pretrained(tiny("qwen3_vl")).tokenizer,
        )


class Engine:
    """Stands for vLLM: expands a video's token as its processor would, and samples an end."""

    def __init__(self, processor: Any, extra: int = 0) -> None:
        self.processor, self.extra = processor, extra
        self.given: list[dict[str, Any]] = []

    def generate(self, prompts: Any, sampling_params: Any, use_tqdm: bool) -> list[Any]:
        self.given += prompts
        return [self._answer(prompt) for prompt in prompts]

    def _answer(self, prompt: dict[str, Any]) -> Any:
        ids = list(prompt["prompt_token_ids"])
        assert ids.count(self.processor.video_token_id) == len(prompt["multi_modal_data"]["video"]) == 1
        ((frames, metadata),) = prompt["multi_modal_data"]["video"]
        options = prompt["mm_processor_kwargs"]
        encoded = self.processor(
            text=[self.processor.tokenizer.decode(ids)],
            videos=[frames],
            videos_kwargs={
                **options,
                "video_metadata": [{name: metadata[name] for name in metadata if name != "do_sample_frames"}],
            },
        )
        end = self.processor.tokenizer.eos_token_id
        output = SimpleNamespace(token_ids=[end], logprobs=[{end: SimpleNamespace(logprob=-1.0, rank=1)}])
        expanded = encoded["input_ids"][0] + [end] * self.extra
        return SimpleNamespace(prompt_token_ids=expanded, outputs=[output])


def with_engine(trainer: Any, engine: Engine, monkeypatch: Any) -> None:
    """TRL's own way to a colocated vLLM, with `engine` at its end."""
    from synrl.training.video_grpo import show_videos

    generation = vllm_generation.VLLMGeneration.__new__(vllm_generation.VLLMGeneration)
    settings = dict.fromkeys(
        ("enable_sleep_mode", "structured_outputs_regex", "temperature", "top_p", "top_k", "min_p")
    )
    generation.__dict__ |= settings | dict(
        mode="colocate",
        accelerator=trainer.accelerator,
        model=trainer.model,
        tensor_parallel_size=1,
        repetition_penalty=1.0,
        max_completion_length=4,
        logprobs=0,
        generation_kwargs={},
        llm=SimpleNamespace(generate=show_videos(engine.generate)),
    )
    monkeypatch.setattr(vllm_generation, "SamplingParams", SimpleNamespace, raising=False)
    trainer.use_vllm, trainer.vllm_generation, trainer._last_loaded_step = True, generation, 0


def test_vllm_gets_prompts_unexpanded_with_the_same_frames(make: Any, rows: Rows, monkeypatch: Any) -> None:
    trainer = make(rows)
    engine = Engine(trainer.processing_class)
    with_engine(trainer, engine, monkeypatch)
    output = rollout(trainer, [row for row in rows for _ in range(2)])
    assert len(engine.given) == 8 and output["completion_ids"].shape == (8, 1)
    edge = trainer.processing_class.video_processor.patch_size * 2
    for row, prompt in zip(rows, engine.given[::2], strict=True):
        ((frames, metadata),) = prompt["multi_modal_data"]["video"]
        clip = BUDGET.read(row["video"]["bytes"], edge)
        assert numbers(frames) == metadata["frames_indices"] == clip.metadata["frames_indices"]
        assert type(prompt["prompt_token_ids"]) is list


def test_a_prompt_that_vllm_makes_otherwise_is_refused(make: Any, rows: Rows, monkeypatch: Any) -> None:
    trainer = make(rows)
    with_engine(trainer, Engine(trainer.processing_class, extra=1), monkeypatch)
    with pytest.raises(ValueError, match="vLLM makes"):
        rollout(trainer, rows)


def test_a_request_survives_the_way_to_another_process(make: Any, rows: Rows) -> None:
    import pickle

    trainer = make(rows)
    videos = Rollout()
    with trainer._working_on(videos):
        request = Request(trainer._encoded(trainer._named(rows[0], videos.files)["prompt"]))
    copy = pickle.loads(pickle.dumps(request))
    assert copy == request and copy.expanded == request.expanded
    np.testing.assert_array_equal(
        copy.more["multi_modal_data"]["video"][0][0], request.more["multi_modal_data"]["video"][0][0]
    )


def test_reports_of_completions_show_frames_of_each_video_in_order(make: Any, rows: Rows) -> None:
    trainer = make(rows, log_completions=True)
    rollout(trainer, [rows[0], rows[0], rows[1], rows[1]])
    shown = list(trainer._logs["images"])
    assert len(shown) == len(trainer._logs["prompt"]) == 4
    for (image,), row in zip(shown, (rows[0], rows[0], rows[1], rows[1]), strict=True):
        clip = BUDGET.read(row["video"]["bytes"], token_edge(trainer.processing_class))
        count = min(8, len(clip.frames))
        told = numbers(np.stack(np.split(np.asarray(image), count, axis=1)))
        indices = clip.metadata["frames_indices"]
        assert told[0] == indices[0] and told[-1] == indices[-1]
        assert told == sorted(told) and set(told) <= set(indices)
