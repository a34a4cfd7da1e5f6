"""card_stack: follow cards through piles while all of them lie face down.

All faces show for two seconds at one end of the clip, the start (forward questions) or the end
(retrodictive ones); in between, and at the other end, only backs do. Cards that are added show their
face as they come; cards that are removed show it only if the reveal is at the end, where the start
could not be inferred otherwise.

Every operation changes the state and none leads back to an earlier one, so each has to be followed.
The answer is drawn evenly from all that the same operations would have led to in other orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matplotlib.path import Path

from synrl.evidence import Evidence, Observed
from synrl.seeds import Streams
from synrl.tasks.base import Caption, Family
from synrl.tasks.card_stack import captions, clip, solver
from synrl.tasks.card_stack.asks import ASKS
from synrl.tasks.card_stack.config import LEVELS, CardConfig
from synrl.tasks.card_stack.table import CARD_HEIGHT
from synrl.tasks.shared.lexicon import named, told
from synrl.tasks.shared.telling import both_ways
from synrl.video.outlines import rounded_rectangle
from synrl.video.scene import Scene
from synrl.world.timeline import Operation, Timeline


class CardStack(Family):
    name = "card_stack"
    summary = "Which card is where after moves, burials, swaps, additions and removals, all face down."
    category = "container management"
    horizon = "long"
    content = "the cards"
    primitive = "temporal"
    modes = ("forward", "retrodictive", "historical", "predict_operations")
    config_type = CardConfig
    levels = LEVELS
    asks = ASKS
    words = told("move", "swap", "bury", "take away") | {
        **dict.fromkeys(
            ("onto", "placed on", "put on", "laid on", "added to", "lands on", "on top of"), "onto"
        ),
        "transferred": "move",
        **dict.fromkeys(("gains", "receives", "gets"), "gain"),
        **dict.fromkeys(("loses", "leaves"), "lose"),
    }
    names = named("card", "pile")
    verbs = ("holds", "is empty")

    def simulate(self, config: CardConfig, streams: Streams) -> Timeline:
        return clip.simulate(ASKS, config, streams)

    def draw(self, timeline: Timeline) -> Scene:
        return clip.draw(timeline)

    def phrases(self, happening: Operation) -> Sequence[str]:
        given = happening.arguments
        if happening.kind == "move":
            source, target = given["source"], given["target"]
            return (
                f"the top card of pile {source} moves to pile {target}",
                f"the top card of pile {source} goes onto pile {target}",
            )
        if happening.kind == "swap":
            return both_ways("the top cards of piles {} and {} change places", *given["piles"])
        if happening.kind == "bury":
            return (
                f"the top card of pile {given['pile']} moves to the bottom of its pile",
                f"the top card of pile {given['pile']} goes to the bottom of the pile",
            )
        if happening.kind == "add":
            return (f"a new card, the {given['card']}, is placed on pile {given['pile']}",)
        return (f"the top card of pile {given['pile']} is taken away",)

    def effects(self, before: Any, happening: Operation, after: Any) -> Sequence[str]:
        given = happening.arguments
        if happening.kind == "swap":
            (one, x), (two, y) = ((name, before[name][-1]) for name in given["piles"])
            return (
                *both_ways("the {} and the {} change places", x, y),
                *both_ways("the {} and the {} change places", f"{x} of pile {one}", f"{y} of pile {two}"),
                *both_ways("{} and {} change places", f"pile {one}, {x},", f"pile {two}, {y},"),
            )
        if happening.kind == "move":
            source, target = given["source"], given["target"]
            card = before[source][-1]
            return (
                f"the {card} leaves pile {source} and lands on pile {target}",
                f"pile {source} loses the {card}",
                f"pile {target} gains the {card}",
                f"the {card} moves from pile {source} to pile {target}",
                f"from pile {source}, the {card} moves onto pile {target}",
            )
        if happening.kind == "add":
            return (f"on pile {given['pile']}, the {given['card']} is placed",)
        pile, card = given["pile"], before[given["pile"]][-1]
        does = "moves to the bottom of" if happening.kind == "bury" else "is taken away from"
        return f"the {card} {does} pile {pile}", f"from pile {pile}, the {card} {does}"

    def statements(self, state: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
        said: dict[str, Sequence[str]] = {}
        for name, cards in state.items():
            said[f"pile {name}"] = (
                f"holds {', '.join(cards)}" if cards else "is empty",
                f"holds {len(cards)} cards",
            )
            if cards:
                for label in (
                    f"the top card of pile {name}",
                    f"the card on top of pile {name}",
                    f"the top of pile {name}",
                ):
                    said[label] = (f"is {cards[-1]}",)
                said[f"the bottom card of pile {name}"] = (f"is {cards[0]}",)
            said[f"the number of cards in pile {name}"] = (f"is {len(cards)}",)
        return said

    def parts(self, state: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, str]:
        return {
            f"pile {name}": f"holds {', '.join(cards)}" if cards else "is empty"
            for name, cards in state.items()
        }

    def captions(self, evidence: Evidence) -> Iterable[Caption]:
        return captions.captions(evidence)

    def observe(self, evidence: Evidence) -> Observed:
        return solver.observe(evidence)

    def outline(self, shape: str, size: float) -> Path:
        return rounded_rectangle(size, CARD_HEIGHT, 6)


FAMILY = CardStack()
