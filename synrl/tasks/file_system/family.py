"""file_system: what is where after commands that were typed one after the other?

A terminal shows one command at a time; it never prints anything. All files and directories are listed
for two seconds at one end of the clip. The working directory is the root at first, and never shown.

If the list comes at the end, the start can be told: no command overwrites anything, files are removed and
moved by name and not by pattern, and copies leave their originals, so each command can be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.path import Path

from synrl.evidence import Evidence, Observed
from synrl.seeds import Streams
from synrl.tasks.base import Family
from synrl.tasks.file_system import clip, solver
from synrl.tasks.file_system.asks import ASKS, Wish
from synrl.tasks.file_system.config import LEVELS, TREES, FileConfig
from synrl.tasks.shared.moments import draw_reveal
from synrl.video.scene import Scene
from synrl.world.files import WORLD, apply
from synrl.world.history import History, play
from synrl.world.style import draw_style
from synrl.world.timeline import Operation, Timeline

MOST_ENTRIES = 20
"""Files and directories that the list has room for."""


class FileSystem(Family):
    name = "file_system"
    summary = "Which files are where after cd, mkdir, touch, cp, mv, rm in a terminal; where one is."
    category = "code execution"
    horizon = "long"
    primitive = "temporal"
    modes = ("forward", "retrodictive", "historical", "predict_operations")
    config_type = FileConfig
    levels = LEVELS
    asks = ASKS
    world = WORLD
    names = (r'"[^"]*"',)

    def simulate(self, config: FileConfig, streams: Streams) -> Timeline:
        style, question, scene = draw_style(streams), streams.question, streams.scene
        reveal = draw_reveal(config.mode, question)
        ask = question.choice([ask for ask in ASKS if config.mode in ask.modes])
        number = question.integer(1, config.num_operations)
        wish = Wish(reveal, number, question.choice(("/", *TREES[config.dirs])))
        while True:
            start, propose = clip.start(scene, config), clip.proposer(config, reveal)
            history = play(start, config.num_operations, apply, propose, scene)
            asked = ask.draw(history, wish, config, question) if _can_be_listed(history) else None
            if asked is not None:
                break
        query = {"ask": ask.name, "reveal": reveal, "form": config.form, **asked}
        return clip.animate(history, query, style, streams)

    def draw(self, timeline: Timeline) -> Scene:
        return clip.draw(timeline)

    def phrases(self, happening: Operation) -> Sequence[str]:
        line = " ".join([happening.kind, *happening.arguments["words"]])
        return f'the command "{line}" is typed', f'the line "{line}" appears', f'"{line}" is run'

    def parts(self, state: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, str]:
        said = {"the working directory": f"is {state['cwd']}"}
        if "file" in query:
            there = query["file"] in state["files"]
            return said | {query["file"]: "exists" if there else "does not exist"}
        if "places" in query:
            return said
        wanted = [query["directory"]] if "directory" in query else ["/", *state["dirs"]]
        for name in wanted:
            files = [
                file.rpartition("/")[2] for file in state["files"] if (file.rpartition("/")[0] or "/") == name
            ]
            said[f"directory {name}"] = f"holds {', '.join(files)}" if files else "holds no files"
        return said

    def observe(self, evidence: Evidence) -> Observed:
        return solver.observe(evidence)

    def outline(self, shape: str, size: float) -> Path:
        return clip.outline(shape, size)


FAMILY = FileSystem()


def _can_be_listed(history: History) -> bool:
    """Whether the list fits on the screen, whenever it might be shown."""
    return max(len(state["files"]) + len(state["dirs"]) for state in history.states) <= MOST_ENTRIES
