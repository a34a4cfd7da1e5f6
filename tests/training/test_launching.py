"""The README's commands for training, as they stand there, and what is said where something is missing."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from importlib import util
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("trl")

import torch

from synrl.cli import main
from synrl.errors import ConfigError
from synrl.resources import shipped
from synrl.training import settings
from synrl.training.launching import NO_GPU, launched, speaks

CHECKOUT = Path(__file__).parents[2]
CPU = "--use_cpu true --bf16 false --gradient_checkpointing false --keep_unanswerable true --max_frames 4"
SMALL = {
    "generate": "-n 8 --num-proc 1 --quiet",
    "cot": "--num-proc 1 --quiet",
    "sft": f"{CPU} --max_frame_pixels 1024 --model_name_or_path tiny --max_steps 1 "
    "--gradient_accumulation_steps 1 --report_to none --lora_r 2",
    "grpo": f"{CPU} --max_frame_pixels 1024 --use_vllm false --max_steps 1 --max_completion_length 4 "
    "--per_device_train_batch_size 8 --gradient_accumulation_steps 1 --steps_per_generation 1 "
    "--data cot_6.7k --report_to none --lora_r 2",
}
"""What makes each command short enough for a test."""


def lines() -> list[str]:
    """The commands of the README's section on training."""
    section = (CHECKOUT / "README.md").read_text(encoding="utf-8").split("### Train\n")[1].split("\n##")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def test_every_installation_names_extras_that_there_are() -> None:
    import tomllib

    extras = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    named = {
        name for line in lines() for said in re.findall(r"\.\[(.*?)\]", line) for name in said.split(",")
    }
    assert named == {"train", "vllm", "deepspeed"} and named <= set(extras)
    assert {"wandb", "trackio", "tensorboard"} == set(settings.TRACKERS) <= set(extras)


def test_the_commands_run_with_a_tiny_model_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)
    ran = []
    for line in lines():
        words = shlex.split(line)
        if words[:3] == ["python", "-m", "synrl.training.tiny"]:
            continue
        if words[0] == "synrl" and not words[3].startswith("tiny_"):
            if not ran:
                from synrl.training.tiny import write_tiny

                write_tiny(tmp_path / "tiny")
            _, rest = launched([*words[1:], *shlex.split(SMALL[words[1]])])  # several processes: elsewhere
            assert main(rest) == 0, line
            ran.append(words[1])
    assert ran == ["generate", "cot", "sft", "grpo", "sft", "grpo"]
    for name in ("sft", "grpo"):
        assert (tmp_path / f"qwen3_vl_4b_{name}" / "model.safetensors").is_file()
        assert (tmp_path / f"qwen3_vl_4b_{name}_lora" / "adapter_model.safetensors").is_file()


@pytest.mark.skipif(torch.accelerator.is_available(), reason="this is what is said without a GPU")
def test_without_a_gpu_each_command_says_so_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("synrl.training.launching.find_spec", lambda name: name)
    tried = [words for line in lines() if (words := shlex.split(line))[1] in ("sft", "grpo")]
    for words in tried:
        if not words[3].startswith("tiny_"):
            assert main(words[1:]) == 2
            assert capsys.readouterr().err == f"synrl {words[1]}: {NO_GPU}\n"
    assert len(tried) == 6


@pytest.mark.parametrize(
    ("package", "argv"),
    [
        ("deepspeed", ["--config", "qwen3_vl_4b_sft", "--accelerate", "zero3"]),
        ("wandb", ["--config", "tiny_sft", "--report_to", "wandb"]),
        ("trackio", ["--config", "tiny_sft", "--report_to", "trackio"]),
        ("tensorboard", ["--config", "tiny_sft", "--report_to", "tensorboard"]),
        ("vllm", ["--config", "tiny_grpo", "--use_vllm", "true"]),
    ],
)
def test_a_package_that_is_not_installed_is_one_line_with_the_extra(
    package: str, argv: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find: Callable[..., Any] = util.find_spec
    for module in ("launching", "settings"):
        monkeypatch.setattr(
            f"synrl.training.{module}.find_spec", lambda name: None if name == package else find(name)
        )
    assert main([argv[1].split("_")[-1], *argv]) == 2
    said = capsys.readouterr().err
    assert f"pip install -e '.[{package}]'" in said and len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [("zero4", "did you mean zero"), ("./no.yaml", "no settings of Accelerate"), ("", "names no settings")],
)
def test_unknown_settings_of_processes_are_one_line(
    name: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sft", "--config", "tiny_sft", f"--accelerate={name}"]) == 2
    assert message in capsys.readouterr().err


def test_fewer_gpus_than_processes_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: 4)
    assert main(["sft", "--config", "qwen3_vl_4b_sft", "--accelerate", "fsdp2"]) == 2
    assert "fsdp2 asks for 8 GPUs, and 4 are here" in capsys.readouterr().err


def test_the_flag_is_taken_out_of_what_the_processes_get() -> None:
    assert launched(["--a", "1", "--accelerate", "x", "--b"]) == ("x", ["--a", "1", "--b"])
    assert launched(["--accelerate=x", "--b"]) == ("x", ["--b"])
    assert launched(["--b"]) == (None, ["--b"])
    with pytest.raises(ConfigError, match="ddp, fsdp2, zero2, zero3"):
        launched(["--accelerate"])


def test_of_the_processes_of_a_run_one_speaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert speaks() and speaks()  # alone
    heard = []
    for rank in (1, 0):
        (tmp_path / str(rank)).mkdir()
        monkeypatch.setenv("TORCHELASTIC_ERROR_FILE", str(tmp_path / str(rank) / "error.json"))
        heard.append(speaks())
    assert heard == [True, False]


def test_settings_of_processes_are_those_that_the_readme_names() -> None:
    names = {path.stem for path in shipped("training/accelerate").glob("*.yaml")}
    assert names == {"ddp", "fsdp2", "zero2", "zero3"}
