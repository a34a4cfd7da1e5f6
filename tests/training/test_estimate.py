"""What a run will take, said before it starts."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("trl")

from synrl.cli import main
from synrl.training.estimate import SIZES, estimate


def number(text: str, pattern: str) -> float:
    found = re.search(pattern, text)
    assert found, text
    return float(found[1])


def test_an_estimate_says_frames_tokens_memory_and_time_and_starts_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["grpo", "--config", "table5_sft_rl", "--accelerate", "zero3", "--estimate"]) == 0
    said = capsys.readouterr().out
    assert "8 GPUs, 4.4 billion weights" in said and "frames: 24 of " in said
    assert "rows: 7000; samples: 56000; updates: 109" in said
    assert 20 < number(said, r"in all (\d+) GB") < 80 and number(said, r"time: ([\d.]+) hours") > 0


def test_tokens_of_a_video_are_those_of_its_frames() -> None:
    said = estimate(
        "sft", ["--config", "qwen3_vl_4b_sft", "--max_frames", "16", "--max_clip_pixels", "100000000"]
    )
    assert number(said, r"tokens: (\d+) of the video") == 8 * 14 * 14


@pytest.mark.parametrize(
    ("name", "most"),
    [("qwen3_vl_4b_sft_lora", 24), ("qwen3_vl_4b_grpo_lora_24gb", 24), ("qwen3_vl_4b_grpo_lora", 80)],
)
def test_settings_for_one_gpu_fit_it_by_the_estimate(name: str, most: int) -> None:
    said = estimate("grpo" if "grpo" in name else "sft", ["--config", name])
    assert number(said, r"in all (\d+) GB") < 0.95 * most


def test_more_processes_and_fewer_trained_weights_take_less_of_each_gpu() -> None:
    def memory(*more: str, processes: int = 1) -> float:
        said = estimate("sft", ["--config", "qwen3_vl_4b_sft", *more], processes)
        return number(said, r"optimizer ([\d.]+) GB")

    assert memory() == pytest.approx(16 * SIZES["Qwen/Qwen3-VL-4B-Instruct"].parameters / 1e9, abs=0.1)
    assert memory(processes=8) == pytest.approx(memory() / 8, abs=0.1)
    assert memory("--use_peft", "true") < memory() / 5


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--estimate"], "needs settings"),
        (["--config", "tiny_sft", "--estimate"], "the size of 'tiny' is not known"),
        (["--config", "qwen3_vl_4b_sft", "--data", "org/rows", "--estimate"], "number of rows of 'org/rows'"),
    ],
)
def test_what_can_not_be_estimated_is_one_line(
    argv: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sft", *argv]) == 2
    assert message in capsys.readouterr().err
