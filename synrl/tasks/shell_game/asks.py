"""The kinds of question about shell_game: where a coin is, which one is under a cup, its swaps, and plans.

`draw` chooses what is asked, and one of the histories that look alike; None means that it can't be asked.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from synrl.evidence import Evidence
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import EvenlyFirstOrLastAsk, EvenlyPlanAsk
from synrl.tasks.base import Ask
from synrl.tasks.shared.evenly import Answers, Others, evenly
from synrl.tasks.shared.moments import (
    ENDS,
    brief_moment,
    draw_far,
    draw_when,
    hidden_end,
    say_moment,
    state_at,
)
from synrl.tasks.shared.queries import Target
from synrl.tasks.shared.questions import (
    Question,
    drawn,
    with_ending,
    with_form,
    with_words,
)
from synrl.tasks.shared.telling import at_moment
from synrl.tasks.shell_game import solver
from synrl.tasks.shell_game.clip import LEAST, ShellQuery
from synrl.tasks.shell_game.config import ShellConfig
from synrl.world.cups import WORLD, apply
from synrl.world.grids import cell_name, cells, rules_of_naming
from synrl.world.history import History, When, told
from synrl.world.timeline import Timeline


class WhereQuery(ShellQuery, Answers):
    coin: str
    when: When


class UnderQuery(ShellQuery):
    cell: str
    when: When


class SwapsQuery(ShellQuery, Answers):
    coin: str


class PlanQuery(ShellQuery, Answers, Target[Mapping[str, Any]]):
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
        self, history: History, common: ShellQuery, others: Others, config: ShellConfig, question: Stream
    ) -> tuple[History, WhereQuery] | None:
        """A coin that may be in enough cells, none of them that which can be read."""
        when = draw_far(config.mode, common["reveal"], config.num_operations, LEAST, question)

        def asked(other: History, coin: str) -> str | None:
            there, readable = (state_at(other, at)["coins"][coin] for at in (when, common["reveal"]))
            return None if there == readable else str(there)

        found = evenly(common["coins"], others(when), asked, question)
        if found is None:
            return None
        return found.history, WhereQuery(**common, coin=found.subject, when=when, answers=found.answers)

    def aim(self, query: WhereQuery) -> str:
        return f"where the {query['coin']} is {brief_moment(query['when'], 'swap')}"

    def wordings(self, query: WhereQuery) -> Sequence[str]:
        coin, moment = query["coin"], say_moment(query["when"], "swap")
        sentences = (
            f"In which cell is the {coin} {moment}?",
            f"Which cell's cup covers the {coin} {moment}?",
        )
        return _posed(
            query, [with_ending(sentence, query, 'Answer with a cell, like "B1".') for sentence in sentences]
        )

    def question(
        self, text: str, timeline: Timeline, query: WhereQuery, config: ShellConfig, streams: Streams
    ) -> Question:
        state = state_at(told(timeline.states, timeline.operations, apply), query["when"])
        return drawn(text, state["coins"][query["coin"]], query["answers"], config.form, streams)

    def solve(self, evidence: Evidence, query: WhereQuery) -> str | None:
        coins = solver.coins_at(evidence, query["when"])
        return None if coins is None else coins[query["coin"]]

    def conclude(self, query: WhereQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return at_moment(query["when"], f"the {query['coin']} lies at {row['answer_text']}", "swap")


class Under(Ask[UnderQuery, ShellConfig]):
    """The coin under a cup at some moment, where there are more than two coins."""

    name = "under"
    modes = ("forward", "retrodictive")
    answer_type = "text"

    def draw(
        self, history: History, common: ShellQuery, others: Others, config: ShellConfig, question: Stream
    ) -> tuple[History, UnderQuery] | None:
        """A cell where each of the coins may be, but for those that can be read there."""
        when = draw_when(config.mode, config.num_operations, question)
        alike = others(when)
        for cell in question.shuffled([cell_name(cell) for cell in cells(config.size)]):
            found: dict[str, list[History]] = {}
            for other in alike:
                coin, readable = (_coin_at(state_at(other, at), cell) for at in (when, common["reveal"]))
                if coin not in (None, readable):
                    found.setdefault(str(coin), []).append(other)
            if len(found) == config.coins:
                other = question.choice(found[question.choice(common["coins"])])
                return other, UnderQuery(**common, cell=cell, when=when)
        return None

    def aim(self, query: UnderQuery) -> str:
        return f"which coin is under the cup at {query['cell']} {brief_moment(query['when'], 'swap')}"

    def wordings(self, query: UnderQuery) -> Sequence[str]:
        cell, moment = query["cell"], say_moment(query["when"], "swap")
        sentences = (
            f"Which coin is under the cup at {cell} {moment}?",
            f"Which coin does the cup at {cell} cover {moment}?",
        )
        return _posed(query, [with_words(sentence, query, query["coins"]) for sentence in sentences])

    def question(
        self, text: str, timeline: Timeline, query: UnderQuery, config: ShellConfig, streams: Streams
    ) -> Question:
        state = state_at(told(timeline.states, timeline.operations, apply), query["when"])
        truth = _coin_at(state, query["cell"])
        assert truth is not None, query
        return drawn(text, truth, query["coins"], config.form, streams)

    def solve(self, evidence: Evidence, query: UnderQuery) -> str | None:
        coins = solver.coins_at(evidence, query["when"]) or {}
        return next((coin for coin, cell in coins.items() if cell == query["cell"]), None)

    def conclude(self, query: UnderQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return at_moment(
            query["when"], f"under the cup at {query['cell']} lies the {row['answer_text']}", "swap"
        )

    def about(self, query: UnderQuery) -> str:
        return f"cell {query['cell']}"


class Swap(_OfCoin, EvenlyFirstOrLastAsk[SwapsQuery, ShellConfig]):
    """The number of the first or the last swap that moves a coin."""

    world = WORLD
    noun = "swap"

    def subjects(self, history: History) -> Sequence[str]:
        return list(history.states[0]["coins"])

    def query(self, common: ShellQuery, subject: str, answers: Sequence[str]) -> SwapsQuery:
        return SwapsQuery(**common, coin=subject, answers=answers)

    def aim(self, query: SwapsQuery) -> str:
        return f"which swap is the {self.which} to move the {query['coin']}"

    def wordings(self, query: SwapsQuery) -> Sequence[str]:
        which, coin = self.which, query["coin"]
        sentences = (
            f"Which swap, counting from 1, is the {which} to move the {coin}?",
            f"What is the number of the {which} swap, counting from 1, that moves the {coin}?",
        )
        return _posed(query, [with_form(sentence, query, "integer") for sentence in sentences])

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
        self, history: History, common: ShellQuery, others: Others, config: ShellConfig, question: Stream
    ) -> tuple[History, SwapsQuery] | None:
        def asked(other: History, coin: str) -> str | None:
            return str(len(_swaps_of(other, coin)) or "") or None

        found = evenly(common["coins"], others(hidden_end(common["reveal"])), asked, question)
        if found is None:
            return None
        return found.history, SwapsQuery(**common, coin=found.subject, answers=found.answers)

    def aim(self, query: SwapsQuery) -> str:
        return f"how many swaps move the {query['coin']}"

    def wordings(self, query: SwapsQuery) -> Sequence[str]:
        coin = query["coin"]
        sentences = (
            f"How many of the swaps move the {coin}?",
            f"How many of the swaps involve the cup that covers the {coin}?",
        )
        return _posed(query, [with_form(sentence, query, "integer") for sentence in sentences])

    def question(
        self, text: str, timeline: Timeline, query: SwapsQuery, config: ShellConfig, streams: Streams
    ) -> Question:
        swaps = _swaps_of(told(timeline.states, timeline.operations, apply), query["coin"])
        return drawn(text, str(len(swaps)), query["answers"], config.form, streams, "integer")

    def solve(self, evidence: Evidence, query: SwapsQuery) -> str | None:
        swaps = solver.swaps_of(evidence, query["coin"])
        return str(len(swaps)) if swaps else None

    def conclude(self, query: SwapsQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return (f"The number of swaps that move the {query['coin']} is {row['answer_text']}",)


class Plan(EvenlyPlanAsk[PlanQuery, ShellConfig]):
    """Swaps from the hidden end of the clip that bring as many coins where they are wanted."""

    world = WORLD

    def targets(self, ends: Sequence[Any], moves: int, question: Stream) -> Iterator[Any]:
        names = [cell_name(cell) for cell in cells(ends[0]["size"])]
        coins = list(ends[0]["coins"])
        while True:
            places = zip(question.sample(coins, moves), question.sample(names, moves), strict=True)
            yield {"coins": dict(places)}

    def plans(self, hidden: Any, target: Any, moves: int) -> Sequence[str]:
        here = {coin: hidden["coins"][coin] for coin in target["coins"]}
        names = [cell_name(cell) for cell in cells(hidden["size"])]
        return ["; ".join(way) for way in _ways(here, target["coins"], moves, names)]

    def aim(self, query: PlanQuery) -> str:
        wanted = " and ".join(f"the {coin} to {cell}" for coin, cell in query["target"]["coins"].items())
        return f"how to bring {wanted}"

    def wordings(self, query: PlanQuery) -> Sequence[str]:
        moment, moves = ENDS[hidden_end(query["reveal"])], query["moves"]
        wanted = " and ".join(f"the {coin} to {cell}" for coin, cell in query["target"]["coins"].items())
        coins = "coin is" if len(query["target"]["coins"]) == 1 else "coins are"
        plan = "single swap" if moves == 1 else f"plan of at most {moves} swaps"
        sentences = (
            f"Starting from where the {coins} {moment} of the video, which {plan} brings {wanted}? "
            "Any two cups may be swapped.",
            f"Any two cups may be swapped. Which {plan} brings {wanted}, starting from where the {coins} "
            f"{moment} of the video?",
        )
        example = "; ".join(("swap A1 B2", "swap B2 C3")[:moves])
        ending = f'Answer like "{example}".'
        return _posed(query, [with_ending(sentence, query, ending) for sentence in sentences])

    def solve(self, evidence: Evidence, query: PlanQuery) -> str | None:
        return solver.plan(evidence)


ASKS = (Where(), Under(), Swap("first"), Swap("last"), Count(), Plan())


def _posed(query: ShellQuery, sentences: Sequence[str]) -> Sequence[str]:
    """Questions behind the rules that all of them need."""
    screen = " For a while, a screen hides one column." if query["screen"] else ""
    rules = (
        f"Cups stand on a grid. {rules_of_naming(query['size'])} Each swap exchanges two cups, together "
        f"with whatever is under them.{screen} What is under the cups can be seen only "
        f"{ENDS[query['reveal']]} of the video."
    )
    return [f"{rules} {sentence}" for sentence in sentences]


def _coin_at(state: Any, cell: str) -> str | None:
    return next((coin for coin, place in state["coins"].items() if place == cell), None)


def _swaps_of(history: History, coin: str) -> list[int]:
    """The numbers, from 1, of the swaps that move a coin."""
    pairs = enumerate(itertools.pairwise(history.states), start=1)
    return [number for number, (one, two) in pairs if one["coins"][coin] != two["coins"][coin]]


def _ways(
    here: Mapping[str, str], wanted: Mapping[str, str], moves: int, names: Sequence[str]
) -> list[tuple[str, ...]]:
    """All plans of so many swaps that bring some coins where they are wanted, if it takes so many; 1 or 2."""
    last = _last_swap(here, wanted)
    if moves == 1 or last is not None or here == wanted:
        return [(last,)] if moves == 1 and last is not None else []
    found = []
    for pair in {frozenset((place, name)) for place in here.values() for name in names if name != place}:
        one, two = sorted(pair)
        moved = {one: two, two: one}
        then = _last_swap({coin: moved.get(cell, cell) for coin, cell in here.items()}, wanted)
        if then is not None:
            found.append((f"swap {one} {two}", then))
    return sorted(found)


def _last_swap(here: Mapping[str, str], wanted: Mapping[str, str]) -> str | None:
    """The one swap that brings coins where they are wanted."""
    off = [coin for coin in here if here[coin] != wanted[coin]]
    if not off or {here[coin] for coin in off[1:]} - {wanted[off[0]]} or len(off) > 2:
        return None
    if len(off) == 2 and wanted[off[1]] != here[off[0]]:
        return None
    one, two = sorted((here[off[0]], wanted[off[0]]))
    return f"swap {one} {two}"
