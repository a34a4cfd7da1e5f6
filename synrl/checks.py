"""The one way to hold a value to what is allowed: each message names the value and what could stand there.

Dataclasses call these in `__post_init__`, functions at their start.
"""

from __future__ import annotations

from collections.abc import Collection

from synrl.errors import ConfigError, allowed


def check_one_of(name: str, value: object, values: Collection[object]) -> None:
    """Hold a value to be one of some.

    Raises:
        ConfigError: it isn't.
    """
    if value not in values:
        raise ConfigError(f"{name} is {value!r}; {allowed(values)}")


def check_some_of(name: str, chosen: Collection[object], values: Collection[object]) -> None:
    """Hold a choice to be one or more of some values.

    Raises:
        ConfigError: it is empty, or holds another value.
    """
    if not chosen or not set(chosen) <= set(values):
        raise ConfigError(f"{name} is {chosen!r}; allowed: some of {', '.join(map(str, values))}")


def check_range(name: str, value: float, low: float, high: float | None = None) -> None:
    """Hold a number to lie within limits, both allowed; without an upper one if `high` is None.

    Raises:
        ConfigError: it doesn't, or is no number (NaN).
    """
    if not (low <= value and (high is None or value <= high)):
        within = f"{_short(low)} or more" if high is None else f"{_short(low)} to {_short(high)}"
        raise ConfigError(f"{name} is {value!r}; allowed: {within}")


def check_above(name: str, value: float, low: float) -> None:
    """Hold a number to be larger than another.

    Raises:
        ConfigError: it isn't, or is no number (NaN).
    """
    if not value > low:
        raise ConfigError(f"{name} is {value!r}; allowed: more than {_short(low)}")


def check_ranges(config: object, **ranges: tuple[float, float]) -> None:
    """Hold fields of a dataclass to lie within limits, both allowed.

    Raises:
        ConfigError: one doesn't.
    """
    for name, (low, high) in ranges.items():
        check_range(name, getattr(config, name), low, high)


def _short(number: float) -> str:
    return f"{number:g}" if isinstance(number, float) else str(number)
