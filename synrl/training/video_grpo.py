"""TRL's GRPO trainer for rows with a video, which TRL itself passes by without a word.

TRL 1.16 shows a video to the model that samples but not to the one that is trained: its log-probabilities
come from the prompt's tokens alone. Here each row's visual tensors go along with its completion, as a list
under the key `visuals`, which TRL shuffles and splits with the rest, and every call of the model gets
those of its rows. All else is TRL's: sampling, rewards, advantages, losses, logs.

Rows have a column `video` (bytes and path); their prompts name it by a digest, so that copies and logs of
prompts stay small. Rows without a column `video` go TRL's own way.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from itertools import groupby
from typing import Any

import torch
from accelerate.utils import gather_object
from trl import GRPOConfig, GRPOTrainer
from trl.data_utils import is_conversational, prepare_multimodal_messages

from synrl.budget import Clip, VideoBudget, as_given, token_edge
from synrl.checks import check_range
from synrl.errors import ConfigError, DataError
from synrl.training.checkpoints import WholeCheckpoints
from synrl.training.inputs import (
    Prompt,
    encode,
    join,
    row_images,
    token_types,
    video_bytes,
    visual_token_ids,
    with_video,
)
from synrl.training.rollout import Rollout, strip
from synrl.training.sight import BLIND, blank, check_sight


class VideoGRPOTrainer(WholeCheckpoints, GRPOTrainer):
    """`trl.GRPOTrainer` that trains on what the video of a row shows.

    Args:
        budget: how many frames and pixels of each video the model is shown.
        generation_chunk_size: how many rows to sample at once without vLLM, which has a scheduler of its
            own; all rows of a rollout by default. TRL samples `per_device_train_batch_size *
            steps_per_generation` of them, more than fit into memory with videos.

    Everything else is as in `trl.GRPOTrainer`.

    Raises:
        ConfigError: something is asked for that can't carry a video; or, in training, a video does not
            reach the model.
    """

    def __init__(
        self,
        model: Any,
        reward_funcs: Any,
        args: GRPOConfig | None = None,
        *,
        budget: VideoBudget | None = None,
        generation_chunk_size: int | None = None,
        **kwargs: Any,
    ) -> None:
        _check_arguments(args, kwargs)
        if generation_chunk_size is not None:
            check_range("generation chunk size", generation_chunk_size, 1)
        super().__init__(model, reward_funcs, args, **kwargs)
        if not hasattr(self.processing_class, "video_processor"):
            raise ConfigError(f"{type(self.processing_class).__name__} takes no videos; use a video model")
        self.budget = budget or VideoBudget()
        self.generation_chunk_size = generation_chunk_size
        self._rollout: Rollout | None = None
        """Of the rows at hand, if their dataset has videos."""
        self._sees = False
        """Whether it was found that a video reaches the model."""
        suppressed = visual_token_ids(self.processing_class)
        if self.use_vllm:
            bias = dict.fromkeys(suppressed, -100.0)
            self.vllm_generation.generation_kwargs = {
                "logit_bias": bias,
                **(self.vllm_generation.generation_kwargs or {}),
            }
            self.vllm_generation.llm.generate = show_videos(self.vllm_generation.llm.generate)
        else:
            suppressed = sorted({*suppressed, *self.generation_kwargs["suppress_tokens"]})
            self.generation_kwargs["suppress_tokens"] = suppressed
            self.generation_config.suppress_tokens = suppressed

    def _set_signature_columns_if_needed(self) -> None:
        super()._set_signature_columns_if_needed()
        if "video" not in self._signature_columns:
            self._signature_columns.append("video")

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        # As texts: a table of wandb takes no column of messages whose parts differ, and ends the run.
        for name in ("prompt", "completion"):
            said = self._logs[name]
            self._logs[name] = type(said)(map(as_text, said), maxlen=said.maxlen)
        super().log(logs, start_time)

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        if "video" not in inputs[0]:
            return super()._generate_and_score_completions(inputs)
        rollout = Rollout()
        with self._working_on(rollout):
            output = super()._generate_and_score_completions(
                [self._named(row, rollout.files) for row in inputs]
            )
        output["visuals"] = rollout.visuals
        if self.log_completions:
            self._logs["images"].extend(gather_object([self._strip(row, rollout) for row in inputs]))
        self._sees = self._sees or self._check_sight(output)
        return output

    def _strip(self, row: dict[str, Any], rollout: Rollout) -> list[Any]:
        """What a report shows of a row's video: the strip of it, in a list as TRL logs images."""
        return [rollout.strips[_digest(video_bytes(row["video"]))]] if row["video"] is not None else []

    @contextmanager
    def _working_on(self, rollout: Rollout) -> Iterator[None]:
        """Let the methods that TRL calls meanwhile find the videos of the rows at hand."""
        before, self._rollout = self._rollout, rollout
        try:
            yield
        finally:
            self._rollout = before

    def _named(self, row: dict[str, Any], files: dict[str, bytes]) -> dict[str, Any]:
        """The row with its images inside its prompt and its video named there; its file goes to `files`."""
        if not is_conversational({"prompt": row["prompt"]}):
            raise DataError("a prompt with a video is a list of messages; got a text")
        prompt = prepare_multimodal_messages(row["prompt"], images=row_images(row))
        if row["video"] is not None:
            data = video_bytes(row["video"])
            name = _digest(data)
            files[name] = data
            prompt = with_video(prompt, name)
        rest = {name: value for name, value in row.items() if name not in ("video", "image", "images")}
        return {**rest, "prompt": prompt}

    def _tokenize_prompts(self, prompts: list[Any]) -> tuple[list[list[int]], Any, dict[str, Any]]:
        if self._rollout is None and not _parts(prompts, "video"):
            return super()._tokenize_prompts(prompts)
        rows: list[Prompt] = []
        for prompt, group in groupby(prompts):  # the completions of a group share one prompt
            rows += [self._encoded(prompt)] * len(list(group))
        if self._rollout is not None:
            self._rollout.visuals = [row.visuals for row in rows]
        return [row.ids for row in rows], None, {"prompts": rows}

    def _encoded(self, prompt: list[dict[str, Any]]) -> Prompt:
        rollout, names = self._rollout or Rollout(), _parts([prompt], "video")
        if not set(names) <= set(rollout.files):
            raise DataError("a prompt holds a video of its own; leave that to the column `video`")
        return encode(
            self.processing_class,
            prompt,
            [self._clip(rollout, name) for name in names],
            _parts([prompt], "image"),
            chat_template=self.chat_template,
            **self.chat_template_kwargs,
        )

    def _clip(self, rollout: Rollout, name: str) -> Clip:
        clip = rollout.arrange(self.budget.read(rollout.files[name], token_edge(self.processing_class)))
        if self.log_completions:
            rollout.strips[name] = strip(clip)
        return clip

    def _generate_single_turn(
        self,
        prompt_ids: list[list[int]],
        images: Any,
        multimodal_fields: dict[str, Any],
        num_generations: int,
        **kwargs: Any,
    ) -> tuple[list[list[int]], Any]:
        rows: Sequence[Prompt] | None = multimodal_fields.get("prompts")
        generate = functools.partial(super()._generate_single_turn, num_generations=num_generations, **kwargs)
        if rows is None:
            return generate(prompt_ids, images, multimodal_fields)
        if self.use_vllm:
            return generate([Request(row) for row in rows], None, {})
        completions: list[list[int]] = []
        size = self.generation_chunk_size or len(rows)
        for start in range(0, len(rows), size):
            chunk = rows[start : start + size]
            types = [token_types(self.processing_class, torch.tensor(row.ids)).tolist() for row in chunk]
            fields = {**join([row.visuals for row in chunk]), "mm_token_type_ids": types}
            completions += generate([row.ids for row in chunk], None, fields)[0]
        return completions, None

    def _compute_loss(self, model: Any, inputs: dict[str, Any]) -> torch.Tensor:
        rollout = Rollout(visuals=inputs.get("visuals"))
        with self._working_on(rollout):
            loss: torch.Tensor = super()._compute_loss(model, inputs)
        if rollout.visuals is not None and not rollout.was_shown:
            raise ConfigError(BLIND)
        return loss

    def _get_per_token_logps_and_entropies(
        self,
        model: Any,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        logits_to_keep: int,
        batch_size: int | None = None,
        **kwargs: Any,
    ) -> tuple[torch.Tensor, torch.Tensor | None, torch.Tensor | None]:
        score = super()._get_per_token_logps_and_entropies
        rollout = self._rollout or Rollout()
        rollout.was_shown = True
        if rollout.visuals is None:
            if (input_ids == self.processing_class.video_token_id).any():
                raise ConfigError(BLIND)  # TRL has lost the list between rollout and loss
            return score(model, input_ids, attention_mask, logits_to_keep, batch_size, **kwargs)
        size = batch_size or len(input_ids)
        parts = []
        for start in range(0, len(input_ids), size):
            rows = slice(start, start + size)
            tensors = {
                name: value.to(input_ids.device) for name, value in join(rollout.visuals[rows]).items()
            }
            kwargs["mm_token_type_ids"] = token_types(self.processing_class, input_ids[rows])
            show = functools.partial(model, **tensors)  # TRL does nothing with a model but call it
            parts.append(score(show, input_ids[rows], attention_mask[rows], logits_to_keep, **kwargs))
        logps, entropies, losses = zip(*parts, strict=True)
        return (
            torch.cat(logps),
            None if entropies[0] is None else torch.cat(entropies),
            None if losses[0] is None else torch.stack(losses).mean(),
        )

    def _check_sight(self, output: dict[str, Any]) -> bool:
        """Try a row with a video, or any if this process has none; whether some process has one."""
        visuals = output["visuals"]
        found = [number for number, row in enumerate(visuals) if "pixel_values_videos" in row]
        row = slice(found[0], found[0] + 1) if found else slice(0, 1)
        prompt, completion = output["prompt_ids"][row], output["completion_ids"][row]
        ids = torch.cat([prompt, completion], dim=1)
        mask = torch.cat([output["prompt_mask"][row], torch.ones_like(completion)], dim=1)

        def score(blanked: bool) -> torch.Tensor:
            shown = [blank(visuals[row][0])] if blanked else visuals[row]
            with self._working_on(Rollout(visuals=shown)):
                return self._get_per_token_logps_and_entropies(self.model, ids, mask, completion.size(1))[0]

        return check_sight(self.accelerator, self.model, bool(found), score)


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=8).hexdigest()


class Request(list[int]):
    """A prompt on its way through TRL to vLLM: the ids before expansion, and what else vLLM is to have.

    TRL hands over ids alone, and sends them to the other processes of a tensor-parallel group.
    """

    def __init__(self, prompt: Prompt) -> None:
        super().__init__(prompt.short_ids)
        self.expanded = prompt.ids
        self.more: dict[str, Any] = {"multi_modal_data": prompt.media} if prompt.media else {}
        if set(prompt.media) == {"video"}:  # these options would hold for images, too
            self.more["mm_processor_kwargs"] = as_given()


def show_videos(generate: Callable[..., Sequence[Any]]) -> Callable[..., Sequence[Any]]:
    """`vllm.LLM.generate`, given the videos of `Request`s, too.

    It raises ConfigError if vLLM makes other prompts of them than Transformers does.
    """

    @functools.wraps(generate)
    def wrapped(prompts: Sequence[dict[str, Any]], **kwargs: Any) -> Sequence[Any]:
        requests = [prompt["prompt_token_ids"] for prompt in prompts]
        given = [
            {**prompt, "prompt_token_ids": list(ids), **getattr(ids, "more", {})}
            for prompt, ids in zip(prompts, requests, strict=True)
        ]
        outputs = generate(given, **kwargs)
        for ids, output in zip(requests, outputs, strict=True):
            if isinstance(ids, Request) and list(output.prompt_token_ids) != ids.expanded:
                raise ConfigError(
                    f"vLLM makes {len(output.prompt_token_ids)} tokens of a prompt, Transformers "
                    f"{len(ids.expanded)}; save the processor with the model, and use tested versions of both"
                )
        return outputs

    return wrapped


def as_text(messages: Any) -> str:
    """What a conversation says, with `[video]` or `[image]` where one stands; a text as it is."""
    if isinstance(messages, str):
        return messages
    said: list[str] = []
    for message in messages:
        content = message.get("content") or ""
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        said += [part["text"] if part["type"] == "text" else f"[{part['type']}]" for part in parts]
    return "\n".join(said)


def _parts(prompts: Sequence[Any], kind: str) -> list[Any]:
    """The videos or images inside prompts, in order."""
    return [
        part.get(kind)
        for prompt in prompts
        if not isinstance(prompt, str)
        for message in prompt
        if isinstance(message.get("content"), list)
        for part in message["content"]
        if part["type"] == kind
    ]


def _check_arguments(args: GRPOConfig | None, kwargs: dict[str, Any]) -> None:
    if args is not None and args.use_transformers_continuous_batching:
        raise ConfigError("continuous batching takes no videos; drop use_transformers_continuous_batching")
    if args is not None and args.use_vllm and args.vllm_mode == "server":
        raise ConfigError("a vLLM server takes no videos from TRL; use vllm_mode='colocate'")
    for name in ("tools", "rollout_func", "environment_factory"):
        if kwargs.get(name):
            raise ConfigError(f"{name} can't be used with videos: TRL passes on nothing but tokens there")
