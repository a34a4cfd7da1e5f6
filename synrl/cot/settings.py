"""How chains of thought are made: the dataclass, the YAML file and the flags of `synrl cot`.

Models and the number of rounds are the paper's (section 2.2). It names the writer Qwen3-VL-235B-A22B, of
which two variants exist; the one that reasons is taken. The API key is no setting, so that it gets into no
file, log or process list.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from synrl.chat.settings import (
    JUDGE_KEY,
    KEY,
    REQUESTS,
    api_key,
    check_model_name,
    check_url,
    host_of,
    plain_http_setting,
    retries_setting,
    timeout_setting,
)
from synrl.checks import check_ranges
from synrl.config import setting
from synrl.errors import ConfigError

TRACE = "trace"
"""The writer that needs no model: chains from the row's own record."""
_ONLY_HOW = ("writer", "judge", "concurrency", "timeout", "max_retries", "plain_http")
"""Settings that do not change what comes out: they may change when a run is taken up again."""


@dataclass(frozen=True)
class CotConfig:
    """Settings of `synrl cot`; each field's help says what it is.

    Raises:
        ConfigError: a value is not allowed.
    """

    writer: str = setting(TRACE, "trace (no model), or the base URL of an OpenAI-compatible server")
    judge: str | None = setting(None, "base URL of the server that judges and polishes (default: writer's)")
    writer_model: str = setting("Qwen/Qwen3-VL-235B-A22B-Thinking", "model that watches and writes")
    judge_model: str = setting("Qwen/Qwen3-235B-A22B", "model that judges a chain")
    polish_model: str = setting("Qwen/Qwen3-235B-A22B", "model that polishes the language")
    writer_temperature: float = setting(1.0, "sampling temperature of the writer, 0 to 2")
    judge_temperature: float = setting(0.6, "sampling temperature of the judge, 0 to 2")
    polish_temperature: float = setting(0.6, "sampling temperature of the polisher, 0 to 2")
    rounds: int = setting(5, "how often a chain goes back to the writer before its row is dropped, 0 to 20")
    tolerance: float = setting(0.25, "how far a stated time may be off, in seconds, 0 to 5")
    max_unchecked: float = setting(
        0.25, "largest share of a chain's claims about the clip that code may be unable to check, 0 to 1"
    )
    fps: float = setting(
        0.0,
        "frames a second that the server is to sample, 0 to 60; vLLM takes it with --trust-request-mm-kwargs "
        "(0: as the server does by itself)",
    )
    max_tokens: int = setting(16384, "longest output of a model, 256 to 262144 tokens")
    concurrency: int = setting(32, "rows under way at once, 1 to 1024")
    timeout: float = timeout_setting()
    max_retries: int = retries_setting()
    plain_http: bool = plain_http_setting()

    def __post_init__(self) -> None:
        check_ranges(
            self,
            writer_temperature=(0, 2),
            judge_temperature=(0, 2),
            polish_temperature=(0, 2),
            rounds=(0, 20),
            tolerance=(0, 5),
            max_unchecked=(0, 1),
            fps=(0, 60),
            **REQUESTS,
        )
        for name in ("writer_model", "judge_model", "polish_model"):
            check_model_name(name, getattr(self, name))
        if self.writer != TRACE:
            check_url("writer", self.writer, f"{TRACE}, or ")
        if self.judge is not None:
            check_url("judge", self.judge)
        if self.by_trace:
            for entry in fields(self):
                if entry.name not in ("writer", "tolerance") and getattr(self, entry.name) != entry.default:
                    raise ConfigError(
                        f"{entry.name} is set, but the writer {TRACE} asks no model; leave it out, or give "
                        "--writer URL"
                    )

    @property
    def by_trace(self) -> bool:
        """Whether no model is asked."""
        return self.writer == TRACE

    @property
    def judge_url(self) -> str:
        """The server that judges and polishes."""
        return self.judge or self.writer

    def keys(self) -> tuple[str | None, str | None]:
        """The keys of the writer's server and of the judge's, which is the same if the server is.

        Raises:
            ConfigError: a key may not go there as it would; see `synrl.chat.settings.api_key`.
        """
        same = host_of(self.judge_url) == host_of(self.writer)
        names = (JUDGE_KEY, KEY) if same else (JUDGE_KEY,)
        return (
            api_key(self.writer, plain_http=self.plain_http),
            api_key(self.judge_url, names, plain_http=self.plain_http),
        )

    def what(self) -> dict[str, Any]:
        """The settings that decide what comes out; runs in which they differ are not mixed."""
        said = {name: value for name, value in asdict(self).items() if name not in _ONLY_HOW}
        return {"tolerance": self.tolerance} if self.by_trace else said
