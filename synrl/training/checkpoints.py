"""Checkpoints that are whole: which one a run goes on from, and how it is known.

Trainers write a checkpoint file by file, so a kill in between leaves a folder that looks like one. Ours write
a list of its files, with their sizes, when all processes have finished theirs. Who resumes takes the newest
checkpoint that holds what its list says. Older checkpoints are deleted after that, not before.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from transformers.trainer_utils import rotate_checkpoints

from synrl.errors import TrainingError
from synrl.output import write_whole

FILES = "files.json"
"""In a checkpoint: its files by path, with their sizes in bytes."""
_NAME = re.compile(r"checkpoint-(\d+)")


class WholeCheckpoints:
    """What trainers inherit from first, so that each checkpoint they save holds a list of its files."""

    args: Any
    state: Any
    accelerator: Any

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        out = Path(self.args.output_dir)
        folder = out / f"checkpoint-{self.state.global_step}"
        if self.args.should_save:
            (folder / FILES).unlink(missing_ok=True)  # it is about to be written over
        self.accelerator.wait_for_everyone()
        limit, self.args.save_total_limit = self.args.save_total_limit, None
        try:
            super()._save_checkpoint(model, trial)  # type: ignore[misc]
        finally:
            self.args.save_total_limit = limit
        self.accelerator.wait_for_everyone()
        if self.args.should_save:
            write_whole(folder / FILES, json.dumps(_sizes(folder), indent=2) + "\n")
            rotate_checkpoints(str(out), limit, self.state.best_model_checkpoint)


def newest_whole(out: Path) -> tuple[Path | None, list[str]]:
    """The newest whole checkpoint in a folder, if there is one, and why each newer one was passed over."""
    passed: list[str] = []
    for folder in sorted(out.glob("checkpoint-*"), key=_step, reverse=True):
        if folder.is_dir() and _NAME.fullmatch(folder.name):
            why = flaw(folder)
            if why is None:
                return folder, passed
            passed.append(f"{folder}: {why}")
    return None, passed


def checked(folder: Path) -> Path:
    """A checkpoint that somebody names.

    Raises:
        TrainingError: it is not whole.
    """
    if why := flaw(folder):
        raise TrainingError(f"can't go on from {folder}: {why}")
    return folder


def flaw(folder: Path) -> str | None:
    """What a checkpoint lacks, or None if it is whole."""
    try:
        sizes = json.loads((folder / FILES).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return f"it has no {FILES}, which is written when all of it is on the disk"
    except ValueError:
        return f"its {FILES} can't be read"
    for name, size in sizes.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if path.stat().st_size != size:
            return f"{name} has {path.stat().st_size} bytes, and had {size}"
    return None if "trainer_state.json" in sizes else f"its {FILES} lists no trainer_state.json"


def _sizes(folder: Path) -> dict[str, int]:
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != FILES)
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in found}


def _step(folder: Path) -> int:
    named = _NAME.fullmatch(folder.name)
    return int(named[1]) if named else -1
