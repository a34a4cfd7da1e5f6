"""Video-R1's GRPO with SynRL's reward in the place of its own `accuracy`.

Video-R1 takes the first `<answer>` of an output, even one inside its reasoning, and has no place for a reward
of one's own. So this runs its script (`src/r1-v/src/open_r1/grpo.py`, read at 59d65c3) with another entry in
its table of rewards; `PYTHONPATH` must name the folder of that script.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

try:
    from synrl.scoring import score_completion
except ModuleNotFoundError:  # SynRL is not installed here: its scorer lies beside this file
    sys.path.append(str(Path(__file__).parent / "scorer"))
    from synrl.scoring import score_completion


def accuracy(completions: list[list[dict[str, str]]], judged: list[str], **columns: Any) -> list[float]:
    """1.0 for each completion that gives the right answer to its row, else 0.0."""
    return [score_completion(said[0]["content"], row) for said, row in zip(completions, judged, strict=True)]


grpo: Any = import_module("grpo")
grpo.reward_funcs_registry["accuracy"] = accuracy

if __name__ == "__main__":
    parser = grpo.TrlParser((grpo.GRPOScriptArguments, grpo.GRPOConfig, grpo.ModelConfig))
    grpo.main(*parser.parse_args_and_config())
