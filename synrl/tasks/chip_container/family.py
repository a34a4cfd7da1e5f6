"""chip_container: follow the values of chips through closed containers.

The containers are open for two seconds at one end of the clip, the start (forward questions) or
the end (retrodictive ones); else they are closed. A chip that goes into a container, out of it, or to
another one shows its value on the way, so contents follow from what could be read and from every
operation since. Containers that change places, and those poured into others, move chips unseen.

A pour loses which chips came from where, so none occurs when only the end can be read: every operation
of such a clip has one inverse, and one start fits what is seen.

Histories are drawn from the readable end on, in either direction of time. So what can be read is drawn
in the same way at both ends, and says as little about the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matplotlib.path import Path

from synrl.evidence import Evidence, Observed
from synrl.seeds import Streams
from synrl.tasks.base import Caption, Family
from synrl.tasks.chip_container import captions, clip, solver
from synrl.tasks.chip_container.asks import ASKS
from synrl.tasks.chip_container.config import LEVELS, ChipConfig
from synrl.tasks.shared.lexicon import named, told
from synrl.tasks.shared.telling import both_ways
from synrl.video.scene import Scene
from synrl.world.timeline import Operation, Timeline


class ChipContainer(Family):
    name = "chip_container"
    summary = "What closed containers hold after chips go in, out and across, and after pours and swaps."
    category = "container management"
    horizon = "long"
    content = "the contents of the containers"
    primitive = "temporal"
    modes = ("forward", "retrodictive", "historical", "predict_operations")
    config_type = ChipConfig
    levels = LEVELS
    asks = ASKS
    words = told("move", "swap", "take away", "pour", "add") | {
        **dict.fromkeys(("gains", "receives", "gets"), "gain"),
        **dict.fromkeys(("loses", "leaves"), "lose"),
        "moved from": "move",
        "transferred from": "move",
    }
    names = named("container")
    verbs = ("holds", "is empty")
    ordered = False

    def simulate(self, config: ChipConfig, streams: Streams) -> Timeline:
        return clip.simulate(ASKS, config, streams)

    def draw(self, timeline: Timeline) -> Scene:
        return clip.draw(timeline)

    def phrases(self, happening: Operation) -> Sequence[str]:
        given = happening.arguments
        if happening.kind in ("move", "pour"):
            way = f"from container {given['source']} to container {given['target']}"
            what = "everything is poured" if happening.kind == "pour" else f"a chip of {given['chip']} goes"
            return (f"{what} {way}",)
        if happening.kind == "swap":
            return both_ways("containers {} and {} change places", *given["containers"])
        if happening.kind == "add":
            return (
                f"a chip of {given['chip']} drops into container {given['container']}",
                f"a chip of {given['chip']} is put into container {given['container']}",
            )
        return (f"a chip of {given['chip']} is taken out of container {given['container']}",)

    def effects(self, before: Any, happening: Operation, after: Any) -> Sequence[str]:
        given = happening.arguments
        if "chip" not in given:
            return ()
        source, target = (given.get(name) for name in ("source", "target"))
        gains = target or (given["container"] if happening.kind == "add" else None)
        loses = source or (given["container"] if happening.kind == "remove" else None)
        chip = f"a chip of {given['chip']}"
        said = [f"container {gains} gains {chip}"] if gains else []
        return said + (
            [f"container {loses} loses {chip}", f"{chip} leaves container {loses}"] if loses else []
        )

    def statements(self, state: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
        said: dict[str, Sequence[str]] = {}
        for name, chips in state.items():
            listed = f"holds {', '.join(map(str, chips))}" if chips else "is empty"
            said[f"container {name}"] = listed, f"holds {len(chips)} chips", f"is worth {sum(chips)}"
            said[f"the chips in container {name}"] = (f"is worth {sum(chips)}",)
            said[f"the number of chips in container {name}"] = (f"is {len(chips)}",)
            said[f"the total of container {name}"] = said[f"the sum of container {name}"] = (
                f"is {sum(chips)}",
            )
        return said

    def parts(self, state: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, str]:
        return {
            f"container {name}": f"holds {', '.join(map(str, chips))}" if chips else "is empty"
            for name, chips in state.items()
        }

    def captions(self, evidence: Evidence) -> Iterable[Caption]:
        return captions.captions(evidence)

    def observe(self, evidence: Evidence) -> Observed:
        return solver.observe(evidence)

    def outline(self, shape: str, size: float) -> Path:
        return clip.outline(shape, size)


FAMILY = ChipContainer()
