"""Elastic motion in a box, exactly: from contact to contact, never step by step.

Bodies move straight between contacts. A wall reflects the velocity across it; two round bodies of equal
mass exchange the components of their velocities along the line of their centres. Contact times are
solved for, so no contact is missed however fast a body is, and positions at any time are exact.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

Vector = tuple[float, float]
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
    # Plain floats, a few at a time: quicker than small arrays, and the same on every processor.
    place = [(body.x, body.y) for body in bodies]
    velocity = [(body.vx, body.vy) for body in bodies]
    walls = [((body.left, width - body.right), (body.up, height - body.down)) for body in bodies]
    radii = [body.radius for body in bodies]
    now, times, places, velocities, contacts = 0.0, [0.0], [place], [velocity], []
    while True:
        wait, body, other = min(
            _next_wall(place, velocity, walls), _next_pair(place, velocity, radii), key=itemgetter(0)
        )
        now += wait
        if now >= end:
            break
        place = [(x + u * wait, y + v * wait) for (x, y), (u, v) in zip(place, velocity, strict=True)]
        velocity = velocity.copy()
        if isinstance(other, int):
            velocity[body], velocity[other] = _exchanged(
                place[body], place[other], velocity[body], velocity[other]
            )
        else:
            u, v = velocity[body]
            velocity[body] = (-u, v) if other in WALLS[:2] else (u, -v)
        contacts.append(Contact(now, body, other))
        times.append(now)
        places.append(place)
        velocities.append(velocity)
    return Motion(np.array(times), np.array(places), np.array(velocities), tuple(contacts))


def _exchanged(place: Vector, its: Vector, velocity: Vector, other: Vector) -> tuple[Vector, Vector]:
    """The velocities of two discs after they have met."""
    x, y = its[0] - place[0], its[1] - place[1]
    (u, v), (s, t) = velocity, other
    share = ((s - u) * x + (t - v) * y) / (x * x + y * y)
    return (u + share * x, v + share * y), (s - share * x, t - share * y)


def _next_wall(
    place: Sequence[Vector], velocity: Sequence[Vector], walls: Sequence[tuple[Vector, Vector]]
) -> tuple[float, int, int | str]:
    """The first wall contact as (wait, body, wall)."""
    best: tuple[float, int, int | str] = (math.inf, 0, WALLS[0])
    for body, (here, speeds, bounds) in enumerate(zip(place, velocity, walls, strict=True)):
        for axis in (0, 1):
            if speed := speeds[axis]:
                ahead = int(speed > 0)
                wait = max((bounds[axis][ahead] - here[axis]) / speed, 0.0)
                if wait < best[0]:
                    best = wait, body, WALLS[2 * axis + ahead]
    return best


def _next_pair(
    place: Sequence[Vector], velocity: Sequence[Vector], radii: Sequence[float]
) -> tuple[float, int, int | str]:
    """The first contact of two approaching discs as (wait, body, other body)."""
    best: tuple[float, int, int | str] = (math.inf, 0, 0)
    for i, j in itertools.combinations(range(len(place)), 2):
        x, y = place[j][0] - place[i][0], place[j][1] - place[i][1]
        u, v = velocity[j][0] - velocity[i][0], velocity[j][1] - velocity[i][1]
        approach = x * u + y * v
        if approach >= 0:
            continue
        speed2 = u * u + v * v
        root = approach * approach - speed2 * (x * x + y * y - (radii[i] + radii[j]) ** 2)
        if root > 0:
            wait = max((-approach - math.sqrt(root)) / speed2, 0.0)
            if wait < best[0]:
                best = wait, i, j
    return best
