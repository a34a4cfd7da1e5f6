"""Supervised fine-tuning on rows with a video: a collator that encodes them, and TRL's trainer set up for it.

Prompts go the path of rollouts (`synrl.training.inputs`), so a model is trained on what it will be asked. A
row that does not fit is an error: cutting it would cut tokens of its video, and the rest would be misread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from trl import SFTConfig, SFTTrainer
from trl.data_utils import prepare_multimodal_messages

from synrl.budget import VideoBudget, token_edge
from synrl.errors import DataError
from synrl.training.checkpoints import WholeCheckpoints
from synrl.training.inputs import (
    encode,
    join,
    row_images,
    token_types,
    video_bytes,
    visual_token_ids,
    with_video,
)
from synrl.training.sight import blank, check_sight

IGNORED = -100
"""The label of what is not to be learned."""


class VideoCollator:
    """Makes a batch of rows; the completion and the end of the turn are learned, nothing else.

    Rows have `prompt` (messages), `completion` (a text) and `video` (bytes and path; None or absent for
    rows of text), and may have `images` or `image`.

    Args:
        processor: of the model.
        budget: how many frames and pixels of each video the model is shown.
        max_length: most tokens of a row.
    """

    def __init__(self, processor: Any, budget: VideoBudget, max_length: int | None = None) -> None:
        self.processor = processor
        self.budget = budget
        self.max_length = max_length
        self._edge = token_edge(processor)
        self._visual_ids = set(visual_token_ids(processor))

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, torch.Tensor]:
        """Tensors of shape (rows, tokens), padded on the right, and the visual tensors of all rows.

        Raises:
            DataError: a row is too long, or its completion has tokens that stand for a video.
            synrl.errors.VideoError: a video is damaged.
        """
        tokenizer = self.processor.tokenizer
        ids, labels, visuals = [], [], []
        for row in rows:
            images = row_images(row)
            messages = prepare_multimodal_messages(list(row["prompt"]), images=images)
            clips = []
            if row.get("video") is not None:
                clips = [self.budget.read(video_bytes(row["video"]), self._edge)]
                messages = with_video(messages)
            prompt = encode(self.processor, messages, clips, images)
            completion = tokenizer(row["completion"], add_special_tokens=False)["input_ids"]
            self._check(len(prompt.ids), completion)
            completion = [*completion, tokenizer.eos_token_id]
            ids.append(torch.tensor(prompt.ids + completion))
            labels.append(torch.tensor([IGNORED] * len(prompt.ids) + completion))
            visuals.append(prompt.visuals)
        pad = torch.nn.utils.rnn.pad_sequence
        input_ids = pad(ids, batch_first=True, padding_value=tokenizer.pad_token_id)
        lengths = torch.tensor([len(row) for row in ids])
        return {
            "input_ids": input_ids,
            "attention_mask": (torch.arange(input_ids.size(1)) < lengths[:, None]).long(),
            "labels": pad(labels, batch_first=True, padding_value=IGNORED),
            "mm_token_type_ids": token_types(self.processor, input_ids),
            **join(visuals),
        }

    def _check(self, prompt_length: int, completion: list[int]) -> None:
        length = prompt_length + len(completion) + 1
        if self.max_length is not None and length > self.max_length:
            raise DataError(
                f"a row has {length} tokens, {prompt_length} of them in its prompt; allowed: up to "
                f"{self.max_length}, so show fewer frames or pixels, or raise max_length"
            )
        if self._visual_ids & set(completion):
            raise DataError("a completion holds tokens that stand for a video or an image")


class VideoSFTTrainer(WholeCheckpoints, SFTTrainer):
    """`trl.SFTTrainer` on rows as `VideoCollator` takes them.

    Args:
        budget: how many frames and pixels of each video the model is shown.

    Everything else is as in `trl.SFTTrainer`; `max_length` of its config counts the video's tokens.

    Raises:
        ConfigError: in training, a video does not reach the model.
    """

    def __init__(
        self,
        model: Any,
        args: SFTConfig,
        *,
        processing_class: Any,
        budget: VideoBudget | None = None,
        **kwargs: Any,
    ) -> None:
        collator = VideoCollator(processing_class, budget or VideoBudget(), args.max_length)
        # The collator does what TRL would do to the dataset, from columns that TRL would drop.
        args.dataset_kwargs = {**(args.dataset_kwargs or {}), "skip_prepare_dataset": True}
        args.remove_unused_columns = False
        args.max_length = None
        super().__init__(model, args, collator, processing_class=processing_class, **kwargs)
        # Qwen's models say that their own loss can't be averaged over accumulated batches; TRL's own loss,
        # which is the one that counts, can. Without this, short rows weigh more the smaller the batches are.
        self.model_accepts_loss_kwargs = True
        self._checked = False

    def compute_loss(self, model: Any, inputs: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if not self._checked:
            self._checked = check_sight(
                self.accelerator,
                model,
                "pixel_values_videos" in inputs,
                lambda blanked: super(VideoSFTTrainer, self).compute_loss(
                    model, blank(inputs) if blanked else dict(inputs)
                ),
            )
            self._metrics["eval"].clear()  # what TRL noted of the two losses
        return super().compute_loss(model, inputs, *args, **kwargs)
