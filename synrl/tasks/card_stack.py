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
from synrl.errors import ConfigError
from synrl.evidence import Evidence, Observed
from synrl.seeds import Stream, Streams
from synrl.tasks import card_follow
from synrl.tasks.base import Family
from synrl.tasks.config import Config
from synrl.tasks.shared.moments import ENDS, draw_reveal, draw_when, hidden_end, say_moment, state_at
from synrl.tasks.shared.questions import NUM_OPTIONS, Question, choice, integer_question, plan_question
from synrl.tasks.shared.telling import at_moment, both_ways, first_or_last
from synrl.video.outlines import place, rectangle, rounded_rectangle
from synrl.video.scene import Look, Scene, Shape
from synrl.video.style import lettering
from synrl.world.card_table import CARD_HEIGHT, MAX_HEIGHT, Table, travel
from synrl.world.cards import RANKS, SUITS, WORLD, Piles, apply
from synrl.world.history import History, Step, play, rivals, timed, told
from synrl.world.plans import conceivable, distant_state, leads
from synrl.world.style import draw_style
from synrl.world.timeline import FPS, HEIGHT, HIDDEN, WIDTH, Operation, Poses, SceneObject, State, Timeline

BACK, FACE = 0, 1
BLACK, RED, WHITE = "#202020", "#c01818", "#ffffff"
"""Of the faces of cards, whatever the style."""
KINDS = ("move", "bury", "swap", "add", "remove")
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
    world = WORLD
    levels = {
        1: dict(piles=3, cards=5, num_operations=4, kinds=("move",), plan_moves=1),
        2: dict(piles=3, cards=5, num_operations=5, kinds=("move", "bury"), plan_moves=1),
        3: dict(piles=3, cards=6, num_operations=6, kinds=("move", "bury", "swap"), plan_moves=2),
        4: dict(piles=3, cards=7, num_operations=8, kinds=KINDS, plan_moves=2),
        5: dict(piles=4, cards=8, num_operations=10, kinds=KINDS, plan_moves=3),
    }

    def simulate(self, config: CardConfig, streams: Streams) -> Timeline:
        reveal = draw_reveal(config.mode, streams.question)
        ask = streams.question.choice(ASKS[config.mode])
        wanted = streams.question.integer(1, config.num_operations)
        while True:
            start = _deal(streams.scene, config)
            propose = _proposer(config, shown=reveal == "end")
            history = play(start, config.num_operations, apply, propose, streams.scene)
            if _comes_back(history):
                continue
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

    def draw(self, timeline: Timeline) -> Scene:
        style, table = timeline.style, Table(_names(timeline.query["piles"]), WIDTH)
        width, back = table.card_width, timeline.objects[0].colour
        body = rounded_rectangle(width, CARD_HEIGHT, 6)
        inset = rounded_rectangle(width - 12, CARD_HEIGHT - 12, 4)
        looks = []
        for card in timeline.objects:
            ink = RED if card.name[-1] in "♥♦" else BLACK
            face: Look = (
                Shape(body, fill=back),
                Shape(rounded_rectangle(width - 6, CARD_HEIGHT - 6, 4), fill=WHITE),
                Shape(lettering(style, card.name, min(20.0, 0.36 * width)), fill=ink),
            )
            looks.append(((Shape(body, fill=back), Shape(inset, stroke=WHITE, stroke_width=1.5)), face))
        shelf = []
        for pile in table.piles:
            x, y = table.slot(pile, 0)
            shelf.append(Shape(place(rectangle(width, 3), x, y + CARD_HEIGHT / 2 + 8), fill=style.ink))
            shelf.append(Shape(place(lettering(style, pile, 13, bold=True), x, HEIGHT - 12), fill=style.ink))
        return Scene(WIDTH, HEIGHT, style.panel, tuple(shelf), tuple(looks))

    def wordings(self, query: Mapping[str, Any]) -> Sequence[str]:
        names = _names(query["piles"])
        rules = (
            f"Cards lie in piles {', '.join(names[:-1])} and {names[-1]}; the top card of a pile is the "
            f"highest on screen. The arrangement can be read only {ENDS[query['reveal']]} of the video."
        )
        form = "" if query["form"] == "choice" else f" {_form(query)}"
        return [f"{rules} {sentence}{form}" for sentence in _sentences(query)]

    def ask(self, timeline: Timeline, config: CardConfig, streams: Streams) -> Question:
        query = timeline.query
        wording = streams.wording.choice(self.wordings(query))
        history = told(timeline.states, timeline.operations, apply)
        if query["ask"] == "plan":
            return plan_question(wording, history, query, WORLD, streams)
        if query["ask"] in ("first_lift", "last_lift"):
            lifts = _lifts(history, query["card"])
            truth = lifts[0] if query["ask"] == "first_lift" else lifts[-1]
            numbers = range(1, config.num_operations + 1)
            return integer_question(wording, truth, numbers, config.form, streams)
        return _ask_cards(wording, history, config, query, streams)

    def phrases(self, happening: Operation) -> Sequence[str]:
        given = happening.arguments
        if happening.kind == "move":
            source, target = given["source"], given["target"]
            return (
                f"the top card of pile {source} goes onto pile {target}",
                f"pile {source} loses its top card to pile {target}",
            )
        if happening.kind == "swap":
            return both_ways("the top cards of piles {} and {} change places", *given["piles"])
        if happening.kind == "bury":
            return (f"the top card of pile {given['pile']} goes to the bottom of it",)
        if happening.kind == "add":
            return (f"a new card, {given['card']}, is laid on pile {given['pile']}",)
        return (f"the top card of pile {given['pile']} is taken away",)

    def parts(self, state: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, str]:
        return {
            f"pile {name}": f"holds {', '.join(cards)}" if cards else "is empty"
            for name, cards in state.items()
        }

    def conclude(self, row: Mapping[str, Any]) -> Sequence[str]:
        query, truth = row["config"]["query"], row["answer_text"]
        if query["ask"] in ("first_lift", "last_lift"):
            return first_or_last(query["ask"], truth, f"picks up the {query['card']}")
        what = "the top card of" if query["ask"] == "top" else "from the lowest card up,"
        return at_moment(query["when"], f"{what} pile {query['pile']} is {truth}")

    def observe(self, evidence: Evidence) -> Observed:
        return card_follow.observe(evidence, Table(_names(evidence.query["piles"]), WIDTH))

    def solve(self, evidence: Evidence) -> str | None:
        return card_follow.solve(evidence)

    def outline(self, shape: str, size: float) -> Path:
        return rounded_rectangle(size, CARD_HEIGHT, 6)


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


def _comes_back(history: History) -> bool:
    """Whether a card that was taken away is laid down again: a question about it would mean either."""
    gone: set[str] = set()
    for before, after in itertools.pairwise(history.states):
        one, two = ({card for cards in piles.values() for card in cards} for piles in (before, after))
        gone |= one - two
        if gone & two:
            return True
    return False


def _changed_pile(
    history: History, reveal: str, config: CardConfig, ask: str, question: Stream
) -> dict[str, Any] | None:
    """A pile and a moment such that the asked cards differ from those of the readable arrangement."""
    when = draw_when(config.mode, config.num_operations, question)
    state, readable = state_at(history, when), state_at(history, reveal)
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
    start = state_at(history, hidden_end(reveal))
    target = distant_state(WORLD, start, config.plan_moves, question)
    if target is None or max(map(len, target.values())) > MAX_HEIGHT:
        return None
    plans = conceivable(WORLD, target, config.plan_moves)
    wrong = [moves for moves in plans if not leads(WORLD, start, moves, target)]
    if len(wrong) < NUM_OPTIONS - 1:
        return None
    return {"moves": config.plan_moves, "target": {pile: list(cards) for pile, cards in target.items()}}


def _animate(history: History, query: dict[str, Any], streams: Streams) -> Timeline:
    """The clip of a history: cards at rest, and on their way during each operation."""
    operations, states, num_frames = timed(history, query["reveal"], streams.scene)
    table = Table(_names(query["piles"]), WIDTH)
    cards = list(dict.fromkeys(card for state in history.states for pile in state.values() for card in pile))
    column = {card: i for i, card in enumerate(cards)}
    style = draw_style(streams)
    back = streams.style.choice(tuple(style.palette.colours.values()))
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
    return Timeline(FPS, objects, poses, style, operations=tuple(operations), states=stored, query=query)


# --- truth ------------------------------------------------------------------------------------------


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
        moment = ENDS[hidden_end(query["reveal"])]
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
    moment = say_moment(query["when"])
    if query["ask"] == "top":
        return (
            f"Which card is on top of pile {pile} {moment}?",
            f"What is the top card of pile {pile} {moment}?",
            f"Name the card that lies highest in pile {pile} {moment}.",
        )
    return (
        f"Which cards are in pile {pile} {moment}, from the lowest to the top card?",
        f"List the cards of pile {pile} {moment}, starting with the lowest one.",
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
        cards = tuple(state_at(other, query["when"])[query["pile"]])
        return cards[-1:] if query["ask"] == "top" else cards

    truth = asked(history)
    if config.form == "open":
        rate = 1 / (math.perm(len(RANKS), len(truth)) * len(SUITS) ** len(truth))
        return Question(wording, "text" if query["ask"] == "top" else "ordering", ", ".join(truth), (), rate)
    in_play = sorted({card for state in history.states for pile in state.values() for card in pile})
    readable = tuple(state_at(history, query["reveal"])[query["pile"]])

    def fits(rival: tuple[str, ...]) -> bool:
        """Heights show even face down, and so does what can be read: neither may rule a rival out."""
        return len(rival) == len(truth) and rival != readable[-len(rival) :]

    def otherwise(last: tuple[str, ...], stream: Stream) -> tuple[str, ...]:
        place, card = stream.integer(0, len(last) - 1), stream.choice(in_play)
        changed = [last[place] if other == card else other for other in last]
        changed[place] = card
        return tuple(changed)

    propose = _proposer(config, shown=query["reveal"] == "end")
    wrong = rivals(
        history, query["reveal"], WORLD, propose, asked, fits, otherwise, NUM_OPTIONS - 1, streams.options
    )
    return choice(wording, ", ".join(truth), [", ".join(rival) for rival in wrong], streams)
