"""What happens in a clip of file_system: random commands, and those that one thing is to follow from."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synrl.errors import IllegalOperation
from synrl.seeds import Stream
from synrl.tasks.file_system.clip import MOST_TYPED, can_be_listed, typed
from synrl.tasks.file_system.config import TREES, FileConfig
from synrl.tasks.shared.moments import state_at
from synrl.world.files import NAMES, Effect, State, apply, effect_of, leading_to
from synrl.world.history import History, Propose, Step, key
from synrl.world.variants import Retell, alternatives

NEW_DIRS = ("tmp", "logs")
"""Names of directories that are made."""
PATTERNS = ("*.txt", "*.py", "*.csv")
_TRIES = 200
"""Random commands that are tried at most for one that is wanted."""


@dataclass(frozen=True)
class Forced:
    """Commands with numbers, from 0, that are each to be one of some, and what the others must not do."""

    any_of: Mapping[int, Callable[[State, Stream], Step]]
    """A random command for each of these numbers."""
    spoils: Callable[[int, State, Effect], bool]
    """Whether a command with another number spoils what is wanted."""


def start(scene: Stream, config: FileConfig, without: str = "", including: str = "") -> dict[str, Any]:
    """Random files in the directories that there are at first."""
    dirs = TREES[config.dirs]
    others = [path for path in initial_paths(config) if path not in (without, including)]
    sure = [including] if including else []
    files = sorted([*sure, *scene.sample(others, config.files - len(sure))])
    return {"cwd": "/", "dirs": list(dirs), "files": files}


def start_in(dirs: Sequence[str], scene: Stream, config: FileConfig) -> dict[str, Any]:
    """Random files in / and in those of some directories that lie right in it."""
    around = ["/", *(path for path in dirs if path.count("/") == 1)]
    paths = [posixpath.join(directory, name) for directory in around for name in NAMES]
    return {"cwd": "/", "dirs": list(dirs), "files": sorted(scene.sample(paths, config.files))}


def initial_paths(config: FileConfig) -> list[str]:
    """Where files may be in the directories that there are at first."""
    return [posixpath.join(directory, name) for directory in ("/", *TREES[config.dirs]) for name in NAMES]


def played(
    first: State, config: FileConfig, reveal: str, scene: Stream, forced: Forced | None = None
) -> History:
    """A random history from a start, in which no state recurs and every state can be listed."""
    propose = proposer(config, reveal)
    while True:
        steps: list[Step] = []
        states: list[Any] = [first]
        for number in range(config.num_operations):
            step = _next(states, number, propose, forced, scene)
            if step is None:
                break
            steps.append(step)
            states.append(apply(states[-1], step.kind, step.arguments))
        else:
            history = History(tuple(steps), tuple(states))
            if can_be_listed(history):
                return history


def _next(
    states: Sequence[State], number: int, propose: Propose, forced: Forced | None, scene: Stream
) -> Step | None:
    """A command that leads to a new state, as it is wanted; None if none is found."""
    here = states[-1]
    for _ in range(_TRIES):
        any_of = None if forced is None else forced.any_of.get(number)
        step = (any_of or propose)(here, scene)
        if any_of is not None and not is_allowed(here, step):
            continue
        effect = effect_of(here, step.kind, step.arguments["words"])
        if forced is not None and any_of is None and forced.spoils(number, here, effect):
            continue
        if apply(here, step.kind, step.arguments) not in states:
            return step
    return None


def is_allowed(state: State, step: Step) -> bool:
    """Whether a command is legal and fits on its line."""
    try:
        effect_of(state, step.kind, step.arguments["words"])
    except IllegalOperation:
        return False
    return _is_typed(state, step)


def _is_typed(state: State, step: Step) -> bool:
    """Whether somebody may type a command, and sees all of it."""
    return len(typed(step)) <= MOST_TYPED and not _leaves(state, step)


def _leaves(state: State, step: Step) -> bool:
    """Whether a path goes above the root, which leads to the root again, but is not how anybody writes."""
    deep = state["cwd"].rstrip("/").count("/")
    return any(
        not word.startswith("/") and word.split("/").count("..") > deep for word in step.arguments["words"]
    )


def proposer(config: FileConfig, reveal: str) -> Propose:
    """Random legal commands that can be taken back if the list comes at the end."""

    def propose(state: Any, scene: Stream) -> Step:
        while True:
            step = _any_command(state, config, scene)
            if is_allowed(state, step) and not (reveal == "end" and loses(step)):
                return step

    return propose


def loses(step: Step) -> bool:
    """Whether the state before a command can't be told from the one after it."""
    return step.kind in ("rm", "mv") and "*" in step.arguments["words"][0]


def spelled(path: str, state: State, config: FileConfig, scene: Stream) -> str:
    """A path as a command names it."""
    if config.absolute and scene.chance(0.3):
        return path
    return posixpath.relpath(path, state["cwd"])


def _any_command(state: Any, config: FileConfig, scene: Stream) -> Step:
    """A random command, perhaps illegal."""
    kind = scene.choice(config.commands)
    dirs = ["/", *state["dirs"]]

    def spell(path: str) -> str:
        return spelled(path, state, config, scene)

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
        word = posixpath.join(posixpath.dirname(word), scene.choice(PATTERNS))
    if kind == "rm":
        return Step(kind, {"words": [word]})
    target = scene.choice(dirs) if scene.chance(0.6) or "*" in word else new_path()
    return Step(kind, {"words": [word, spell(target)]})


def making(path: str, config: FileConfig) -> Callable[[State, Stream], Step]:
    """Random commands after which a file exists, perhaps illegal ones."""

    def command(state: State, scene: Stream) -> Step:
        kind = scene.choice([kind for kind in config.commands if kind in ("touch", "cp", "mv")])
        directory, name = posixpath.split(path)
        if kind == "touch":
            return Step(kind, {"words": [spelled(path, state, config, scene)]})
        source = scene.choice(state["files"]) if state["files"] else path
        target = directory if posixpath.basename(source) == name and scene.chance(0.6) else path
        return Step(kind, {"words": [spelled(word, state, config, scene) for word in (source, target)]})

    return command


def unmaking(path: str, config: FileConfig, reveal: str) -> Callable[[State, Stream], Step]:
    """Random commands after which a file no longer exists, perhaps illegal ones."""

    def command(state: State, scene: Stream) -> Step:
        kind = scene.choice([kind for kind in config.commands if kind in ("rm", "mv")])
        word = spelled(path, state, config, scene)
        if config.patterns and reveal == "start" and scene.chance(0.35):
            word = posixpath.join(posixpath.dirname(word), "*" + posixpath.splitext(path)[1])
        if kind == "rm":
            return Step(kind, {"words": [word]})
        target = scene.choice(["/", *state["dirs"]])
        if scene.chance(0.4) and "*" not in word:
            target = posixpath.join(target, scene.choice(NAMES))
        return Step(kind, {"words": [word, spelled(target, state, config, scene)]})

    return command


def others(history: History, reveal: str, config: FileConfig, scene: Stream) -> list[History]:
    """A history, and others that share the end of it that can be read."""
    propose = proposer(config, reveal)

    def redraw(k: int) -> Step:
        if reveal == "start":
            return propose(history.states[k], scene)
        return _any_last(history.states[k]["cwd"], history.states[k + 1], config, scene)

    readable = state_at(history, reveal)
    return list(alternatives(history, _retelling(readable, reveal, config), redraw, scene))


def _any_last(cwd: str, after: State, config: FileConfig, scene: Stream) -> Step:
    """A random command that may have led to a state."""
    kind = scene.choice(config.commands)
    before = {**after, "cwd": cwd}
    path = scene.choice([*after["files"], "/a.txt"])
    if kind == "rm":
        directory = cwd if scene.chance(0.7) else scene.choice(["/", *after["dirs"]])
        path = posixpath.join(directory, scene.choice(NAMES))
    elif kind not in ("touch", "cp", "mv"):
        return _any_command(before, config, scene)
    if kind in ("rm", "touch"):
        return Step(kind, {"words": [spelled(path, before, config, scene)]})
    target = posixpath.dirname(path)
    if kind == "cp":
        source = scene.choice(after["files"] or [path])  # with no files, a copy of nothing, which is dropped
    else:
        source = posixpath.join(scene.choice(["/", *after["dirs"]]), posixpath.basename(path))
    if posixpath.basename(source) != posixpath.basename(path):
        target = path
    return Step(kind, {"words": [spelled(word, before, config, scene) for word in (source, target)]})


def _retelling(shown: State, reveal: str, config: FileConfig) -> Retell:
    """How other commands go from, or lead to, the state that can be read."""

    def retell(steps: Sequence[Step]) -> History | None:
        if reveal == "end" and any(map(loses, steps)):
            return None
        try:
            history = History.replay(shown, steps, apply) if reveal == "start" else leading_to(shown, steps)
        except IllegalOperation:
            return None
        if not all(map(_is_typed, history.states, steps)):
            return None
        recurs = len(set(map(key, history.states))) < len(history.states)
        return None if recurs or not can_be_listed(history) else history

    return retell
