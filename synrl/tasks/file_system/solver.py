"""The readers of file_system: commands carried out on a tree of nested directories, or taken back.

Written apart from `world.files`: that one keeps sorted paths, this one a tree. From a list at the end it
works backwards; the working directory before each command follows from the commands alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from synrl.evidence import Evidence, Observed, Track
from synrl.evidence.following import at, find_plan, reveal_at_start
from synrl.tasks.file_system.clip import COVER, PROMPT
from synrl.world.files import WORLD
from synrl.world.history import Step, When
from synrl.world.timeline import Operation, State

Tree = dict[str, Any]
"""Names to subtrees, or to None for files."""
Place = tuple[str, ...]
"""The names on the way from the root."""
Moment = tuple[Place, Tree]
"""The working directory and the whole tree."""


def working_directory(evidence: Evidence, when: When) -> str | None:
    """The working directory at a moment, from the commands alone; None if one was missed."""
    seen = [operation.index for operation in evidence.operations]
    place = at(_places(_commands(evidence)), when)
    return None if place is None or not seen or seen != list(range(len(seen))) else _path(place)


def contents(evidence: Evidence, directory: str, when: When) -> str | None:
    """The files right in a directory at a moment; None if there are none or they aren't determined."""
    moments = _followed(evidence)
    moment = at(moments, when) if moments else None
    found = None if moment is None else _find(moment[1], _parts(directory))
    if not isinstance(found, dict):
        return None
    return ", ".join(sorted(name for name, inside in found.items() if inside is None)) or None


def change(evidence: Evidence, file: str, *, to: bool) -> str | None:
    """The number of the one command from which on a file is there, or is not."""
    there = [file in _files(tree) for _, tree in _followed(evidence) or ()]
    changes = [n for n in range(1, len(there)) if there[n] != there[n - 1] and there[n] == to]
    return str(changes[0]) if len(changes) == 1 else None


def plan(evidence: Evidence) -> str | None:
    """A plan from the hidden end to the target, or None if the evidence doesn't determine that end."""
    moments = _followed(evidence)
    if moments is None:
        return None
    cwd, tree = moments[-1 if evidence.query["reveal"] == "start" else 0]
    return find_plan(evidence, _state(cwd, tree), _carry, WORLD)


def _commands(evidence: Evidence) -> list[tuple[str, list[str]]]:
    return [(operation.kind, list(operation.arguments["words"])) for operation in evidence.operations]


def _followed(evidence: Evidence) -> list[Moment] | None:
    """What there is after 0, 1, … commands; None if no list was seen, or the commands don't fit it."""
    if not evidence.reveals:
        return None
    tree = _tree(evidence.reveals[0].state)
    return _moments(_commands(evidence), tree, reveal_at_start(evidence))


def _moments(commands: Sequence[tuple[str, list[str]]], shown: Tree, forwards: bool) -> list[Moment] | None:
    """Working directory and tree after 0, 1, … commands; None if the commands don't fit the list."""
    places = _places(commands)
    trees = [shown]
    numbered = list(enumerate(commands))
    for number, (kind, words) in numbered if forwards else reversed(numbered):
        tree = _copied(trees[-1])
        change = _run if forwards else _take_back
        if not change(tree, places[number], kind, words):
            return None
        trees.append(tree)
    return list(zip(places, trees if forwards else trees[::-1], strict=True))


def _copied(tree: Tree) -> Tree:
    return {name: None if inside is None else _copied(inside) for name, inside in tree.items()}


def _places(commands: Sequence[tuple[str, list[str]]]) -> list[Place]:
    """The working directories, from the words alone."""
    places: list[Place] = [()]
    for kind, words in commands:
        places.append(_walk(places[-1], words[0]) if kind == "cd" else places[-1])
    return places


def _walk(place: Place, word: str) -> Place:
    """Where a word leads from a place."""
    here = [] if word.startswith("/") else list(place)
    for part in word.split("/"):
        if part == "..":
            here = here[:-1]
        elif part not in ("", "."):
            here.append(part)
    return tuple(here)


def _run(tree: Tree, place: Place, kind: str, words: Sequence[str]) -> bool:
    """Carry out a command on a tree; False if that can't be."""
    goal = _walk(place, words[-1])
    if kind == "cd":
        return isinstance(_find(tree, goal), dict)
    if kind in ("mkdir", "touch"):
        return _put(tree, goal, {} if kind == "mkdir" else None)
    sources = _matching(tree, _walk(place, words[0]))
    if not sources:
        return False
    if kind in ("cp", "mv"):
        into = isinstance(_find(tree, goal), dict)
        if not all(_put(tree, (*goal, source[-1]) if into else goal, None) for source in sources):
            return False
    if kind in ("rm", "mv"):
        for source in sources:
            del _find(tree, source[:-1])[source[-1]]
    return True


def _take_back(tree: Tree, place: Place, kind: str, words: Sequence[str]) -> bool:
    """Bring a tree to what it was before a command; False if the command can't have led here."""
    goal = _walk(place, words[-1])
    if kind == "cd":
        return isinstance(_find(tree, goal), dict)
    if kind == "rm":
        return _put(tree, goal, None)
    made = [goal]
    if kind in ("cp", "mv"):
        source = _walk(place, words[0])
        sources = [source] if kind == "mv" else _matching(tree, source)
        if isinstance(_find(tree, goal), dict):
            made = [(*goal, each[-1]) for each in sources]
        if kind == "mv" and not _put(tree, source, None):
            return False
    for each in made:
        around = _find(tree, each[:-1])
        if not isinstance(around, dict) or each[-1] not in around:
            return False
        del around[each[-1]]
    return bool(made)


def _find(tree: Tree, place: Place) -> Any:
    """The subtree at a place; None for a file, or if there is nothing."""
    here: Any = tree
    for part in place:
        here = here.get(part) if isinstance(here, dict) else None
    return here


def _put(tree: Tree, place: Place, what: Tree | None) -> bool:
    """Put something new at a place; False if it is taken or has no directory around it."""
    around = _find(tree, place[:-1])
    if not place or not isinstance(around, dict) or place[-1] in around:
        return False
    around[place[-1]] = what
    return True


def _matching(tree: Tree, place: Place) -> list[Place]:
    """The files that a place, perhaps with a pattern at its end, stands for."""
    around = _find(tree, place[:-1])
    if not place or not isinstance(around, dict):
        return []
    pattern = re.compile(".*".join(re.escape(part) for part in place[-1].split("*")))
    return [(*place[:-1], n) for n in sorted(around) if around[n] is None and pattern.fullmatch(n)]


def _carry(state: Any, step: Step) -> Any | None:
    """The state after a command of a plan, which has absolute paths; None if it can't be given."""
    files, dirs = set(state["files"]), {"/", *state["dirs"]}
    source = step.arguments["words"][0]
    made = {"touch": source, "mv": _path((*_parts(step.arguments["words"][-1]), _parts(source)[-1]))}
    new = made.get(step.kind)
    if (step.kind == "touch") == (source in files) or (
        step.kind == "mv" and step.arguments["words"][1] not in dirs
    ):
        return None
    if step.kind != "touch":
        files.remove(source)
    if new is not None:
        if new in files or new in dirs or new.rpartition("/")[0] not in {path.rstrip("/") for path in dirs}:
            return None
        files.add(new)
    return {**state, "files": sorted(files)}


# --- states as trees --------------------------------------------------------------------------------


def _parts(path: str) -> Place:
    return tuple(part for part in path.split("/") if part)


def _path(place: Place) -> str:
    return "/" + "/".join(place)


def _tree(state: Mapping[str, Any]) -> Tree:
    tree: Tree = {}
    for path in sorted(state["dirs"]):
        _put(tree, _parts(path), {})
    for path in state["files"]:
        _put(tree, _parts(path), None)
    return tree


def _all(tree: Tree, place: Place = ()) -> Iterator[tuple[Place, bool]]:
    """Every place in a tree, and whether it is a directory."""
    for name, inside in tree.items():
        yield (*place, name), inside is not None
        if inside is not None:
            yield from _all(inside, (*place, name))


def _files(tree: Tree) -> list[str]:
    return sorted(_path(place) for place, is_dir in _all(tree) if not is_dir)


def _state(cwd: Place, tree: Tree) -> dict[str, Any]:
    dirs = sorted(_path(place) for place, is_dir in _all(tree) if is_dir)
    return {"cwd": _path(cwd), "dirs": dirs, "files": _files(tree)}


# --- observing --------------------------------------------------------------------------------------


def running(track: Track) -> tuple[int, int]:
    """The frames between which a command runs: it stands lower then than after it."""
    middle = (track.y.min() + track.y.max()) / 2
    frames = np.flatnonzero(track.visible & (track.y > middle))
    return int(frames[0]) - 1, int(frames[-1]) + 1


def observe(evidence: Evidence) -> Observed:
    """Operations from the lines that show, states from the list that shows and from the commands."""
    commands, listed = [], []
    for name, track in evidence.tracks.items():
        number, is_command, line = name.partition(": ")
        if is_command:
            kind, *words = line.split()
            commands.append((int(number) - 1, *running(track), kind, words))
        elif name not in (PROMPT, COVER, "/"):
            listed.append(name)
    dirs = [name.rstrip("/") for name in listed if name.endswith("/")]
    shown = {"dirs": dirs, "files": [name for name in listed if not name.endswith("/")]}
    at_start = reveal_at_start(evidence)
    moments = _moments([(kind, words) for *_, kind, words in commands], _tree(shown), at_start)
    states = [_state(cwd, tree) for cwd, tree in moments or ()]
    (reveal,) = evidence.reveals
    stamped = [State(0, states[0], at_start)] if states else []
    if at_start and states:
        stamped.append(State(reveal.end_frame, states[0], False))
    operations = []
    for (index, start, end, kind, words), state in zip(commands, states[1:], strict=False):
        operations.append(Operation(index, start, end, kind, {"words": words}))
        stamped.append(State(end, state, False))
    if not at_start and states:
        stamped.append(State(reveal.start_frame, states[-1], True))
    return Observed(operations=tuple(operations), states=tuple(stamped))
