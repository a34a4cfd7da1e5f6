"""file_system: what is where after commands that were typed one after the other?

A terminal shows the command that runs and the one before it; they print nothing. All files and directories
are listed for two seconds at one end of the clip. The working directory is / at first, and never shown.

If the list comes at the end, the start can be told: every command succeeds and whatever one makes is new, as
questions say; and files are removed and moved by name and not by pattern, so each command can be taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matplotlib.path import Path

from synrl.evidence import Evidence, Observed
from synrl.seeds import Streams
from synrl.tasks.base import Caption, Family
from synrl.tasks.file_system import captions, clip, solver
from synrl.tasks.file_system.asks import ASKS
from synrl.tasks.file_system.config import LEVELS, FileConfig
from synrl.tasks.shared.lexicon import named
from synrl.tasks.shared.queries import LongQuery
from synrl.video.scene import Scene
from synrl.world.files import effect_of
from synrl.world.timeline import Operation, Timeline


class FileSystem(Family):
    name = "file_system"
    summary = "Which files are where after cd, mkdir, touch, cp, mv, rm in a terminal; where one is."
    category = "code execution"
    horizon = "long"
    content = "the files and directories"
    primitive = "temporal"
    modes = ("forward", "retrodictive", "historical", "predict_operations")
    config_type = FileConfig
    levels = LEVELS
    asks = ASKS
    words = {
        **dict.fromkeys(("typed", "appears", "run", "executed", "entered", "issued"), "run"),
        **dict.fromkeys(("created", "made", "brought into existence"), "create"),
        **dict.fromkeys(("removed", "deleted", "erased"), "remove"),
        **dict.fromkeys(("copied", "duplicated"), "copy"),
        **dict.fromkeys(("moved", "renamed"), "move"),
        **dict.fromkeys(("changes to", "switches to", "changes into"), "change"),
    }
    names = (*named("quoted line"), r"[\w./]*?\b(\w\.(?:txt|py|csv))\b", r"(?<![\w.])/(?:\w+/?)*")
    verbs = ("holds", r"is(?= /)", "exists", "does not exist")
    ordered = False
    noun = "command"

    def simulate(self, config: FileConfig, streams: Streams) -> Timeline:
        """A clip that one of the kinds of question is asked about."""
        question = streams.question
        ask = question.choice([ask for ask in ASKS if config.mode in ask.modes])
        common = LongQuery(ask=ask.name, reveal=ask.reveal(config, question), form=config.form)
        history, query = ask.draw(common, config, streams)
        return clip.animate(history, query, streams, config.glance)

    def draw(self, timeline: Timeline) -> Scene:
        return clip.draw(timeline)

    def phrases(self, happening: Operation) -> Sequence[str]:
        line = " ".join([happening.kind, *happening.arguments["words"]])
        return f'the command "{line}" is typed', f'the line "{line}" appears', f'"{line}" is run'

    def effects(self, before: Any, happening: Operation, after: Any) -> Sequence[str]:
        effect = effect_of(before, happening.kind, happening.arguments["words"])
        paths = ([path.rpartition("/") for path in some] for some in (effect.new_files, effect.gone_files))
        made, lost = ([(name, place or "/") for place, _, name in some] for some in paths)
        new, gone = ([name for name, _ in some] for some in (made, lost))
        said = [f"the file {name} is created in the directory {place}" for name, place in made]
        said += [f"the file {name} is removed from the directory {place}" for name, place in lost]
        said += [f"the directory {path} is created" for path in effect.new_dirs]
        if happening.kind == "cd":
            said.append(f"the working directory changes to {effect.cwd}")
        for does, names in (("copied to", new), ("moved to", gone or new)):
            if happening.kind == {"copied to": "cp", "moved to": "mv"}[does]:
                said += [f"the file {one} is {does} {two}" for one, two in zip(names, new, strict=False)]
        return said

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

    def statements(self, state: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
        said: dict[str, Sequence[str]] = {"the current directory": (f"is {state['cwd']}",)}
        said |= {f"the file {path}": ("exists",) for path in state["files"]}
        for name in ("/", *state["dirs"]):
            own = [
                path.rpartition("/")[2] for path in state["files"] if (path.rpartition("/")[0] or "/") == name
            ]
            texts = f"holds {', '.join(own)}" if own else "holds no files", f"holds {len(own)} files"
            said[f"directory {name}"] = (*texts, "is empty") if not own else texts
        return said

    def captions(self, evidence: Evidence) -> Iterable[Caption]:
        return captions.captions(evidence)

    def observe(self, evidence: Evidence) -> Observed:
        return solver.observe(evidence)

    def outline(self, shape: str, size: float) -> Path:
        return clip.outline(shape, size)


FAMILY = FileSystem()
