"""The reward for EasyR1: `worker.reward.reward_function`.

EasyR1 calls it with a batch, and shows it of each row nothing but the column of the right answer
(`AutoRewardManager`, read at b44b311). So that column, `answer_key` of the exported settings, holds all it
takes to judge the row.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

try:
    from synrl.scoring import score_completion
except ModuleNotFoundError:  # SynRL is not installed here: its scorer lies beside this file
    sys.path.append(str(Path(__file__).parent / "scorer"))
    from synrl.scoring import score_completion

REWARD_NAME = "synrl"
REWARD_TYPE = "batch"


def compute_score(reward_inputs: list[dict[str, Any]]) -> list[dict[str, float]]:
    """For each completion, 1.0 if it gives the right answer to its row, else 0.0."""
    scores = [score_completion(given["response"], given["ground_truth"]) for given in reward_inputs]
    return [{"overall": score, "accuracy": score} for score in scores]
