"""The reward for ms-swift: `--external_plugins reward.py --reward_funcs synrl`.

ms-swift calls a reward with all completions of a batch and with the columns of their rows
(`swift.rewards.ORM`, read in ms-swift 4.6.0).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from swift.rewards import ORM, orms

try:
    from synrl.scoring import score_completion
except ModuleNotFoundError:  # SynRL is not installed here: its scorer lies beside this file
    sys.path.append(str(Path(__file__).parent / "scorer"))
    from synrl.scoring import score_completion


class SynRLReward(ORM):
    """1.0 for each completion that gives the right answer to its row, else 0.0."""

    def __call__(self, completions: list[str], judged: list[str], **columns: Any) -> list[float]:
        return [score_completion(text, row) for text, row in zip(completions, judged, strict=True)]


orms["synrl"] = SynRLReward
