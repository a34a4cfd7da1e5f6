"""file_system: what is where after commands that were typed one after the other?

A terminal shows one command at a time; it never prints anything. All files and directories are listed
for two seconds at one end of the clip. The working directory is the root at first, and never shown.

If the list comes at the end, the start can be told: no command overwrites anything, files are removed and
moved by name and not by pattern, and copies leave their originals, so each command can be taken back.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.path import Path

from synrl.answers import FORMS
from synrl.errors import ConfigError, IllegalOperation, allowed
from synrl.evidence import Evidence, Observed
from synrl.seeds import Stream, Streams
from synrl.tasks import file_follow
from synrl.tasks.base import Family
from synrl.tasks.config import Config
from synrl.tasks.shared.moments import ENDS, draw_reveal, draw_when, hidden_end, say_moment, state_at
from synrl.tasks.shared.questions import (
    NUM_OPTIONS,
    Question,
    choice,
    drawn,
    integer_question,
    plan_question,
    with_words,
)
from synrl.tasks.shared.telling import at_moment
from synrl.video.outlines import rounded_rectangle
from synrl.video.scene import Look, Scene, Shape
from synrl.video.style import lettering
from synrl.world.files import NAMES, WORLD, apply, effect_of
from synrl.world.history import History, Step, play, rivals, timed, told
from synrl.world.plans import distant_state
from synrl.world.style import Style, draw_style
from synrl.world.timeline import FPS, HEIGHT, HIDDEN, WIDTH, Operation, Poses, SceneObject, Timeline

COMMANDS = ("touch", "rm", "cd", "mv", "mkdir", "cp")
TREES = {
    2: ("/docs", "/src"),
    3: ("/data", "/docs", "/docs/old"),
    4: ("/data", "/docs", "/docs/old", "/src"),
}
"""Directories at the start, by their number."""
NEW_DIRS = ("tmp", "logs")
"""Names of directories that are made."""
PATTERNS = ("*.txt", "*.py", "*.csv")
LINE, ENTRY = 400.0, 196.0
"""Widths of a command and of an entry of the list, in px."""
MOST_TYPED = 34
"""Characters of a command: what fits on its line."""
ASKS = {
    "forward": ("contents", "cwd"),
    "retrodictive": ("contents",),
    "historical": ("contents", "cwd", "created", "removed"),
    "predict_operations": ("plan",),
}
MOST_LISTED = 4
"""Files in a directory whose contents are asked for."""


@dataclass(frozen=True, kw_only=True)
class FileConfig(Config):
    """Knobs: directories and files at the start, commands and their kinds, patterns, absolute paths."""

    dirs: int
    files: int
    num_operations: int
    commands: tuple[str, ...]
    patterns: bool
    absolute: bool
    """Whether paths may be absolute; otherwise they are relative to the working directory."""
    plan_moves: int

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "commands", tuple(self.commands))
        self.require("dirs", tuple(TREES))
        self.require("files", range(3, 11))
        self.require("num_operations", range(NUM_OPTIONS, 21))
        self.require("patterns", (False, True))
        self.require("absolute", (False, True))
        self.require("plan_moves", (1, 2))
        if not {"touch", "rm", "cd"} <= set(self.commands) <= set(COMMANDS):
            raise ConfigError(f"commands is {self.commands!r}; {allowed(COMMANDS)}, with touch, rm and cd")


_PLAIN = dict(patterns=False, absolute=False)
_RICH = dict(patterns=True, absolute=True)


class FileSystem(Family):
    name = "file_system"
    summary = "Which files are where after cd, mkdir, touch, cp, mv, rm in a terminal; where one is."
    category = "code execution"
    horizon = "long"
    primitive = "temporal"
    modes = ("forward", "retrodictive", "historical", "predict_operations")
    config_type = FileConfig
    world = WORLD
    levels = {
        1: dict(dirs=2, files=4, num_operations=4, commands=COMMANDS[:3], **_PLAIN, plan_moves=1),
        2: dict(dirs=2, files=5, num_operations=5, commands=COMMANDS[:4], **_PLAIN, plan_moves=1),
        3: dict(dirs=3, files=6, num_operations=6, commands=COMMANDS, **_PLAIN, plan_moves=1),
        4: dict(dirs=3, files=7, num_operations=8, commands=COMMANDS, **_RICH, plan_moves=2),
        5: dict(dirs=4, files=8, num_operations=10, commands=COMMANDS, **_RICH, plan_moves=2),
    }

    def simulate(self, config: FileConfig, streams: Streams) -> Timeline:
        style, question, scene = draw_style(streams), streams.question, streams.scene
        reveal, ask = draw_reveal(config.mode, question), question.choice(ASKS[config.mode])
        wanted = question.integer(1, config.num_operations)
        where = question.choice(("/", *TREES[config.dirs]))
        while True:
            start, propose = _start(scene, config), _proposer(config, reveal)
            history = play(start, config.num_operations, apply, propose, scene)
            asked = _asked(history, reveal, ask, wanted, where, config, question)
            if asked is not None:
                break
        query = {"ask": ask, "reveal": reveal, "form": config.form, **asked}
        return _animate(history, query, style, streams)

    def draw(self, timeline: Timeline) -> Scene:
        style = timeline.style
        bright = "#ffffff" if style.ink < "#808080" else "#202020"
        looks: list[tuple[Look, ...]] = []
        for item in timeline.objects:
            if item.shape == "command":
                text = lettering(style, f"$ {item.name.partition(': ')[2]}", 12)
            else:
                text = lettering(style, item.name, 10)
            body = Shape(self.outline(item.shape, item.size), fill=item.colour)
            looks.append(((body, Shape(text, fill=bright)),))
        return Scene(WIDTH, HEIGHT, style.panel, (), tuple(looks))

    def wordings(self, query: Mapping[str, Any]) -> Sequence[str]:
        rules = (
            "Commands are typed in a terminal one by one. The working directory is / at first; a path "
            "without a leading / is relative to it, .. is the directory above, and * stands for any "
            f"characters. All files and directories are listed only {ENDS[query['reveal']]} of the video."
        )
        return [f"{rules} {sentence}" for sentence in _sentences(query)]

    def ask(self, timeline: Timeline, config: FileConfig, streams: Streams) -> Question:
        query = timeline.query
        wording = streams.wording.choice(self.wordings(query))
        history = told(timeline.states, timeline.operations, apply)
        if query["ask"] == "plan":
            return plan_question(wording, history, query, WORLD, streams)
        if query["ask"] in ("created", "removed"):
            (truth,) = _times(history, query["ask"], query["file"])
            return integer_question(wording, truth, range(1, config.num_operations + 1), config.form, streams)
        if query["ask"] == "cwd":
            there = state_at(history, query["when"])["cwd"]
            return drawn(wording, there, query["places"], config.form, streams)
        return _ask_contents(wording, history, config, query, streams)

    def phrases(self, happening: Operation) -> Sequence[str]:
        line = " ".join([happening.kind, *happening.arguments["words"]])
        return f'the command "{line}" is typed', f'the line "{line}" appears', f'"{line}" is run'

    def parts(self, state: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, str]:
        said = {"the working directory": f"is {state['cwd']}"}
        if "file" in query:
            there = query["file"] in state["files"]
            return said | {query["file"]: "exists" if there else "does not exist"}
        if query["ask"] == "cwd":
            return said
        wanted = [query["directory"]] if query["ask"] == "contents" else ["/", *state["dirs"]]
        for name in wanted:
            files = [
                file.rpartition("/")[2] for file in state["files"] if (file.rpartition("/")[0] or "/") == name
            ]
            said[f"directory {name}"] = f"holds {', '.join(files)}" if files else "holds no files"
        return said

    def conclude(self, row: Mapping[str, Any]) -> Sequence[str]:
        query, truth, ask = row["config"]["query"], row["answer_text"], row["config"]["query"]["ask"]
        if ask in ("created", "removed"):
            now = "exists" if ask == "created" else "no longer exists"
            return (
                f"From command {truth} on, {query['file']} {now}",
                f"It is after command {truth} that it {now}",
            )
        what = f"the files right in {query['directory']} are" if ask == "contents" else "commands run in"
        return at_moment(query["when"], f"{what} {truth}")

    def observe(self, evidence: Evidence) -> Observed:
        return file_follow.observe(evidence)

    def solve(self, evidence: Evidence) -> str | None:
        return file_follow.solve(evidence)

    def outline(self, shape: str, size: float) -> Path:
        return rounded_rectangle(size, 34 if shape == "command" else 26, 5)


FAMILY = FileSystem()


# --- simulation -------------------------------------------------------------------------------------


def _start(scene: Stream, config: FileConfig) -> dict[str, Any]:
    dirs = TREES[config.dirs]
    paths = [posixpath.join(directory, name) for directory in ("/", *dirs) for name in NAMES]
    return {"cwd": "/", "dirs": list(dirs), "files": sorted(scene.sample(paths, config.files))}


def _proposer(config: FileConfig, reveal: str) -> Callable[[Any, Stream], Step]:
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


def _asked(
    history: History,
    reveal: str,
    ask: str,
    wanted: int,
    where: str,
    config: FileConfig,
    question: Stream,
) -> dict[str, Any] | None:
    """What to ask so that the answer has to be followed, or None if this history has no such thing."""
    most = max(len(state["files"]) + len(state["dirs"]) for state in history.states)
    if most > 20:
        return None  # the list would not fit on the screen
    if ask == "plan":
        start = state_at(history, hidden_end(reveal))
        target = distant_state(WORLD, start, config.plan_moves, question)
        return None if target is None else {"moves": config.plan_moves, "target": target}
    if ask in ("created", "removed"):
        paths = sorted({path for state in history.states for path in state["files"]})
        fitting = [path for path in paths if _times(history, ask, path) == [wanted]]
        return {"file": question.choice(fitting)} if fitting else None
    when = draw_when(config.mode, config.num_operations, question)
    there, readable = state_at(history, when), state_at(history, reveal)
    if ask == "cwd":
        places = ["/", *TREES[config.dirs]]
        been = {state["cwd"] for state in history.states[: None if when == "end" else int(when) + 1]}
        return {"when": when, "places": places} if there["cwd"] == where and len(been) > 1 else None
    changed = [
        directory
        for directory in ("/", *TREES[config.dirs])
        if 0 < len(_inside(there, directory)) <= MOST_LISTED
        and _inside(there, directory) != _inside(readable, directory)
    ]
    return {"directory": question.choice(changed), "when": when} if changed else None


def _inside(state: Any, directory: str) -> tuple[str, ...]:
    """The names of the files right in a directory, in alphabetical order."""
    paths = (path for path in state["files"] if posixpath.dirname(path) == directory)
    return tuple(sorted(posixpath.basename(path) for path in paths))


def _times(history: History, ask: str, path: str) -> list[int]:
    """The numbers, from 1, of the commands after which a file is there (or gone) that was not before."""
    there = [path in state["files"] for state in history.states]
    want = ask == "created"
    return [n for n in range(1, len(there)) if there[n] == want and there[n - 1] != want]


# --- animation --------------------------------------------------------------------------------------


def _animate(history: History, query: dict[str, Any], style: Style, streams: Streams) -> Timeline:
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


# --- questions --------------------------------------------------------------------------------------


def _sentences(query: Mapping[str, Any]) -> Sequence[str]:
    ask, is_open = query["ask"], query["form"] == "open"
    if ask == "plan":
        moment, target = ENDS[hidden_end(query["reveal"])], query["target"]
        listed = ", ".join([*(f"{path}/" for path in target["dirs"]), *target["files"]])
        most = f"at most {query['moves']} command{'s' if query['moves'] > 1 else ''}"
        words = "Commands are touch, rm and mv with absolute paths; mv moves a file into a directory."
        form = ' Answer like "touch /a.txt; mv /b.txt /docs".' if is_open else ""
        return (
            f"Which {most} would lead from the files {moment} to exactly these: {listed}? {words}{form}",
            f"{words} With {most}, how do you get from what is there {moment} of the video to exactly this: "
            f"{listed}?{form}",
        )
    if ask in ("created", "removed"):
        form = f" {FORMS['integer']}" if is_open else ""
        does = "make the file {} come to be" if ask == "created" else "make the file {} disappear"
        by = "from which on the file {} exists" if ask == "created" else "from which on {} no longer exists"
        return (
            f"Counting commands from 1, which one does {does.format(query['file'])}?{form}",
            f"What is the number of the command, counted from 1, {by.format(query['file'])}?{form}",
        )
    moment = say_moment(query["when"])
    if ask == "cwd":
        sentences = (
            f"What is the working directory {moment}?",
            f"In which directory would a command run {moment}?",
        )
        return [with_words(sentence, query, query["places"]) for sentence in sentences]
    directory = query["directory"]
    form = f" {FORMS['ordering']}" if is_open else ""
    return (
        f"Which files are in {directory} itself {moment}, in alphabetical order?{form}",
        f"List the names of the files right in {directory} {moment}, not those further down, "
        f"in alphabetical order.{form}",
    )


def _ask_contents(
    wording: str, history: History, config: FileConfig, query: Mapping[str, Any], streams: Streams
) -> Question:
    """The files in a directory at some moment."""

    def of(other: History) -> tuple[str, ...]:
        return _inside(state_at(other, query["when"]), query["directory"])

    truth = of(history)
    if config.form == "open":
        # No set of names is likelier than one of the single ones.
        return Question(wording, "ordering", ", ".join(truth), guess_rate=1 / len(NAMES))
    readable = _inside(state_at(history, query["reveal"]), query["directory"])

    def fits(rival: tuple[str, ...]) -> bool:
        # As many files as the truth: other histories tend to leave more, which would give it away.
        return len(rival) == len(truth) and rival != readable

    def otherwise(last: tuple[str, ...], stream: Stream) -> tuple[str, ...]:
        gone, come = stream.choice(last), stream.choice([name for name in NAMES if name not in last])
        return tuple(sorted({*last} - {gone} | {come}))

    wrong = rivals(
        history,
        query["reveal"],
        WORLD,
        _proposer(config, query["reveal"]),
        of,
        fits,
        otherwise,
        NUM_OPTIONS - 1,
        streams.options,
    )
    return choice(wording, ", ".join(truth), [", ".join(rival) for rival in wrong], streams)
