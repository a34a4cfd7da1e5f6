"""Columns that follow from a row's key: the same row is made again, but for its video, and compared.

A row is a function of its family, split, seed, index and config, so a column that says something else is
wrong or forged. `cot` does not follow from the key, and the video is compared picture by picture (`frames`).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any

from synrl.dataset.rows import Draft, knobs_of, redraft
from synrl.errors import ConfigError
from synrl.schema import COLUMNS
from synrl.tasks import get_family

_APART = ("video", "cot")
_MOST_LENGTH = 16
"""How many times as many operations as usual a clip may have."""
_MOST = 60
"""Characters of a value that are shown."""


def drafted(row: Mapping[str, Any]) -> Draft:
    """The row that a row's key makes, without its video.

    Raises:
        ConfigError: the key makes no row: its knobs are out of range or those of no level, or there is no
            such split, seed, index or twin.
    """
    # Checked first, because the time that a simulation takes is known for the presets of levels alone.
    family, knobs = get_family(row["family"]), plain(knobs_of(row))
    level, mode, form, view = (knobs[name] for name in ("level", "mode", "form", "view"))
    preset = plain(vars(family.config(level, mode, form, view=view)))
    length, rest = divmod(knobs.get("num_operations", 0), preset.get("num_operations", 1))
    if "num_operations" in preset and not rest and 1 <= length <= _MOST_LENGTH:
        preset = plain(vars(family.config(level, mode, form, length, view)))
    if odd := [name for name in {**preset, **knobs} if knobs.get(name) != preset.get(name)]:
        raise ConfigError(
            f"{odd[0]} is {_shown(knobs.get(odd[0]))}, where level {level} of {row['family']} has "
            f"{_shown(preset.get(odd[0]))}"
        )
    if not isinstance(row["config"]["twins"], bool):
        raise ConfigError(f"twins is {_shown(row['config']['twins'])}; allowed: true and false")
    return redraft(row)


def other_columns(row: Mapping[str, Any], draft: Draft) -> Iterator[str]:
    """What a row says otherwise than the row that its key makes, as short sentences."""
    for name in COLUMNS:
        stored = plain(row[name]) if name == "config" else row[name]
        if name not in _APART and (found := _differing(stored, plain(draft.columns[name]), name)):
            where, here, made = found
            yield f"{where} is {_shown(here)}, its key makes {_shown(made)}"
    if row["video"]["path"] != f"{draft.columns['id']}.mp4":
        yield f"video.path is {_shown(row['video']['path'])}, its key makes '{draft.columns['id']}.mp4'"


def plain(value: Any) -> Any:
    """A value as a column gives it back: tuples are lists there."""
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        # The columns of tracks are long lists of numbers.
        return (
            list(value) if value and isinstance(value[0], (float, bool)) else [plain(item) for item in value]
        )
    return value


def _differing(stored: Any, made: Any, where: str) -> tuple[str, Any, Any] | None:
    """The first place at which two values differ, with both."""
    if isinstance(stored, Mapping) and isinstance(made, Mapping):
        for name in [*made, *(name for name in stored if name not in made)]:
            if name not in stored or name not in made:
                return f"{where}.{name}", stored.get(name), made.get(name)
            if found := _differing(stored[name], made[name], f"{where}.{name}"):
                return found
        return None
    if isinstance(stored, list) and isinstance(made, list):
        if stored and stored == made and isinstance(stored[0], (float, bool)):
            return None  # coordinates of a track, whose types are those of its column
        if len(stored) != len(made):
            return f"the length of {where}", len(stored), len(made)
        for number, (one, two) in enumerate(zip(stored, made, strict=True)):
            if found := _differing(one, two, f"{where}[{number}]"):
                return found
        return None
    # In JSON, true, 1 and 1.0 are three things, and equal in Python.
    alike = stored == made and type(stored) is type(made)
    if alike or (isinstance(stored, float) and isinstance(made, float) and stored == _single(made)):
        return None
    return where, stored, made


def _single(number: float) -> float:
    """A number as a float32 column gives it back."""
    value: float = struct.unpack("f", struct.pack("f", number))[0]
    return value


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"
