"""Clips that the tests of drawing, encoding and decoding share: a scene, its poses, and what moves in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from synrl.video.outlines import (
    arrow,
    circle,
    hexagon,
    line,
    place,
    rectangle,
    rounded_rectangle,
    square,
    star,
    text,
    triangle,
)
from synrl.video.scene import Scene, Shape
from synrl.world.timeline import HIDDEN, Poses


@dataclass(frozen=True)
class Clip:
    """`movers` are the objects that move, `reach` how far around their centres to look at them."""

    scene: Scene
    poses: Poses
    movers: tuple[int, ...] = ()
    reach: int = 0


def _bouncing(builders, sizes, speed, num_frames, reach, side=448, seed=5) -> Clip:
    random = np.random.default_rng(seed)
    poses = Poses.still(num_frames, len(builders))
    for index, fast in enumerate(speed):
        heading = random.uniform(0, 2 * np.pi)
        travelled = random.uniform(0, side, 2) + fast * np.outer(
            np.arange(num_frames), [np.cos(heading), np.sin(heading)]
        )
        room = side - 2 * reach
        position = reach + room - np.abs(travelled % (2 * room) - room)
        poses.x[:, index], poses.y[:, index] = position.T
    poses.angle[:, 1] = 1.7 * np.arange(num_frames)
    colours = ("#d62728", "#1f5fd0", "#1e8c3a")
    looks = tuple(
        ((Shape(builder(size), fill=colour),),)
        for builder, size, colour in zip(builders, sizes, colours, strict=True)
    )
    return Clip(Scene(side, side, "#f4f1ea", (), looks), poses, tuple(range(len(builders))), reach)


@pytest.fixture(scope="session")
def shapes_clip() -> Clip:
    """Three shapes of 26 to 34 pixels radius that drift and turn."""
    return _bouncing((circle, square, triangle), (52, 50, 68), (3.1, 4.3, 5.7), 60, 40)


@pytest.fixture(scope="session")
def small_clip() -> Clip:
    """Three shapes of 5 to 6 pixels that jump 12 to 20 pixels a frame."""
    return _bouncing((circle, square, triangle), (5, 5, 6), (12.3, 16.1, 19.7), 60, 8)


@pytest.fixture(scope="session")
def card_clip() -> Clip:
    """A labelled card that slides over others, with still frames before and after."""
    poses = Poses.still(50, 4)
    poses.x[:], poses.y[:] = [100, 220, 340, 100], [300, 300, 300, 296]
    progress = np.clip((np.arange(50) - 12) / 24, 0, 1)
    poses.x[:, 3] += 240 * progress
    poses.y[:, 3] -= 90 * np.sin(np.pi * progress)
    body = Shape(rounded_rectangle(64, 88, 6), fill="#ffffff", stroke="#202020", stroke_width=1.5)
    looks = tuple(((body, Shape(text(name, 22), fill="#d62728")),) for name in ("7A", "8B", "9C", "5Q"))
    labels = tuple(
        Shape(place(text(name, 15, bold=True), x, 430), fill="#303030")
        for name, x in (("left", 100), ("right", 340))
    )
    return Clip(Scene(448, 448, "#e9eef5", labels, looks), poses, (3,), 52)


@pytest.fixture(scope="session")
def busy_clip() -> Clip:
    """Small, and one of everything: strokes, text, two looks, hidden spells, overlaps, frame edges, rests."""
    return wandering(36)


def wandering(num_frames: int) -> Clip:
    """What `busy_clip` is, for longer."""
    backdrop = (
        Shape(place(rectangle(80, 60), 48, 36), stroke="#404040", stroke_width=3),
        Shape(line(4.5, 3.25, 90.25, 66), stroke="#a0c0a0", stroke_width=2.5),
    )
    looks = (
        (
            (Shape(rounded_rectangle(30, 40, 5), fill="#ffffff", stroke="#202020", stroke_width=1.5),),
            (Shape(rounded_rectangle(30, 40, 5), fill="#1f5fd0"), Shape(text("q8", 9), fill="#ffee00")),
        ),
        ((Shape(star(26), fill="#d62728"),),),
        ((Shape(hexagon(18), fill="#1e8c3a", stroke="#000000", stroke_width=4),),),
        ((Shape(arrow(24, 14), fill="#8e3fb8"),),),
        ((Shape(circle(9), stroke="#f28e1c", stroke_width=2.25),),),
    )
    poses = Poses.still(num_frames, 5)
    time = np.arange(float(num_frames))[:, None]
    time[10:16] = time[10]
    phase = np.arange(5) * 1.3
    poses.x[:] = 48 + 44 * np.sin(0.21 * time + phase)
    poses.y[:] = 36 + 30 * np.cos(0.17 * time + 2 * phase)
    poses.x[:, 4], poses.y[:, 4] = 70.3, 20.6
    poses.angle[:, 1:4] = 11 * time
    poses.scale[:, 2] = 1 + 0.4 * np.sin(time[:, 0])
    poses.look[12:, 0] = 1
    poses.look[5:9, 1] = HIDDEN
    poses.look[20:, 3] = HIDDEN
    return Clip(Scene(96, 72, "#f2f2f2", backdrop, looks), poses)
