"""Judges outputs with the reward of an exported folder, loaded as its trainer loads it.

Runs by itself, in a Python that has nothing installed: `python -I -S judge.py ENGINE FOLDER DOUBLES`. Takes
from stdin, and gives on stdout, JSON: a list of [exported row, output], a list of rewards.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any


def load(path: Path) -> Any:
    """A module from its file, which is what each of these trainers does."""
    spec = importlib.util.spec_from_file_location("custom", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def verl(folder: Path, cases: list[tuple[dict[str, Any], str]]) -> list[float]:
    judge = load(folder / "reward.py").compute_score
    return [
        judge(
            data_source=row["data_source"],
            solution_str=said,
            ground_truth=row["reward_model"]["ground_truth"],
            extra_info=row["extra_info"] | {"num_turns": 2, "rollout_reward_scores": {}},
        )
        for row, said in cases
    ]


def easyr1(folder: Path, cases: list[tuple[dict[str, Any], str]]) -> list[float]:
    judge = load(folder / "reward.py").compute_score
    given = [{"response": said, "response_length": 9, "ground_truth": row["judged"]} for row, said in cases]
    return [score["overall"] for score in judge(given)]


def ms_swift(folder: Path, cases: list[tuple[dict[str, Any], str]]) -> list[float]:
    from swift.rewards import orms

    load(folder / "reward.py")
    columns = {name: [row[name] for row, _ in cases] for name in cases[0][0]}
    rewards: list[float] = orms["synrl"](args=None)(
        [said for _, said in cases], trainer_state=None, **columns
    )
    return rewards


def nemo_gym(folder: Path, cases: list[tuple[dict[str, Any], str]]) -> list[float]:
    module = load(folder / "resources_servers" / "synrl" / "app.py")
    server = module.SynRLResourcesServer()

    async def judged() -> list[float]:
        rewards = []
        for row, said in cases:
            output = [
                SimpleNamespace(type="reasoning", summary=[]),
                SimpleNamespace(type="message", content=[SimpleNamespace(type="output_text", text=said)]),
            ]
            body = module.SynRLVerifyRequest(**row, response=SimpleNamespace(output=output))
            rewards.append((await server.verify(body)).reward)
        return rewards

    return asyncio.run(judged())


def video_r1(folder: Path, cases: list[tuple[dict[str, Any], str]]) -> list[float]:
    import grpo

    load(folder / "train.py")
    return _in_video_r1(grpo.reward_funcs_registry["accuracy"], cases)


def video_r1_own(folder: Path, cases: list[tuple[dict[str, Any], str]]) -> list[float]:
    """By Video-R1's own rule, as the double tells it."""
    import grpo

    return _in_video_r1(grpo.accuracy_reward, cases)


def _in_video_r1(judge: Any, cases: list[tuple[dict[str, Any], str]]) -> list[float]:
    columns = {name: [row[name] for row, _ in cases] for name in cases[0][0]}
    said = [[{"role": "assistant", "content": text}] for _, text in cases]
    rewards: list[float] = judge(prompts=[None] * len(cases), completions=said, **columns)
    return rewards


if __name__ == "__main__":
    engine, folder, doubles = sys.argv[1:]
    sys.path.insert(0, doubles)
    json.dump(globals()[engine](Path(folder), json.load(sys.stdin)), sys.stdout)
