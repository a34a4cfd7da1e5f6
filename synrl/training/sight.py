"""Does the video reach the model? Asked once, before the first step, since nothing else would tell.

A trainer that loses a video on the way still trains: on the question alone, with a loss that falls. What
TRL and Transformers do with videos changes between versions, so the way is tried, not trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from synrl.errors import ConfigError

BLIND = (
    "the video changes nothing in the model's log-probabilities, so training would be blind to it; "
    "use versions of trl and transformers that this one was tested with"
)


def blank(visuals: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The same visual tensors, with nothing to be seen in the videos."""
    pixels = "pixel_values_videos"
    return {name: torch.zeros_like(value) if name == pixels else value for name, value in visuals.items()}


def check_sight(accelerator: Any, model: Any, has_video: bool, score: Callable[[bool], torch.Tensor]) -> bool:
    """Compare what a model gives with a video and with a blank one in its place.

    All processes must call this together: each runs the model twice, whether it has a video or not.

    Args:
        has_video: whether this process has one.
        score: runs the model; its argument says whether on the blank one.

    Returns:
        Whether any process has one; if not, nothing is known yet.

    Raises:
        ConfigError: there is no difference.
    """
    was_training = model.training
    model.eval()  # dropout would make a difference
    try:
        with torch.no_grad():
            same = torch.equal(score(False), score(True))
    finally:
        model.train(was_training)
    here = torch.tensor([[has_video, has_video and same]], dtype=torch.int64, device=accelerator.device)
    some_video, some_blind = accelerator.gather(here).bool().any(dim=0).tolist()
    if some_blind:
        raise ConfigError(BLIND)
    return bool(some_video)
