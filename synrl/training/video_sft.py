"""Supervised fine-tuning on rows with a video: a collator that encodes them, and TRL's trainer set up for it.

Prompts go the path of rollouts (`synrl.training.inputs`), so a model is trained on what it will be asked. A
row that does not fit is an error: cutting it would cut tokens of its video, and the rest would be misread.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image
from trl import SFTConfig, SFTTrainer
from trl.data_utils import prepare_multimodal_messages

from synrl.budget import Clip, VideoBudget, token_edge
from synrl.errors import DataError, SynRLError
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
from synrl.training.sight import blank, check_sight

IGNORED = -100
"""The label of what is not to be learned."""
_PIXELS = {"video": "pixel_values_videos", "image": "pixel_values"}


class VideoCollator:
    """Makes a batch of rows; the completion and the end of the turn are learned, nothing else.

    Rows have `prompt` (messages), `completion` (a text) and `video` (bytes and path; None or absent for
    rows of text), and may have `images` or `image`.

    Args:
        processor: of the model.
        budget: how many frames and pixels of each video the model is shown.
        max_length: most tokens of a row.
        media: what every batch is to hold, of `video` and `image`: where it holds none, a row is added that
            shows a blank one and teaches nothing. Processes that share out a model's weights need it, because
            all of them must use the same parts of the model at each step.
    """

    def __init__(
        self,
        processor: Any,
        budget: VideoBudget,
        max_length: int | None = None,
        media: Collection[str] = (),
    ) -> None:
        self.processor = processor
        self.budget = budget
        self.max_length = max_length
        self.media = media
        self._edge = token_edge(processor)
        self._visual_ids = set(visual_token_ids(processor))

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, torch.Tensor]:
        """Tensors of shape (rows, tokens), padded on the right, and the visual tensors of all rows.

        Raises:
            DataError: a row, which is named, is too long, its video is damaged, or its completion has tokens
                that stand for a video.
        """
        tokenizer = self.processor.tokenizer
        ids, labels, visuals = [], [], []
        for row in rows:
            try:
                prompt, completion = self._encoded(row)
            except SynRLError as error:
                raise DataError(f"row {row['id']}: {error}" if "id" in row else str(error)) from error
            ids.append(torch.tensor(prompt.ids + completion))
            labels.append(torch.tensor([IGNORED] * len(prompt.ids) + completion))
            visuals.append(prompt.visuals)
        for kind in self.media:
            if not any(_PIXELS[kind] in row for row in visuals):
                prompt = self._blank(kind)
                ids.append(torch.tensor(prompt.ids))
                labels.append(torch.full_like(ids[-1], IGNORED))
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

    def _encoded(self, row: Mapping[str, Any]) -> tuple[Prompt, list[int]]:
        """The prompt of a row, and the tokens to learn."""
        images = row_images(row)
        messages = prepare_multimodal_messages(list(row["prompt"]), images=images)
        clips = []
        if row.get("video") is not None:
            clips = [self.budget.read(video_bytes(row["video"]), self._edge)]
            messages = with_video(messages)
        prompt = encode(self.processor, messages, clips, images)
        tokenizer = self.processor.tokenizer
        completion = tokenizer(row["completion"], add_special_tokens=False)["input_ids"]
        self._check(len(prompt.ids), completion)
        return prompt, [*completion, tokenizer.eos_token_id]

    def _blank(self, kind: str) -> Prompt:
        side = 4 * self._edge
        frames = np.zeros((4, side, side, 3), np.uint8)
        message = [{"role": "user", "content": ""}]
        if kind == "image":
            image = Image.fromarray(frames[0])
            return encode(self.processor, prepare_multimodal_messages(message, images=[image]), (), [image])
        metadata = {"total_num_frames": 4, "fps": 2.0, "width": side, "height": side, "duration": 2.0}
        clip = Clip(frames, {**metadata, "video_backend": "pyav", "frames_indices": [0, 1, 2, 3]})
        return encode(self.processor, with_video(message), [clip])

    def _check(self, prompt_length: int, completion: list[int]) -> None:
        length = prompt_length + len(completion) + 1
        if self.max_length is not None and length > self.max_length:
            raise DataError(
                f"{length} tokens, {prompt_length} of them in the prompt, are too many; allowed: up to "
                f"{self.max_length}, so show fewer frames or pixels, or raise max_length"
            )
        if self._visual_ids & set(completion):
            raise DataError("a completion holds tokens that stand for a video or an image")


class VideoSFTTrainer(WholeCheckpoints, SFTTrainer):
    """`trl.SFTTrainer` on rows as `VideoCollator` takes them.

    Args:
        budget: how many frames and pixels of each video the model is shown.
        media: what of `video` and `image` some rows hold and others don't; see `VideoCollator`.

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
        media: Collection[str] = (),
        **kwargs: Any,
    ) -> None:
        always = media if args.world_size > 1 else ()
        collator = VideoCollator(processing_class, budget or VideoBudget(), args.max_length, always)
        # The collator does what TRL would do to the dataset, from columns that TRL would drop.
        args.dataset_kwargs = {**(args.dataset_kwargs or {}), "skip_prepare_dataset": True}
        args.remove_unused_columns = False
        args.max_length = None
        super().__init__(model, args, collator, processing_class=processing_class, **kwargs)
        # Qwen's models say that their own loss can't be averaged over accumulated batches; TRL's own loss,
        # which is the one that counts, can. Without this, short rows weigh more the smaller the batches are.
        self.model_accepts_loss_kwargs = True
        self._checked = False

    def _teaches_from_video(self, inputs: dict[str, Any]) -> bool:
        """Whether some row of a batch has a video and something to learn; a blank one has only a video."""
        shown = (inputs["input_ids"] == self.processing_class.video_token_id).any(dim=1)
        return bool((shown & (inputs["labels"] != IGNORED).any(dim=1)).any())

    def compute_loss(self, model: Any, inputs: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if not self._checked:
            self._checked = check_sight(
                self.accelerator,
                model,
                self._teaches_from_video(inputs),
                lambda blanked: super(VideoSFTTrainer, self).compute_loss(
                    model, blank(inputs) if blanked else dict(inputs)
                ),
            )
            self._metrics["eval"].clear()  # what TRL noted of the two losses
        return super().compute_loss(model, inputs, *args, **kwargs)
