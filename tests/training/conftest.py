"""Tiny models and clips that the tests of training share. They need the `train` extra, rewards do not."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from numbered import numbered_clip

if importlib.util.find_spec("trl") is None:
    collect_ignore = ["test_budget.py", "test_tiny.py", "test_video_grpo.py", "test_video_sft.py"]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Folder of a tiny model of a kind, written once."""
    import torch

    from synrl.training.tiny import write_tiny

    torch.set_num_threads(1)
    written: dict[str, Path] = {}

    def folder(kind: str = "qwen3_vl") -> Path:
        if kind not in written:
            written[kind] = write_tiny(tmp_path_factory.mktemp(kind), seed=3, kind=kind)
        return written[kind]

    return folder


@pytest.fixture(scope="session")
def processor(tiny: Callable[[str], Path]) -> Any:
    from transformers import AutoProcessor

    return AutoProcessor.from_pretrained(tiny("qwen3_vl"))


@pytest.fixture(scope="session")
def rows() -> list[dict[str, Any]]:
    """Rows whose clips have 4, 8, 6 and 4 frames within the tests' budget, and texts of unequal length."""
    questions = (
        "Which way?",
        "Which way does the red square go on the screen?",
        "How many?",
        "Where to?",
    )
    return [
        {
            "prompt": [{"role": "user", "content": question}],
            "completion": f"<answer>{letter}</answer>",
            "video": {"bytes": numbered_clip(num_frames), "path": f"{letter}.mp4"},
            "answer_type": "choice",
            "answer": letter,
            "options": ["left", "right", "up", "down"],
        }
        for question, letter, num_frames in zip(questions, "ABCD", (60, 120, 90, 66), strict=True)
    ]


@pytest.fixture(scope="session")
def numbered() -> bytes:
    """A clip of two seconds."""
    return numbered_clip(num_frames=60)
