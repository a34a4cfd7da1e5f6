"""Tiny models are the real thing but for their size: they are read, run and say what real ones say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForImageTextToText, AutoProcessor

from synrl.prompts import DIRECT, REASONED
from synrl.training.tiny import KINDS, main, write_tiny


@pytest.mark.parametrize("kind", KINDS)
def test_models_and_processors_are_read_back(tiny: Callable[[str], Path], kind: str) -> None:
    model = AutoModelForImageTextToText.from_pretrained(tiny(kind))
    processor = AutoProcessor.from_pretrained(tiny(kind))
    assert model.config.model_type == kind
    assert 0.5e6 < model.num_parameters() < 1.5e6
    assert model.config.video_token_id == processor.video_token_id
    assert processor.tokenizer.eos_token_id == model.generation_config.eos_token_id


def test_every_engine_reads_the_same_positions_from_the_config(tiny: Callable[[str], Path]) -> None:
    """vLLM interleaves them only where the config says so, as those of the checkpoints do."""
    text = AutoModelForImageTextToText.from_pretrained(tiny("qwen3_vl")).config.text_config
    assert text.rope_parameters["mrope_interleaved"] is True


def test_the_tokenizer_writes_anything_and_its_prompts_shortly(tiny: Callable[[str], Path]) -> None:
    tokenizer = AutoProcessor.from_pretrained(tiny("qwen3_vl")).tokenizer
    for text in ("Ünïcode 🂡 \n\t<answer>B</answer>", REASONED, DIRECT):
        assert tokenizer.decode(tokenizer(text)["input_ids"]) == text
    assert len(tokenizer(DIRECT)["input_ids"]) <= 1.5 * len(DIRECT.split())


def test_a_seed_gives_the_same_weights(tmp_path: Path) -> None:
    def weights(seed: int, name: str) -> torch.Tensor:
        folder = write_tiny(tmp_path / name, seed)
        return AutoModelForImageTextToText.from_pretrained(folder).model.language_model.embed_tokens.weight

    first, again, other = weights(1, "a"), weights(1, "b"), weights(2, "c")
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_other_kinds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="kind of tiny model is 'qwen9'; did you mean qwen3_vl"):
        write_tiny(tmp_path, kind="qwen9")


def test_a_folder_that_can_not_be_made_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    assert main([str(file / "tiny")]) == 2
    assert capsys.readouterr().err == f"{file / 'tiny'} can't be written: Not a directory\n"
