"""The kinds of question about card_stack: which cards lie where, when one is picked up, and plans.

`draw` chooses what is asked about a history, or about another one that looks like it; None means that the
history lends itself to no such question.
"""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypedDict

from synrl.answers import FORMS
from synrl.evidence import Evidence
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import EvenlyFirstOrLastAsk, EvenlyPlanAsk
from synrl.tasks.base import Ask
from synrl.tasks.card_stack import solver
from synrl.tasks.card_stack.clip import CardQuery, pile_names
from synrl.tasks.card_stack.config import LEAST, CardConfig
from synrl.tasks.shared.evenly import Answers, Others, evenly
from synrl.tasks.shared.moments import ENDS, brief_moment, draw_far, hidden_end, say_moment, state_at
from synrl.tasks.shared.queries import Target
from synrl.tasks.shared.questions import NUM_OPTIONS, Question, drawn, with_ending
from synrl.tasks.shared.telling import at_moment
from synrl.world.cards import WORLD, Piles, Place, apply, plans_to, reached
from synrl.world.history import History, Step, When, told
from synrl.world.timeline import Timeline


class PileQuery(CardQuery, Answers):
    pile: str
    when: When


class LiftQuery(CardQuery, Answers):
    card: str


class Goal(TypedDict):
    """A card, and the pile that it is to be on top of."""

    card: str
    pile: str


class PlanQuery(CardQuery, Answers, Target[Goal]):
    pass


class _Cards(Ask[PileQuery, CardConfig]):
    """Some cards of a pile at some moment."""

    least: int
    """Cards of a pile that is asked about."""

    @abstractmethod
    def pick(self, cards: Sequence[str]) -> tuple[str, ...]:
        """The asked cards of a pile, lowest first."""

    def draw(
        self, history: History, common: CardQuery, others: Others, config: CardConfig, question: Stream
    ) -> tuple[History, PileQuery] | None:
        """A pile and a moment such that the asked cards differ from those of the readable arrangement."""
        when = draw_far(config.mode, common["reveal"], config.num_operations, LEAST, question)

        def asked(other: History, pile: str) -> str | None:
            there, shown = (state_at(other, moment)[pile] for moment in (when, common["reveal"]))
            picked = self.pick(there)
            return None if len(there) < self.least or picked == self.pick(shown) else ", ".join(picked)

        found = evenly(pile_names(config.piles), others(when), asked, question)
        return found and (
            found.history,
            PileQuery(**common, pile=found.subject, when=when, answers=found.answers),
        )

    def question(
        self, text: str, timeline: Timeline, query: PileQuery, config: CardConfig, streams: Streams
    ) -> Question:
        state = state_at(told(timeline.states, timeline.operations, apply), query["when"])
        truth = ", ".join(self.pick(state[query["pile"]]))
        return drawn(text, truth, query["answers"], config.form, streams, self.answer_type)

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

    def aim(self, query: PileQuery) -> str:
        return f"which card lies on top of pile {query['pile']} {brief_moment(query['when'])}"

    def wordings(self, query: PileQuery) -> Sequence[str]:
        pile, moment = query["pile"], say_moment(query["when"])
        sentences = (
            f"Which card is on top of pile {pile} {moment}?",
            f"What is the top card of pile {pile} {moment}?",
            f"Which card lies on top of all others in pile {pile} {moment}?",
        )
        return _posed(query, sentences, 'Answer with the card, such as "7♥".')

    def conclude(self, query: PileQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return at_moment(query["when"], f"the top card of pile {query['pile']} is the {row['answer_text']}")


class Pile(_Cards):
    """All cards of a pile."""

    name = "pile"
    modes = ("forward", "retrodictive")
    answer_type = "ordering"
    least = 2

    def pick(self, cards: Sequence[str]) -> tuple[str, ...]:
        return tuple(cards)

    def aim(self, query: PileQuery) -> str:
        return f"which cards lie in pile {query['pile']} {brief_moment(query['when'])}"

    def wordings(self, query: PileQuery) -> Sequence[str]:
        pile, moment = query["pile"], say_moment(query["when"])
        sentences = (
            f"Which cards are in pile {pile} {moment}, from bottom to top?",
            f"What does pile {pile} consist of {moment}, from the bottom card to the top card?",
            f"Starting from the bottom card, which cards lie in pile {pile} {moment}?",
        )
        return _posed(query, sentences, FORMS["ordering"])

    def conclude(self, query: PileQuery, row: Mapping[str, Any]) -> Sequence[str]:
        said = f"from bottom to top, pile {query['pile']} holds {row['answer_text']}"
        return at_moment(query["when"], said)

    def about(self, query: PileQuery) -> str:
        return f"the cards of pile {query['pile']} from bottom to top"


class Lift(EvenlyFirstOrLastAsk[LiftQuery, CardConfig]):
    """The number of the first or the last operation that picks a card up."""

    world = WORLD

    def __init__(self, which: str) -> None:
        super().__init__(which)
        self.name = f"{which}_lift"

    def subjects(self, history: History) -> Sequence[str]:
        return sorted({card for state in history.states for pile in state.values() for card in pile})

    def query(self, common: CardQuery, subject: str, answers: Sequence[str]) -> LiftQuery:
        return LiftQuery(**common, card=subject, answers=answers)

    def aim(self, query: LiftQuery) -> str:
        return f"which operation is the {self.which} to pick up the {query['card']}"

    def wordings(self, query: LiftQuery) -> Sequence[str]:
        which, card = self.which, query["card"]
        sentences = (
            f"Counting operations from 1, which one is the {which} to pick up the {card}?",
            f"What is the number of the {which} operation that picks up the {card}, counting from 1?",
        )
        rule = (
            "An operation picks up the top card of a pile to move it, to put it at the bottom or to take it "
            "away, or picks up the top cards of two piles to swap them."
        )
        return _posed(query, [f"{rule} {sentence}" for sentence in sentences], FORMS["integer"])

    def numbers(self, history: History, query: LiftQuery) -> Sequence[int]:
        return _lifts(history, query["card"])

    def numbers_seen(self, evidence: Evidence, query: LiftQuery) -> Sequence[int]:
        return solver.lifts_of(evidence, query["card"])

    def does(self, query: LiftQuery) -> str:
        return f"picks up the {query['card']}"

    def about(self, query: LiftQuery) -> str:
        return f"the {query['card']}"


class Plan(EvenlyPlanAsk[PlanQuery, CardConfig]):
    """Moves from the hidden end of the clip that put a card on top of a pile."""

    world = WORLD

    def targets(self, ends: Sequence[Piles], moves: int, question: Stream) -> Iterator[Goal]:
        cards = {card for piles in ends for pile in piles.values() for card in pile}
        plans = plans_to(_heights(ends[0]), moves)
        for card, pile in question.shuffled(list(itertools.product(sorted(cards), ends[0]))):
            places = {
                _place(piles, card) for piles in ends if not reached(piles, {"card": card, "pile": pile})
            }
            if len(places & plans[pile].keys()) >= NUM_OPTIONS:
                yield Goal(card=card, pile=pile)

    def plans(self, hidden: Piles, target: Goal, moves: int) -> Sequence[str]:
        place = None if reached(hidden, target) else _place(hidden, target["card"])
        return plans_to(_heights(hidden), moves)[target["pile"]].get(place, ()) if place else ()

    def aim(self, query: PlanQuery) -> str:
        target = query["target"]
        return f"how to bring the {target['card']} to the top of pile {target['pile']}"

    def wordings(self, query: PlanQuery) -> Sequence[str]:
        moment, moves = ENDS[hidden_end(query["reveal"])], query["moves"]
        card, pile = query["target"]["card"], query["target"]["pile"]
        rule = '"move A B" moves the top card of pile A onto pile B.'
        sentences = (
            f"{rule} Starting from the piles {moment} of the video, which sequence of at most {moves} moves "
            f"puts the {card} on top of pile {pile}?",
            f"{rule} How can the {card} be brought to the top of pile {pile} in at most {moves} moves, "
            f"starting from the piles {moment} of the video?",
            f"{rule} The {card} is to end up on top of pile {pile}. Which sequence of at most {moves} moves "
            f"achieves this from the piles {moment} of the video?",
        )
        return _posed(query, sentences, 'Answer in the form "move A B; move C A".')

    def solve(self, evidence: Evidence, query: PlanQuery) -> str | None:
        return solver.plan(evidence)


ASKS = (Top(), Pile(), Lift("first"), Lift("last"), Plan())


def _posed(query: CardQuery, sentences: Sequence[str], form: str) -> Sequence[str]:
    """Questions behind the rules that all of them need; an open one ends with the form of its answer."""
    names = pile_names(query["piles"])
    rules = (
        f"Cards lie in piles {', '.join(names[:-1])} and {names[-1]}; the top card of a pile is the one "
        f"highest on screen. The cards can be read only {ENDS[query['reveal']]} of the video, apart from "
        "those that come or go face up."
    )
    return [with_ending(f"{rules} {sentence}", query, form) for sentence in sentences]


def _heights(piles: Piles) -> tuple[tuple[str, int], ...]:
    return tuple((pile, len(cards)) for pile, cards in piles.items())


def _place(piles: Piles, card: str) -> Place | None:
    """Where a card is; None if it isn't on the table."""
    found = (
        (pile, height) for pile, cards in piles.items() for height, other in enumerate(cards) if other == card
    )
    return next(found, None)


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
