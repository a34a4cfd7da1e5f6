"""What is said of a model server: its address, and how it is asked.

Its key is no setting, so that it gets into no file or log.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from synrl.config import setting
from synrl.errors import ConfigError

KEYS = ("SYNRL_API_KEY", "OPENAI_API_KEY")
"""Environment variables that may hold the key; the first that is set counts."""


REQUESTS = {
    "max_tokens": (256, 262144),
    "concurrency": (1, 1024),
    "timeout": (1, 86400),
    "max_retries": (0, 20),
}
"""What is allowed of the settings that say how a server is asked."""


def timeout_setting() -> Any:
    """The field of a dataclass of settings."""
    return setting(600.0, "seconds to wait for an answer, 1 to 86400")


def retries_setting() -> Any:
    """The field of a dataclass of settings."""
    return setting(6, "how often a failed request or unreadable verdict is asked again, 0 to 20")


def api_key() -> str | None:
    """The key that the environment holds, if any."""
    return next((os.environ[name] for name in KEYS if os.environ.get(name)), None)


def check_model_name(name: str, model: str) -> None:
    """Hold a setting to name a model.

    Raises:
        ConfigError: it is empty.
    """
    if not model.strip():
        raise ConfigError(f"{name} is empty; allowed: the name of a model that the server has")


def check_url(name: str, url: str, other: str = "") -> None:
    """Hold a setting to be the bare address of a server.

    Raises:
        ConfigError: it isn't.
    """
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fine = False
    if not fine:
        raise ConfigError(f"{name} is {url!r}; allowed: {other}a URL such as http://127.0.0.1:8000/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        # Whatever stands there would be written into the dataset, so the value is not shown either.
        raise ConfigError(f"{name} has more than an address; allowed: a bare URL, and the key in {KEYS[0]}")
