"""A row as each trainer reads it.

Prompts and answers are those of `synrl.prompts`, so that a model trained elsewhere is asked as it is here.
Texts that mean something to a trainer or a tokenizer are refused: rows come from strangers, too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synrl.answers import LETTERS
from synrl.errors import DataError
from synrl.export.showing import LEAST_PIXELS, Shown
from synrl.prompts import completion_text, markup, placeholder, prompt_text, target_text
from synrl.scoring import judged

Row = Mapping[str, Any]


def verl(row: Row, video: str, out: Path) -> dict[str, Any]:
    """For verl: `RLHFDataset` (read in verl 0.9.1).

    What stands beside a video's path goes to `fetch_video` of qwen-vl-utils, which takes so many frames, the
    first and the last among them, and no more pixels of each.
    """
    shown = Shown.of(row)
    return {
        "data_source": f"synrl/{row['family']}",
        "prompt": [{"role": "user", "content": _prompt(row)}],
        # Its readers take no %20 in a file:// address.
        "videos": [{"video": str(out / video), **_frames(shown)}],
        "ability": row["primitive"],
        "reward_model": {"style": "rule", "ground_truth": row["answer"]},
        "extra_info": {
            "split": row["config"]["split"],
            "index": row["config"]["index"],
            "id": row["id"],
            "row": judged(row),
        },
    }


def nemo_gym(row: Row, video: str, out: Path) -> dict[str, Any]:
    """For NeMo Gym, and NeMo RL on top: as `prepare_video_dataset.py` of NeMo RL wants it (read at 7ea279a).

    `expected_answer` is for readers; `judged` is what the server judges by.
    """
    content = [
        {"type": "input_video", "video_url": str(out / video)},
        {"type": "input_text", "text": _unmarked(row, prompt_text(row))},
    ]
    return {
        "responses_create_params": {"input": [{"role": "user", "content": content}]},
        "agent_ref": {"type": "responses_api_agents", "name": "synrl_simple_agent"},
        "id": row["id"],
        "expected_answer": row["answer"],
        "judged": judged(row),
    }


def ms_swift(row: Row, video: str, out: Path) -> dict[str, Any]:
    """For ms-swift: its standard columns; others reach the reward by their names (read in ms-swift 4.6.0).

    `Qwen2VLTemplate` hands `chat_template_kwargs` to `fetch_video` of qwen-vl-utils with each video of the
    row.
    """
    messages = [{"role": "user", "content": _prompt(row)}]
    if row["cot"]:
        messages.append({"role": "assistant", "content": _target(row)})
    return {
        "messages": messages,
        "videos": [str(out / video)],
        "chat_template_kwargs": _frames(Shown.of(row)),
        "solution": completion_text(row["answer"]),
        "answer_type": row["answer_type"],
        "judged": judged(row),
    }


def easyr1(row: Row, video: str, out: Path) -> dict[str, Any]:
    """For EasyR1: `RLHFDataset` (read at b44b311)."""
    return {
        "problem": _prompt(row),
        "videos": [video],
        "answer": row["answer"],
        "judged": judged(row),
    }


def llama_factory(row: Row, video: str, out: Path) -> dict[str, Any]:
    """For supervised training with LLaMA-Factory: its ShareGPT format (read in llamafactory 0.9.5)."""
    return {
        "messages": [
            {"role": "user", "content": _prompt(row, reasoned=row["cot"] is not None)},
            {"role": "assistant", "content": _target(row)},
        ],
        "videos": [video],
    }


def video_r1(row: Row, video: str, out: Path) -> dict[str, Any]:
    """For Video-R1: `grpo.py` and `sft_video.py` (read at 59d65c3), which put the prompt together.

    Supervised training learns `process` and, behind it, `solution`: reasoning in the one, the answer in the
    other.
    """
    reasoning = _target(row).partition("<answer>")[0].strip() if row["cot"] else ""
    return {
        "problem_id": row["id"],
        "problem": _unmarked(row, row["question"]),
        "data_type": "video",
        "problem_type": {"choice": "multiple choice", "integer": "numerical"}[row["answer_type"]],
        "options": [
            f"{letter}. {_unmarked(row, text)}" for letter, text in zip(LETTERS, row["options"], strict=False)
        ],
        "process": reasoning,
        "solution": completion_text(row["answer"]),
        "path": f"./{video}",
        "data_source": f"synrl/{row['family']}",
        "judged": judged(row),
    }


def plain(row: Row, video: str, out: Path) -> dict[str, Any]:
    """A whole row for any reader, its objects as JSON texts."""

    def text(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    return {
        **row,
        "config": text(row["config"]),
        "operations": [{**done, "arguments": text(done["arguments"])} for done in row["operations"]],
        "states": [{**seen, "state": text(seen["state"])} for seen in row["states"]],
    }


def webdataset(row: Row, video: str, out: Path) -> dict[str, Any]:
    """A sample of a WebDataset: its video, and a JSON object."""
    if "." in row["id"]:
        raise DataError(f"row {row['id']}: a sample's name ends at its first dot; rename the row")
    return {
        "__key__": row["id"],
        "mp4": row["video"]["bytes"],
        "json": {
            "id": row["id"],
            "family": row["family"],
            "level": row["level"],
            "prompt": _unmarked(row, prompt_text(row, reasoned=row["cot"] is not None)),
            "completion": _target(row),
            "answer_type": row["answer_type"],
            "answer": row["answer"],
            "judged": judged(row),
            **_frames(Shown.of(row)),
        },
    }


def _frames(shown: Shown) -> dict[str, int]:
    """What is shown, in the words of qwen-vl-utils."""
    return {"nframes": shown.frames, "min_pixels": LEAST_PIXELS, "max_pixels": shown.pixels}


def _prompt(row: Row, *, reasoned: bool = True) -> str:
    """The prompt behind the tag that stands for the video.

    Raises:
        DataError: the row's text holds such a tag itself.
    """
    return f"<video>{_unmarked(row, prompt_text(row, reasoned=reasoned))}"


def _unmarked(row: Row, text: str) -> str:
    if found := placeholder(text):
        raise DataError(f"the question of row {row['id']} holds {found!r}, which means something to trainers")
    return text


def _target(row: Row) -> str:
    """The completion to learn from a row.

    Raises:
        DataError: its chain is not plain words in `<think>` and one answer in `<answer>`.
    """
    text = target_text(row)
    body = text.removeprefix("<think>").replace("</think>", "", 1) if row["cot"] else text
    if found := markup(body.replace("<answer>", "", 1).replace("</answer>", "", 1)):
        raise DataError(f"the chain of row {row['id']} holds markup, {found!r}; `synrl verify` says more")
    return text
