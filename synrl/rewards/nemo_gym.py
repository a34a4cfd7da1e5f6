"""The reward for NeMo Gym: a resources server whose `verify` judges a response.

The server's base classes and the shape of its requests are those of `SimpleResourcesServer`, read in NeMo Gym
at 07d6b0d.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from nemo_gym.base_resources_server import BaseVerifyRequest, BaseVerifyResponse, SimpleResourcesServer

try:
    from synrl.scoring import score_completion
except ModuleNotFoundError:  # SynRL is not installed here: its scorer lies beside this file
    sys.path.append(str(Path(__file__).parent / "scorer"))
    from synrl.scoring import score_completion


class SynRLVerifyRequest(BaseVerifyRequest):
    """A response, and what it takes to judge it."""

    judged: str


class SynRLVerifyResponse(BaseVerifyResponse):
    """The same with its reward."""

    judged: str


class SynRLResourcesServer(SimpleResourcesServer):
    """Judges answers to SynRL's rows."""

    async def verify(self, body: SynRLVerifyRequest) -> SynRLVerifyResponse:
        """1.0 if the response gives the right answer to its row, else 0.0."""
        reward = score_completion(said(body.response.output), body.judged)
        return SynRLVerifyResponse(**body.model_dump(), reward=reward)


def said(output: list[Any]) -> str:
    """All text of a response; its reasoning, if the server keeps that apart, is no part of it."""
    parts = [part for item in output if item.type == "message" for part in item.content]
    return "".join(part.text for part in parts if part.type == "output_text")


if __name__ == "__main__":
    SynRLResourcesServer.run_webserver()
