"""The reward for verl: `reward.custom_reward_function`.

verl calls the function once for each completion, with these keywords (`NaiveRewardManager.run_single`, read
in verl 0.9.1), and more of them if a reward model runs, too.
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


def compute_score(
    data_source: str, solution_str: str, ground_truth: str, extra_info: dict[str, Any], **more: Any
) -> float:
    """1.0 if the completion gives the right answer to the row, else 0.0."""
    return score_completion(solution_str, extra_info["row"])
