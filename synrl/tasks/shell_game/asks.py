"""The kinds of question about shell_game: where a coin is, which one is under a cup, its swaps, and plans.

`draw` chooses what is asked about a history; None means that the history lends itself to no such question.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from synrl.evidence import Evidence
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import FirstOrLastAsk, PlanAsk
from synrl.tasks.base import Ask
from synrl.tasks.shared.moments import ENDS, draw_when, hidden_end, say_moment, state_at
from synrl.tasks.shared.queries import Target
from synrl.tasks.shared.questions import (
    NUM_OPTIONS,
    Question,
    choice,
    drawn,
    integer_question,
    with_ending,
    with_form,
    with_words,
)
from synrl.tasks.shared.telling import at_moment
from synrl.tasks.shell_game import solver
from synrl.tasks.shell_game.clip import COUNTS, ShellQuery, Wish, numbers, proposer
from synrl.tasks.shell_game.config import ShellConfig
from synrl.world.cups import WORLD, apply
from synrl.world.grids import cell_name, cells, rules_of_naming
from synrl.world.history import History, When, rivals, told
from synrl.world.timeline import Timeline


class WhereQuery(ShellQuery):
    coin: str
    when: When


class UnderQuery(ShellQuery):
    cell: str
    when: When


class SwapsQuery(ShellQuery):
    coin: str


class PlanQuery(ShellQuery, Target[Mapping[str, Any]]):
    pass


class _OfCoin:
    """Questions that name a coin."""

    def about(self, query: WhereQuery | SwapsQuery) -> str:
        return f"the {query['coin']}"


class Where(_OfCoin, Ask[WhereQuery, ShellConfig]):
    """The cell of a coin at some moment."""

    name = "where"
    modes = ("forward", "retrodictive", "historical")
    answer_type = "text"

    def draw(
        self, history: History, common: ShellQuery, wish: Wish, config: ShellConfig, question: Stream
    ) -> WhereQuery | None:
        moved = _moved(history, common["reveal"], config, question)
        return None if moved is None else WhereQuery(**common, coin=moved[0], when=moved[2])

    def wordings(self, query: WhereQuery) -> Sequence[str]:
        coin, moment = query["coin"], say_moment(query["when"])
        sentences = (
            f"In which cell is the {coin} {moment}?",
            f"Under the cup in which cell does the {coin} lie {moment}?",
        )
        return _posed(
            query, [with_ending(sentence, query, 'Answer with a cell, like "B1".') for sentence in sentences]
        )

    def question(
        self, text: str, timeline: Timeline, query: WhereQuery, config: ShellConfig, streams: Streams
    ) -> Question:
        history = told(timeline.states, timeline.operations, apply)

        def asked(other: History) -> str:
            return str(state_at(other, query["when"])["coins"][query["coin"]])

        if config.form == "open":
            return Question(text, "text", asked(history), guess_rate=1 / config.size**2)
        names = [cell_name(cell) for cell in cells(config.size)]
        readable = state_at(history, query["reveal"])["coins"][query["coin"]]
        wrong = rivals(
            history,
            query["reveal"],
            WORLD,
            proposer(config, None),
            asked,
            lambda rival: rival != readable,
            lambda _, stream: stream.choice(names),
            NUM_OPTIONS - 1,
            streams.options,
        )
        return choice(text, asked(history), wrong, streams)

    def solve(self, evidence: Evidence, query: WhereQuery) -> str | None:
        coins = solver.coins_at(evidence, query["when"])
        return None if coins is None else coins[query["coin"]]

    def conclude(self, query: WhereQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return at_moment(query["when"], f"the {query['coin']} lies at {row['answer_text']}")


class Under(Ask[UnderQuery, ShellConfig]):
    """The coin under a cup at some moment, where there are more than two coins."""

    name = "under"
    modes = ("forward", "retrodictive")
    answer_type = "text"

    def draw(
        self, history: History, common: ShellQuery, wish: Wish, config: ShellConfig, question: Stream
    ) -> UnderQuery | None:
        moved = _moved(history, common["reveal"], config, question)
        return None if moved is None else UnderQuery(**common, cell=moved[1], when=moved[2])

    def wordings(self, query: UnderQuery) -> Sequence[str]:
        cell, moment = query["cell"], say_moment(query["when"])
        sentences = (
            f"Which coin is under the cup at {cell} {moment}?",
            f"What lies under the cup at {cell} {moment}?",
        )
        return _posed(query, [with_words(sentence, query, query["coins"]) for sentence in sentences])

    def question(
        self, text: str, timeline: Timeline, query: UnderQuery, config: ShellConfig, streams: Streams
    ) -> Question:
        coins = state_at(told(timeline.states, timeline.operations, apply), query["when"])["coins"]
        (truth,) = (coin for coin, cell in coins.items() if cell == query["cell"])
        return drawn(text, truth, query["coins"], config.form, streams)

    def solve(self, evidence: Evidence, query: UnderQuery) -> str | None:
        coins = solver.coins_at(evidence, query["when"]) or {}
        return next((coin for coin, cell in coins.items() if cell == query["cell"]), None)

    def conclude(self, query: UnderQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return at_moment(query["when"], f"under the cup at {query['cell']} lies the {row['answer_text']}")

    def about(self, query: UnderQuery) -> str:
        return f"cell {query['cell']}"


class Swap(_OfCoin, FirstOrLastAsk[SwapsQuery, ShellConfig]):
    """The number of the first or the last swap that moves a coin."""

    world = WORLD

    def draw(
        self, history: History, common: ShellQuery, wish: Wish, config: ShellConfig, question: Stream
    ) -> SwapsQuery | None:
        swaps = {coin: _swaps_of(history, coin) for coin in history.states[0]["coins"]}
        coin = self.pick(swaps, wish.number, question)
        return None if coin is None else SwapsQuery(**common, coin=coin)

    def wordings(self, query: SwapsQuery) -> Sequence[str]:
        which, coin = self.which, query["coin"]
        sentences = (
            f"Counting swaps from 1, which one is the {which} to move the {coin}?",
            f"What is the number of the {which} swap, counted from 1, that moves the {coin}?",
        )
        return _posed(query, [with_form(sentence, query, "integer") for sentence in sentences])

    def values(self, config: ShellConfig) -> Sequence[int]:
        return numbers(self.name, config)

    def numbers(self, history: History, query: SwapsQuery) -> Sequence[int]:
        return _swaps_of(history, query["coin"])

    def numbers_seen(self, evidence: Evidence, query: SwapsQuery) -> Sequence[int] | None:
        return solver.swaps_of(evidence, query["coin"])

    def does(self, query: SwapsQuery) -> str:
        return f"moves the {query['coin']}"


class Count(_OfCoin, Ask[SwapsQuery, ShellConfig]):
    """How many swaps move a coin."""

    name = "count"
    modes = ("historical",)
    answer_type = "integer"

    def draw(
        self, history: History, common: ShellQuery, wish: Wish, config: ShellConfig, question: Stream
    ) -> SwapsQuery | None:
        coins = history.states[0]["coins"]
        fitting = [coin for coin in coins if len(_swaps_of(history, coin)) == wish.count]
        return SwapsQuery(**common, coin=question.choice(fitting)) if fitting else None

    def wordings(self, query: SwapsQuery) -> Sequence[str]:
        coin = query["coin"]
        sentences = (
            f"How many of the swaps move the {coin}?",
            f"How often is the cup with the {coin} under it part of a swap?",
        )
        return _posed(query, [with_form(sentence, query, "integer") for sentence in sentences])

    def question(
        self, text: str, timeline: Timeline, query: SwapsQuery, config: ShellConfig, streams: Streams
    ) -> Question:
        swaps = _swaps_of(told(timeline.states, timeline.operations, apply), query["coin"])
        return integer_question(text, len(swaps), COUNTS, config.form, streams)

    def solve(self, evidence: Evidence, query: SwapsQuery) -> str | None:
        swaps = solver.swaps_of(evidence, query["coin"])
        return str(len(swaps)) if swaps else None

    def conclude(self, query: SwapsQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return (f"Swaps that move the {query['coin']}: {row['answer_text']}",)


class Plan(PlanAsk[PlanQuery, ShellConfig]):
    """Swaps from the hidden end of the clip to other places of the coins."""

    world = WORLD

    def wordings(self, query: PlanQuery) -> Sequence[str]:
        moment, moves = ENDS[hidden_end(query["reveal"])], query["moves"]
        target = ", ".join(f"{name} at {cell}" for name, cell in query["target"]["coins"].items())
        most = f"at most {moves} swap{'s' if moves > 1 else ''}"
        sentences = (
            f"Which {most} of any two cups would lead from where the coins are {moment} to this: {target}?",
            f"With {most} (any two cups), how would you bring the coins from their cells {moment} of the "
            f"video to these: {target}?",
        )
        return _posed(
            query,
            [with_ending(sentence, query, 'Answer like "swap A1 B2; swap B2 C3".') for sentence in sentences],
        )

    def solve(self, evidence: Evidence, query: PlanQuery) -> str | None:
        return solver.plan(evidence)


ASKS = (Where(), Under(), Swap("first"), Swap("last"), Count(), Plan())


def _posed(query: ShellQuery, sentences: Sequence[str]) -> Sequence[str]:
    """Questions behind the rules that all of them need."""
    screen = " For a while, a screen hides one column." if query["screen"] else ""
    rules = (
        f"Cups stand on a grid. {rules_of_naming(query['size'])} Each operation swaps two cups together "
        f"with what is under them.{screen} What is under the cups can be seen only "
        f"{ENDS[query['reveal']]} of the video."
    )
    return [f"{rules} {sentence}" for sentence in sentences]


def _moved(
    history: History, reveal: str, config: ShellConfig, question: Stream
) -> tuple[str, str, When] | None:
    """A coin, its cell and a moment at which that is not the cell that can be read; None if it is."""
    when = draw_when(config.mode, config.num_operations, question)
    there, readable = state_at(history, when)["coins"], state_at(history, reveal)["coins"]
    coin = question.choice(list(history.states[0]["coins"]))
    return None if there[coin] == readable[coin] else (coin, there[coin], when)


def _swaps_of(history: History, coin: str) -> list[int]:
    """The numbers, from 1, of the swaps that move a coin."""
    pairs = enumerate(itertools.pairwise(history.states), start=1)
    return [number for number, (one, two) in pairs if one["coins"][coin] != two["coins"][coin]]
