"""Finding shapes again in decoded pixels, without the renderer.

In the box that an object's track gives it, everything unlike the ground is taken for the object; its
centroid is compared with the track, and some of it must have the object's colour. The box is a few
pixels larger than the object: where something reaches its edge (a neighbour, a wall) the frame says
nothing about the object and is left out, but more than half of an object's frames must speak. An object
that turns or changes its size must also cover what its outline covers at the angle and size it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from synrl.video.decode import VideoInfo
from synrl.video.raster import rgb_colour

TOLERANCE = 1.0
"""Px between track and pixels."""
MIN_OVERLAP = 0.6
"""Intersection over union of what an object covers and what its outline does."""
_MARGIN = 3
_ROOM = _MARGIN + 2
"""Px around an object's box that others leave free: an edge shows up to two pixels further, because pairs
of pixels share their colour."""
_SAMPLES = 8
_NOISE = 20.0
"""RGB distance below which the encoder, not an object, made a pixel unlike the ground."""

Box = tuple[float, float, float, float]


def frames_to_check(row: Mapping[str, Any], info: VideoInfo) -> list[int]:
    """Some of the video's key frames, spread over the clip, and two frames in which something happens.

    Key frames come twice a second and are decoded alone; what lies between two of them is seen in the
    two others, which are decoded from there.
    """
    moments = [event["end_frame"] for event in row["events"]]
    moments += [(step["start_frame"] + step["end_frame"]) // 2 for step in row["operations"]]
    chosen = {moments[len(moments) // 3], moments[2 * len(moments) // 3]} if moments else set()
    spread = {info.keys[k] for k in np.linspace(0, len(info.keys) - 1, _SAMPLES).astype(int).tolist()}
    last = min(row["num_frames"], info.num_frames) - 1
    return sorted(spread | {min(max(frame, 0), last) for frame in chosen} | {last})


def misplaced(
    row: Mapping[str, Any], images: Mapping[int, np.ndarray], outlines: Mapping[str, Path]
) -> list[str]:
    """What is wrong with the places of a row's objects in some decoded frames.

    Args:
        row: a stored row.
        images: frame number to RGB array (height, width, 3), uint8.
        outlines: object name to its outline at the object's size, upright, around its centroid.
    """
    bodies = [
        _Body(item, track, outlines[track["name"]])
        for item, track in zip(row["objects"], row["tracks"], strict=True)
    ]
    worst: dict[str, tuple[float, int]] = {}
    spoke: dict[str, list[bool]] = {}
    unlike: dict[str, tuple[float, int]] = {}
    for frame, image in images.items():
        boxes = {body.name: body.box(frame) for body in bodies if body.track["visible"][frame]}
        ground = np.median(image[:4, :4].reshape(-1, 3), axis=0).astype(np.float32)
        for body in bodies:
            name, track = body.name, body.track
            if name not in boxes or not _free(name, boxes, image.shape):
                continue
            window = _window(image, ground, boxes[name], body.colour)
            spoke.setdefault(name, []).append(window is not None)
            if window is None:
                continue
            distance = window.distance(track["x"][frame], track["y"][frame])
            if distance > worst.get(name, (TOLERANCE, 0))[0]:
                worst[name] = distance, frame
            if body.varies:
                overlap = window.overlap(body.pose(frame).transform_path(body.outline))
                if overlap < unlike.get(name, (MIN_OVERLAP, 0))[0]:
                    unlike[name] = overlap, frame
    problems = [
        f"{name} is {distance:.1f} px from its track on frame {frame}"
        for name, (distance, frame) in worst.items()
    ]
    problems += [
        f"{name} covers {overlap:.0%} of what its angle and size say on frame {frame}"
        for name, (overlap, frame) in unlike.items()
    ]
    problems += [
        f"{name} is not found where its track says on {spoken.count(False)} of {len(spoken)} frames"
        for name, spoken in spoke.items()
        if 2 * spoken.count(True) <= len(spoken)
    ]
    return problems


class _Body:
    """An object with its track and its outline."""

    def __init__(self, item: Mapping[str, Any], track: Mapping[str, Any], outline: Path) -> None:
        self.name, self.track, self.outline = track["name"], track, outline
        self.size = item["size"]
        self.colour = 255 * np.array(rgb_colour(item["colour"]), np.float32)
        self.varies = any(np.ptp(np.asarray(track[name], np.float64)) > 0.01 for name in ("angle", "size"))
        """Whether it turns or changes its size."""
        self._points = np.concatenate(outline.to_polygons(closed_only=False))

    def pose(self, frame: int) -> Affine2D:
        """From the outline at the object's size to where it is on a frame."""
        track = self.track
        turned = Affine2D().rotate_deg(track["angle"][frame]).scale(track["size"][frame] / self.size)
        return turned.translate(track["x"][frame], track["y"][frame])

    def box(self, frame: int) -> Box:
        """Left, top, right, bottom of the object on a frame."""
        points = self.pose(frame).transform(self._points)
        (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        return left, top, right, bottom


def _free(name: str, boxes: Mapping[str, Box], shape: tuple[int, ...]) -> bool:
    """Whether an object's widened box lies in the frame and apart from every other object."""
    left, top, right, bottom = boxes[name]
    left, top, right, bottom = left - _ROOM, top - _ROOM, right + _ROOM, bottom + _ROOM
    if left < 0 or top < 0 or right > shape[1] or bottom > shape[0]:
        return False
    return not any(
        other != name and box[0] < right and box[2] > left and box[1] < bottom and box[3] > top
        for other, box in boxes.items()
    )


@dataclass(frozen=True)
class _Window:
    """Some pixels of a frame, by how far each is unlike the ground, 0 to 1."""

    left: int
    top: int
    there: np.ndarray

    def distance(self, x: float, y: float) -> float:
        """Px from a place to the centroid of what is there."""
        total = self.there.sum()
        columns, rows = np.arange(self.there.shape[1]), np.arange(self.there.shape[0])
        here = (
            self.there.sum(axis=0) @ columns / total + self.left + 0.5,
            self.there.sum(axis=1) @ rows / total + self.top + 0.5,
        )
        return float(np.hypot(here[0] - x, here[1] - y))

    def overlap(self, outline: Path) -> float:
        """Intersection over union with an outline in frame pixels."""
        rows, columns = np.mgrid[: self.there.shape[0], : self.there.shape[1]]
        points = np.stack([columns.ravel() + self.left + 0.5, rows.ravel() + self.top + 0.5], axis=1)
        inside = outline.contains_points(points).reshape(self.there.shape)
        covered = self.there > 0.5
        return float((inside & covered).sum() / max(1, (inside | covered).sum()))


def _window(image: np.ndarray, ground: np.ndarray, box: Box, colour: np.ndarray) -> _Window | None:
    """What is in a box; None if it is nothing of that colour, or something larger than the box."""
    left, top = int(box[0]) - _MARGIN + 1, int(box[1]) - _MARGIN + 1
    right, bottom = int(box[2]) + _MARGIN, int(box[3]) + _MARGIN
    window = image[top:bottom, left:right].astype(np.float32)
    there = np.clip((_distance(window, ground) - _NOISE) / _NOISE, 0, 1)
    alike = _distance(window[::2, ::2], colour) < float(np.linalg.norm(ground - colour)) / 3
    rim = max(there[0].max(), there[-1].max(), there[:, 0].max(), there[:, -1].max())
    # Colour that bleeds over a sudden edge stays below this; anything that is drawn there is above.
    if rim > 0.9 or alike.mean() < 0.05 or there.mean() < 0.1:
        return None
    return _Window(left, top, there)


def _distance(window: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """How far each pixel's colour is from another, as (height, width)."""
    apart = window - colour
    far: np.ndarray = np.sqrt(np.einsum("ijk,ijk->ij", apart, apart))
    return far
