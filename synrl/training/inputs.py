"""From messages with a video to what a model takes: the one path, for SFT, rollouts and losses.

Each prompt is encoded by itself, because the options of a processor hold for a whole call and because a
batch's visual tensors are then a list with one entry a row, which any trainer can shuffle and split.
Processors expand one placeholder into as many tokens as the video has; vLLM does this itself, so it gets the
prompt before expansion, `short_ids`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from synrl.budget import Clip, as_given
from synrl.errors import DataError
from synrl.prompts import prompt_text

Messages = Sequence[Mapping[str, Any]]
"""A conversation as chat templates take it: `role`, and `content` as a text or a list of parts."""


@dataclass(frozen=True)
class Prompt:
    """A prompt in the form that a model takes."""

    ids: list[int]
    """With a token for each piece of each video and image."""
    visuals: dict[str, torch.Tensor]
    """Patches and grids by the model's argument names, on the CPU; empty for text."""
    short_ids: list[int]
    """With one token for each video and image."""
    media: dict[str, list[Any]]
    """`video` and `image` as vLLM takes them; empty for text."""


def prompt_messages(row: Mapping[str, Any], *, reasoned: bool = True) -> list[dict[str, Any]]:
    """The prompt of a row of ours, without its video: what the column `prompt` of a trainer holds."""
    return [{"role": "user", "content": prompt_text(row, reasoned=reasoned)}]


def with_video(messages: Messages, reference: str = "") -> list[dict[str, Any]]:
    """Messages in which a video stands at the beginning of the first user's message.

    Raises:
        DataError: there is no such message, or it has a video already.
    """
    found = [number for number, message in enumerate(messages) if message["role"] == "user"]
    if not found:
        raise DataError("a prompt with a video has no message of a user to put it in")
    first = messages[found[0]]
    content = first["content"]
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else list(content)
    if any(part["type"] == "video" for part in parts):
        raise DataError("a prompt holds a video of its own; leave that to the column `video`")
    shown = {**first, "content": [{"type": "video", "video": reference}, *parts]}
    return [shown if number == found[0] else dict(message) for number, message in enumerate(messages)]


def video_bytes(video: Any) -> bytes:
    """The file of a value of column `video`, as `datasets.Video(decode=False)` gives it.

    Raises:
        DataError: it is no such value, or its path leads nowhere.
    """
    if not isinstance(video, Mapping) or not (video.get("bytes") or video.get("path")):
        raise DataError("a video has neither bytes nor a path; read the column with Video(decode=False)")
    if video.get("bytes"):
        return bytes(video["bytes"])
    try:
        return Path(video["path"]).read_bytes()
    except OSError as error:
        raise DataError(f"video {video['path']} can't be read: {error.strerror}") from error


def row_images(row: Mapping[str, Any]) -> list[Any]:
    """The images of a row, from column `images` or `image`, as in TRL."""
    if row.get("images"):
        return list(row["images"])
    return [] if row.get("image") is None else [row["image"]]


def encode(
    processor: Any,
    messages: Messages,
    clips: Sequence[Clip] = (),
    images: Sequence[Any] = (),
    **template: Any,
) -> Prompt:
    """Render messages by the chat template, up to where the assistant's answer begins, and encode them.

    Args:
        clips: of the messages' videos, in order.
        images: of the messages' images, in order.
        template: more for the chat template.
    """
    text = processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True, **template)
    # Processors extend the list of frame numbers they are given.
    metadata = [{**clip.metadata, "frames_indices": list(clip.metadata["frames_indices"])} for clip in clips]
    encoded = processor(
        text=[text],
        images=list(images) or None,
        videos=[clip.frames for clip in clips] or None,
        videos_kwargs={**as_given(), "video_metadata": metadata} if clips else {},
        return_tensors="pt",
    )
    ids = encoded.pop("input_ids")[0].tolist()
    visuals = {
        name: torch.as_tensor(value)
        for name, value in encoded.items()
        if name not in ("attention_mask", "mm_token_type_ids", "video_metadata")
    }
    media: dict[str, list[Any]] = {}
    if clips:
        media["video"] = [(clip.frames, {**clip.metadata, "do_sample_frames": False}) for clip in clips]
    if images:
        media["image"] = list(images)
    return Prompt(ids, visuals, processor.tokenizer(text)["input_ids"], media)


def join(visuals: Sequence[Mapping[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """The visual tensors of a batch from those of its rows; rows of text have none."""
    names = dict.fromkeys(name for row in visuals for name in row)
    return {name: torch.cat([row[name] for row in visuals if name in row]) for name in names}


def token_types(processor: Any, ids: torch.Tensor) -> torch.Tensor:
    """What each token stands for, in the numbers of `mm_token_type_ids`: 0 text, 1 image, 2 video."""
    types = torch.zeros_like(ids)
    types[ids == processor.image_token_id] = 1
    types[ids == processor.video_token_id] = 2
    return types


def visual_token_ids(processor: Any) -> list[int]:
    """The tokens that stand for images and videos or enclose them: none of them is for a model to say."""
    tokens = [processor.image_token, processor.video_token, "<|vision_start|>", "<|vision_end|>"]
    ids = processor.tokenizer.convert_tokens_to_ids(tokens)
    return sorted({number for number in ids if number is not None})
