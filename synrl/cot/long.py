"""Chains about long clips: from the end that can be read, each operation with what it does to the state.

Forward, each operation is told with its effect; if only the end can be read, what happens comes first and is
then undone from there. At level 1 every span and the whole state is told; above it, what changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from synrl.cot.facts import Fact
from synrl.cot.openings import long_opening, upper
from synrl.cot.writing import Writer, listed
from synrl.seeds import Stream
from synrl.tasks.shared.telling import say_number

_LINKS = ("Then", "Next", "After that", "After this")
_LASTS = ("Finally", "Last")


class LongWriter(Writer):
    """Writes a chain about a long clip."""

    def __init__(self, row: Mapping[str, Any], stream: Stream) -> None:
        super().__init__(row, stream)
        self._noun = self.clip.family.noun
        self._numbered = stream.choice((0.3, 0.6, 1.0))
        """How often an operation is told with its number, where nothing hangs on it."""

    def sentences(self) -> Iterator[str]:
        """The reasoning, sentence by sentence."""
        clip = self.clip
        yield long_opening(
            self.ask.aim(self.query), clip.family.content, self._noun, self.stream, forward=clip.read_first
        )
        when = self.query.get("when")
        asked = when if isinstance(when, int) else None  # after so many operations, or at an end
        if clip.read_first:
            yield self._read("at the beginning", 0)
            for run in self._runs(clip.facts[:asked]):
                yield self._untouched(run) if len(run) > 1 else self._told(run[0], with_state=True)
        else:
            for fact in clip.facts:
                yield self._told(fact, with_state=False)
            yield self._read("at the end", -1)
            for run in self._runs(clip.facts[asked:][::-1]):
                yield self._untouched(run, back=True) if len(run) > 1 else self._undone(run[0])
        plan = self.ask.answer_type == "plan"
        if plan:
            yield from self._plan()
        else:
            if self.often(0.3, 0.1):
                yield from self._affecting()
                yield from self.reason()
            if self.level > 2 and self.stream.chance(0.3):
                yield from self._again(asked)
        conclusion = self.conclusion()
        yield f"{conclusion}."
        yield from self.ruled_out()
        yield self.end(conclusion)

    def _runs(self, facts: Sequence[Fact]) -> Iterator[list[Fact]]:
        """Operations one by one; from level 3 on, those in a row that leave the one thing asked together."""
        run: list[Fact] = []
        for fact in facts:
            if self.level < 3 or len(self.clip.states[0]) > 1 or self._changes(fact):
                if run:
                    yield run
                yield [fact]
                run = []
            else:
                run.append(fact)
        if run:
            yield run

    def _changes(self, fact: Fact) -> bool:
        assert fact.number is not None
        return self.clip.states[fact.number - 1] != self.clip.states[fact.number]

    def _untouched(self, run: Sequence[Fact], *, back: bool = False) -> str:
        (label,) = self.clip.states[0]
        numbers = f"{self._noun}s {run[0].number} {'and' if len(run) == 2 else 'to'} {run[-1].number}"
        if back:
            return self.stream.choice(
                (
                    f"Undoing {numbers} changes nothing for {label}.",
                    f"{upper(numbers)} do not affect {label}.",
                    f"{upper(label)} stays where it is when I undo {numbers}.",
                )
            )
        when = f"at {self.times([fact.start for fact in run])} s"
        return self.stream.choice(
            (
                f"{upper(numbers)}, {when}, leave {label} alone.",
                f"{upper(numbers)}, {when}, do not affect {label}.",
                f"{upper(label)} is not touched by {numbers}, {when}.",
                f"{upper(label)} is not affected by {numbers}, {when}.",
            )
        )

    def _read(self, where: str, index: int) -> str:
        assert self.clip.readable is not None  # long clips always show one end
        start, end = self.clip.readable
        state = _parts(self.clip.states[index])
        when = f"from {start:.1f} to {end:.1f} s"
        return self.stream.choice(
            (
                f"{upper(where)}, {when}, I can read this: {state}.",
                f"{upper(where)}, {when}, this can be seen: {state}.",
                f"{upper(when)}, {where}, I can read what there is: {state}.",
                f"What can be read {where}, {when}: {state}.",
                f"{upper(where)}, {when}, I see that {state}.",
            )
        )

    def _told(self, fact: Fact, *, with_state: bool) -> str:
        phrase, when = self.stream.choice(fact.phrases), self._when(fact)
        number, first, last = fact.number, self.clip.facts[0], self.clip.facts[-1]
        assert number is not None  # every fact of a long clip is an operation
        if with_state and self.stream.chance(0.4):
            phrase = self._known(fact) or phrase
        numbered = self.row["mode"] != "forward" or self.stream.chance(self._numbered)
        if numbered:
            noun = self._noun
            forms = (
                f"{upper(noun)} {number}, {when}: {phrase}",
                f"{upper(when)}, {noun} {number}: {phrase}",
                f"{upper(noun)} {number} comes {when}: {phrase}",
                f"In {noun} {number}, {when}, {phrase}",
            )
        else:  # nothing hangs on the numbers
            link = self.stream.choice(("First",) if fact is first else _LASTS if fact is last else _LINKS)
            forms = (
                f"{upper(when)}, {phrase}",
                f"{upper(when)} {phrase}",
                f"{link}, {when}, {phrase}",
                f"{link}, {phrase}, {when}",
            )
        said = self.stream.choice(forms)
        return f"{said}{self._effect(fact) if with_state else ''}."

    def _known(self, fact: Fact) -> str:
        """What moves, by who knows the state; empty if that is something else than what is seen."""
        words = self.clip.words_in(fact.phrases)
        said = self._does(fact)
        seen = said.startswith(("the ", "tile ")) and self.clip.words_in((said,)) <= words
        return said if seen else ""

    def _does(self, fact: Fact) -> str:
        """What an operation does, by who has followed what is asked about; empty if that is not known."""
        (label, *others), about = self.clip.states[0], self.ask.about(self.query)
        alone = not others and label == about  # nothing else has been followed
        return next((said for said in fact.effects if not alone or f"{label} " in said), "")

    def _when(self, fact: Fact) -> str:
        return self.when(fact) if self.level < 3 else f"at {fact.start:.1f} s"

    def _undone(self, fact: Fact) -> str:
        number, noun = fact.number, self._noun
        assert number is not None
        told = self._changes_told(number, number - 1)
        if not told:
            return self.stream.choice(
                (
                    f"Undoing {noun} {number} changes nothing here.",
                    f"Before {noun} {number}, nothing here is different.",
                    f"Taking back {noun} {number} makes no difference here.",
                )
            )
        return self.stream.choice(
            (
                f"Undoing {noun} {number}, I find that {told}.",
                f"Before {noun} {number}, {told}.",
                f"I undo {noun} {number}, and now {told}.",
                f"Taking back {noun} {number}: {told}.",
                f"One step further back, before {noun} {number}, {told}.",
            )
        )

    def _effect(self, fact: Fact) -> str:
        """What an operation does to the state, as the end of a sentence."""
        assert fact.number is not None
        told = self._changes_told(fact.number - 1, fact.number)
        if not told:
            return self.stream.choice(
                (", which changes nothing here", "", ", which makes no difference here")
            )
        if self.level > 1 and not self._known(fact) and self.stream.chance(0.3):
            said = self._does(fact)
            if said.startswith("the "):
                return f", so {said}" if self._all_in(said, fact) else f", so {said}; now {told}"
        return self.stream.choice((f", so {told}", f", and now {told}", f"; now {told}"))

    def _all_in(self, said: str, fact: Fact) -> bool:
        """Whether the only change of the state is one that a clause names."""
        assert fact.number is not None
        changed = _changed(self.clip.states[fact.number - 1], self.clip.states[fact.number])
        return len(changed) == 1 and all(label in said for label in changed)

    def _changes_told(self, before: int, after: int) -> str:
        """What is different of the state, or at level 1 the whole of it then; empty if nothing is."""
        old, new = self.clip.states[before], self.clip.states[after]
        changed = _changed(old, new)
        return _parts(new if changed and self.level == 1 else changed)

    # --- what follows ---------------------------------------------------------------------------

    def _affecting(self) -> Iterator[str]:
        """Which operations change the one thing that is asked about, if the question is which do."""
        label, answer = self.ask.about(self.query), str(self.row["answer_text"])
        if label is None or self.row["answer_type"] == "plan" or not answer.isdecimal():
            return
        said = [self.clip.stated_of(label, number) for number in range(len(self.clip.states))]
        if None in said:
            return
        changing = [number for number in range(1, len(said)) if said[number] != said[number - 1]]
        if len(changing) < 2 or int(answer) not in (changing[0], changing[-1], len(changing)):
            return
        numbers = f"{self._noun}s {listed([str(number) for number in changing])}"
        how_many = self.ask.aim(self.query).startswith(f"how many {self._noun}s ")
        if int(answer) == len(changing) and how_many:
            yield self.stream.choice(
                (
                    f"{upper(numbers)} affect {label}, which makes {say_number(len(changing))}.",
                    f"{upper(label)} is affected by {numbers}: that makes {say_number(len(changing))}.",
                )
            )
        elif self.ask.aim(self.query).startswith(f"which {self._noun} "):
            yield self.stream.choice(
                (f"{upper(label)} is affected by {numbers}.", f"{upper(numbers)} affect {label}.")
            )

    def _again(self, asked: int | None) -> Iterator[str]:
        """A look back at the state in question, or the first operation once more, forward."""
        states, noun = self.clip.states, self._noun
        if self.clip.read_first:
            number = asked or len(states) - 1
            if number < 3:
                return
            told = _parts(states[number])
            yield self.stream.choice(
                (
                    f"To be sure: after {noun} {number}, {told}.",
                    f"As a check, after {noun} {number}, {told}.",
                )
            )
            return
        number = (asked or 0) + 1
        told = _parts(_changed(states[number - 1], states[number]))
        if told:
            yield self.stream.choice(
                (
                    f"As a check, forward again: after {noun} {number}, {told}, as it should be.",
                    f"That fits: after {noun} {number}, {told}.",
                )
            )

    def _plan(self) -> Iterator[str]:
        clip, world = self.clip, self.clip.family.world
        assert world is not None  # the family asks for plans
        state: Any = self.row["states"][-1 if clip.read_first else 0]["state"]
        yield self.stream.choice(
            (
                "From there I look for steps that lead to the goal.",
                "Now for the steps from there to the goal.",
                "That is where the plan starts.",
                "From there I try the steps one by one.",
            )
        )
        for number, words in enumerate(self.row["answer_text"].split("; "), start=1):
            before = clip.parts(state)
            for kind, arguments in world.parse_plan(words) or ():
                state = world.rules(state, kind, arguments)
            after = clip.parts(state)
            yield f'Step {number}, "{words}": now {_parts(_changed(before, after) or after)}.'


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    return {label: text for label, text in after.items() if before.get(label) != text}


def _parts(parts: Mapping[str, str]) -> str:
    return "; ".join(f"{label} {text}" for label, text in parts.items())
