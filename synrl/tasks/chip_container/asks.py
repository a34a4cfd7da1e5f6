"""The kinds of question about chip_container: contents, the richest container, numbers of operations, plans.

What a clip is to be about is drawn before it (`wish`), the answer too if it is a number of chips or of an
operation, or a container. `draw` then says what is asked of a history, or None if that can't be asked of it.
"""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from synrl.answers import FORMS
from synrl.evidence import Evidence
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import EvenlyPlanAsk
from synrl.tasks.base import Ask
from synrl.tasks.chip_container import solver
from synrl.tasks.chip_container.clip import ChipQuery, Leg, Wish, Wishing, names
from synrl.tasks.chip_container.config import ChipConfig
from synrl.tasks.chip_container.others import others
from synrl.tasks.chip_container.shelf import CAPACITY
from synrl.tasks.shared.evenly import Answers, evenly
from synrl.tasks.shared.moments import ENDS, brief_moment, hidden_end, say_moment, state_at
from synrl.tasks.shared.queries import Target
from synrl.tasks.shared.questions import NUM_OPTIONS, Question, drawn, integer_question, with_ending
from synrl.tasks.shared.telling import at_moment, first_or_last
from synrl.world.chips import WORLD, Chips, Contents, apply, changed
from synrl.world.history import History, Step, When, told
from synrl.world.plans import legal
from synrl.world.timeline import Timeline

COUNTS = (1, 2, 3, 4, 5)
"""Numbers of chips that are asked for."""
FEWEST_ASKED = 2
"""Chips whose values are asked for: a single one could be an answer that was merely seen."""
MARGIN = 5
"""By this much at least the largest total is larger than any other, where it is asked for."""


class MomentQuery(ChipQuery):
    when: When


class NumberAtQuery(MomentQuery):
    container: str


class ContentsQuery(NumberAtQuery, Answers):
    pass


class NumberQuery(ChipQuery):
    container: str


class PlanQuery(ChipQuery, Answers, Target[Mapping[str, Sequence[int]]]):
    pass


class _OfContainer:
    """Questions that name a container."""

    def about(self, query: NumberAtQuery | NumberQuery) -> str:
        return f"container {query['container']}"


class _Contents(Wishing, _OfContainer, Ask[ContentsQuery, ChipConfig]):
    """The values in a container at some moment: all of them, or their total."""

    @abstractmethod
    def say(self, chips: Chips) -> str:
        """The answer for some chips."""

    def draw(
        self, history: History, common: ChipQuery, wish: Wish, config: ChipConfig, scene: Stream
    ) -> tuple[History, ContentsQuery] | None:
        """Contents that are not those that can be read, drawn evenly from all that look alike."""

        def asked(other: History, container: str) -> str | None:
            chips, readable = (state_at(other, at)[container] for at in (wish.when, common["reveal"]))
            said = self.say(chips)
            return said if len(chips) >= FEWEST_ASKED and said != self.say(readable) else None

        alike = others(history, common["reveal"], config, scene)
        found = evenly([wish.container], alike, asked, scene)
        if found is None:
            return None
        return found.history, ContentsQuery(
            **common, container=wish.container, when=wish.when, answers=found.answers
        )

    def question(
        self, text: str, timeline: Timeline, query: ContentsQuery, config: ChipConfig, streams: Streams
    ) -> Question:
        history = told(timeline.states, timeline.operations, apply)
        truth = self.say(state_at(history, query["when"])[query["container"]])
        return drawn(text, truth, query["answers"], config.form, streams, self.answer_type)


class Total(_Contents):
    """The total value of the chips in a container."""

    name = "total"
    modes = ("forward", "retrodictive", "historical")
    answer_type = "integer"

    def say(self, chips: Chips) -> str:
        return str(sum(chips))

    def aim(self, query: ContentsQuery) -> str:
        return f"what the chips in container {query['container']} are worth {brief_moment(query['when'])}"

    def wordings(self, query: ContentsQuery) -> Sequence[str]:
        container, moment = query["container"], say_moment(query["when"])
        sentences = (
            f"What is the total value of the chips in container {container} {moment}?",
            f"How much are the chips in container {container} worth in total {moment}?",
        )
        return _posed(query, sentences, FORMS["integer"])

    def solve(self, evidence: Evidence, query: ContentsQuery) -> str | None:
        ledger = solver.ledger_at(evidence, query["when"])
        return None if ledger is None else str(solver.total(ledger[query["container"]]))

    def reason(self, query: ContentsQuery, row: Mapping[str, Any]) -> Sequence[str]:
        chips = state_at(_history(row), query["when"])[query["container"]]
        if len(chips) < 2:
            return ()
        added = " + ".join(map(str, chips))
        return f"{added} = {sum(chips)}", f"Added up, that is {added} = {sum(chips)}"

    def conclude(self, query: ContentsQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return _at(query, f"the chips in container {query['container']} are worth {row['answer_text']}")


class Count(Wishing, _OfContainer, Ask[NumberAtQuery, ChipConfig]):
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
        self, history: History, common: ChipQuery, wish: Wish, config: ChipConfig, scene: Stream
    ) -> tuple[History, NumberAtQuery] | None:
        fits = len(state_at(history, wish.when)[wish.container]) == wish.wanted
        query = NumberAtQuery(**common, container=wish.container, when=wish.when)
        return (history, query) if fits else None

    def aim(self, query: NumberAtQuery) -> str:
        return f"how many chips container {query['container']} holds {brief_moment(query['when'])}"

    def wordings(self, query: NumberAtQuery) -> Sequence[str]:
        container, moment = query["container"], say_moment(query["when"])
        sentences = (
            f"How many chips are in container {container} {moment}?",
            f"What is the number of chips in container {container} {moment}?",
        )
        return _posed(query, sentences, FORMS["integer"])

    def question(
        self, text: str, timeline: Timeline, query: NumberAtQuery, config: ChipConfig, streams: Streams
    ) -> Question:
        history = told(timeline.states, timeline.operations, apply)
        readable = state_at(history, query["reveal"])[query["container"]]
        counts = [other for other in COUNTS if other != len(readable)]
        count = len(state_at(history, query["when"])[query["container"]])
        return integer_question(text, count, counts, config.form, streams)

    def solve(self, evidence: Evidence, query: NumberAtQuery) -> str | None:
        ledger = solver.ledger_at(evidence, query["when"])
        return None if ledger is None else str(ledger[query["container"]].total())

    def conclude(self, query: NumberAtQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return _at(query, f"the number of chips in container {query['container']} is {row['answer_text']}")


class AllChips(_Contents):
    """All chips in a container."""

    name = "chips"
    modes = ("forward", "retrodictive", "historical")
    answer_type = "ordering"

    def say(self, chips: Chips) -> str:
        return ", ".join(map(str, chips))

    def aim(self, query: ContentsQuery) -> str:
        return f"which chips container {query['container']} holds {brief_moment(query['when'])}"

    def wordings(self, query: ContentsQuery) -> Sequence[str]:
        container, moment = query["container"], say_moment(query["when"])
        sentences = (
            f"What are the values of all chips in container {container} {moment}, in ascending order?",
            f"Which chips, from the smallest value to the largest, does container {container} hold {moment}?",
        )
        form = 'Give each value as often as it occurs, separated by commas, like "5, 5, 25".'
        return _posed(query, sentences, form)

    def solve(self, evidence: Evidence, query: ContentsQuery) -> str | None:
        ledger = solver.ledger_at(evidence, query["when"])
        return None if ledger is None else ", ".join(map(str, sorted(ledger[query["container"]].elements())))

    def conclude(self, query: ContentsQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return _at(query, f"container {query['container']} holds {row['answer_text']}")


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
        self, history: History, common: ChipQuery, wish: Wish, config: ChipConfig, scene: Stream
    ) -> tuple[History, MomentQuery] | None:
        fits = _richest(state_at(history, wish.when)) == wish.wanted
        return (history, MomentQuery(**common, when=wish.when)) if fits else None

    def aim(self, query: MomentQuery) -> str:
        return f"in which container the chips are worth the most {brief_moment(query['when'])}"

    def wordings(self, query: MomentQuery) -> Sequence[str]:
        moment = say_moment(query["when"])
        sentences = (
            f"Which container holds chips of the largest total value {moment}?",
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

    def about(self, query: MomentQuery) -> str:
        return "all containers"


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
        self, history: History, common: ChipQuery, wish: Wish, config: ChipConfig, scene: Stream
    ) -> tuple[History, NumberQuery] | None:
        fits = self.number(history, wish.container) == wish.wanted
        return (history, NumberQuery(**common, container=wish.container)) if fits else None

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

    def aim(self, query: NumberQuery) -> str:
        return f"which operation is the {self._which} to change container {query['container']}"

    def wordings(self, query: NumberQuery) -> Sequence[str]:
        which, container = self._which, query["container"]
        swaps = _SWAPS_COUNT if "swap" in query["kinds"] else ""
        sentences = (
            f"Which operation, counting from 1, is the {which} to change the contents of container "
            f"{container}?{swaps}",
            f"What is the number of the {which} operation, counting from 1, that changes what container "
            f"{container} holds?{swaps}",
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

    def aim(self, query: NumberQuery) -> str:
        return f"which operation first brings container {query['container']} to its largest total"

    def wordings(self, query: NumberQuery) -> Sequence[str]:
        container = query["container"]
        sentences = (
            "Which operation, counting from 1, is the first after which the total value in container "
            f"{container} is the largest that it ever is in the video?",
            "Which operation, counting from 1, first brings the total value of the chips in container "
            f"{container} to its maximum over the whole video?",
        )
        return _posed(query, sentences, FORMS["integer"])

    def solve(self, evidence: Evidence, query: NumberQuery) -> str | None:
        return solver.peak(evidence, query["container"])

    def reason(self, query: NumberQuery, row: Mapping[str, Any]) -> Sequence[str]:
        totals = [sum(state[query["container"]]) for state in _history(row).states]
        listed = f"{', '.join(map(str, totals[:-1]))} and {totals[-1]}"
        return (
            f"From the beginning on, the totals are {listed}; the largest of {listed} is {max(totals)}",
            f"Its totals in turn: {listed}. Of {listed}, {max(totals)} is the largest",
        )

    def conclude(self, query: NumberQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return (
            f"The total of container {query['container']} first reaches its maximum with operation "
            f"{row['answer_text']}",
        )


class Plan(EvenlyPlanAsk[PlanQuery, ChipConfig], Wishing):
    """Moves from the hidden end of the clip to some contents."""

    world = WORLD

    def draw(
        self, history: History, common: Any, wish: Any, config: ChipConfig, scene: Stream
    ) -> tuple[History, PlanQuery] | None:
        alike = others(history, common["reveal"], config, scene)
        return super().draw(history, common, lambda _: alike, config, scene)

    def targets(self, ends: Sequence[Contents], moves: int, question: Stream) -> Iterator[Any]:
        """Contents that are some moves from one of the ends, and so perhaps from several."""
        while True:
            target = question.choice(ends)
            for _ in range(question.integer(0, moves)):
                _, target = question.choice(list(legal(WORLD, target)))
            if max(map(len, target.values())) <= CAPACITY:
                yield {name: list(chips) for name, chips in target.items()}

    def plans(self, hidden: Contents, target: Any, moves: int) -> Sequence[str]:
        return [WORLD.format_plan(plan) for plan in _plans(hidden, target, moves)]

    def aim(self, query: PlanQuery) -> str:
        return "how to get to the contents that are asked for"

    def wordings(self, query: PlanQuery) -> Sequence[str]:
        moment = ENDS[hidden_end(query["reveal"])]
        contents = [
            f"{name}: {', '.join(map(str, chips)) or 'empty'}" for name, chips in query["target"].items()
        ]
        target = "; ".join(contents)
        moves = query["moves"]
        plan = "single move" if moves == 1 else f"plan of at most {moves} moves"
        rule = 'In a plan, "move 25 A B" takes a chip of 25 out of container A and puts it into container B.'
        sentences = (
            f"Which {plan} leads from what the containers hold {moment} of the video to these contents: "
            f"{target}? {rule}",
            f"{rule} Which {plan} turns the contents {moment} of the video into these: {target}?",
        )
        example = "; ".join(("move 25 A B", "move 5 B A")[:moves])
        return _posed(query, sentences, f'Answer like "{example}".')

    def solve(self, evidence: Evidence, query: PlanQuery) -> str | None:
        return solver.plan(evidence)


def _history(row: Mapping[str, Any]) -> History:
    steps = [Step(step["kind"], step["arguments"]) for step in row["operations"]]
    return History.replay(row["states"][0]["state"], steps, apply)


ASKS = (Total(), Count(), AllChips(), Richest(), Change("first"), Change("last"), Peak(), Plan())


_SWAPS_COUNT = (
    " When two containers change places, that counts as a change of the contents at both of their letters."
)


def _posed(query: ChipQuery, sentences: Sequence[str], form: str) -> Sequence[str]:
    """Questions behind the rules that all of them need; an open one ends with the form of its answer."""
    *first, last = names(query["containers"])
    rules = [
        f"Containers {', '.join(first)} and {last} hold chips; each is named by the letter below it. "
        f"What is in them can be seen only {ENDS[query['reveal']]} of the video. An arrow that points up "
        "marks a container that something comes out of, and one that points down a container that it goes "
        "into."
    ]
    if "swap" in query["kinds"]:
        rules.append(
            "Arrows to the left and to the right mark two containers that change places; they keep their "
            "chips and are then named by their new letters."
        )
    if "pour" in query["kinds"]:
        rules.append(
            "A container that is lifted on its own tips over and pours all its chips into the container that "
            "is marked with an arrow that points down."
        )
    return [with_ending(f"{' '.join(rules)} {sentence}", query, form) for sentence in sentences]


def _at(query: NumberAtQuery, said: str) -> Sequence[str]:
    return at_moment(query["when"], said)


def _richest(state: Contents) -> str | None:
    """The container with the largest total; None if another comes near."""
    totals = sorted(((sum(chips), name) for name, chips in state.items()), reverse=True)
    return totals[0][1] if totals[0][0] - totals[1][0] >= MARGIN else None


def _plans(hidden: Contents, target: Contents, moves: int) -> list[tuple[Step, ...]]:
    """All ways to bring chips where they belong, if that takes so many moves."""
    # The rest is slow, and few ends of other histories are near.
    if sum(abs(len(hidden[name]) - len(target[name])) for name in hidden) > 2 * moves:
        return []
    surplus = [
        (chip, name) for name in hidden for chip in (Counter(hidden[name]) - Counter(target[name])).elements()
    ]
    lacking = [
        (chip, name) for name in hidden for chip in (Counter(target[name]) - Counter(hidden[name])).elements()
    ]
    if len(surplus) != moves or len(lacking) != moves:
        return []
    found = {}
    for goals in itertools.permutations(lacking):
        for order in itertools.permutations(zip(surplus, goals, strict=True)):
            if all(one[0] == two[0] for one, two in order):
                steps = [
                    Step("move", {"source": a, "target": b, "chip": chip}) for (chip, a), (_, b) in order
                ]
                found[WORLD.format_plan(steps)] = tuple(steps)
    return list(found.values())
