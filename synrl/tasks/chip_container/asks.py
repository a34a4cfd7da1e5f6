"""The kinds of question about chip_container: contents, the richest container, numbers of operations, plans.

What a clip is to be about is drawn before it (`wish`), the answer too if it is a number of chips or of an
operation, or a container. `draw` then says what is asked of a history, or None if that can't be asked of it.
"""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from synrl.answers import FORMS
from synrl.evidence import Evidence
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import PlanAsk
from synrl.tasks.base import Ask
from synrl.tasks.chip_container import solver
from synrl.tasks.chip_container.clip import ChipQuery, Leg, Wish, Wishing, names, proposer
from synrl.tasks.chip_container.config import ChipConfig
from synrl.tasks.chip_container.contents import Inquiry, can_be_asked, contents_question
from synrl.tasks.shared.moments import ENDS, draw_when, hidden_end, say_moment, state_at
from synrl.tasks.shared.queries import Target
from synrl.tasks.shared.questions import NUM_OPTIONS, Question, drawn, integer_question, with_ending
from synrl.tasks.shared.telling import at_moment, first_or_last
from synrl.world.chips import WORLD, Contents, apply, changed
from synrl.world.history import History, When, told
from synrl.world.plans import conceivable, leads
from synrl.world.timeline import Timeline

COUNTS = (1, 2, 3, 4, 5)
"""Numbers of chips that are asked for."""
MARGIN = 5
"""By this much at least the largest total is larger than any other, where it is asked for."""


class MomentQuery(ChipQuery):
    when: When


class ContentsQuery(MomentQuery):
    container: str


class NumberQuery(ChipQuery):
    container: str


class PlanQuery(ChipQuery, Target[Mapping[str, Sequence[int]]]):
    pass


class _OfContainer:
    """Questions that name a container."""

    def about(self, query: ContentsQuery | NumberQuery) -> str:
        return f"container {query['container']}"


class _Contents(Wishing, _OfContainer, Ask[ContentsQuery, ChipConfig]):
    """The values in a container at some moment: all of them, or their total."""

    total: bool

    def _inquiry(self, history: History, reveal: str, container: str, when: When) -> Inquiry:
        return Inquiry(history, reveal, container, when, total=self.total)

    def draw(
        self, history: History, common: ChipQuery, wish: Wish, config: ChipConfig, question: Stream
    ) -> ContentsQuery | None:
        when = draw_when(config.mode, config.num_operations, question)
        inquiry = self._inquiry(history, common["reveal"], wish.container, when)
        fits = can_be_asked(inquiry, proposer(config, common["reveal"]), question)
        return ContentsQuery(**common, container=wish.container, when=when) if fits else None

    def question(
        self, text: str, timeline: Timeline, query: ContentsQuery, config: ChipConfig, streams: Streams
    ) -> Question:
        history = told(timeline.states, timeline.operations, apply)
        inquiry = self._inquiry(history, query["reveal"], query["container"], query["when"])
        return contents_question(text, inquiry, query["form"], proposer(config, query["reveal"]), streams)


class Total(_Contents):
    """The total value of the chips in a container."""

    name = "total"
    modes = ("forward", "retrodictive", "historical")
    answer_type = "integer"
    total = True

    def wordings(self, query: ContentsQuery) -> Sequence[str]:
        container, moment = query["container"], say_moment(query["when"])
        sentences = (
            f"What is the total value of the chips in container {container} {moment}?",
            f"How much are all chips in container {container} worth together {moment}?",
        )
        return _posed(query, sentences, FORMS["integer"])

    def solve(self, evidence: Evidence, query: ContentsQuery) -> str | None:
        ledger = solver.ledger_at(evidence, query["when"])
        return None if ledger is None else str(solver.total(ledger[query["container"]]))

    def conclude(self, query: ContentsQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return _at(query, f"its chips are worth {row['answer_text']}")


class Count(Wishing, _OfContainer, Ask[ContentsQuery, ChipConfig]):
    """How many chips a container holds."""

    name = "count"
    modes = ("forward", "retrodictive")
    answer_type = "integer"
    even = True

    def containers(self, readable: Contents) -> list[str]:
        return [name for name, chips in readable.items() if chips]

    def wanted(self, readable: Contents, container: str, config: ChipConfig, question: Stream) -> int:
        return question.choice([count for count in COUNTS if count != len(readable[container])])

    def draw(
        self, history: History, common: ChipQuery, wish: Wish, config: ChipConfig, question: Stream
    ) -> ContentsQuery | None:
        when = draw_when(config.mode, config.num_operations, question)
        fits = len(state_at(history, when)[wish.container]) == wish.wanted
        return ContentsQuery(**common, container=wish.container, when=when) if fits else None

    def wordings(self, query: ContentsQuery) -> Sequence[str]:
        container, moment = query["container"], say_moment(query["when"])
        sentences = (
            f"How many chips are in container {container} {moment}?",
            f"What is the number of chips that container {container} holds {moment}?",
        )
        return _posed(query, sentences, FORMS["integer"])

    def question(
        self, text: str, timeline: Timeline, query: ContentsQuery, config: ChipConfig, streams: Streams
    ) -> Question:
        history = told(timeline.states, timeline.operations, apply)
        readable = state_at(history, query["reveal"])[query["container"]]
        counts = [other for other in COUNTS if other != len(readable)]
        count = len(state_at(history, query["when"])[query["container"]])
        return integer_question(text, count, counts, config.form, streams)

    def solve(self, evidence: Evidence, query: ContentsQuery) -> str | None:
        ledger = solver.ledger_at(evidence, query["when"])
        return None if ledger is None else str(ledger[query["container"]].total())

    def conclude(self, query: ContentsQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return _at(query, f"the number of its chips is {row['answer_text']}")


class Chips(_Contents):
    """All chips in a container."""

    name = "chips"
    modes = ("forward", "retrodictive", "historical")
    answer_type = "ordering"
    total = False

    def wordings(self, query: ContentsQuery) -> Sequence[str]:
        container, moment = query["container"], say_moment(query["when"])
        sentences = (
            f"Which chips are in container {container} {moment}, from the smallest value to the largest?",
            f"List the values of all chips that container {container} holds {moment}, the smallest first.",
        )
        form = 'Answer with every value as often as it occurs, separated by commas, like "5, 5, 25".'
        return _posed(query, sentences, form)

    def solve(self, evidence: Evidence, query: ContentsQuery) -> str | None:
        ledger = solver.ledger_at(evidence, query["when"])
        return None if ledger is None else ", ".join(map(str, sorted(ledger[query["container"]].elements())))

    def conclude(self, query: ContentsQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return _at(query, f"its chips are {row['answer_text']}")


class Richest(Wishing, Ask[MomentQuery, ChipConfig]):
    """The container with the largest total, where there are as many as options."""

    name = "richest"
    modes = ("forward", "retrodictive")
    answer_type = "text"
    even = True

    def possible(self, config: ChipConfig) -> bool:
        return config.containers == NUM_OPTIONS

    def wanted(self, readable: Contents, container: str, config: ChipConfig, question: Stream) -> str:
        return question.choice(tuple(readable))

    def draw(
        self, history: History, common: ChipQuery, wish: Wish, config: ChipConfig, question: Stream
    ) -> MomentQuery | None:
        when = draw_when(config.mode, config.num_operations, question)
        fits = _richest(state_at(history, when)) == wish.wanted
        return MomentQuery(**common, when=when) if fits else None

    def wordings(self, query: MomentQuery) -> Sequence[str]:
        moment = say_moment(query["when"])
        sentences = (
            f"Which container holds the largest total value {moment}?",
            f"In which container are the chips worth the most in total {moment}?",
        )
        return _posed(query, sentences, "Answer with its letter.")

    def question(
        self, text: str, timeline: Timeline, query: MomentQuery, config: ChipConfig, streams: Streams
    ) -> Question:
        richest = _richest(state_at(told(timeline.states, timeline.operations, apply), query["when"]))
        assert richest is not None, query
        return drawn(text, richest, names(config.containers), config.form, streams)

    def solve(self, evidence: Evidence, query: MomentQuery) -> str | None:
        ledger = solver.ledger_at(evidence, query["when"])
        return None if ledger is None else max(ledger, key=lambda name: solver.total(ledger[name]))

    def conclude(self, query: MomentQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return at_moment(query["when"], f"the chips of container {row['answer_text']} are worth the most")


class _Numbered(Wishing, _OfContainer, Ask[NumberQuery, ChipConfig]):
    """Questions that are answered with the number of an operation."""

    modes = ("historical",)
    answer_type = "integer"

    @abstractmethod
    def number(self, history: History, container: str) -> int | None:
        """The number, from 1, of the operation that is asked for; None if there is no single one."""

    def wanted(self, readable: Contents, container: str, config: ChipConfig, question: Stream) -> int:
        return question.integer(1, config.num_operations)

    def draw(
        self, history: History, common: ChipQuery, wish: Wish, config: ChipConfig, question: Stream
    ) -> NumberQuery | None:
        fits = self.number(history, wish.container) == wish.wanted
        return NumberQuery(**common, container=wish.container) if fits else None

    def question(
        self, text: str, timeline: Timeline, query: NumberQuery, config: ChipConfig, streams: Streams
    ) -> Question:
        number = self.number(told(timeline.states, timeline.operations, apply), query["container"])
        assert number is not None, query
        return integer_question(text, number, range(1, config.num_operations + 1), config.form, streams)


class Change(_Numbered):
    """The first or the last operation that changes what a container holds."""

    def __init__(self, which: str) -> None:
        self.name = f"{which}_change"
        self._which = which
        self._place = {"first": 0, "last": -1}[which]

    def legs(self, wish: Wish, reveal: str, config: ChipConfig) -> list[Leg]:
        count, wanted, first = config.num_operations, int(wish.wanted), self._which == "first"
        quiet = wanted - 1 if first else count - wanted, wish.container
        rest = count - quiet[0], ""
        return [quiet, rest] if first == (reveal == "start") else [rest, quiet]

    def number(self, history: History, container: str) -> int | None:
        numbers = [number for number, step in enumerate(history.steps, start=1) if container in changed(step)]
        return numbers[self._place] if numbers else None

    def wordings(self, query: NumberQuery) -> Sequence[str]:
        which, container = self._which, query["container"]
        sentences = (
            f"Counting operations from 1, which one is the {which} to change the contents of container "
            f"{container}?",
            f"What is the number of the {which} operation, counted from 1, that changes what container "
            f"{container} holds?",
        )
        return _posed(query, sentences, FORMS["integer"])

    def solve(self, evidence: Evidence, query: NumberQuery) -> str | None:
        numbers = solver.changes(evidence, query["container"])
        return str(numbers[self._place]) if numbers else None

    def conclude(self, query: NumberQuery, row: Mapping[str, Any]) -> Sequence[str]:
        does = f"changes the contents of container {query['container']}"
        return first_or_last(self._which, row["answer_text"], does)


class Peak(_Numbered):
    """The operation that brings a container to its largest total."""

    name = "peak"

    def number(self, history: History, container: str) -> int | None:
        totals = [sum(state[container]) for state in history.states]
        at_most = [number for number, total in enumerate(totals) if total == max(totals)]
        lasting = at_most[-1] - at_most[0] + 1 == len(at_most)
        return at_most[0] if at_most[0] and lasting else None

    def wordings(self, query: NumberQuery) -> Sequence[str]:
        container = query["container"]
        sentences = (
            f"Counting operations from 1, which one brings container {container} to the largest total value "
            "that it has in the video?",
            f"After which operation, counted from 1, does container {container} first hold its largest total "
            "value of the whole video?",
        )
        return _posed(query, sentences, FORMS["integer"])

    def solve(self, evidence: Evidence, query: NumberQuery) -> str | None:
        return solver.peak(evidence, query["container"])

    def conclude(self, query: NumberQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return (f"Its total is largest after operation {row['answer_text']}",)


class Plan(PlanAsk[PlanQuery, ChipConfig], Wishing):
    """Moves from the hidden end of the clip to some contents."""

    world = WORLD

    def target(
        self, history: History, reveal: str, moves: int, question: Stream
    ) -> dict[str, list[int]] | None:
        """Contents that enough plans lead to from elsewhere."""
        start = state_at(history, hidden_end(reveal))
        target = super().target(history, reveal, moves, question)
        if target is None:
            return None
        plans = conceivable(WORLD, target, moves)
        wrong = (plan for plan in plans if not leads(WORLD, start, plan, target))
        if sum(1 for _ in itertools.islice(wrong, NUM_OPTIONS - 1)) < NUM_OPTIONS - 1:
            return None
        return {name: list(chips) for name, chips in target.items()}

    def wordings(self, query: PlanQuery) -> Sequence[str]:
        moment = ENDS[hidden_end(query["reveal"])]
        contents = [
            f"{name}: {', '.join(map(str, chips)) or 'empty'}" for name, chips in query["target"].items()
        ]
        target = "; ".join(contents)
        most = f"at most {query['moves']} move{'s' if query['moves'] > 1 else ''}"
        rule = '"move 25 A B" takes a chip of 25 out of container A and puts it into container B.'
        sentences = (
            f"Which {most} would lead from what the containers hold {moment} to these contents: {target}? "
            f"{rule}",
            f"{rule} With {most}, how do you get from the contents {moment} of the video to the following "
            f"ones: {target}?",
        )
        return _posed(query, sentences, 'Answer like "move 25 A B; move 5 C A".')

    def solve(self, evidence: Evidence, query: PlanQuery) -> str | None:
        return solver.plan(evidence)


ASKS = (Total(), Count(), Chips(), Richest(), Change("first"), Change("last"), Peak(), Plan())


def _posed(query: ChipQuery, sentences: Sequence[str], form: str) -> Sequence[str]:
    """Questions behind the rules that all of them need; an open one ends with the form of its answer."""
    *first, last = names(query["containers"])
    rules = [
        f"Containers {', '.join(first)} and {last} hold chips; a container is named by the letter it "
        f"stands over. What is in them can be seen only {ENDS[query['reveal']]} of the video."
    ]
    if "swap" in query["kinds"]:
        rules.append("Containers that change places take their chips along; each goes by its new letter.")
    if "pour" in query["kinds"]:
        rules.append("A container that tips over pours all of its chips into the one below its mouth.")
    return [with_ending(f"{' '.join(rules)} {sentence}", query, form) for sentence in sentences]


def _at(query: ContentsQuery, said: str) -> Sequence[str]:
    return at_moment(query["when"], f"for container {query['container']}, {said}")


def _richest(state: Contents) -> str | None:
    """The container with the largest total; None if another comes near."""
    totals = sorted(((sum(chips), name) for name, chips in state.items()), reverse=True)
    return totals[0][1] if totals[0][0] - totals[1][0] >= MARGIN else None
