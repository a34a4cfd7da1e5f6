"""Which videos can't be shown: found before a model is asked, and remembered for as long as the file stays.

The first, the middle and the last frame are decoded. What is found when a model is to be shown the others is
remembered as well, and `synrl eval` goes on without it.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from tqdm import tqdm

from synrl.errors import VideoError, first_line
from synrl.evaluation.data.media import cache_folder, cached
from synrl.video.decode import check


@dataclass(frozen=True)
class Look:
    """What is known of a video."""

    problem: str
    """Why it can't be shown; empty if it can."""
    seconds: float
    """From its first to its last frame; infinite if it isn't known."""


def looks_at(paths: Iterable[str]) -> dict[str, Look]:
    """What is known of some videos, each of which is looked at once.

    Raises:
        OutputError: the cache can't be written.
    """
    wanted = sorted(set(paths))
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoding lets other threads run
        looks = tqdm(pool.map(_look, wanted), "videos looked at", len(wanted), leave=False, delay=2)
        return dict(zip(wanted, looks, strict=True))


def remember(path: Path, problem: str) -> None:
    """Note that a video can't be shown after all.

    Raises:
        OutputError: the cache can't be written.
    """
    (cache_folder() / _note(path)).unlink(missing_ok=True)
    cached(_note(path), partial(_write, Look(problem, math.inf)))


def _look(name: str) -> Look:
    path = Path(name)
    if path.is_dir():  # of images, which are read when the clip is made of them
        return Look("", math.inf)
    note = cached(_note(path), lambda note: _write(_found(path), note))
    return Look(**json.loads(note.read_text("utf-8")))


def _found(path: Path) -> Look:
    try:
        times = check(path.read_bytes()).times
    except (VideoError, OSError) as error:
        return Look(first_line(error), math.inf)
    return Look("", float(times[-1] - times[0]))


def _write(look: Look, note: Path) -> None:
    note.write_text(json.dumps(asdict(look)), "utf-8")


def _note(path: Path) -> str:
    """Where the cache says it of a file, as it is now."""
    stat = path.stat()
    named = f"{path.absolute()}\0{stat.st_size}\0{stat.st_mtime_ns}"
    return f"looked_at/{hashlib.sha256(os.fsencode(named)).hexdigest()[:32]}.json"
