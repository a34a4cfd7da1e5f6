"""Models of the real architectures that are small enough to learn on one core, made without a download.

They have the configuration classes, processors and prompts of Qwen3-VL and Qwen2.5-VL, a million random
weights, and a byte-level tokenizer. Code that runs with these models runs with the checkpoints, but they
can't show how well the checkpoints learn.

They do learn, from our own clips: see `synrl.training.miniature`, with batches of 16 and a learning rate of
1e-3 (50 steps of warm-up, `adam_beta2=0.98`). The loss stays level for a long time before it falls, so train
until an accuracy is reached, not for a set time.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from synrl.checks import check_one_of
from synrl.prompts import CHOOSE, DIRECT, REASONED, completion_text

KINDS = ("qwen3_vl", "qwen2_5_vl")
HIDDEN = 128
SPREAD = HIDDEN**-0.5
"""Standard deviation of the weights at first. With the real models' 0.02, layers this narrow hand on next to
nothing and attention stays flat: `training/README.md` has how much longer learning took."""
PATCH = 16
"""Px; two by two patches of two frames are one token. With smaller ones, what moves crosses too many borders
for so small a model: it learned from 32 x 32 px with this size and not with half of it."""
TOKEN = 2 * PATCH
"""Px along the edge of the square that becomes one token."""
MEAN, DEVIATION = 0.95, 0.06
"""Of the pixels of our clips, from 0 to 1. With the real processors' 0.5 and 0.5, a model with random weights
sees so much light ground that it does not find what moves on it."""

_END, _PAD, _START = "<|im_end|>", "<|endoftext|>", "<|im_start|>"
_VISION = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
_CORPUS = (
    *(CHOOSE, REASONED, DIRECT, completion_text("A", "B"), "user\nassistant\n"),
    *(f"<{tenths / 10} seconds>" for tenths in range(120)),
)
_PIECES = r"<\d+\.\d+| seconds>|</?(?:think|answer)>| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+"
"""What no token goes beyond: words, numbers, marks, tags, and the two halves of the times between frames,
which would otherwise be most of a prompt."""
_TEMPLATE = """\
{%- for message in messages -%}
{{ '<|im_start|>' + message.role + '\n' }}
{%- if message.content is string -%}{{ message.content }}
{%- else -%}
{%- for part in message.content -%}
{%- if part.type == 'video' -%}{{ '<|vision_start|><|video_pad|><|vision_end|>' }}
{%- elif part.type == 'image' -%}{{ '<|vision_start|><|image_pad|><|vision_end|>' }}
{%- else -%}{{ part.text }}
{%- endif -%}
{%- endfor -%}
{%- endif -%}
{{ '<|im_end|>\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}{%- endif -%}
"""


def write_tiny(
    folder: Path | str, seed: int = 0, *, kind: str = "qwen3_vl", texts: Iterable[str] = ()
) -> Path:
    """Write a tiny model and its processor into a folder, as `from_pretrained` reads them.

    Args:
        folder: made if it isn't there.
        seed: of the weights.
        kind: one of `KINDS`.
        texts: what the tokenizer is to write in few tokens, beside the sentences of every prompt.

    Raises:
        ConfigError: no such kind.
    """
    check_one_of("kind of tiny model", kind, KINDS)
    import torch

    folder = Path(folder)
    tokenizer = _tokenizer((*_CORPUS, *texts))
    processor = _processor(kind, tokenizer)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = _model(kind, tokenizer)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _tokenizer(texts: Iterable[str]) -> Any:
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=768,
        min_frequency=1,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=[_PAD, _START, _END, *_VISION],
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=_END,
        pad_token=_PAD,
        additional_special_tokens=[_START, *_VISION],
        padding_side="left",
        model_max_length=8192,
    )


def _processor(kind: str, tokenizer: Any) -> Any:
    from transformers import (
        Qwen2_5_VLProcessor,
        Qwen2VLImageProcessor,
        Qwen2VLVideoProcessor,
        Qwen3VLProcessor,
        Qwen3VLVideoProcessor,
    )

    # Limits of the real processors, in tokens, at this patch size.
    unit = TOKEN**2
    common: dict[str, Any] = dict(patch_size=PATCH, temporal_patch_size=2, merge_size=2)
    common |= dict(image_mean=[MEAN] * 3, image_std=[DEVIATION] * 3)
    images = Qwen2VLImageProcessor(**common, size={"shortest_edge": unit, "longest_edge": 1024 * unit})
    if kind == "qwen3_vl":
        size = {"shortest_edge": 4 * unit, "longest_edge": 768 * unit}
        videos = Qwen3VLVideoProcessor(**common, size=size, cap_pixels_per_frame=False)
        return Qwen3VLProcessor(images, tokenizer, videos, chat_template=_TEMPLATE)
    size = {"shortest_edge": unit, "longest_edge": 768 * unit}
    videos = Qwen2VLVideoProcessor(**common, size=size, cap_pixels_per_frame=False)
    return Qwen2_5_VLProcessor(images, tokenizer, videos, chat_template=_TEMPLATE)


def _model(kind: str, tokenizer: Any) -> Any:
    from transformers import (
        GenerationConfig,
        Qwen2_5_VLConfig,
        Qwen2_5_VLForConditionalGeneration,
        Qwen3VLConfig,
        Qwen3VLForConditionalGeneration,
    )

    number = tokenizer.convert_tokens_to_ids
    text: dict[str, Any] = dict(
        vocab_size=len(tokenizer),
        hidden_size=HIDDEN,
        intermediate_size=4 * HIDDEN,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=8192,
        rope_parameters={"rope_type": "default", "rope_theta": 10_000.0, "mrope_section": [8, 4, 4]},
        bos_token_id=None,
        eos_token_id=number(_END),
        pad_token_id=number(_PAD),
        initializer_range=SPREAD,
    )
    vision: dict[str, Any] = dict(
        depth=2,
        hidden_size=96,
        num_heads=4,
        patch_size=PATCH,
        out_hidden_size=HIDDEN,
        initializer_range=SPREAD,
    )
    common: dict[str, Any] = dict(
        image_token_id=number("<|image_pad|>"),
        video_token_id=number("<|video_pad|>"),
        vision_start_token_id=number("<|vision_start|>"),
        vision_end_token_id=number("<|vision_end|>"),
        tie_word_embeddings=True,
        initializer_range=SPREAD,
    )
    if kind == "qwen3_vl":
        text |= dict(head_dim=HIDDEN // 4)
        text["rope_parameters"]["mrope_interleaved"] = True  # Transformers takes it for granted, vLLM doesn't
        vision |= dict(intermediate_size=384, num_position_embeddings=16, deepstack_visual_indexes=[0])
        config = Qwen3VLConfig(text_config=text, vision_config=vision, **common)
        model = Qwen3VLForConditionalGeneration(config)
    else:
        vision |= dict(intermediate_size=256, fullatt_block_indexes=[1], window_size=8 * PATCH)
        config = Qwen2_5_VLConfig(text_config=text, vision_config=vision, **common)
        model = Qwen2_5_VLForConditionalGeneration(config)
    model.generation_config = GenerationConfig(eos_token_id=number(_END), pad_token_id=number(_PAD))
    return model


def main(argv: Sequence[str] | None = None) -> int:
    """The command: `python -m synrl.training.tiny FOLDER`."""
    parser = argparse.ArgumentParser(
        prog="python -m synrl.training.tiny",
        description="Write a tiny model with random weights, for training/recipes/tiny_*.yaml.",
    )
    parser.add_argument("folder", type=Path, help="made if it isn't there")
    parser.add_argument("--seed", type=int, default=0, help="of the weights (0)")
    parser.add_argument("--kind", choices=KINDS, default=KINDS[0], help=f"architecture ({KINDS[0]})")
    arguments = parser.parse_args(argv)
    try:
        arguments.folder.mkdir(parents=True, exist_ok=True)
        print(write_tiny(arguments.folder, arguments.seed, kind=arguments.kind))
    except OSError as error:
        print(f"{arguments.folder} can't be written: {error.strerror or error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
