"""Backends: what stock models of lmms-eval are told keeps them within a benchmark's budget."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hub.server import Blob, Hub, Repo

from synrl.errors import ConfigError
from synrl.evaluation.asking.backends import environment, is_timed, model_name
from synrl.evaluation.asking.run import EvalRun, evaluate
from synrl.evaluation.benchmarks import BENCHMARKS, DIRECT, REASONING
from synrl.evaluation.results.reading import eval_command
from synrl.evaluation.write_tasks import TASK_FOLDER

from .benchmarks_made import Folder

QWEN3, QWEN2 = {"model_type": "qwen3_vl"}, {"model_type": "qwen2_5_vl"}


def folder(path: Path, config: Any) -> str:
    path.mkdir(parents=True)
    (path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return str(path)


def arguments(command: list[str]) -> dict[str, Any]:
    from lmms_eval.utils import simple_parse_args_string

    parsed: dict[str, Any] = simple_parse_args_string(command[command.index("--model_args") + 1])
    return parsed


def test_times_are_written_for_a_model_by_its_configuration_and_not_its_name(
    tmp_path: Path, hub: Hub
) -> None:
    assert is_timed("vllm", folder(tmp_path / "runs" / "grpo", QWEN3))
    assert not is_timed("vllm", folder(tmp_path / "made-from-Qwen3-VL", QWEN2))
    assert not is_timed("qwen3_vl", folder(tmp_path / "its processor does that", QWEN3))
    assert not is_timed("synrl", "nowhere/at-all"), "it isn't looked for"
    files = {"config.json": Blob(json.dumps(QWEN3).encode()), "model.safetensors": Blob(b"weights")}
    hub.repos["model", "org/trained"] = Repo([("a" * 40, files)])
    assert is_timed("vllm", "org/trained") and model_name("org/trained") == f"org/trained@{'a' * 40}"
    assert not any("safetensors" in request for request in hub.requests)


def test_a_report_knows_the_command_of_a_model_that_was_told_times(tmp_path: Path) -> None:
    run = EvalRun("runs/grpo", ("tvbench",), backend="vllm", model_args="tensor_parallel_size=2")
    for timed in (True, False):
        ((_, _, command),) = run.commands(tmp_path, timed)
        assert f"is_qwen3_vl={timed}," in command[command.index("--model_args") + 1]
        told = eval_command(command)
        assert told is not None and "--backend vllm --model-args tensor_parallel_size=2 " in told


@pytest.mark.parametrize("config", [{}, [], None])
def test_a_model_that_cannot_be_told_is_one_line(config: Any, tmp_path: Path, hub: Hub) -> None:
    model = "org/none" if config is None else folder(tmp_path / "model", config)
    with pytest.raises(ConfigError, match=r"^model '.*' (is no folder|has no model_type)") as raised:
        is_timed("vllm", model)
    assert "\n" not in str(raised.value)


def test_a_model_of_the_hub_is_one_line_without_a_network(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ConfigError, match=r"'org/away' is no folder, .* check your connection") as raised:
        is_timed("vllm", "org/away")
    assert "\n" not in str(raised.value) and not hub.requests


def test_a_backend_refuses_a_model_that_it_does_not_run(tmp_path: Path) -> None:
    model = folder(tmp_path / "old", QWEN2)
    with pytest.raises(ConfigError, match=r"qwen3_vl does not run model .*, a qwen2_5_vl; allowed: "):
        is_timed("qwen3_vl", model)


def test_a_folder_that_lmms_eval_would_cut_in_two_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("lmms_eval", reason="lmms-eval is not installed: pip install 'synrl[eval]'")
    with pytest.raises(ConfigError, match=r"folder of results is .*a,b'; lmms-eval takes no comma in it"):
        evaluate(EvalRun("m", ("tvbench",)), tmp_path / "a,b")


class _Engine:
    """Stands where `vllm.LLM` does: keeps what it is given, and says A."""

    made: Any = None

    def __init__(self, **settings: Any) -> None:
        self.settings, self.asked = settings, list[tuple[list[Any], Any]]()
        _Engine.made = self

    def chat(self, messages: Any, sampling_params: Any, chat_template: Any) -> list[Any]:
        self.asked += zip(messages, sampling_params, strict=True)
        return [SimpleNamespace(outputs=[SimpleNamespace(text="A")]) for _ in messages]

    def get_metrics(self) -> list[Any]:
        return []


@pytest.mark.parametrize(("name", "frames"), [("charades_sta", 8), ("cvbench", 2 * 8)])
def test_vllm_is_shown_as_many_frames_with_their_times_and_writes_as_much_as_a_task_says(
    name: str, frames: int, made: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("lmms_eval", reason="lmms-eval is not installed: pip install 'synrl[eval]'")
    pytest.importorskip("qwen_vl_utils")
    from lmms_eval.evaluator import simple_evaluate
    from lmms_eval.models.chat import vllm as chat
    from lmms_eval.models.simple import vllm as simple
    from lmms_eval.tasks import TaskManager

    monkeypatch.setattr(simple, "LLM", _Engine)
    monkeypatch.setattr(chat, "SamplingParams", lambda **said: said)
    monkeypatch.setenv("FORCE_QWENVL_VIDEO_READER", "decord")
    ((_, _, command),) = EvalRun("m", (name,), ("direct",), backend="vllm").commands(tmp_path, timed=True)
    simple_evaluate(
        model="vllm",
        model_args=command[command.index("--model_args") + 1],
        tasks=[f"synrl_{name}_direct"],
        task_manager=TaskManager(include_path=str(TASK_FOLDER), include_defaults=False),
        bootstrap_iters=0,
        limit=1,
    )
    ((message,), sampling) = _Engine.made.asked[0]
    kinds = Counter(part["type"] for part in message["content"])
    times = [part["text"] for part in message["content"] if part.get("text", "").endswith(" seconds>")]
    assert kinds["image_url"] == len(times) == frames
    assert times[:3] == ["<0.0 seconds>", "<0.6 seconds>", "<1.1 seconds>"] and times[7] == "<3.9 seconds>"
    assert (sampling["max_tokens"], sampling["temperature"]) == (DIRECT.max_new_tokens, 0)
    assert _Engine.made.settings["max_model_len"] < 20_000 and not _Engine.made.settings["trust_remote_code"]


def test_the_stock_model_of_transformers_runs_on_what_it_is_told(
    made: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("lmms_eval", reason="lmms-eval is not installed: pip install 'synrl[eval]'")
    pytest.importorskip("decord")
    from lmms_eval.evaluator import simple_evaluate
    from lmms_eval.tasks import TaskManager
    from transformers import Qwen3VLForConditionalGeneration as Model

    from synrl.training.tiny import write_tiny

    given: list[dict[str, Any]] = []
    generate = Model.generate
    monkeypatch.setattr(
        Model,
        "generate",
        lambda self, **said: given.append(said) or generate(self, **{**said, "max_new_tokens": 2}),
    )
    monkeypatch.setenv("FORCE_QWENVL_VIDEO_READER", "decord")
    run = EvalRun(
        str(write_tiny(tmp_path / "tiny")),
        ("charades_sta",),
        ("direct",),
        backend="qwen3_vl",
        model_args="device=cpu,device_map=cpu",
    )
    ((_, _, command),) = run.commands(tmp_path, is_timed(run.backend, run.model))
    done = simple_evaluate(
        model="qwen3_vl",
        model_args=command[command.index("--model_args") + 1],
        tasks=["synrl_charades_sta_direct"],
        task_manager=TaskManager(include_path=str(TASK_FOLDER), include_defaults=False),
        bootstrap_iters=0,
        limit=1,
    )
    assert len(done["samples"]["synrl_charades_sta_direct"]) == 1
    assert given[0]["max_new_tokens"] == DIRECT.max_new_tokens and not given[0]["do_sample"]
    assert given[0]["video_grid_thw"].tolist() == [[4, 4, 4]], "eight frames of 64 x 64 px, in squares of 16"


def test_the_longest_prompt_and_answer_have_room_in_vllm(tmp_path: Path) -> None:
    pytest.importorskip("lmms_eval", reason="lmms-eval is not installed: pip install 'synrl[eval]'")
    for _, _, command in EvalRun("m", ("all",), ("direct", "reasoning"), backend="vllm").commands(tmp_path):
        (benchmark,) = (b for b in BENCHMARKS.values() if f"{b.task}_direct," in str(command))
        budget, seen = benchmark.shown(DIRECT), arguments(command)
        # As images, in squares of 32 px: each frame as large as allowed, and no smaller than 64 of them.
        pixels = min(budget.max_frame_pixels, budget.max_clip_pixels / budget.max_frames)
        clip = budget.max_frames * (max(64, pixels / 32**2) + 12)
        assert seen["max_model_len"] > benchmark.videos * clip + REASONING.max_new_tokens + 2000
        assert seen["max_frame_num"] == budget.max_frames
        if budget.min_frames == budget.max_frames:
            assert "fps" not in seen and seen["nframes"] == budget.max_frames
        else:
            assert "nframes" not in seen and seen["fps"] == budget.fps


@pytest.mark.parametrize(("backend", "patch"), [("vllm", 14), ("qwen3_vl", 16)])
def test_stock_models_keep_to_the_pixels_of_a_frame_and_of_a_whole_clip(
    backend: str, patch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = pytest.importorskip("qwen_vl_utils.vision_process")
    import torch

    for name in ("tomato", "vcrbench", "cvbench"):
        benchmark = BENCHMARKS[name]
        budget = benchmark.budget
        said = environment(backend, budget)
        monkeypatch.setattr(process, "MODEL_SEQ_LEN", int(said["MODEL_SEQ_LEN"]))
        for frames in (4, 16, budget.max_frames):
            clip = torch.zeros(frames, 3, 480, 640, dtype=torch.uint8)
            monkeypatch.setitem(
                process.VIDEO_READER_BACKENDS, "decord", lambda ele, clip=clip: (clip, {}, 2.0)
            )
            monkeypatch.setattr(process, "get_video_reader_backend", lambda: "decord")
            given = {"video": "a.mp4", "max_pixels": budget.max_frame_pixels, "min_pixels": 4096}
            shown = process.fetch_video(given, image_patch_size=patch)
            limit = min(budget.max_frame_pixels, budget.max_clip_pixels / frames)
            pixels = shown.shape[2] * shown.shape[3]
            assert 0.85 * limit < pixels <= 1.001 * limit, (name, frames, shown.shape)
