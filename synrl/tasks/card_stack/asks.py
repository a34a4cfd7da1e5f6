"""The kinds of question about card_stack: which cards lie where, when one is picked up, and plans.

`draw` chooses what is asked about a history; None means that the history lends itself to no such question.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from synrl.answers import FORMS
from synrl.evidence import Evidence
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import FirstOrLastAsk, PlanAsk
from synrl.tasks.base import Ask
from synrl.tasks.card_stack import solver
from synrl.tasks.card_stack.clip import CardQuery, pile_names, proposer
from synrl.tasks.card_stack.config import CardConfig
from synrl.tasks.card_stack.table import MAX_HEIGHT
from synrl.tasks.shared.moments import ENDS, draw_when, hidden_end, say_moment, state_at
from synrl.tasks.shared.queries import Target
from synrl.tasks.shared.questions import NUM_OPTIONS, Question, choice, with_ending
from synrl.tasks.shared.telling import at_moment
from synrl.world.cards import RANKS, SUITS, WORLD, Piles, apply
from synrl.world.history import History, Step, When, rivals, told
from synrl.world.plans import conceivable, leads
from synrl.world.timeline import Timeline


class PileQuery(CardQuery):
    pile: str
    when: When


class LiftQuery(CardQuery):
    card: str


class PlanQuery(CardQuery, Target[Mapping[str, Sequence[str]]]):
    pass


class _Cards(Ask[PileQuery, CardConfig]):
    """Some cards of a pile at some moment."""

    least: int
    """Cards of a pile that is asked about."""

    @abstractmethod
    def pick(self, cards: Sequence[str]) -> tuple[str, ...]:
        """The asked cards of a pile, lowest first."""

    def draw(
        self, history: History, common: CardQuery, wanted: int, config: CardConfig, question: Stream
    ) -> PileQuery | None:
        """A pile and a moment such that the asked cards differ from those of the readable arrangement."""
        when = draw_when(config.mode, config.num_operations, question)
        state, readable = state_at(history, when), state_at(history, common["reveal"])
        piles = [
            pile
            for pile, cards in state.items()
            if len(cards) >= self.least and self.pick(cards) != self.pick(readable[pile])
        ]
        return PileQuery(**common, pile=question.choice(piles), when=when) if piles else None

    def question(
        self, text: str, timeline: Timeline, query: PileQuery, config: CardConfig, streams: Streams
    ) -> Question:
        history = told(timeline.states, timeline.operations, apply)

        def asked(other: History) -> tuple[str, ...]:
            return self.pick(state_at(other, query["when"])[query["pile"]])

        truth = asked(history)
        if config.form == "open":
            rate = 1 / (math.perm(len(RANKS), len(truth)) * len(SUITS) ** len(truth))
            return Question(text, self.answer_type, ", ".join(truth), (), rate)
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

        propose = proposer(config, shown=query["reveal"] == "end")
        wrong = rivals(
            history, query["reveal"], WORLD, propose, asked, fits, otherwise, NUM_OPTIONS - 1, streams.options
        )
        return choice(text, ", ".join(truth), [", ".join(rival) for rival in wrong], streams)

    def solve(self, evidence: Evidence, query: PileQuery) -> str | None:
        cards = solver.cards_of(evidence, query["pile"], query["when"])
        return ", ".join(self.pick(cards)) if cards else None

    def about(self, query: PileQuery) -> str:
        return f"pile {query['pile']}"


class Top(_Cards):
    """The card on top of a pile."""

    name = "top"
    modes = ("forward", "retrodictive", "historical")
    answer_type = "text"
    least = 1

    def pick(self, cards: Sequence[str]) -> tuple[str, ...]:
        return tuple(cards[-1:])

    def wordings(self, query: PileQuery) -> Sequence[str]:
        pile, moment = query["pile"], say_moment(query["when"])
        sentences = (
            f"Which card is on top of pile {pile} {moment}?",
            f"What is the top card of pile {pile} {moment}?",
            f"Name the card that lies highest in pile {pile} {moment}.",
        )
        return _posed(query, sentences, 'Answer with the card, like "7♥".')

    def conclude(self, query: PileQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return at_moment(query["when"], f"the top card of pile {query['pile']} is {row['answer_text']}")


class Pile(_Cards):
    """All cards of a pile."""

    name = "pile"
    modes = ("forward", "retrodictive")
    answer_type = "ordering"
    least = 2

    def pick(self, cards: Sequence[str]) -> tuple[str, ...]:
        return tuple(cards)

    def wordings(self, query: PileQuery) -> Sequence[str]:
        pile, moment = query["pile"], say_moment(query["when"])
        sentences = (
            f"Which cards are in pile {pile} {moment}, from the lowest to the top card?",
            f"List the cards of pile {pile} {moment}, starting with the lowest one.",
        )
        return _posed(query, sentences, FORMS["ordering"])

    def conclude(self, query: PileQuery, row: Mapping[str, Any]) -> Sequence[str]:
        said = f"from the lowest card up, pile {query['pile']} is {row['answer_text']}"
        return at_moment(query["when"], said)


class Lift(FirstOrLastAsk[LiftQuery, CardConfig]):
    """The number of the first or the last operation that picks a card up."""

    world = WORLD

    def __init__(self, which: str) -> None:
        super().__init__(which)
        self.name = f"{which}_lift"

    def draw(
        self, history: History, common: CardQuery, wanted: int, config: CardConfig, question: Stream
    ) -> LiftQuery | None:
        """A card that the wanted operation was the first, or the last, to pick up."""
        cards = sorted({card for state in history.states for pile in state.values() for card in pile})
        card = self.pick({card: _lifts(history, card) for card in cards}, wanted, question)
        return None if card is None else LiftQuery(**common, card=card)

    def wordings(self, query: LiftQuery) -> Sequence[str]:
        which, card = self.which, query["card"]
        sentences = (
            f"Counting operations from 1, which one is the {which} to pick up the {card}?",
            f"What is the number of the {which} operation, counted from 1, that picks up the {card}?",
        )
        return _posed(query, sentences, FORMS["integer"])

    def numbers(self, history: History, query: LiftQuery) -> Sequence[int]:
        return _lifts(history, query["card"])

    def numbers_seen(self, evidence: Evidence, query: LiftQuery) -> Sequence[int]:
        return solver.lifts_of(evidence, query["card"])

    def does(self, query: LiftQuery) -> str:
        return f"picks up the {query['card']}"

    def about(self, query: LiftQuery) -> str:
        return f"the {query['card']}"


class Plan(PlanAsk[PlanQuery, CardConfig]):
    """Moves from the hidden end of the clip to an arrangement."""

    world = WORLD

    def target(
        self, history: History, reveal: str, moves: int, question: Stream
    ) -> dict[str, list[str]] | None:
        """An arrangement that the table has room for, and that enough plans lead to from elsewhere."""
        start = state_at(history, hidden_end(reveal))
        target = super().target(history, reveal, moves, question)
        if target is None or max(map(len, target.values())) > MAX_HEIGHT:
            return None
        plans = conceivable(WORLD, target, moves)
        wrong = [plan for plan in plans if not leads(WORLD, start, plan, target)]
        if len(wrong) < NUM_OPTIONS - 1:
            return None
        return {pile: list(cards) for pile, cards in target.items()}

    def wordings(self, query: PlanQuery) -> Sequence[str]:
        moment = ENDS[hidden_end(query["reveal"])]
        piles = [f"{name}: {', '.join(cards) or 'empty'}" for name, cards in query["target"].items()]
        target = "; ".join(piles)
        most = f"at most {query['moves']} move{'s' if query['moves'] > 1 else ''}"
        rule = '"move A B" takes the top card of pile A and puts it on top of pile B.'
        sentences = (
            f"Which {most} would lead from the arrangement {moment} to this one, each pile from its lowest "
            f"card up: {target}? {rule}",
            f"{rule} With {most}, how do you get from the arrangement {moment} of the video to the "
            f"following one (lowest card first): {target}?",
        )
        return _posed(query, sentences, 'Answer like "move A B; move C A".')

    def solve(self, evidence: Evidence, query: PlanQuery) -> str | None:
        return solver.plan(evidence)


ASKS = (Top(), Pile(), Lift("first"), Lift("last"), Plan())


def _posed(query: CardQuery, sentences: Sequence[str], form: str) -> Sequence[str]:
    """Questions behind the rules that all of them need; an open one ends with the form of its answer."""
    names = pile_names(query["piles"])
    rules = (
        f"Cards lie in piles {', '.join(names[:-1])} and {names[-1]}; the top card of a pile is the "
        f"highest on screen. The arrangement can be read only {ENDS[query['reveal']]} of the video."
    )
    return [with_ending(f"{rules} {sentence}", query, form) for sentence in sentences]


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
