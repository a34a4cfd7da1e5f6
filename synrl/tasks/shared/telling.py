"""Words for what is seen, shared by families that show the same kinds of things."""

from __future__ import annotations

from collections.abc import Sequence

from synrl.tasks.shared.moments import brief_moment
from synrl.world.history import When
from synrl.world.timeline import FPS, Event

ORDINALS = ("first", "second", "third", "fourth", "fifth")
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_TIMES = ("no time", "once", "twice", "three times", "four times", "five times", "six times", "seven times")


def tell_speed(event: Event) -> Sequence[str]:
    """A stretch at one speed, or in which it changes; the detail holds px per frame."""
    who, speeds = f"the {event.actor}", told_speeds(event.detail)
    if event.kind == "steady":
        return (
            f"{who} moves at a constant speed, about {speeds[0]} pixels a second",
            f"{who} moves steadily, at about {speeds[0]} pixels a second",
            f"{who} keeps a constant speed of about {speeds[0]} pixels a second",
        )
    change = f"from about {speeds[0]} to about {speeds[1]} pixels a second"
    ways = ("slows down", "gets slower") if event.kind == "slow down" else ("speeds up", "gets faster")
    return tuple(f"{who} {way}, {change}" for way in ways)


def constant_speed(event: Event) -> float | None:
    """The speed of a stretch at one speed (px per frame); None if it changes."""
    return float(event.detail.split()[0]) if event.kind == "steady" else None


def told_speeds(detail: str) -> list[int]:
    """The speeds in the detail of such an event, in whole px a second."""
    return [round(float(word) * FPS) for word in detail.split() if word[0].isdigit()]


def say_count(count: int) -> str:
    """How often: 3 is "three times"."""
    return _TIMES[count] if count < len(_TIMES) else f"{count} times"


def say_number(count: int) -> str:
    """A number in words, if it is small: 3 is "three"."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def both_ways(sentence: str, one: object, two: object) -> Sequence[str]:
    """A sentence about two that are alike, with either named first."""
    return sentence.format(one, two), sentence.format(two, one)


def at_moment(when: When, sentence: str, noun: str = "operation") -> Sequence[str]:
    """A sentence about the state at a moment, right after some operation that a family calls so."""
    moment = brief_moment(when, noun)
    return f"{moment[0].upper()}{moment[1:]}, {sentence}", f"So {moment}, {sentence}"


def first_or_last(which: str, number: str, does: str, noun: str = "operation") -> Sequence[str]:
    """The first or last operation that does something."""
    return (
        f"The {which} {noun} that {does} is number {number}",
        f"So the {which} one that {does} is {number}",
    )
