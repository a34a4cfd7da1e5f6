"""What happens in a clip of file_system, and how it is shown: commands, lines that slide in, the list."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.path import Path

from synrl.errors import IllegalOperation
from synrl.seeds import Stream, Streams
from synrl.tasks.file_system.config import TREES, FileConfig
from synrl.tasks.shared.moments import draw_reveal, state_at
from synrl.tasks.shared.queries import HistoryAsk, LongQuery
from synrl.video.outlines import rounded_rectangle
from synrl.video.scene import Look, Scene, Shape
from synrl.video.style import lettering
from synrl.world.files import NAMES, apply, effect_of
from synrl.world.history import History, Propose, Step, play, timed
from synrl.world.style import Style, draw_style
from synrl.world.timeline import FPS, HEIGHT, HIDDEN, WIDTH, Poses, SceneObject, Timeline

NEW_DIRS = ("tmp", "logs")
"""Names of directories that are made."""
PATTERNS = ("*.txt", "*.py", "*.csv")
LINE, ENTRY = 400.0, 196.0
"""Widths of a command and of an entry of the list, in px."""
MOST_TYPED = 34
"""Characters of a command: what fits on its line."""


MOST_ENTRIES = 20
"""Files and directories that the list has room for."""


@dataclass(frozen=True)
class Wish:
    """What a clip is to be about, drawn before it."""

    number: int
    """Of a command, for questions that are answered with one."""
    where: str
    """The working directory, for the question about it."""


def simulate(
    asks: Sequence[HistoryAsk[LongQuery, Wish, FileConfig]], config: FileConfig, streams: Streams
) -> Timeline:
    """A clip that one of some kinds of question is asked about."""
    style, question, scene = draw_style(streams), streams.question, streams.scene
    reveal = draw_reveal(config.mode, question)
    ask = question.choice([ask for ask in asks if config.mode in ask.modes])
    wish = Wish(question.integer(1, config.num_operations), question.choice(("/", *TREES[config.dirs])))
    common = LongQuery(ask=ask.name, reveal=reveal, form=config.form)
    propose = proposer(config, reveal)
    while True:
        history = play(start(scene, config), config.num_operations, apply, propose, scene)
        query = ask.draw(history, common, wish, config, question) if _can_be_listed(history) else None
        if query is not None:
            return animate(history, query, style, streams)


def _can_be_listed(history: History) -> bool:
    """Whether the list fits on the screen, whenever it might be shown."""
    return max(len(state["files"]) + len(state["dirs"]) for state in history.states) <= MOST_ENTRIES


def start(scene: Stream, config: FileConfig) -> dict[str, Any]:
    """Random files in the directories that there are at first."""
    dirs = TREES[config.dirs]
    paths = [posixpath.join(directory, name) for directory in ("/", *dirs) for name in NAMES]
    return {"cwd": "/", "dirs": list(dirs), "files": sorted(scene.sample(paths, config.files))}


def proposer(config: FileConfig, reveal: str) -> Propose:
    """Random legal commands that can be taken back if the list comes at the end."""

    def propose(state: Any, scene: Stream) -> Step:
        while True:
            step = _any_command(state, config, scene)
            if reveal == "end" and step.kind in ("rm", "mv") and "*" in step.arguments["words"][0]:
                continue
            if len(_typed(step)) > MOST_TYPED:
                continue
            try:
                effect_of(state, step.kind, step.arguments["words"])
            except IllegalOperation:
                continue
            return step

    return propose


def _typed(step: Step) -> str:
    """A command as it is typed."""
    return " ".join([step.kind, *step.arguments["words"]])


def _any_command(state: Any, config: FileConfig, scene: Stream) -> Step:
    """A random command, perhaps illegal."""
    kind = scene.choice(config.commands)
    dirs = ["/", *state["dirs"]]

    def spell(path: str) -> str:
        if config.absolute and scene.chance(0.3):
            return path
        return posixpath.relpath(path, state["cwd"])

    def new_path() -> str:
        # Mostly here, so that the working directory matters.
        directory = state["cwd"] if scene.chance(0.7) else scene.choice(dirs)
        return posixpath.join(directory, scene.choice(NAMES))

    if kind == "cd":
        return Step(kind, {"words": [spell(scene.choice(dirs))]})
    if kind == "mkdir":
        return Step(kind, {"words": [spell(posixpath.join(scene.choice(dirs), scene.choice(NEW_DIRS)))]})
    if kind == "touch":
        return Step(kind, {"words": [spell(new_path())]})
    source = scene.choice(state["files"]) if state["files"] else new_path()
    word = spell(source)
    if config.patterns and scene.chance(0.35):
        directory = posixpath.dirname(word)
        word = posixpath.join(directory, scene.choice(PATTERNS))
    if kind == "rm":
        return Step(kind, {"words": [word]})
    target = scene.choice(dirs) if scene.chance(0.6) or "*" in word else new_path()
    return Step(kind, {"words": [word, spell(target)]})


def animate(history: History, query: LongQuery, style: Style, streams: Streams) -> Timeline:
    """The clip of a history: commands slide in one by one, the list stands for two seconds."""
    operations, states, num_frames = timed(history, query["reveal"], streams.scene)
    shown = state_at(history, query["reveal"])
    entries = sorted([*(f"{path}/" for path in shown["dirs"]), *shown["files"]])
    objects = [SceneObject(entry, "entry", style.ink, ENTRY) for entry in entries]
    for operation in operations:
        typed = _typed(Step(operation.kind, operation.arguments))
        objects.append(SceneObject(f"{operation.index + 1}: {typed}", "command", style.ink, LINE))
    poses = Poses.still(num_frames, len(objects))
    poses.look[:] = HIDDEN
    top, height = float(streams.style.integer(30, 60)), float(streams.style.integer(100, 340))
    visible = slice(0, states[1].frame) if query["reveal"] == "start" else slice(states[-1].frame, num_frames)
    for number in range(len(entries)):
        column, line = divmod(number, (len(entries) + 1) // 2)
        poses.x[:, number] = WIDTH / 2 + (column - 0.5) * (ENTRY + 14)
        poses.y[:, number] = top + 34 * line
        poses.look[visible, number] = 0
    for operation in operations:
        number = len(entries) + operation.index
        start, end = operation.start_frame, operation.end_frame
        share = np.clip(np.arange(1, end - start) / (0.3 * (end - start)), 0, 1)
        poses.x[start + 1 : end, number] = WIDTH / 2 + WIDTH * (1 - share) ** 2
        poses.y[:, number] = height
        poses.look[start + 1 : end, number] = 0
    return Timeline(FPS, tuple(objects), poses, style, (), tuple(operations), tuple(states), query)


def outline(shape: str, size: float) -> Path:
    """Outline of a command or an entry of the list."""
    return rounded_rectangle(size, 34 if shape == "command" else 26, 5)


def draw(timeline: Timeline) -> Scene:
    """The lines that are typed, and the entries of the list."""
    style = timeline.style
    bright = "#ffffff" if style.ink < "#808080" else "#202020"
    looks: list[tuple[Look, ...]] = []
    for item in timeline.objects:
        if item.shape == "command":
            text = lettering(style, f"$ {item.name.partition(': ')[2]}", 12)
        else:
            text = lettering(style, item.name, 10)
        body = Shape(outline(item.shape, item.size), fill=item.colour)
        looks.append(((body, Shape(text, fill=bright)),))
    return Scene(WIDTH, HEIGHT, style.panel, (), tuple(looks))
