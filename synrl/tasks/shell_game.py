"""shell_game: under which cup is the coin?

Identical cups stand on a square grid, coins lie under some. All cups are lifted for two seconds at one
end of the clip; in between, pairs of neighbours (at higher levels, cups two cells apart) change places.
Every swap moves a coin, and the coins never lie as they did before.

From level 3 on, a screen hides a column of the grid for a part of the shuffle. What happens can still be
told: swaps are among cups in sight, or between a cup in sight and its hidden neighbour in the same row,
so that the row at which a cup goes behind the screen says which one it changes places with. That each
operation swaps two cups is stated.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from matplotlib.path import Path

from synrl.answers import FORMS
from synrl.evidence import Evidence, Observed
from synrl.evidence.following import at, find_plan, read_back, reveal_at_start
from synrl.seeds import Stream, Streams
from synrl.tasks import cup_clip
from synrl.tasks.base import Family
from synrl.tasks.config import Config
from synrl.tasks.cup_clip import Screen
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
from synrl.tasks.shared.telling import at_moment, both_ways, first_or_last
from synrl.video.boards import labels
from synrl.video.scene import Look, Scene, Shape
from synrl.world.cups import WORLD, apply
from synrl.world.grids import Cell, Layout, cell_name, cells, parse_cell, rules_of_naming
from synrl.world.history import (
    History,
    Step,
    play,
    rivals,
    told,
)
from synrl.world.plans import distant_state
from synrl.world.style import draw_style
from synrl.world.timeline import HEIGHT, WIDTH, Operation, Timeline

ASKS = {
    "forward": ("where", "under"),
    "retrodictive": ("where", "under"),
    "historical": ("where", "first", "last", "count"),
    "predict_operations": ("plan",),
}
COUNTS = range(1, 5)
"""How many swaps move a coin that is asked about so."""
LONGEST_REST = 5
"""For how many swaps at an end of the shuffle a coin may rest that is asked about: few coins have few
arrangements, and none recurs."""


@dataclass(frozen=True, kw_only=True)
class ShellConfig(Config):
    """Knobs: rows and columns, coins, swaps, how far they reach, the screen, length of asked plans."""

    size: int
    coins: int
    num_operations: int
    reach: int
    """Cells, along a row or column."""
    screen: bool
    plan_moves: int

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require("size", (3, 4))
        self.require("coins", range(2, 5))
        self.require("num_operations", range(NUM_OPTIONS, 21))
        self.require("reach", (1, 2))
        self.require("screen", (False, True))
        self.require("plan_moves", (1, 2))


class ShellGame(Family):
    name = "shell_game"
    summary = "Under which cup a coin is after swaps, some behind a screen; how to get it elsewhere."
    category = "grid-based tracking"
    horizon = "long"
    primitive = "temporal"
    modes = ("forward", "retrodictive", "historical", "predict_operations")
    config_type = ShellConfig
    world = WORLD
    levels = {
        1: dict(size=3, coins=2, num_operations=4, reach=1, screen=False, plan_moves=1),
        2: dict(size=3, coins=2, num_operations=5, reach=1, screen=False, plan_moves=1),
        3: dict(size=3, coins=2, num_operations=6, reach=1, screen=True, plan_moves=2),
        4: dict(size=3, coins=3, num_operations=8, reach=2, screen=True, plan_moves=2),
        5: dict(size=4, coins=4, num_operations=10, reach=2, screen=True, plan_moves=2),
    }

    def simulate(self, config: ShellConfig, streams: Streams) -> Timeline:
        style, question, scene = draw_style(streams), streams.question, streams.scene
        colours = streams.style.sample(style.colours(config.level), config.coins)
        names = [f"{colour} coin" for colour in colours]
        reveal = draw_reveal(config.mode, question)
        ask = question.choice(ASKS[config.mode] if config.coins > 2 else _without_under(ASKS[config.mode]))
        wanted = question.choice(_numbers(ask, config))
        count = question.choice(COUNTS)
        while True:
            screen = _draw_screen(scene, config)
            places = scene.sample([cell_name(cell) for cell in cells(config.size)], config.coins)
            start = {"size": config.size, "coins": dict(zip(names, places, strict=True))}
            history = _shuffled(start, config, screen, scene)
            asked = _asked(history, reveal, ask, wanted, count, config, question)
            if asked is not None:
                break
        query = {
            "ask": ask,
            "reveal": reveal,
            "form": config.form,
            "size": config.size,
            "screen": config.screen,
            "coins": names,
            **asked,
        }
        return cup_clip.animate(history, query, screen, style, streams)

    def draw(self, timeline: Timeline) -> Scene:
        style, query = timeline.style, timeline.query
        layout = cup_clip.layout_at_start(timeline.poses, query)
        looks: list[tuple[Look, ...]] = []
        for item in timeline.objects:
            outline = self.outline(item.shape, item.size)
            looks.append(((Shape(outline, fill=item.colour),),))
        return Scene(WIDTH, HEIGHT, style.panel, labels(layout, style, distance=32), tuple(looks))

    def wordings(self, query: Mapping[str, Any]) -> Sequence[str]:
        screen = " For a while, a screen hides one column." if query["screen"] else ""
        rules = (
            f"Cups stand on a grid. {rules_of_naming(query['size'])} Each operation swaps two cups together "
            f"with what is under them.{screen} What is under the cups can be seen only "
            f"{ENDS[query['reveal']]} of the video."
        )
        return [f"{rules} {sentence}" for sentence in _sentences(query)]

    def ask(self, timeline: Timeline, config: ShellConfig, streams: Streams) -> Question:
        query = timeline.query
        wording = streams.wording.choice(self.wordings(query))
        history = told(timeline.states, timeline.operations, apply)
        if query["ask"] == "plan":
            return plan_question(wording, history, query, WORLD, streams)
        if query["ask"] == "under":
            coins = state_at(history, query["when"])["coins"]
            (truth,) = (coin for coin, cell in coins.items() if cell == query["cell"])
            return drawn(wording, truth, query["coins"], config.form, streams)
        if query["ask"] == "where":
            return _ask_where(wording, history, config, query, streams)
        swaps = _swaps_of(history, query["coin"])
        if query["ask"] == "count":
            return integer_question(wording, len(swaps), COUNTS, config.form, streams)
        truth_number = swaps[0 if query["ask"] == "first" else -1]
        return integer_question(wording, truth_number, _numbers(query["ask"], config), config.form, streams)

    def phrases(self, happening: Operation) -> Sequence[str]:
        return (
            *both_ways("the cups at {} and {} change places", *happening.arguments["cells"]),
            *both_ways("the cup at {} changes places with the one at {}", *happening.arguments["cells"]),
        )

    def parts(self, state: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, str]:
        coins = [query["coin"]] if "coin" in query else list(state["coins"])
        return {f"the {coin}": f"is at {state['coins'][coin]}" for coin in coins}

    def conclude(self, row: Mapping[str, Any]) -> Sequence[str]:
        query, truth, ask = row["config"]["query"], row["answer_text"], row["config"]["query"]["ask"]
        if ask in ("first", "last"):
            return first_or_last(ask, truth, f"moves the {query['coin']}")
        if ask == "count":
            return (f"Swaps that move the {query['coin']}: {truth}",)
        what = f"under the cup at {query['cell']} lies the {truth}" if ask == "under" else None
        return at_moment(query["when"], what or f"the {query.get('coin')} lies at {truth}")

    def observe(self, evidence: Evidence) -> Observed:
        size, tracks = evidence.query["size"], evidence.tracks
        cups = [name for name in tracks if name.startswith("cup ")]
        layout = Layout.spanned_by([(float(tracks[c].x[0]), float(tracks[c].y[0])) for c in cups], size)
        frame = 0 if reveal_at_start(evidence) else -1

        def cell(name: str) -> Cell:
            return layout.cell(float(tracks[name].x[frame]), float(tracks[name].y[frame]))

        under = {coin: next(c for c in cups if cell(c) == cell(coin)) for coin in evidence.query["coins"]}

        def arrangement(places: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
            coins = {coin: cell_name(layout.cell(*places[name])) for coin, name in under.items()}
            return {"size": size, "coins": coins}

        read = read_back(evidence, arrangement, lambda before, after: ("swap", {}), followed=cups)
        operations = [
            replace(operation, arguments={"cells": _swapped(tracks, cups, layout, operation)})
            for operation in read.operations
        ]
        return Observed(operations=tuple(operations), states=read.states)

    def solve(self, evidence: Evidence) -> str | None:
        if not evidence.reveals:
            return None
        query, (reveal,) = evidence.query, evidence.reveals
        places = _followed(evidence, reveal.state["coins"])
        if query["ask"] == "plan":
            hidden = places[-1 if query["reveal"] == "start" else 0]
            start = {"size": query["size"], "coins": hidden}
            return find_plan(evidence, start, _carry, WORLD)
        if query["ask"] in ("where", "under"):
            coins = at(places, query["when"])
            if coins is None:
                return None
            if query["ask"] == "where":
                return str(coins[query["coin"]])
            return next((coin for coin, cell in coins.items() if cell == query["cell"]), None)
        moved = [
            number
            for number, (one, two) in enumerate(itertools.pairwise(places), start=1)
            if one[query["coin"]] != two[query["coin"]]
        ]
        if not moved:
            return None
        return str(len(moved) if query["ask"] == "count" else moved[0 if query["ask"] == "first" else -1])

    def outline(self, shape: str, size: float) -> Path:
        return cup_clip.outline(shape, size)


FAMILY = ShellGame()


def _without_under(asks: Sequence[str]) -> list[str]:
    return [ask for ask in asks if ask != "under"]


# --- simulation -------------------------------------------------------------------------------------


def _draw_screen(scene: Stream, config: ShellConfig) -> Screen | None:
    """A column and the operations during which it is hidden: a third to two thirds of them."""
    if not config.screen:
        return None
    length = scene.integer(config.num_operations // 3, 2 * config.num_operations // 3)
    first = scene.integer(0, config.num_operations - length)
    return Screen(scene.integer(0, config.size - 1), first, first + length)


def _shuffled(start: Any, config: ShellConfig, screen: Screen | None, scene: Stream) -> History:
    """A history of swaps that can all be told by what is in sight."""

    while True:
        steps: list[Step] = []
        states = [start]
        while len(steps) < config.num_operations:
            hidden = screen if screen and screen.first <= len(steps) < screen.last else None
            longer = play(states[-1], 1, apply, _proposer(config, hidden), scene)
            steps += longer.steps
            states.append(longer.states[-1])
        if len({tuple(state["coins"].values()) for state in states}) == len(states):
            return History(tuple(steps), tuple(states))


def _proposer(config: ShellConfig, screen: Screen | None) -> Callable[[Any, Stream], Step]:
    """Random swaps along rows and columns that can be told when a column is hidden."""

    def propose(state: Any, scene: Stream) -> Step:
        taken = set(state["coins"].values())
        while True:
            (row, column), distance = scene.choice(cells(config.size)), scene.integer(1, config.reach)
            other = (row, column + distance) if scene.chance(0.5) else (row + distance, column)
            pair = [(row, column), other]
            names = [cell_name(cell) for cell in pair]
            if max(other) < config.size and taken & set(names) and _in_sight(pair, screen):
                return Step("swap", {"cells": names})

    return propose


def _in_sight(pair: Sequence[Cell], screen: Screen | None) -> bool:
    """Whether a swap of two cells can be told although a column is hidden."""
    if screen is None:
        return True
    behind = [cell[1] == screen.column for cell in pair]
    (row, column), (other_row, other_column) = pair
    if not any(behind):
        return not min(column, other_column) < screen.column < max(column, other_column)
    return not all(behind) and row == other_row and abs(column - other_column) == 1


def _asked(
    history: History,
    reveal: str,
    ask: str,
    wanted: int,
    count: int,
    config: ShellConfig,
    question: Stream,
) -> dict[str, Any] | None:
    """What to ask so that the answer has to be followed, or None if this history has no such thing."""
    if ask == "plan":
        start = state_at(history, hidden_end(reveal))
        target = distant_state(WORLD, start, config.plan_moves, question)
        return None if target is None else {"moves": config.plan_moves, "target": target}
    coins = list(history.states[0]["coins"])
    if ask in ("first", "last", "count"):
        swaps = {coin: _swaps_of(history, coin) for coin in coins}
        if ask == "count":
            fitting = [coin for coin in coins if len(swaps[coin]) == count]
        else:
            fitting = [c for c in coins if swaps[c] and swaps[c][0 if ask == "first" else -1] == wanted]
        return {"coin": question.choice(fitting)} if fitting else None
    when = draw_when(config.mode, config.num_operations, question)
    there, readable = state_at(history, when)["coins"], state_at(history, reveal)["coins"]
    coin = question.choice(coins)
    if there[coin] == readable[coin]:
        return None
    return {"coin": coin, "when": when} if ask == "where" else {"cell": there[coin], "when": when}


def _numbers(ask: str, config: ShellConfig) -> Sequence[int]:
    """The numbers of swaps that are asked for as a coin's first or last."""
    every = range(1, config.num_operations + 1)
    return every[-1 - LONGEST_REST :] if ask == "last" else every[: 1 + LONGEST_REST]


def _swaps_of(history: History, coin: str) -> list[int]:
    """The numbers, from 1, of the swaps that move a coin."""
    pairs = enumerate(itertools.pairwise(history.states), start=1)
    return [number for number, (one, two) in pairs if one["coins"][coin] != two["coins"][coin]]


# --- questions --------------------------------------------------------------------------------------


def _sentences(query: Mapping[str, Any]) -> Sequence[str]:
    ask, coin = query["ask"], query.get("coin")
    if ask == "plan":
        moment, moves = ENDS[hidden_end(query["reveal"])], query["moves"]
        target = ", ".join(f"{name} at {cell}" for name, cell in query["target"]["coins"].items())
        most = f"at most {moves} swap{'s' if moves > 1 else ''}"
        form = ' Answer like "swap A1 B2; swap B2 C3".' if query["form"] == "open" else ""
        return (
            f"Which {most} of any two cups would lead from where the coins are {moment} to this: "
            f"{target}?{form}",
            f"With {most} (any two cups), how would you bring the coins from their cells {moment} of the "
            f"video to these: {target}?{form}",
        )
    if ask in ("first", "last", "count"):
        sentences: tuple[str, ...] = (
            f"Counting swaps from 1, which one is the {ask} to move the {coin}?",
            f"What is the number of the {ask} swap, counted from 1, that moves the {coin}?",
        )
        if ask == "count":
            sentences = (
                f"How many of the swaps move the {coin}?",
                f"How often is the cup with the {coin} under it part of a swap?",
            )
        form = f" {FORMS['integer']}" if query["form"] == "open" else ""
        return [sentence + form for sentence in sentences]
    moment = say_moment(query["when"])
    if ask == "under":
        sentences = (
            f"Which coin is under the cup at {query['cell']} {moment}?",
            f"What lies under the cup at {query['cell']} {moment}?",
        )
        return [with_words(sentence, query, query["coins"]) for sentence in sentences]
    form = ' Answer with a cell, like "B1".' if query["form"] == "open" else ""
    return (
        f"In which cell is the {coin} {moment}?{form}",
        f"Under the cup in which cell does the {coin} lie {moment}?{form}",
    )


def _ask_where(
    wording: str, history: History, config: ShellConfig, query: Mapping[str, Any], streams: Streams
) -> Question:
    """The cell of a coin at some moment."""

    def of(other: History) -> str:
        return str(state_at(other, query["when"])["coins"][query["coin"]])

    if config.form == "open":
        return Question(wording, "text", of(history), guess_rate=1 / config.size**2)
    names = [cell_name(cell) for cell in cells(config.size)]
    readable = state_at(history, query["reveal"])["coins"][query["coin"]]
    wrong = rivals(
        history,
        query["reveal"],
        WORLD,
        _proposer(config, None),
        of,
        lambda rival: rival != readable,
        lambda _, stream: stream.choice(names),
        NUM_OPTIONS - 1,
        streams.options,
    )
    return choice(wording, of(history), wrong, streams)


# --- following --------------------------------------------------------------------------------------


def _followed(evidence: Evidence, coins: Mapping[str, str]) -> list[dict[str, str]]:
    """Where the coins are after 0, 1, … swaps, from where they were seen."""
    forwards = reveal_at_start(evidence)
    places = [dict(coins)]
    for operation in evidence.operations if forwards else reversed(evidence.operations):
        places.append(_exchanged(places[-1], operation.arguments["cells"]))
    return places if forwards else places[::-1]


def _exchanged(coins: Mapping[str, str], pair: Sequence[str]) -> dict[str, str]:
    after = dict(coins)
    for coin, cell in coins.items():
        if cell in pair:
            after[coin] = pair[1 - list(pair).index(cell)]
    return after


def _carry(state: Any, step: Step) -> Any | None:
    pair = step.arguments["cells"]
    if pair[0] == pair[1] or None in [parse_cell(name, state["size"]) for name in pair]:
        return None
    return {"size": state["size"], "coins": _exchanged(state["coins"], pair)}


def _swapped(
    tracks: Mapping[str, Any], cups: Sequence[str], layout: Layout, operation: Operation
) -> list[str]:
    """The cells, row by row, between which cups move from start to end of an operation."""
    start, end = operation.start_frame, operation.end_frame
    moved = [
        layout.cell(float(tracks[name].x[start]), float(tracks[name].y[start]))
        for name in cups
        if math.dist(tracks[name].points[start], tracks[name].points[end]) > 1
    ]
    return [cell_name(cell) for cell in sorted(moved)]
