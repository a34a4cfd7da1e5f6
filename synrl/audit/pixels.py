"""Finding shapes again in decoded pixels, without the renderer.

In the box that an object's track gives it, everything unlike the ground is taken for the object; its
centroid is compared with the track, and some of it must have the object's colour. The box is a few
pixels larger than the object: where something reaches its edge (a neighbour, a wall) the frame says
nothing about the object and is left out, but more than half of an object's frames must speak.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from synrl.video.raster import rgb_colour

TOLERANCE = 1.0
"""Px between track and pixels."""
_MARGIN = 3
_SAMPLES = 12
_NOISE = 16.0
"""RGB distance below which the encoder, not an object, made a pixel unlike the ground."""

Box = tuple[float, float, float, float]


def frames_to_check(row: Mapping[str, Any]) -> list[int]:
    """Frames spread over the clip, and those around events and in the middle of operations."""
    last = row["num_frames"] - 1
    spread = np.linspace(0, last, _SAMPLES).astype(int).tolist()
    moments = [event[key] for event in row["events"] for key in ("frame", "end_frame")]
    moments += [(step["start_frame"] + step["end_frame"]) // 2 for step in row["operations"]]
    return sorted({min(max(frame, 0), last) for frame in (*spread, *moments)})


def misplaced(
    row: Mapping[str, Any], images: Mapping[int, np.ndarray], outlines: Mapping[str, Path]
) -> list[str]:
    """What is wrong with the places of a row's objects in some decoded frames.

    Args:
        row: a stored row.
        images: frame number to RGB array (height, width, 3), uint8.
        outlines: object name to its outline at the object's size, upright, around its centroid.
    """
    worst: dict[str, tuple[float, int]] = {}
    spoke: dict[str, list[bool]] = {}
    for frame, image in images.items():
        boxes = {
            track["name"]: _box(track, outlines[track["name"]], size, frame)
            for track, size in zip(row["tracks"], _sizes(row), strict=True)
            if track["visible"][frame]
        }
        for item, track in zip(row["objects"], row["tracks"], strict=True):
            name = track["name"]
            if name not in boxes or not _free(name, boxes, image.shape):
                continue
            distance = _distance(image, boxes[name], item["colour"], (track["x"][frame], track["y"][frame]))
            spoke.setdefault(name, []).append(distance is not None)
            if distance is not None and distance > worst.get(name, (TOLERANCE, 0))[0]:
                worst[name] = distance, frame
    problems = [
        f"{name} is {distance:.1f} px from its track on frame {frame}"
        for name, (distance, frame) in worst.items()
    ]
    problems += [
        f"{name} is not found where its track says on {spoken.count(False)} of {len(spoken)} frames"
        for name, spoken in spoke.items()
        if 2 * spoken.count(True) <= len(spoken)
    ]
    return problems


def _sizes(row: Mapping[str, Any]) -> list[float]:
    return [item["size"] for item in row["objects"]]


def _box(track: Mapping[str, Any], outline: Path, size: float, frame: int) -> Box:
    """Left, top, right, bottom of an object on a frame."""
    turned = Affine2D().rotate_deg(track["angle"][frame]).scale(track["size"][frame] / size)
    (left, top), (right, bottom) = turned.transform_path(outline).get_extents().get_points()
    x, y = track["x"][frame], track["y"][frame]
    return x + left, y + top, x + right, y + bottom


def _free(name: str, boxes: Mapping[str, Box], shape: tuple[int, ...]) -> bool:
    """Whether an object's widened box lies in the frame and apart from every other object."""
    left, top, right, bottom = boxes[name]
    left, top, right, bottom = left - _MARGIN, top - _MARGIN, right + _MARGIN, bottom + _MARGIN
    if left < 0 or top < 0 or right > shape[1] or bottom > shape[0]:
        return False
    return not any(
        other != name and box[0] < right and box[2] > left and box[1] < bottom and box[3] > top
        for other, box in boxes.items()
    )


def _distance(image: np.ndarray, box: Box, colour: str, place: tuple[float, float]) -> float | None:
    """Px from `place` to the centroid of what is in a box; None if it is nothing, or something larger."""
    left, top = int(box[0]) - _MARGIN + 1, int(box[1]) - _MARGIN + 1
    right, bottom = int(box[2]) + _MARGIN, int(box[3]) + _MARGIN
    window = image[top:bottom, left:right].astype(np.float32)
    ground = np.median(image[:4, :4].reshape(-1, 3), axis=0)
    wanted = np.array(rgb_colour(colour), np.float32) * 255
    there = np.clip((np.linalg.norm(window - ground, axis=2) - _NOISE) / _NOISE, 0, 1)
    alike = np.linalg.norm(window - wanted, axis=2) < np.linalg.norm(ground - wanted) / 3
    rim = np.concatenate([there[0], there[-1], there[:, 0], there[:, -1]])
    total = float(there.sum())
    if rim.max() > 0.5 or alike.mean() < 0.05 or total < 0.1 * there.size:
        return None
    x = float(there.sum(axis=0) @ np.arange(there.shape[1])) / total + left + 0.5
    y = float(there.sum(axis=1) @ np.arange(there.shape[0])) / total + top + 0.5
    return float(np.hypot(x - place[0], y - place[1]))
