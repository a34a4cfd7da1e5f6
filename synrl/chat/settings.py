"""What is said of a model server: its address, and how it is asked.

Its key is no setting, so that it gets into no file or log. A key belongs to one server and goes to no other:
`SYNRL_API_KEY` to the server that is asked, `SYNRL_JUDGE_API_KEY` to the judge's, and `OPENAI_API_KEY` to the
host that `OPENAI_BASE_URL` names, or else OpenAI's.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from synrl.config import setting
from synrl.errors import ConfigError

KEY, JUDGE_KEY = "SYNRL_API_KEY", "SYNRL_JUDGE_API_KEY"
"""Environment variables that hold the key of the server, and that of the judge's."""
_OPENAI_KEY, _OPENAI_URL, _OPENAI = "OPENAI_API_KEY", "OPENAI_BASE_URL", "https://api.openai.com/v1"


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


def plain_http_setting() -> Any:
    """The field of a dataclass of settings."""
    return setting(False, "send keys over plain http, which others can read, to other machines too")


def api_key(url: str, names: Sequence[str] = (KEY,), *, plain_http: bool = False) -> str | None:
    """The key for a server that the environment holds, if any.

    Args:
        url: of the server.
        names: variables that hold a key of this server; the first that is set counts.
        plain_http: whether the key may go over http to another machine.

    Raises:
        ConfigError: it would, and may not.
    """
    if host_of(url) == host_of(os.environ.get(_OPENAI_URL) or _OPENAI):
        names = (*names, _OPENAI_KEY)
    name = next((name for name in names if os.environ.get(name)), None)
    if name is None:
        return None
    parts = urlsplit(url)
    if parts.scheme != "https" and not _is_loopback(parts.hostname or "") and not plain_http:
        raise ConfigError(
            f"{url} is asked over plain http, where others can read the key in {name}; use https, or allow "
            "it with --plain-http"
        )
    return os.environ[name]


def host_of(url: str) -> tuple[str, int]:
    """The machine and port of an address: what a key belongs to."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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
        raise ConfigError(f"{name} has more than an address; allowed: a bare URL, and the key in {KEY}")
