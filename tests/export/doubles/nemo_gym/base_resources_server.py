"""A test double of NeMo Gym's `nemo_gym.base_resources_server`, written from its documentation.

Requests and responses hold whatever they are given, under the same names; nothing is served.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any


class BaseVerifyRequest(SimpleNamespace):
    def model_dump(self) -> dict[str, Any]:
        return vars(self)


class BaseVerifyResponse(SimpleNamespace):
    pass


class SimpleResourcesServer:
    pass
