"""Names for things that must be the same to be compared: settings, files, and the commit a file is of."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_COMMIT = re.compile(r"[0-9a-f]{40}")


def digest(*parts: Any) -> str:
    """A name for anything that JSON can hold."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def files_digest(paths: Sequence[Path]) -> str:
    """A name for files by their paths, sizes and times."""
    stats = [(str(path), path.stat()) for path in paths]
    return digest([(path, stat.st_size, stat.st_mtime_ns) for path, stat in stats])


def commit_of(path: Path) -> str | None:
    """The commit that a path in a cache of the Hub is of."""
    return next((part for part in reversed(path.parts) if _COMMIT.fullmatch(part)), None)
