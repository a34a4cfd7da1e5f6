"""How a clip of file_system is shown: a terminal with its list of files, commands and prompt.

A command stands on the line of the prompt while it runs, then one line higher until the next one has run.
Two commands at most are in sight, because a frame that shows them all would be a way past the video; and each
is whole as soon as it shows, so that one frame of it is enough. The prompt names no working directory.

The list has a line for each directory, and under it one for the files in it. While it is not shown, a pane
that says so stands in its place, so that nobody takes an empty window for an empty disk.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.path import Path

from synrl.seeds import Streams
from synrl.tasks.shared.moments import state_at
from synrl.tasks.shared.queries import LongQuery
from synrl.video.outlines import circle, place, rectangle, rounded_rectangle
from synrl.video.scene import Look, Scene, Shape
from synrl.video.style import lettering
from synrl.world.history import History, Step
from synrl.world.pacing import timed
from synrl.world.style import Style, draw_style
from synrl.world.timeline import FPS, HEIGHT, HIDDEN, WIDTH, Poses, SceneObject, Timeline

LETTERS = 12.8
"""Px of a capital: enough for a clip of 32 frames, which is shown at 288 px."""
LINE, FILE = 416.0, 62.0
"""Widths of a command and of a file in the list, px."""
MOST_TYPED = 34
"""Characters of a command: what fits on its line."""
MOST_LINES, MOST_BESIDE = 14, 6
"""Lines of the list, and files on one of them."""
PROMPT, COVER = "prompt", "cover"
"""The line where commands are typed, and the pane that stands where the list was or will be."""
_LEFT, _LIST_TOP, _LIST_LINE, _TITLE_LINE = 16.0, 90.0, 25.0, 56.0
_HEIGHTS = {"command": 30.0, "prompt": 30.0, "cover": 296.0, "directory": 20.0, "file": 20.0}
_LINE = 98.0
"""Where the prompt stands: on the second line of the window, as after one command."""
_COVER = 284.0
"""The middle of the pane: it fills the window below the prompt."""
_LINE_ABOVE = 42.0
"""Px from the line of the prompt to the one above it."""
_RISE = 12.0
"""Px by which a command comes up when it is entered, as if the window scrolled."""
_RISING_FRAMES = 5
_UP = -1.5
"""Px by which capitals stand above the middle of a bar, so that letters that reach down have as much room."""
_CHARACTER = 10.6
"""Px from one letter to the next in the list, at most; those with serifs are narrower where it matters."""


def typed(step: Step) -> str:
    """A command as it is typed."""
    return " ".join([step.kind, *step.arguments["words"]])


def can_be_listed(history: History) -> bool:
    """Whether the list fits in the window, whenever it might be shown."""
    return all(len(set(_lines(state))) <= MOST_LINES for state in history.states)


def _lines(state: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """The lines of the list that entries stand on: of a directory its own, of a file the one below that."""
    own = [(directory, False) for directory in ("/", *state["dirs"])]
    return [*own, *((posixpath.dirname(path), True) for path in state["files"])]


def animate(history: History, query: LongQuery, streams: Streams, glance: int) -> Timeline:
    """The clip of a history."""
    style = draw_style(streams)
    operations, states, num_frames = timed(history, query["reveal"], streams.scene, glance)
    colour = _colours(style)[1]
    places = _listed(state_at(history, query["reveal"]))
    objects = [SceneObject(PROMPT, "prompt", colour, LINE), SceneObject(COVER, "cover", colour, LINE)]
    for name in places:
        is_file = not name.endswith("/")
        size = FILE if is_file else float(round(_CHARACTER * len(name)) + 16)
        objects.append(SceneObject(name, "file" if is_file else "directory", colour, size))
    for operation in operations:
        command = typed(Step(operation.kind, operation.arguments))
        objects.append(SceneObject(f"{operation.index + 1}: {command}", "command", colour, LINE))
    poses = Poses.still(num_frames, len(objects))
    poses.look[:] = HIDDEN
    shown = slice(0, states[1].frame) if query["reveal"] == "start" else slice(states[-1].frame, num_frames)
    for number, (left, y) in enumerate(places.values(), start=2):
        poses.x[:, number], poses.y[:, number] = left + objects[number].size / 2, y
        poses.look[shown, number] = 0
    poses.x[:, 0], poses.y[:, 0], poses.look[:, 0] = WIDTH / 2, _LINE, 0
    poses.y[shown, 0], poses.look[shown, 0] = _TITLE_LINE, 1
    poses.x[:, 1], poses.y[:, 1], poses.look[:, 1] = WIDTH / 2, _COVER, 0
    poses.look[shown, 1] = HIDDEN
    ends = [operation.end_frame for operation in operations]
    gone = [*ends[1:], num_frames if query["reveal"] == "start" else shown.start]
    for number, (operation, last) in enumerate(zip(operations, gone, strict=True), start=len(places) + 2):
        start, end = operation.start_frame, operation.end_frame
        share = np.clip(np.arange(1, end - start) / _RISING_FRAMES, 0, 1)
        poses.x[:, number], poses.y[:, number] = WIDTH / 2, _LINE - _LINE_ABOVE
        poses.y[start + 1 : end, number] = _LINE + _RISE * (1 - share) ** 2
        poses.look[start + 1 : last, number] = 0
        poses.look[start + 1 : end, 0] = HIDDEN
    return Timeline(FPS, tuple(objects), poses, style, (), tuple(operations), tuple(states), query)


def _listed(state: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """The left edge and the line of each entry of the list, directories with a slash at their end."""
    places: dict[str, tuple[float, float]] = {}
    y = _LIST_TOP
    for directory in sorted(["/", *state["dirs"]]):
        places[directory.rstrip("/") + "/"] = _LEFT, y
        inside = [path for path in state["files"] if posixpath.dirname(path) == directory]
        for beside, path in enumerate(inside):
            places[path] = _LEFT + 14 + beside * (FILE + 5), y + _LIST_LINE
        y += _LIST_LINE * (2 if inside else 1)
    return places


def outline(shape: str, size: float) -> Path:
    """Outline of a command, the prompt, the pane, or an entry of the list."""
    return rectangle(size, _HEIGHTS[shape])


def draw(timeline: Timeline) -> Scene:
    """The window with what is typed and listed in it."""
    # A terminal has letters of one width; only the font that other splits never have stays.
    style = timeline.style if timeline.style.font == "serif" else replace(timeline.style, font="mono")
    ground, _ = _colours(style)
    looks = tuple(_looks(item, style) for item in timeline.objects)
    return Scene(WIDTH, HEIGHT, ground, _window(style), looks)


def _looks(item: SceneObject, style: Style) -> tuple[Look, ...]:
    """How an object looks: its text on a bar, at the left but for files."""
    bar = Shape(outline(item.shape, item.size), fill=item.colour)
    if item.shape == "prompt":
        cursor = Shape(place(rectangle(9, 18), 38 - item.size / 2, 0), fill=_BRIGHT)
        return (bar, _text("$", style, item.size), cursor), (bar, _text(TITLE, style, item.size))
    if item.shape == "cover":
        return ((bar, _text(COVERED, style, item.size, left=None)),)
    if item.shape == "command":
        return ((bar, _text(f"$ {item.name.partition(': ')[2]}", style, item.size)),)
    if item.shape == "directory":
        return ((bar, _text(item.name, style, item.size, left=8)),)
    return ((bar, _text(posixpath.basename(item.name), style, item.size, left=None)),)


TITLE, COVERED = "# all files and directories", "files and directories hidden"
_BRIGHT = "#ffffff"


def _text(string: str, style: Style, size: float, left: float | None = 12) -> Shape:
    """A line of text on a bar of a width: some px from its left end, or in the middle."""
    path = lettering(style, string, LETTERS, on_line=True)
    half = float(np.asarray(path.vertices)[:, 0].max())  # of its handles, which is quick and near enough
    across = 0.0 if left is None else left + half - size / 2
    return Shape(place(path, across, _UP), fill=_BRIGHT)


def _window(style: Style) -> Look:
    """The title bar and the border."""
    ground, line = _colours(style)
    bar = place(rounded_rectangle(WIDTH - 16, 26, 8), WIDTH / 2, 21)
    dots = [place(circle(10), 24 + 18 * number, 21) for number in range(3)]
    title = place(lettering(style, "Terminal", 10), WIDTH / 2, 21)
    border = place(rounded_rectangle(WIDTH - 16, HEIGHT - 16, 8), WIDTH / 2, HEIGHT / 2)
    return (
        Shape(bar, fill=line),
        *(Shape(dot, fill=ground) for dot in dots),
        Shape(title, fill=_BRIGHT),
        Shape(border, stroke=line, stroke_width=2.0),
    )


def _colours(style: Style) -> tuple[str, str]:
    """Of the window's ground, which is dark, and of what lies on it."""
    dark, light = sorted((style.ink, style.panel))
    pairs = zip(bytes.fromhex(dark[1:]), bytes.fromhex(light[1:]), strict=True)
    return dark, "#" + bytes(round(0.76 * one + 0.24 * two) for one, two in pairs).hex()
