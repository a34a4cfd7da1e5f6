"""The writer that needs no model: reasoning composed from a row's own clip, in varied words.

Short clips are told event by event, and what follows from them. Long clips are told from the end that can
be read: forward, each operation with what it does to the state, or, if only the end can be read, first
what happens and then back from there. At level 1 every span and the whole state is told; above it, what
changes. Consecutive equal events may be told together. Words are drawn from a stream of the row's own key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from synrl.cot.facts import INSTANT, ClipFacts, Fact
from synrl.prompts import completion_text
from synrl.seeds import Stream, Streams
from synrl.tasks.base import texts
from synrl.tasks.shared.telling import say_count

_LINKS = ("Then", "Next", "After that")
_LASTS = ("Finally", "Last")
_MEANWHILES = ("Meanwhile", "At the same time")


def write(row: Mapping[str, Any]) -> str:
    """A chain of thought for a row (JSON columns decoded), with its answer, as `synrl.prompts` has it."""
    config = row["config"]
    stream = Streams(row["family"], config["split"], row["seed"], config["index"]).reasoning
    writer = _Long(row, stream) if row["operations"] else _Short(row, stream)
    return completion_text(row["answer"], "\n".join(writer.sentences()))


class _Writer:
    """What short and long clips have in common."""

    def __init__(self, row: Mapping[str, Any], stream: Stream) -> None:
        self.row, self.stream = row, stream
        self.clip = ClipFacts(row)
        self.query: Mapping[str, Any] = row["config"]["query"]
        self.ask = self.clip.ask

    def when(self, fact: Fact) -> str:
        """The time of a fact."""
        start, end = f"{fact.start:.1f}", f"{fact.end:.1f}"
        if start == end or fact.end - fact.start < INSTANT:
            return f"at {start} s"
        return self.stream.choice((f"from {start} to {end} s", f"between {start} and {end} s"))

    def about(self) -> str:
        """Whom or what the question is about; empty if that would be a long list."""
        about = self.ask.about(self.query)
        if about is not None:
            return about
        asked = set(texts(self.query))
        said = " ".join((self.row["question"], *self.row["options"]))  # a query may hold more than is asked
        names = [
            f"the {item['name']}"
            for item in self.row["objects"]
            if item["name"] in asked and item["name"] in said
        ]
        return " and ".join(", ".join(names).rsplit(", ", 1)) if len(names) <= 3 else ""

    def conclusion(self) -> str:
        """What follows from everything that was told, without its full stop."""
        return self.stream.choice(tuple(self.ask.conclude(self.query, self.row)))

    def end(self, before: str) -> str:
        """The last sentence: the answer, as the question wants it, after what it follows from."""
        row, the = self.row, "The" if before.startswith("So ") else "So the"
        if row["options"]:
            return self.stream.choice(
                (f"That is option {row['answer']}.", f"{the} answer is option {row['answer']}.")
            )
        return self.stream.choice((f"{the} answer is {row['answer']}.", f"The answer: {row['answer']}"))


class _Short(_Writer):
    def sentences(self) -> Iterator[str]:
        """The reasoning, sentence by sentence."""
        clip = self.clip
        told = [
            fact
            for fact in clip.facts
            if fact.event is not None and clip.family.concerns(fact.event, self.query)
        ]
        yield self._opening(told)
        groups = list(self._grouped(told))
        for number, group in enumerate(groups):
            yield self._told(group, groups[number - 1] if number else (), number == len(groups) - 1)
        conclusion = self.conclusion()
        yield f"{conclusion}."
        yield self.end(conclusion)

    def _opening(self, told: Sequence[Fact]) -> str:
        if not told:
            duration = f"{self.row['duration']:.1f} s"
            return self.stream.choice(
                (
                    f"I watch all {duration} of the video, and nothing of the kind happens.",
                    f"The video lasts {duration}; nothing of what is asked about happens in it.",
                )
            )
        who = self.about()
        if not who:
            return self.stream.choice(
                (
                    "I go through the video and note what happens, with the times.",
                    "Let me watch from the beginning and note each thing that happens.",
                    "I watch for everything that matters here, in the order of the video.",
                    "Step by step, this is what the video shows.",
                )
            )
        return self.stream.choice(
            (
                f"I keep an eye on {who}.",
                f"The question is about {who}, so that is what I watch.",
                f"Let me watch {who}.",
                f"I watch {who} and note what happens.",
                f"What matters is {who}.",
            )
        )

    def _grouped(self, told: Sequence[Fact]) -> Iterator[list[Fact]]:
        """Facts one by one; where they are counted, above level 1, equal ones in a row together."""
        counted = self.row["answer_text"].isdigit() and self.row["level"] > 1 and len(told) > 3
        group: list[Fact] = []
        for fact in told:
            alike = group and fact.phrases == group[0].phrases and counted
            if not alike and group:
                yield group
                group = []
            group.append(fact)
        if group:
            yield group

    def _told(self, group: Sequence[Fact], before: Sequence[Fact], last: bool) -> str:
        phrase = self.stream.choice(group[0].phrases)
        if len(group) > 1:
            *times, final = (f"{fact.start:.1f}" for fact in group)
            said = f"{phrase} {say_count(len(group))}, at {', '.join(times)} and {final} s"
        else:
            said = self._timed(group[0], phrase)
        if not before and not last and self.stream.chance(0.5):
            return f"First, {said}."
        if before and self.stream.chance(0.7):
            overlaps = group[0].start < before[-1].end - 0.1
            link = self.stream.choice(_MEANWHILES if overlaps else _LASTS if last else _LINKS)
            return f"{link}, {said}."
        return f"{said[0].upper()}{said[1:]}."

    def _timed(self, fact: Fact, phrase: str) -> str:
        when = self.when(fact)
        return self.stream.choice((f"{when} {phrase}", f"{phrase}, {when}", f"{when}, {phrase}"))


class _Long(_Writer):
    def sentences(self) -> Iterator[str]:
        """The reasoning, sentence by sentence."""
        clip = self.clip
        yield self._opening()
        when = self.query.get("when")
        asked = when if isinstance(when, int) else None  # after so many operations, or at an end
        if clip.read_first:
            yield self._read("At the beginning", 0)
            for run in self._runs(clip.facts[:asked]):
                yield self._untouched(run) if len(run) > 1 else self._told(run[0], with_state=True)
        else:
            for fact in clip.facts:
                yield self._told(fact, with_state=False)
            yield self._read("At the end", -1)
            for run in self._runs(clip.facts[asked:][::-1]):
                yield self._untouched(run, back=True) if len(run) > 1 else self._undone(run[0])
        if self.ask.answer_type == "plan":
            yield from self._plan()
        conclusion = self.conclusion()
        yield f"{conclusion}."
        yield self.end(conclusion)

    def _opening(self) -> str:
        end = "beginning" if self.clip.read_first else "end"
        noun = self.clip.family.noun
        about = self.about() or "the whole video"
        plan = self.ask.answer_type == "plan"
        aim = "find a plan" if plan else f"find out about {about}"
        question = "asks for a plan" if plan else f"is about {about}"
        way = self.stream.choice(
            (
                f"so I start from there and carry out one {noun} after another",
                f"so I go on from there, {noun} by {noun}",
                "so I take it from there",
            )
            if self.clip.read_first
            else (
                f"so I note the {noun}s first and then go back from there",
                "so I write down what happens and undo it afterwards",
                "so I have to work backwards from there",
            )
        )
        return self.stream.choice(
            (
                f"To {aim}, I need the state, which shows only at the {end}, {way}.",
                f"I have to {aim}. The state is given at the {end} only, {way}.",
                f"The question {question}; the state can be told only at the {end}, {way}.",
                f"The question {question}, and the {end} of the video is the key, {way}.",
            )
        )

    def _runs(self, facts: Sequence[Fact]) -> Iterator[list[Fact]]:
        """Operations one by one; from level 3 on, those in a row that leave the one thing asked together."""
        run: list[Fact] = []
        for fact in facts:
            if self.row["level"] < 3 or len(self.clip.states[0]) > 1 or self._changes(fact):
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
        noun = f"{self.clip.family.noun}s"
        numbers = f"{noun} {run[0].number} {'and' if len(run) == 2 else 'to'} {run[-1].number}"
        upper = f"{numbers[0].upper()}{numbers[1:]}"
        if back:
            return self.stream.choice(
                (
                    f"Undoing {numbers} changes nothing for {label}.",
                    f"{upper} do not affect {label}.",
                )
            )
        *times, last = (f"{fact.start:.1f}" for fact in run)
        when = f"at {', '.join(times)} and {last} s"
        return self.stream.choice(
            (
                f"{upper}, {when}, leave {label} alone.",
                f"{label[0].upper()}{label[1:]} is not touched by {numbers}, {when}.",
            )
        )

    def _read(self, where: str, index: int) -> str:
        assert self.clip.readable is not None  # long clips always show one end
        start, end = self.clip.readable
        state = _listed(self.clip.states[index])
        when = f"from {start:.1f} to {end:.1f} s"
        return self.stream.choice(
            (f"{where}, {when}, I can read this: {state}.", f"{where}, {when}, this can be seen: {state}.")
        )

    def _told(self, fact: Fact, *, with_state: bool) -> str:
        phrase, when = self.stream.choice(fact.phrases), self._when(fact)
        number, first, last = fact.number, self.clip.facts[0], self.clip.facts[-1]
        assert number is not None  # every fact of a long clip is an operation
        noun = self.clip.family.noun
        forms = [
            f"{noun.capitalize()} {number}, {when}: {phrase}",
            f"{when[0].upper()}{when[1:]}, {noun} {number}: {phrase}",
            f"{noun.capitalize()} {number} comes {when}: {phrase}",
            f"In {noun} {number}, {when}, {phrase}",
        ]
        if self.row["mode"] == "forward":  # nothing hangs on the numbers
            links = ("First",) if fact is first else _LASTS if fact is last else _LINKS
            forms += [
                f"{when[0].upper()}{when[1:]}, {phrase}",
                f"{self.stream.choice(links)}, {when}, {phrase}",
                f"{self.stream.choice(links)}, {phrase}, {when}",
            ]
        said = self.stream.choice(forms)
        return f"{said}{self._effect(number - 1, number) if with_state else ''}."

    def _when(self, fact: Fact) -> str:
        return self.when(fact) if self.row["level"] < 3 else f"at {fact.start:.1f} s"

    def _undone(self, fact: Fact) -> str:
        number, noun = fact.number, self.clip.family.noun
        assert number is not None
        told = self._changes_told(number, number - 1)
        if not told:
            return self.stream.choice(
                (
                    f"Undoing {noun} {number} changes nothing here.",
                    f"Before {noun} {number}, nothing here is different.",
                )
            )
        return self.stream.choice(
            (
                f"Undoing {noun} {number}, I find that {told}.",
                f"Before {noun} {number}, {told}.",
                f"I undo {noun} {number}, and now {told}.",
            )
        )

    def _effect(self, before: int, after: int) -> str:
        """What an operation does to the state, as the end of a sentence."""
        told = self._changes_told(before, after)
        if not told:
            return self.stream.choice((", which changes nothing here", ""))
        return self.stream.choice((f", so {told}", f", and now {told}"))

    def _changes_told(self, before: int, after: int) -> str:
        """What is different of the state, or at level 1 the whole of it then; empty if nothing is."""
        old, new = self.clip.states[before], self.clip.states[after]
        changed = _changed(old, new)
        return _listed(new if changed and self.row["level"] == 1 else changed)

    def _plan(self) -> Iterator[str]:
        clip, world = self.clip, self.clip.family.world
        assert world is not None  # the family asks for plans
        state: Any = self.row["states"][-1 if clip.read_first else 0]["state"]
        yield self.stream.choice(
            (
                "From there I look for steps that lead to the goal.",
                "Now for the steps from there to the goal.",
            )
        )
        for number, words in enumerate(self.row["answer_text"].split("; "), start=1):
            before = clip.parts(state)
            for kind, arguments in world.parse_plan(words) or ():
                state = world.rules(state, kind, arguments)
            after = clip.parts(state)
            yield f'Step {number}, "{words}": now {_listed(_changed(before, after) or after)}.'


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    return {label: text for label, text in after.items() if before.get(label) != text}


def _listed(parts: Mapping[str, str]) -> str:
    return "; ".join(f"{label} {text}" for label, text in parts.items())
