"""Elastic motion in a box, exactly: from contact to contact, never step by step.

Bodies move straight between contacts. A wall reflects the velocity across it; two round bodies of equal
mass exchange the components of their velocities along the line of their centres. Contact times are
solved for, so no contact is missed however fast a body is, and positions at any time are exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

WALLS = ("left wall", "right wall", "top wall", "bottom wall")


@dataclass(frozen=True)
class Body:
    """A body at time 0. Lengths in px, velocities in px per frame.

    The reaches are how far the outline extends from (x, y) to each side; walls act on them. `radius`
    is what other bodies meet, and is only right for discs.
    """

    x: float
    y: float
    vx: float
    vy: float
    left: float
    right: float
    up: float
    down: float
    radius: float


@dataclass(frozen=True)
class Contact:
    """Body `body` touches wall or body `other` at `time` (frames)."""

    time: float
    body: int
    other: int | str


@dataclass(frozen=True)
class Motion:
    """A finished simulation."""

    times: np.ndarray
    """Start of each stretch between contacts (stretches,)."""
    places: np.ndarray
    """Positions at those times (stretches, bodies, 2)."""
    velocities: np.ndarray
    """Velocities from those times on (stretches, bodies, 2)."""
    contacts: tuple[Contact, ...]
    """In order of time; one between two bodies is listed once, under the lower index."""

    def slowed(self, factor: float) -> Motion:
        """The same motion in so many times the time."""
        contacts = tuple(Contact(one.time * factor, one.body, one.other) for one in self.contacts)
        return Motion(self.times * factor, self.places, self.velocities / factor, contacts)

    def positions(self, num_frames: int) -> np.ndarray:
        """Positions on frames 0, 1, … (num_frames, bodies, 2)."""
        frames = np.arange(num_frames)
        stretch = np.searchsorted(self.times, frames, side="right") - 1
        elapsed = (frames - self.times[stretch])[:, None, None]
        positions: np.ndarray = self.places[stretch] + self.velocities[stretch] * elapsed
        return positions


def run(bodies: Sequence[Body], width: float, height: float, end: float) -> Motion:
    """Let bodies move in the box (0, 0)–(width, height) until time `end` (frames).

    Bodies must start inside the box and apart.
    """
    place = np.array([(body.x, body.y) for body in bodies], float)
    velocity = np.array([(body.vx, body.vy) for body in bodies], float)
    low = np.array([(body.left, body.up) for body in bodies])
    high = np.array([(width - body.right, height - body.down) for body in bodies])
    radii = np.array([body.radius for body in bodies])
    now, times, places, velocities, contacts = 0.0, [0.0], [place], [velocity], []
    while True:
        wait, body, other = min(
            _next_wall(place, velocity, low, high), _next_pair(place, velocity, radii), key=lambda hit: hit[0]
        )
        now += wait
        if now >= end:
            break
        place, velocity = place + velocity * wait, velocity.copy()
        if isinstance(other, str):
            axis = 0 if other in WALLS[:2] else 1
            velocity[body, axis] = -velocity[body, axis]
        else:
            normal = place[other] - place[body]
            normal = normal / math.hypot(*normal)
            change = _dot(velocity[other] - velocity[body], normal) * normal
            velocity[body] += change
            velocity[other] -= change
        contacts.append(Contact(now, body, other))
        times.append(now)
        places.append(place)
        velocities.append(velocity)
    return Motion(np.array(times), np.array(places), np.array(velocities), tuple(contacts))


def _dot(one: np.ndarray, two: np.ndarray) -> float:
    """The product of two vectors (2,), with the second term added before it is rounded.

    So every processor gives the same; the last bit of `np.dot` depends on the processor, and a few contacts
    later everything depends on that bit.
    """
    return float(Fraction(one[0] * two[0]) + Fraction(one[1]) * Fraction(two[1]))


def _next_wall(
    place: np.ndarray, velocity: np.ndarray, low: np.ndarray, high: np.ndarray
) -> tuple[float, int, int | str]:
    """The first wall contact as (wait, body, wall)."""
    bound = np.where(velocity > 0, high, low)
    with np.errstate(divide="ignore", invalid="ignore"):
        wait = np.where(velocity == 0, np.inf, np.maximum((bound - place) / velocity, 0.0))
    body, axis = divmod(int(wait.argmin()), 2)
    return float(wait[body, axis]), body, WALLS[2 * axis + int(velocity[body, axis] > 0)]


def _next_pair(place: np.ndarray, velocity: np.ndarray, radii: np.ndarray) -> tuple[float, int, int | str]:
    """The first contact of two approaching discs as (wait, body, other body)."""
    best: tuple[float, int, int | str] = (math.inf, 0, 0)
    for i in range(len(place)):
        for j in range(i + 1, len(place)):
            (x, y), (u, v) = place[j] - place[i], velocity[j] - velocity[i]
            approach = x * u + y * v
            if approach >= 0:
                continue
            speed2 = u * u + v * v
            root = approach * approach - speed2 * (x * x + y * y - (radii[i] + radii[j]) ** 2)
            if root > 0:
                best = min(best, (max((-approach - math.sqrt(root)) / speed2, 0.0), i, j), key=lambda h: h[0])
    return best
