"""The one way to hold a value to what is allowed: each message names the value and what could stand there.

Dataclasses call these in `__post_init__`, functions at their start.
"""

from __future__ import annotations

from collections.abc import Collection
from numbers import Integral

from synrl.errors import ConfigError, allowed, shown


def check_one_of(name: str, value: object, values: Collection[object]) -> None:
    """Hold a value to be one of some.

    Raises:
        ConfigError: it isn't.
    """
    if value not in list(values):  # not all that may be given can be looked up in a dictionary
        raise ConfigError(f"{name} is {shown(value)}; {allowed(values, value)}")


def check_some_of(name: str, chosen: object, values: Collection[object]) -> None:
    """Hold a choice to be one or more of some values, in a list or the like even if it is one.

    Raises:
        ConfigError: it is empty, or holds another value, or is no list.
    """
    those = f"some of {', '.join(map(str, values))}"
    if isinstance(chosen, str | bytes) or not isinstance(chosen, Collection):
        raise ConfigError(
            f"{name} is {shown(chosen)}; allowed: {those}, in a list such as {list(values)[:1]!r}"
        )
    # True and 1.0 are equal to 1, but would be stored as what they are.
    if not chosen or any(all(type(o) is not type(v) or o != v for v in values) for o in chosen):
        raise ConfigError(f"{name} is {shown(chosen)}; allowed: {those}")


def check_whole(name: str, value: object, low: int, high: int | None = None) -> None:
    """Hold a number to be whole and to lie within limits, both allowed; without an upper one if it is None.

    1.5 and True would be taken for numbers, and draw other rows than those that they are stored as.

    Raises:
        ConfigError: it isn't, or doesn't.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        within = f"{low} or more" if high is None else f"{low} to {high}"
        raise ConfigError(f"{name} is {shown(value)}; allowed: a whole number, {within}")
    check_range(name, int(value), low, high)


def check_range(name: str, value: float, low: float, high: float | None = None) -> None:
    """Hold a number to lie within limits, both allowed; without an upper one if `high` is None.

    Raises:
        ConfigError: it doesn't, or is no number (NaN).
    """
    if not (low <= value and (high is None or value <= high)):
        within = f"{_short(low)} or more" if high is None else f"{_short(low)} to {_short(high)}"
        raise ConfigError(f"{name} is {shown(value)}; allowed: {within}")


def check_above(name: str, value: float, low: float) -> None:
    """Hold a number to be larger than another.

    Raises:
        ConfigError: it isn't, or is no number (NaN).
    """
    if not value > low:
        raise ConfigError(f"{name} is {shown(value)}; allowed: more than {_short(low)}")


def check_ranges(config: object, **ranges: tuple[float, float]) -> None:
    """Hold fields of a dataclass to lie within limits, both allowed.

    Raises:
        ConfigError: one doesn't.
    """
    for name, (low, high) in ranges.items():
        check_range(name, getattr(config, name), low, high)


def _short(number: float) -> str:
    return f"{number:g}" if isinstance(number, float) else str(number)
