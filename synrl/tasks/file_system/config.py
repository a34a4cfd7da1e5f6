"""The knobs of file_system, and what each level sets them to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synrl.errors import ConfigError, allowed
from synrl.tasks.config import Config
from synrl.tasks.shared.questions import NUM_OPTIONS

COMMANDS = ("touch", "rm", "cd", "mv", "mkdir", "cp")
TREES = {
    2: ("/docs", "/src"),
    3: ("/data", "/docs", "/docs/old"),
    4: ("/data", "/docs", "/docs/old", "/src"),
}
"""Directories at the start, by their number."""


@dataclass(frozen=True, kw_only=True)
class FileConfig(Config):
    """Knobs: directories and files at the start, commands and their kinds, patterns, absolute paths."""

    dirs: int
    files: int
    num_operations: int
    commands: tuple[str, ...]
    patterns: bool
    absolute: bool
    """Whether paths may be absolute; otherwise they are relative to the working directory."""
    plan_moves: int

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "commands", tuple(self.commands))
        self.require("dirs", tuple(TREES))
        self.require("files", range(3, 11))
        self.require("num_operations", range(NUM_OPTIONS, 21))
        self.require("patterns", (False, True))
        self.require("absolute", (False, True))
        self.require("plan_moves", (1, 2))
        if not {"touch", "rm", "cd"} <= set(self.commands) <= set(COMMANDS):
            raise ConfigError(f"commands is {self.commands!r}; {allowed(COMMANDS)}, with touch, rm and cd")


_PLAIN = dict(patterns=False, absolute=False)
_RICH = dict(patterns=True, absolute=True)

LEVELS: Mapping[int, Mapping[str, Any]] = {
    1: dict(dirs=2, files=4, num_operations=4, commands=COMMANDS[:3], **_PLAIN, plan_moves=1),
    2: dict(dirs=2, files=5, num_operations=5, commands=COMMANDS[:4], **_PLAIN, plan_moves=1),
    3: dict(dirs=3, files=6, num_operations=6, commands=COMMANDS, **_PLAIN, plan_moves=1),
    4: dict(dirs=3, files=7, num_operations=8, commands=COMMANDS, **_RICH, plan_moves=2),
    5: dict(dirs=4, files=8, num_operations=10, commands=COMMANDS, **_RICH, plan_moves=2),
}
