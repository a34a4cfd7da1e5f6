"""card_stack: follow cards through piles while all of them lie face down.

All faces show for two seconds at one end of the clip, the start (forward questions) or the end
(retrodictive ones); in between, and at the other end, only backs do. Cards that are added show their
face as they come; cards that are removed show it only if the reveal is at the end, where the start
could not be inferred otherwise.

Every operation changes the state and none leads back to an earlier one, so each has to be followed.
The faces of a clip are a random assignment of cards to places: the answer to a question about a card
is even over the deck, whatever the operations.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.path import Path

from synrl.answers import FORMS
from synrl.errors import ConfigError, IllegalOperation
from synrl.evidence import Evidence
from synrl.seeds import Stream, Streams
from synrl.tasks import card_follow
from synrl.tasks.base import FPS, HEIGHT, WIDTH, Config, Family, Observed, Question
from synrl.tasks.cast import COLOURS
from synrl.tasks.questions import NUM_OPTIONS, choice, integer_question
from synrl.video.outlines import place, rectangle, rounded_rectangle, text
from synrl.video.scene import Look, Scene, Shape
from synrl.world.card_table import CARD_HEIGHT, MAX_HEIGHT, Table, travel
from synrl.world.cards import (
    RANKS,
    SUITS,
    Move,
    Piles,
    apply,
    format_plan,
    legal_moves,
    parse_plan,
    run_moves,
)
from synrl.world.history import History, Step, play, rivals, timed
from synrl.world.timeline import HIDDEN, Poses, SceneObject, State, Timeline

BACK, FACE = 0, 1
INK = "#202020"
FELTS = ("#bcd9c4", "#c3d3e8", "#e3d3b8", "#d8c8dc")
"""Grounds that a white face stands out from."""
KINDS = ("move", "bury", "swap", "add", "remove")
REVEALS = ("start", "end")
MOMENT = {"start": "at the beginning", "end": "at the end"}
ASKS = {
    "forward": ("top", "pile"),
    "retrodictive": ("top", "pile"),
    "historical": ("top", "first_lift", "last_lift"),
    "predict_operations": ("plan",),
}
"""What each mode asks for."""
DECK_SIZE = len(RANKS) * len(SUITS)


@dataclass(frozen=True, kw_only=True)
class CardConfig(Config):
    """Knobs: piles, cards at the start, operations and their kinds, length of asked plans."""

    piles: int
    cards: int
    num_operations: int
    kinds: tuple[str, ...]
    plan_moves: int
    """Moves that an asked plan needs at least, and may have at most."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "kinds", tuple(self.kinds))
        self.require("piles", range(2, 5))
        # The truth, the card that can be read in its place, and three wrong options must all differ.
        self.require("cards", range(NUM_OPTIONS + 1, 10))
        self.require("num_operations", range(NUM_OPTIONS, 31))
        self.require("plan_moves", range(1, 4))
        if not set(self.kinds) <= set(KINDS):
            raise ConfigError(f"kinds is {self.kinds!r}; allowed: some of {', '.join(KINDS)}")


class CardStack(Family):
    name = "card_stack"
    summary = "Which card is where after moves, burials, swaps, additions and removals, all face down."
    category = "container management"
    horizon = "long"
    primitive = "temporal"
    modes = ("forward", "retrodictive", "historical", "predict_operations")
    config_type = CardConfig
    levels = {
        1: dict(piles=3, cards=5, num_operations=4, kinds=("move",), plan_moves=1),
        2: dict(piles=3, cards=5, num_operations=5, kinds=("move", "bury"), plan_moves=1),
        3: dict(piles=3, cards=6, num_operations=6, kinds=("move", "bury", "swap"), plan_moves=2),
        4: dict(piles=3, cards=7, num_operations=8, kinds=KINDS, plan_moves=2),
        5: dict(piles=4, cards=8, num_operations=10, kinds=KINDS, plan_moves=3),
    }

    def simulate(self, config: CardConfig, streams: Streams) -> Timeline:
        fixed = {"forward": "start", "retrodictive": "end"}.get(config.mode)
        reveal = fixed or streams.question.choice(REVEALS)
        ask = streams.question.choice(ASKS[config.mode])
        wanted = streams.question.integer(1, config.num_operations)
        while True:
            start = _deal(streams.scene, config)
            propose = _proposer(config, shown=reveal == "end")
            history = play(start, config.num_operations, apply, propose, streams.scene)
            if ask == "plan":
                asked = _plan_target(history, reveal, config, streams.question)
            elif ask == "pile" or ask == "top":
                asked = _changed_pile(history, reveal, config, ask, streams.question)
            else:
                asked = _lifted_card(history, ask, wanted, streams.question)
            if asked is not None:
                break
        query = {"ask": ask, "reveal": reveal, "form": config.form, "piles": config.piles, **asked}
        return _animate(history, query, streams)

    def draw(self, timeline: Timeline, style: Stream) -> Scene:
        table = Table(_names(timeline.query["piles"]), WIDTH)
        width, back = table.card_width, timeline.objects[0].colour
        body = rounded_rectangle(width, CARD_HEIGHT, 6)
        inset = rounded_rectangle(width - 12, CARD_HEIGHT - 12, 4)
        looks = []
        for card in timeline.objects:
            ink = "#c01818" if card.name[-1] in "♥♦" else INK
            face: Look = (
                Shape(body, fill=back),
                Shape(rounded_rectangle(width - 6, CARD_HEIGHT - 6, 4), fill="#ffffff"),
                Shape(text(card.name, min(20.0, 0.36 * width)), fill=ink),
            )
            looks.append(((Shape(body, fill=back), Shape(inset, stroke="#ffffff", stroke_width=1.5)), face))
        shelf = []
        for pile in table.piles:
            x, y = table.slot(pile, 0)
            shelf.append(Shape(place(rectangle(width, 3), x, y + CARD_HEIGHT / 2 + 8), fill=INK))
            shelf.append(Shape(place(text(pile, 13, bold=True), x, HEIGHT - 12), fill=INK))
        return Scene(WIDTH, HEIGHT, style.choice(FELTS), tuple(shelf), tuple(looks))

    def wordings(self, query: Mapping[str, Any]) -> Sequence[str]:
        names = _names(query["piles"])
        rules = (
            f"Cards lie in piles {', '.join(names[:-1])} and {names[-1]}; the top card of a pile is the "
            f"highest on screen. The arrangement can be read only {MOMENT[query['reveal']]} of the video."
        )
        form = "" if query["form"] == "choice" else f" {_form(query)}"
        return [f"{rules} {sentence}{form}" for sentence in _sentences(query)]

    def ask(self, timeline: Timeline, config: CardConfig, streams: Streams) -> Question:
        query = timeline.query
        wording = streams.wording.choice(self.wordings(query))
        steps = [Step(operation.kind, operation.arguments) for operation in timeline.operations]
        start = {pile: tuple(cards) for pile, cards in timeline.states[0].state.items()}
        history = History.replay(start, steps, apply)
        if query["ask"] == "plan":
            return _ask_plan(wording, history, query, streams)
        if query["ask"] in ("first_lift", "last_lift"):
            lifts = _lifts(history, query["card"])
            truth = lifts[0] if query["ask"] == "first_lift" else lifts[-1]
            numbers = range(1, config.num_operations + 1)
            return integer_question(wording, truth, numbers, config.form, streams)
        return _ask_cards(wording, history, config, query, streams)

    def observe(self, evidence: Evidence) -> Observed:
        return card_follow.observe(evidence, Table(_names(evidence.query["piles"]), WIDTH))

    def solve(self, evidence: Evidence) -> str | None:
        return card_follow.solve(evidence)

    def outline(self, shape: str, size: float) -> Path:
        return rounded_rectangle(size, CARD_HEIGHT, 6)

    def plan_succeeds(self, row: Mapping[str, Any], plan: str) -> bool:
        query, moves = row["config"]["query"], parse_plan(plan)
        if moves is None or not 0 < len(moves) <= query["moves"]:
            return False
        hidden = row["states"][0 if query["reveal"] == "end" else -1]["state"]
        return _leads(hidden, moves, query["target"])


FAMILY = CardStack()


def _names(piles: int) -> tuple[str, ...]:
    return tuple("ABCD"[:piles])


# --- simulation -------------------------------------------------------------------------------------


def _deal(scene: Stream, config: CardConfig) -> dict[str, tuple[str, ...]]:
    """Cards of different ranks, on random piles, none of them too high."""
    cards = [rank + scene.choice(SUITS) for rank in scene.sample(RANKS, config.cards)]
    while True:
        piles: dict[str, tuple[str, ...]] = dict.fromkeys(_names(config.piles), ())
        for card in cards:
            pile = scene.choice(tuple(piles))
            piles[pile] = (*piles[pile], card)
        if max(map(len, piles.values())) < MAX_HEIGHT:
            return piles


def _proposer(config: CardConfig, *, shown: bool) -> Callable[[Piles, Stream], Step]:
    """Random legal steps; a removed card is part of the step only if it is `shown` leaving."""

    def propose(piles: Piles, scene: Stream) -> Step:
        holding = [pile for pile in piles if piles[pile]]
        free = [pile for pile in piles if len(piles[pile]) < MAX_HEIGHT]
        tall = [pile for pile in piles if len(piles[pile]) > 1]
        used = {card[:-1] for cards in piles.values() for card in cards}
        while True:
            kind = scene.choice(config.kinds)
            if kind == "move":
                source = scene.choice(holding)
                targets = [pile for pile in free if pile != source]
                if targets:
                    return Step(kind, {"source": source, "target": scene.choice(targets)})
            elif kind == "bury" and tall:
                return Step(kind, {"pile": scene.choice(tall)})
            elif kind == "swap" and len(holding) > 1:
                return Step(kind, {"piles": sorted(scene.sample(holding, 2))})
            elif kind == "add" and free and len(used) < 10:
                rank = scene.choice([rank for rank in RANKS if rank not in used])
                return Step(kind, {"pile": scene.choice(free), "card": rank + scene.choice(SUITS)})
            elif kind == "remove" and len(used) > 4:
                pile = scene.choice(holding)
                return Step(kind, {"pile": pile} | ({"card": piles[pile][-1]} if shown else {}))

    return propose


def _changed_pile(
    history: History, reveal: str, config: CardConfig, ask: str, question: Stream
) -> dict[str, Any] | None:
    """A pile and a moment such that the asked cards differ from those of the readable arrangement."""
    when: str | int = {"forward": "end", "retrodictive": "start"}.get(config.mode) or question.integer(
        1, config.num_operations - 1
    )
    state, readable = _state_at(history, when), _readable(history, reveal)
    piles = [
        pile
        for pile, cards in state.items()
        if (cards[-1:] != readable[pile][-1:] if ask == "top" else cards != readable[pile])
        and len(cards) >= (1 if ask == "top" else 2)
    ]
    return {"pile": question.choice(piles), "when": when} if piles else None


def _lifted_card(history: History, ask: str, wanted: int, question: Stream) -> dict[str, Any] | None:
    """A card that the wanted operation was the first, or the last, to pick up."""
    cards = sorted({card for state in history.states for pile in state.values() for card in pile})
    end = 0 if ask == "first_lift" else -1
    fitting = [card for card in cards if (lifts := _lifts(history, card)) and lifts[end] == wanted]
    return {"card": question.choice(fitting)} if fitting else None


def _plan_target(
    history: History, reveal: str, config: CardConfig, question: Stream
) -> dict[str, Any] | None:
    """An arrangement that the hidden end of the clip is exactly `plan_moves` moves away from."""
    start = _hidden(history, reveal)
    plan: list[Move] = []
    for _ in range(config.plan_moves):
        plan.append(question.choice(list(legal_moves(run_moves(start, plan)))))
    target = run_moves(start, plan)
    shorter = any(
        _leads(start, moves, target)
        for count in range(config.plan_moves)
        for moves in itertools.product(itertools.permutations(start, 2), repeat=count)
    )
    conceivable = _conceivable(target, config.plan_moves)
    wrong = [moves for moves in conceivable if not _leads(start, moves, target)]
    if shorter or len(wrong) < NUM_OPTIONS - 1 or max(map(len, target.values())) > MAX_HEIGHT:
        return None
    return {"moves": config.plan_moves, "target": {pile: list(cards) for pile, cards in target.items()}}


def _animate(history: History, query: dict[str, Any], streams: Streams) -> Timeline:
    """The clip of a history: cards at rest, and on their way during each operation."""
    operations, states, num_frames = timed(history, query["reveal"], streams.scene)
    table = Table(_names(query["piles"]), WIDTH)
    cards = list(dict.fromkeys(card for state in history.states for pile in state.values() for card in pile))
    column = {card: i for i, card in enumerate(cards)}
    back = streams.style.choice(tuple(COLOURS.values()))
    poses = Poses.still(num_frames, len(cards))
    poses.look[:] = HIDDEN

    def rest(state: Piles, frame: int) -> None:
        """From a frame on, lay the cards of a state face down and take all others away."""
        poses.look[frame:] = HIDDEN
        for card, (x, y) in table.places(state).items():
            poses.x[frame:, column[card]], poses.y[frame:, column[card]] = x, y
            poses.look[frame:, column[card]] = BACK

    rest(history.states[0], 0)
    for operation, before, after in zip(operations, history.states, history.states[1:], strict=False):
        start, end = operation.start_frame, operation.end_frame
        for card, route in table.routes(operation.kind, before, after).items():
            way = travel(route, end - start)
            poses.x[start : end + 1, column[card]], poses.y[start : end + 1, column[card]] = way.T
            shown = card == operation.arguments.get("card")
            poses.look[start + 1 : end, column[card]] = FACE if shown else BACK
        rest(after, end)
    for one, two in itertools.pairwise([*states, State(num_frames, {}, False)]):
        if one.visible:
            faces = poses.look[one.frame : two.frame]
            faces[faces == BACK] = FACE
    objects = tuple(SceneObject(card, "card", back, table.card_width) for card in cards)
    stored = tuple(State(s.frame, {pile: list(c) for pile, c in s.state.items()}, s.visible) for s in states)
    return Timeline(FPS, objects, poses, operations=tuple(operations), states=stored, query=query)


# --- truth ------------------------------------------------------------------------------------------


def _state_at(history: History, when: str | int) -> Piles:
    state: Piles = history.states[{"start": 0, "end": -1}[when] if isinstance(when, str) else when]
    return state


def _readable(history: History, reveal: str) -> Piles:
    return _state_at(history, reveal)


def _hidden(history: History, reveal: str) -> Piles:
    return _state_at(history, "end" if reveal == "start" else "start")


def _lifts(history: History, card: str) -> list[int]:
    """The numbers, from 1, of the operations that picked a card up."""
    return [
        number
        for number, (step, state) in enumerate(zip(history.steps, history.states, strict=False), start=1)
        if card in _lifted(step, state)
    ]


def _lifted(step: Step, piles: Piles) -> list[str]:
    """The cards that a step picks up from the piles before it."""
    given = step.arguments
    lifted_from = {"move": [given.get("source")], "swap": given.get("piles", []), "add": []}
    return [piles[pile][-1] for pile in lifted_from.get(step.kind, [given.get("pile")])]


def _leads(start: Piles, moves: Sequence[Move], target: Mapping[str, Sequence[str]]) -> bool:
    """Whether moves are legal from a state and end in another."""
    try:
        end = run_moves({pile: tuple(cards) for pile, cards in start.items()}, moves)
    except IllegalOperation:
        return False
    return end == {pile: tuple(cards) for pile, cards in target.items()}


def _conceivable(target: Piles, count: int) -> list[tuple[Move, ...]]:
    """Every plan of some moves that ends in the target from somewhere: what a blind guesser is left with."""
    found: list[tuple[tuple[Move, ...], Piles]] = [((), target)]
    for _ in range(count):
        found = [
            (((there, here), *plan), run_moves(state, [(here, there)]))
            for plan, state in found
            for here, there in legal_moves(state)
        ]
    return [plan for plan, _ in found]


# --- questions --------------------------------------------------------------------------------------


def _sentences(query: Mapping[str, Any]) -> Sequence[str]:
    card, pile = query.get("card"), query.get("pile")
    if query["ask"] in ("first_lift", "last_lift"):
        which = "first" if query["ask"] == "first_lift" else "last"
        return (
            f"Counting operations from 1, which one is the {which} to pick up the {card}?",
            f"What is the number of the {which} operation, counted from 1, that picks up the {card}?",
        )
    if query["ask"] == "plan":
        moment = MOMENT["end" if query["reveal"] == "start" else "start"]
        piles = [f"{name}: {', '.join(cards) or 'empty'}" for name, cards in query["target"].items()]
        target = "; ".join(piles)
        most = f"at most {query['moves']} move{'s' if query['moves'] > 1 else ''}"
        rule = '"move A B" takes the top card of pile A and puts it on top of pile B.'
        return (
            f"Which {most} would lead from the arrangement {moment} to this one, each pile from its lowest "
            f"card up: {target}? {rule}",
            f"{rule} With {most}, how do you get from the arrangement {moment} of the video to the "
            f"following one (lowest card first): {target}?",
        )
    when = query["when"]
    moment = f"{MOMENT[when]} of the video" if isinstance(when, str) else f"right after operation {when}"
    counted = "" if isinstance(when, str) else " (operations are counted from 1)"
    if query["ask"] == "top":
        return (
            f"Which card is on top of pile {pile} {moment}{counted}?",
            f"What is the top card of pile {pile} {moment}{counted}?",
            f"Name the card that lies highest in pile {pile} {moment}{counted}.",
        )
    return (
        f"Which cards are in pile {pile} {moment}{counted}, from the lowest to the top card?",
        f"List the cards of pile {pile} {moment}{counted}, starting with the lowest one.",
    )


def _form(query: Mapping[str, Any]) -> str:
    if query["ask"] == "plan":
        return 'Answer like "move A B; move C A".'
    if query["ask"] == "top":
        return 'Answer with the card, like "7♥".'
    return FORMS["ordering" if query["ask"] == "pile" else "integer"]


def _ask_cards(
    wording: str, history: History, config: CardConfig, query: Mapping[str, Any], streams: Streams
) -> Question:
    """The top card, or all cards, of a pile at some moment."""

    def asked(other: History) -> tuple[str, ...]:
        cards = tuple(_state_at(other, query["when"])[query["pile"]])
        return cards[-1:] if query["ask"] == "top" else cards

    truth = asked(history)
    if config.form == "open":
        rate = 1 / (math.perm(len(RANKS), len(truth)) * len(SUITS) ** len(truth))
        return Question(wording, "text" if query["ask"] == "top" else "ordering", ", ".join(truth), (), rate)
    in_play = sorted({card for state in history.states for pile in state.values() for card in pile})
    readable = tuple(_readable(history, query["reveal"])[query["pile"]])

    def fits(rival: tuple[str, ...]) -> bool:
        """Heights show even face down, and so does what can be read: neither may rule a rival out."""
        return len(rival) == len(truth) and rival != readable[-len(rival) :]

    def otherwise(last: tuple[str, ...], stream: Stream) -> tuple[str, ...]:
        place, card = stream.integer(0, len(last) - 1), stream.choice(in_play)
        changed = [last[place] if other == card else other for other in last]
        changed[place] = card
        return tuple(changed)

    propose = _proposer(config, shown=query["reveal"] == "end")
    wrong = rivals(history, apply, propose, asked, fits, otherwise, NUM_OPTIONS - 1, streams.options)
    return choice(wording, ", ".join(truth), [", ".join(rival) for rival in wrong], streams)


def _ask_plan(wording: str, history: History, query: Mapping[str, Any], streams: Streams) -> Question:
    """A plan from the hidden arrangement to the target."""
    start = _hidden(history, query["reveal"])
    target = {pile: tuple(cards) for pile, cards in query["target"].items()}
    conceivable = _conceivable(target, query["moves"])
    right = [plan for plan in conceivable if _leads(start, plan, target)]
    if query["form"] == "open":
        return Question(wording, "plan", format_plan(right[0]), guess_rate=len(right) / len(conceivable))
    wrong = [format_plan(plan) for plan in conceivable if plan not in right]
    rival_plans = streams.options.sample(wrong, NUM_OPTIONS - 1)
    return choice(wording, format_plan(streams.options.choice(right)), rival_plans, streams)
