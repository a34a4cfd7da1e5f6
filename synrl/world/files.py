"""The rules of a file system with a working directory: state, operation -> state.

A state is `{"cwd": "/docs", "dirs": ["/docs"], "files": ["/a.txt", "/docs/b.py"]}`, paths sorted; the root is
always there. An operation's kind is a command and its arguments are `{"words": [...]}`, as typed:

    cd DIR                to a directory
    mkdir DIR             a new one; its parent is there
    touch FILE            a new, empty file
    rm FILE               removes it
    cp FILE TARGET        into a directory, or under a new name
    mv FILE TARGET        the same, and the original goes

Paths are absolute, or relative to the working directory, with `.` and `..`. The last part of FILE in `rm`,
`cp` and `mv` may be a pattern such as `*.txt`, which stands for one or more files. Nothing is ever
overwritten, and directories are neither moved nor removed.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from synrl.errors import IllegalOperation
from synrl.world.history import History, Step, World

NAMES = ("a.txt", "b.txt", "c.py", "d.py", "e.csv", "f.csv")
"""Names of files."""
State = Mapping[str, Any]

_PATH = r"(/(?:[\w.]+/)*[\w.]*)"
_PLAN = re.compile(rf"(touch|rm)\s+{_PATH}|(mv)\s+{_PATH}\s+{_PATH}")


class Effect(NamedTuple):
    """What a command does."""

    cwd: str
    new_dirs: tuple[str, ...] = ()
    new_files: tuple[str, ...] = ()
    gone_files: tuple[str, ...] = ()


def apply(state: State, kind: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The state after a command; `state` is left as it is.

    Raises:
        IllegalOperation: the rules don't allow it here.
    """
    effect = effect_of(state, kind, arguments["words"])
    return {
        "cwd": effect.cwd,
        "dirs": sorted({*state["dirs"], *effect.new_dirs}),
        "files": sorted({*state["files"], *effect.new_files} - set(effect.gone_files)),
    }


def effect_of(state: State, kind: str, words: Sequence[str]) -> Effect:
    """What a command would do.

    Raises:
        IllegalOperation: the rules don't allow it here.
    """
    cwd = state["cwd"]
    counts = {"cd": 1, "mkdir": 1, "touch": 1, "rm": 1, "cp": 2, "mv": 2}
    if kind not in counts:
        raise IllegalOperation(f"command {kind!r} is unknown")
    if len(words) != counts[kind]:
        raise IllegalOperation(f"{kind} takes {counts[kind]} words, not {len(words)}")
    path = resolve(cwd, words[-1])
    if kind == "cd":
        if not is_dir(state, path):
            raise IllegalOperation(f"cd: {path} is no directory")
        return Effect(path)
    if kind in ("mkdir", "touch"):
        _check_new(state, path)
        return Effect(cwd, (path,)) if kind == "mkdir" else Effect(cwd, new_files=(path,))
    sources = matches(state, resolve(cwd, words[0]))
    if kind == "rm":
        return Effect(cwd, gone_files=sources)
    into = is_dir(state, path)
    if len(sources) > 1 and not into:
        raise IllegalOperation(f"{kind}: {len(sources)} files need a directory, not {path}")
    targets = tuple(posixpath.join(path, posixpath.basename(source)) if into else path for source in sources)
    for target in targets:
        _check_new(state, target)
    return Effect(cwd, new_files=targets, gone_files=sources if kind == "mv" else ())


def resolve(cwd: str, word: str) -> str:
    """The absolute path of a word."""
    path = posixpath.normpath(posixpath.join(cwd, word))
    return "/" + path.lstrip("/")


def is_dir(state: State, path: str) -> bool:
    """Whether a directory is there."""
    return path == "/" or path in state["dirs"]


def matches(state: State, pattern: str) -> tuple[str, ...]:
    """The files that an absolute path, perhaps with a pattern at its end, stands for.

    Raises:
        IllegalOperation: there are none.
    """
    found: tuple[str, ...] = (pattern,) if pattern in state["files"] else ()
    if "*" in pattern:
        directory, name = posixpath.split(pattern)
        inside = (path for path in state["files"] if posixpath.dirname(path) == directory)
        found = tuple(path for path in inside if fnmatch.fnmatchcase(posixpath.basename(path), name))
    if not found:
        raise IllegalOperation(f"there is no file {pattern}")
    return found


def _check_new(state: State, path: str) -> None:
    if is_dir(state, path) or path in state["files"]:
        raise IllegalOperation(f"{path} is there already")
    if not is_dir(state, posixpath.dirname(path)):
        raise IllegalOperation(f"there is no directory {posixpath.dirname(path)}")


def undo(state: State, kind: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The state before a command, but for `cd`, which does not say where it came from.

    Raises:
        IllegalOperation: it can't have led to this state, or does not tell what it came from.
    """
    words, cwd = arguments["words"], state["cwd"]
    dirs, files = set(state["dirs"]), set(state["files"])
    path = resolve(cwd, words[-1])
    if kind == "mkdir" and path in dirs:
        if any(other.startswith(f"{path}/") for other in (*dirs, *files)):
            raise IllegalOperation(f"{path} is not empty, as a new directory is")
        dirs.remove(path)
    elif kind == "touch" and path in files:
        files.remove(path)
    elif kind == "rm" and "*" not in words[0]:
        _check_new(state, path)
        files.add(path)
    elif kind == "mv" and "*" not in words[0]:
        source = resolve(cwd, words[0])
        _check_new(state, source)
        files -= {posixpath.join(path, posixpath.basename(source)) if is_dir(state, path) else path}
        files.add(source)
    elif kind == "cp":
        sources = matches(state, resolve(cwd, words[0]))
        into = is_dir(state, path)
        files -= {posixpath.join(path, posixpath.basename(source)) if into else path for source in sources}
    else:
        raise IllegalOperation(f"{kind} {' '.join(words)} can't be undone")
    before = {"cwd": cwd, "dirs": sorted(dirs), "files": sorted(files)}
    if apply(before, kind, arguments) != dict(state):
        raise IllegalOperation(f"{kind} {' '.join(words)} can't have led here")
    return before


def leading_to(end: State, steps: Sequence[Step]) -> History:
    """The history of some steps from / that ends with the directories and files of a state.

    Raises:
        IllegalOperation: no start leads there, or more than one may.
    """
    places = ["/"]
    for kind, arguments in steps:
        places.append(resolve(places[-1], arguments["words"][0]) if kind == "cd" else places[-1])
    state = {**end, "cwd": places[-1]}
    for (kind, arguments), place in zip(reversed(steps), places[-2::-1], strict=True):
        state = {**state, "cwd": place} if kind == "cd" else undo(state, kind, arguments)
    return History.replay(state, steps, apply)


def plan_steps(state: State) -> Iterator[Step]:
    """Every `touch`, `rm` and `mv` into another directory, of files with the usual names."""
    dirs = ["/", *state["dirs"]]
    for directory in dirs:
        for name in NAMES:
            path = posixpath.join(directory, name)
            yield Step("touch", {"words": [path]})
            yield Step("rm", {"words": [path]})
            yield from (Step("mv", {"words": [path, other]}) for other in dirs if other != directory)


def parse_plan(text: str) -> list[Step] | None:
    """The commands of `touch /a.txt; mv /b.txt /docs` (or lines); None if there is anything else in it."""
    parts = [part.strip() for part in re.split(r"[;\n]", text.strip())]
    steps = []
    for match in (_PLAN.fullmatch(part) for part in parts if part):
        if match is None:
            return None
        steps.append(
            Step(match[1], {"words": [match[2]]}) if match[1] else Step("mv", {"words": [match[4], match[5]]})
        )
    return steps or None


def format_plan(steps: Sequence[Step]) -> str:
    """The canonical text of a plan."""
    return "; ".join(" ".join([step.kind, *step.arguments["words"]]) for step in steps)


WORLD = World(apply, undo, plan_steps, parse_plan, format_plan)
