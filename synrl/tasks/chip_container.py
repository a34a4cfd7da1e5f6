"""chip_container: follow the values of chips through closed containers.

The containers are seen through for two seconds at one end of the clip, the start (forward questions) or
the end (retrodictive ones); else they are closed. A chip that goes into a container, out of it, or to
another one shows its value on the way, so contents follow from what could be read and from every
operation since. Containers that change places, and those poured into others, move chips unseen.

A pour loses which chips came from where, so none occurs when only the end can be read: every operation
of such a clip has one inverse, and one start fits what is seen.

Histories are drawn from the readable end on, in either direction of time. So what can be read is drawn
in the same way at both ends, and says as little about the answer.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.path import Path

from synrl.answers import FORMS
from synrl.errors import ConfigError
from synrl.evidence import Evidence, Observed
from synrl.seeds import Stream, Streams
from synrl.tasks import chip_clip, chip_contents, chip_follow
from synrl.tasks.base import Family
from synrl.tasks.chip_clip import names
from synrl.tasks.config import Config
from synrl.tasks.shared.moments import ENDS, draw_reveal, draw_when, hidden_end, say_moment, state_at
from synrl.tasks.shared.questions import NUM_OPTIONS, Question, drawn, integer_question, plan_question
from synrl.tasks.shared.telling import at_moment, both_ways, first_or_last
from synrl.video.outlines import circle, rounded_rectangle
from synrl.video.scene import Scene
from synrl.world.chip_shelf import CAPACITY, bag_width
from synrl.world.chips import (
    VALUES,
    WORLD,
    Chips,
    Contents,
    apply,
    backwards,
    changed,
)
from synrl.world.history import History, Propose, Step, key, play, told
from synrl.world.plans import conceivable, distant_state, leads
from synrl.world.timeline import Operation, Timeline

KINDS = ("add", "remove", "move", "swap", "pour")
ASKS = {
    "forward": ("total", "count", "chips", "richest"),
    "retrodictive": ("total", "count", "chips", "richest"),
    "historical": ("total", "chips", "first_change", "last_change", "peak"),
    "predict_operations": ("plan",),
}
"""What each mode asks for; the richest container only where there are as many as options."""
NUMBERED = ("first_change", "last_change", "peak")
"""Asks for the number of an operation."""
EVEN = ("count", "richest")
"""Asks whose answer is even given what can be read, which therefore is drawn once, before the answer."""
COUNTS = (1, 2, 3, 4, 5)
"""Numbers of chips that are asked for."""
MARGIN = 5
"""By this much at least the largest total is larger than any other, where it is asked for."""
FEWEST = 2
"""Chips that are left in all containers together."""


@dataclass(frozen=True, kw_only=True)
class ChipConfig(Config):
    """Knobs: containers, chips at the readable end, operations and their kinds, length of asked plans."""

    containers: int
    chips: int
    num_operations: int
    kinds: tuple[str, ...]
    plan_moves: int
    """Moves that an asked plan needs at least, and may have at most."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "kinds", tuple(self.kinds))
        self.require("containers", range(2, 5))
        self.require("chips", range(2, 11))
        self.require("num_operations", range(NUM_OPTIONS, 31))
        self.require("plan_moves", range(1, 4))
        # Without additions and removals few states could be reached, and counts might not fit.
        if not {"add", "remove"} <= set(self.kinds) <= set(KINDS):
            raise ConfigError(
                f"kinds is {self.kinds!r}; allowed: add, remove and any of {', '.join(KINDS[2:])}"
            )


@dataclass(frozen=True)
class Wish:
    """What a clip is to be about, drawn before it."""

    ask: str
    reveal: str
    container: str
    wanted: int | str
    """The answer, if the ask is for a number of chips or of an operation, or for a container."""


class ChipContainer(Family):
    name = "chip_container"
    summary = "What closed containers hold after chips go in, out and across, and after pours and swaps."
    category = "container management"
    horizon = "long"
    primitive = "temporal"
    modes = ("forward", "retrodictive", "historical", "predict_operations")
    config_type = ChipConfig
    world = WORLD
    levels = {
        1: dict(containers=2, chips=3, num_operations=4, kinds=KINDS[:2], plan_moves=1),
        2: dict(containers=2, chips=4, num_operations=5, kinds=KINDS[:3], plan_moves=1),
        3: dict(containers=3, chips=5, num_operations=6, kinds=KINDS[:4], plan_moves=2),
        4: dict(containers=4, chips=6, num_operations=8, kinds=KINDS, plan_moves=2),
        5: dict(containers=4, chips=8, num_operations=10, kinds=KINDS, plan_moves=3),
    }

    def simulate(self, config: ChipConfig, streams: Streams) -> Timeline:
        scene, question = streams.scene, streams.question
        start = _deal(scene, config)
        wish = _wish(start, config, question)
        while True:
            history = _history(start, wish, config, scene)
            asked = None if history is None else _asked(history, wish, config, question)
            if history is not None and asked is not None:
                break
            if wish.ask not in EVEN:
                start = _deal(scene, config)
        query = {
            "ask": wish.ask,
            "reveal": wish.reveal,
            "form": config.form,
            "containers": config.containers,
            "kinds": list(_kinds(config, wish.reveal)),
            **asked,
        }
        return chip_clip.animate(history, query, streams)

    def draw(self, timeline: Timeline) -> Scene:
        return chip_clip.draw(timeline)

    def wordings(self, query: Mapping[str, Any]) -> Sequence[str]:
        *first, last = names(query["containers"])
        rules = [
            f"Containers {', '.join(first)} and {last} hold chips; a container is named by the letter it "
            f"stands over. What is in them can be seen only {ENDS[query['reveal']]} of the video."
        ]
        if "swap" in query["kinds"]:
            rules.append("Containers that change places take their chips along; each goes by its new letter.")
        if "pour" in query["kinds"]:
            rules.append("A container that tips over pours all of its chips into the one below its mouth.")
        form = "" if query["form"] == "choice" else f" {_form(query)}"
        return [f"{' '.join(rules)} {sentence}{form}" for sentence in _sentences(query)]

    def ask(self, timeline: Timeline, config: ChipConfig, streams: Streams) -> Question:
        query = timeline.query
        wording = streams.wording.choice(self.wordings(query))
        history = told(timeline.states, timeline.operations, apply)
        if query["ask"] == "plan":
            return plan_question(wording, history, query, WORLD, streams)
        if query["ask"] in NUMBERED:
            number = _number(history, query["ask"], query["container"])
            assert number is not None, query
            numbers = range(1, config.num_operations + 1)
            return integer_question(wording, number, numbers, config.form, streams)
        if query["ask"] == "richest":
            richest = _richest(state_at(history, query["when"]))
            assert richest is not None, query
            return drawn(wording, richest, names(config.containers), config.form, streams)
        if query["ask"] == "count":
            readable = state_at(history, query["reveal"])[query["container"]]
            counts = [other for other in COUNTS if other != len(readable)]
            count = len(state_at(history, query["when"])[query["container"]])
            return integer_question(wording, count, counts, config.form, streams)
        return chip_contents.ask(wording, history, query, _proposer(config, query["reveal"]), streams)

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

    def parts(self, state: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, str]:
        return {
            f"container {name}": f"holds {', '.join(map(str, chips))}" if chips else "is empty"
            for name, chips in state.items()
        }

    def conclude(self, row: Mapping[str, Any]) -> Sequence[str]:
        query, truth, ask = row["config"]["query"], row["answer_text"], row["config"]["query"]["ask"]
        if ask == "peak":
            return (f"Its total is largest after operation {truth}",)
        if ask in ("first_change", "last_change"):
            return first_or_last(ask, truth, f"changes the contents of container {query['container']}")
        if ask == "richest":
            return at_moment(query["when"], f"the chips of container {truth} are worth the most")
        words = {
            "count": "the number of its chips is",
            "total": "its chips are worth",
            "chips": "its chips are",
        }
        return at_moment(query["when"], f"for container {query['container']}, {words[ask]} {truth}")

    def observe(self, evidence: Evidence) -> Observed:
        return chip_follow.observe(evidence)

    def solve(self, evidence: Evidence) -> str | None:
        return chip_follow.solve(evidence)

    def outline(self, shape: str, size: float) -> Path:
        return circle(size) if shape == "chip" else rounded_rectangle(bag_width(size), size, chip_clip.CORNER)


FAMILY = ChipContainer()


# --- simulation -------------------------------------------------------------------------------------


def _deal(scene: Stream, config: ChipConfig) -> dict[str, Chips]:
    """Random chips in random containers, none of which holds too many."""
    while True:
        state: dict[str, Chips] = dict.fromkeys(names(config.containers), ())
        for _ in range(config.chips):
            state = apply(
                state, "add", {"container": scene.choice(tuple(state)), "chip": scene.choice(VALUES)}
            )
        if max(map(len, state.values())) <= CAPACITY:
            return state


def _kinds(config: ChipConfig, reveal: str) -> tuple[str, ...]:
    """The kinds of operations that leave a clip with one answer."""
    return tuple(kind for kind in config.kinds if kind != "pour" or reveal == "start")


def _wish(start: Contents, config: ChipConfig, question: Stream) -> Wish:
    """What to ask about and, where it is drawn first, the answer."""
    reveal = draw_reveal(config.mode, question)
    asks = [ask for ask in ASKS[config.mode] if ask != "richest" or config.containers == NUM_OPTIONS]
    ask = question.choice(asks)
    container = question.choice([name for name, chips in start.items() if chips or ask != "count"])
    wanted: int | str = 0
    if ask == "count":
        wanted = question.choice([count for count in COUNTS if count != len(start[container])])
    elif ask == "richest":
        wanted = question.choice(tuple(start))
    elif ask in NUMBERED:
        wanted = question.integer(1, config.num_operations)
    return Wish(ask, reveal, container, wanted)


def _history(readable: Contents, wish: Wish, config: ChipConfig, scene: Stream) -> History | None:
    """A random history, played from its readable end on; None if a state recurs in it.

    If it is to leave a container alone before or after some operation, it is played in two parts.
    """
    count = config.num_operations
    parts = [(count, "")]
    if wish.ask in ("first_change", "last_change"):
        first, wanted = wish.ask == "first_change", int(wish.wanted)
        quiet = (wanted - 1 if first else count - wanted, wish.container)
        rest = (count - quiet[0], "")
        parts = [quiet, rest] if first == (wish.reveal == "start") else [rest, quiet]
    told = History((), (readable,))
    for length, untouched in parts:
        if length:
            leg = play(told.states[-1], length, apply, _proposer(config, wish.reveal, untouched), scene)
            told = History((*told.steps, *leg.steps), (*told.states, *leg.states[1:]))
    if len(set(map(key, told.states))) <= count:
        return None
    return told if wish.reveal == "start" else backwards(told)


def _proposer(config: ChipConfig, reveal: str, untouched: str = "") -> Propose:
    """Random legal steps that leave one container alone and put too many chips into none."""
    kinds = _kinds(config, reveal)

    def propose(state: Contents, scene: Stream) -> Step:
        others = [name for name in state if name != untouched]
        holding = [name for name in others if state[name]]
        free = [name for name in others if len(state[name]) < CAPACITY]
        while True:
            kind = scene.choice(kinds)
            if kind == "add" and free:
                return Step(kind, {"container": scene.choice(free), "chip": scene.choice(VALUES)})
            if not holding:
                continue
            source = scene.choice(holding)
            if kind == "remove" and sum(map(len, state.values())) > FEWEST:
                return Step(kind, {"container": source, "chip": scene.choice(state[source])})
            targets = [name for name in (others if kind == "swap" else free) if name != source]
            if not targets:
                continue
            target = scene.choice(targets)
            if kind == "move":
                return Step(kind, {"source": source, "target": target, "chip": scene.choice(state[source])})
            if kind == "swap":
                return Step(kind, {"containers": sorted((source, target))})
            if kind == "pour" and len(state[source]) + len(state[target]) <= CAPACITY:
                return Step(kind, {"source": source, "target": target})

    return propose


def _asked(history: History, wish: Wish, config: ChipConfig, question: Stream) -> dict[str, Any] | None:
    """The rest of the query; None if the history can't be asked as wished."""
    if wish.ask == "plan":
        return _plan_target(history, wish.reveal, config, question)
    if wish.ask in NUMBERED:
        fits = _number(history, wish.ask, wish.container) == wish.wanted
        return {"container": wish.container} if fits else None
    when = draw_when(config.mode, config.num_operations, question)
    state = state_at(history, when)
    if wish.ask == "count":
        fits = len(state[wish.container]) == wish.wanted
        return {"container": wish.container, "when": when} if fits else None
    if wish.ask == "richest":
        return {"when": when} if _richest(state) == wish.wanted else None
    query = {"ask": wish.ask, "reveal": wish.reveal, "container": wish.container, "when": when}
    fits = chip_contents.can_be_asked(history, query, _proposer(config, wish.reveal), question)
    return {"container": wish.container, "when": when} if fits else None


def _plan_target(
    history: History, reveal: str, config: ChipConfig, question: Stream
) -> dict[str, Any] | None:
    """Contents that the hidden end of the clip is exactly `plan_moves` moves away from."""
    start = state_at(history, hidden_end(reveal))
    target = distant_state(WORLD, start, config.plan_moves, question)
    if target is None:
        return None
    plans = conceivable(WORLD, target, config.plan_moves)
    wrong = (moves for moves in plans if not leads(WORLD, start, moves, target))
    if sum(1 for _ in itertools.islice(wrong, NUM_OPTIONS - 1)) < NUM_OPTIONS - 1:
        return None
    return {"moves": config.plan_moves, "target": {name: list(chips) for name, chips in target.items()}}


# --- truth ------------------------------------------------------------------------------------------


def _number(history: History, ask: str, container: str) -> int | None:
    """The number, from 1, of the operation that is asked for; None if there is none or no single one."""
    if ask == "peak":
        totals = [sum(state[container]) for state in history.states]
        at_most = [number for number, total in enumerate(totals) if total == max(totals)]
        lasting = at_most[-1] - at_most[0] + 1 == len(at_most)
        return at_most[0] if at_most[0] and lasting else None
    numbers = [number for number, step in enumerate(history.steps, start=1) if container in changed(step)]
    return numbers[0 if ask == "first_change" else -1] if numbers else None


def _richest(state: Contents) -> str | None:
    """The container with the largest total; None if another comes near."""
    totals = sorted(((sum(chips), name) for name, chips in state.items()), reverse=True)
    return totals[0][1] if totals[0][0] - totals[1][0] >= MARGIN else None


# --- questions --------------------------------------------------------------------------------------


def _sentences(query: Mapping[str, Any]) -> Sequence[str]:
    ask, container = query["ask"], query.get("container")
    if ask in ("first_change", "last_change"):
        which = "first" if ask == "first_change" else "last"
        return (
            f"Counting operations from 1, which one is the {which} to change the contents of container "
            f"{container}?",
            f"What is the number of the {which} operation, counted from 1, that changes what container "
            f"{container} holds?",
        )
    if ask == "peak":
        return (
            f"Counting operations from 1, which one brings container {container} to the largest total value "
            "that it has in the video?",
            f"After which operation, counted from 1, does container {container} first hold its largest total "
            "value of the whole video?",
        )
    if ask == "plan":
        return _plan_sentences(query)
    moment = say_moment(query["when"])
    return {
        "total": (
            f"What is the total value of the chips in container {container} {moment}?",
            f"How much are all chips in container {container} worth together {moment}?",
        ),
        "count": (
            f"How many chips are in container {container} {moment}?",
            f"What is the number of chips that container {container} holds {moment}?",
        ),
        "chips": (
            f"Which chips are in container {container} {moment}, from the smallest value to the largest?",
            f"List the values of all chips that container {container} holds {moment}, the smallest first.",
        ),
        "richest": (
            f"Which container holds the largest total value {moment}?",
            f"In which container are the chips worth the most in total {moment}?",
        ),
    }[ask]


def _plan_sentences(query: Mapping[str, Any]) -> Sequence[str]:
    moment = ENDS[hidden_end(query["reveal"])]
    contents = [f"{name}: {', '.join(map(str, chips)) or 'empty'}" for name, chips in query["target"].items()]
    target = "; ".join(contents)
    most = f"at most {query['moves']} move{'s' if query['moves'] > 1 else ''}"
    rule = '"move 25 A B" takes a chip of 25 out of container A and puts it into container B.'
    return (
        f"Which {most} would lead from what the containers hold {moment} to these contents: {target}? {rule}",
        f"{rule} With {most}, how do you get from the contents {moment} of the video to the following "
        f"ones: {target}?",
    )


def _form(query: Mapping[str, Any]) -> str:
    special = {
        "plan": 'Answer like "move 25 A B; move 5 C A".',
        "richest": "Answer with its letter.",
        "chips": 'Answer with every value as often as it occurs, separated by commas, like "5, 5, 25".',
    }
    return special.get(query["ask"], FORMS["integer"])
