"""The trainers: how each wants its rows, and what it can't take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synrl.export import rows

_COMPARED = ("choice", "integer")
"""Types of answers that can be judged by comparing them with the one right answer, letter by letter."""
_VIDEO_R1_FRAMES = 16
"""Most frames that Video-R1 shows of a clip: `FPS_MAX_FRAMES` in its own copy of qwen-vl-utils."""


@dataclass(frozen=True)
class Format:
    """How one trainer wants its rows."""

    suffix: str
    """Of the file of a split; see `synrl.export.writing`."""
    row: Callable[[Mapping[str, Any], str, Path], dict[str, Any]]
    """From a row, its video's path inside the folder, and the folder."""
    use: str
    """What to do next; `{out}` is the folder."""
    rewards: Mapping[str, str] = field(default_factory=dict)
    """Modules of `synrl.rewards` that lie beside the rows, by the paths they have in the folder."""
    holds_videos: bool = False
    """Whether videos are inside the rows' own file, and not beside it."""
    lacks: Callable[[Mapping[str, Any]], str] = lambda row: ""
    """What the trainer lacks for a row, so that it is left out; nothing if it can take the row."""


def _video_r1_lacks(row: Mapping[str, Any]) -> str:
    """By its own reward a text may be right in part, and words in another order are the same words."""
    if row["answer_type"] not in _COMPARED:
        return f"a reward for answers of type {row['answer_type']}"
    most = min(_VIDEO_R1_FRAMES, row["num_frames"])
    if row["min_fps"] > (most - 1) * row["fps"] / max(1, row["num_frames"] - 1) * (1 + 1e-6):
        return f"the frames: it shows {_VIDEO_R1_FRAMES} of a clip"
    return ""


FORMATS = {
    "verl": Format("parquet", rows.verl, "MODEL=org/name bash {out}/run.sh", {"reward.py": "verl"}),
    "nemo-gym": Format(
        "jsonl",
        rows.nemo_gym,
        "NEMO_RL=a/checkout bash {out}/run.sh",
        {"resources_servers/synrl/app.py": "nemo_gym"},
    ),
    "ms-swift": Format("jsonl", rows.ms_swift, "MODEL=org/name bash {out}/run.sh", {"reward.py": "ms_swift"}),
    "easyr1": Format("parquet", rows.easyr1, "MODEL=org/name bash {out}/run.sh", {"reward.py": "easyr1"}),
    "llama-factory": Format("json", rows.llama_factory, "llamafactory-cli train {out}/sft.yaml"),
    "video-r1": Format(
        "json",
        rows.video_r1,
        "MODEL=org/name VIDEO_R1=a/checkout bash {out}/run.sh",
        {"train.py": "video_r1"},
        lacks=_video_r1_lacks,
    ),
    "webdataset": Format(
        "tar", rows.webdataset, "energon prepare {out}, or webdataset.WebDataset", holds_videos=True
    ),
    "plain": Format("rows.parquet", rows.plain, 'datasets.load_dataset("{out}")', holds_videos=True),
}
"""By the name that the command line knows."""
