"""Appearances of shapes in a row: "2: red circle" is the second shape from the left while it is one."""

from __future__ import annotations

from dataclasses import replace

from synrl.world.timeline import Event

Look = tuple[str, str]
"""The colour and the shape of an appearance."""


def name_of(place: int, look: Look) -> str:
    """The name of an appearance of the shape at a place, counted from 0."""
    return f"{place + 1}: {look[0]} {look[1]}"


def place_of(name: str) -> int:
    """The place of an appearance, counted from 0."""
    return int(name.partition(":")[0]) - 1


def look_of(name: str) -> Look:
    """Colour and shape of an appearance."""
    colour, _, shape = name.partition(": ")[2].partition(" ")
    return colour, shape


def change_of(frame: int, before: str, after: str) -> Event:
    """One appearance gives way to another between two frames."""
    (colour, shape), (new_colour, new_shape) = look_of(before), look_of(after)
    if shape == new_shape:
        return Event(frame, frame + 1, "colour", before, after, f"{colour} to {new_colour}")
    return Event(frame, frame + 1, "shape", before, after, f"{shape} to {new_shape}")


def undone(event: Event) -> Event:
    """A change as it is seen backwards."""
    if event.kind == "size":
        return replace(event, detail={"larger": "smaller", "smaller": "larger"}[event.detail])
    before, after = event.detail.split(" to ")
    return replace(event, actor=event.target, target=event.actor, detail=f"{after} to {before}")
