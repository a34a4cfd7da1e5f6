"""Settings of `synrl judge`, apart from the rest so that `--help` answers at once."""

from __future__ import annotations

from dataclasses import dataclass

from synrl.chat.settings import (
    REQUESTS,
    check_model_name,
    check_url,
    plain_http_setting,
    retries_setting,
    timeout_setting,
)
from synrl.checks import check_ranges
from synrl.config import setting


@dataclass(frozen=True)
class JudgeConfig:
    """Settings of `synrl judge`; each field's help says what it is.

    Raises:
        ConfigError: a value is not allowed.
    """

    server: str = setting("http://127.0.0.1:8000/v1", "base URL of an OpenAI-compatible server")
    model: str = setting("Qwen/Qwen3-235B-A22B", "model that judges")
    temperature: float = setting(0.6, "its sampling temperature, 0 to 2")
    max_tokens: int = setting(8192, "longest output, 256 to 262144 tokens")
    concurrency: int = setting(32, "pairs under way at once, 1 to 1024")
    timeout: float = timeout_setting()
    max_retries: int = retries_setting()
    plain_http: bool = plain_http_setting()

    def __post_init__(self) -> None:
        check_ranges(
            self,
            temperature=(0, 2),
            **REQUESTS,
        )
        check_model_name("model", self.model)
        check_url("server", self.server)
