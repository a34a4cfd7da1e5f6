"""Chains about short clips: told event by event, with the count, the comparison or the order that follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from synrl.answers import parse_interval
from synrl.cot.facts import Fact
from synrl.cot.measures import way
from synrl.cot.openings import Subject, short_opening, upper
from synrl.cot.writing import Writer, listed, several
from synrl.seeds import Stream
from synrl.tasks.shared.telling import say_count, say_number

_LINKS = ("Then", "Next,", "After that,", "Then", "After this,")
_LASTS = ("Finally,", "Last,", "Then")
_MEANWHILES = ("Meanwhile,", "At the same time,")
_HALF = 0.5
"""Seconds over which ways are compared."""


class ShortWriter(Writer):
    """Writes a chain about a short clip."""

    def __init__(self, row: Mapping[str, Any], stream: Stream) -> None:
        super().__init__(row, stream)
        self._notes = stream.chance(0.15)
        """Whether times stand in front, as in notes."""
        self._first = stream.choice((0.25, 0.5, 0.8))
        """How often they do otherwise."""
        self._linked = stream.choice((0.35, 0.7))
        """How often a sentence is linked to the one before."""
        self._told = self.clip.concerned
        self._alone = len({fact.event.actor for fact in self._told if fact.event}) == 1

    def sentences(self) -> Iterator[str]:
        """The reasoning, sentence by sentence."""
        yield self._opening()
        if not self._told:
            yield self._nothing()
        groups = list(self._grouped())
        for number, group in enumerate(groups):
            yield self._telling(group, groups[number - 1] if number else (), number == len(groups) - 1)
        if self.often(0.3, 0.15):
            yield from self._compared()
        inferred = list(self._inferred()) if self.often(0.35, 0.15) else []
        yield from inferred
        conclusion = self.conclusion()
        if not (inferred and self.clip.counted and self.stream.chance(0.5)):
            yield f"{conclusion}."
        if self.ask.answer_type == "interval" and self.often(0.1, 0.1):
            yield self._lasts()
        yield from self.ruled_out()
        yield self.end(conclusion)

    # --- what is asked, and what is seen --------------------------------------------------------

    def _opening(self) -> str:
        aim, about = self.ask.aim(self.query), self.ask.about(self.query)
        names = [f"the {name}" for name in self.named()]
        if about is not None:
            subject = Subject(about, 1, about in aim)
        elif len(names) <= 3:
            subject = Subject(listed(names), len(names), bool(names) and all(name in aim for name in names))
        else:
            subject = Subject("", len(names), in_aim=False)
        return short_opening(aim, subject, self.stream)

    def _nothing(self) -> str:
        duration = f"{self.row['duration']:.1f} s"
        return self.stream.choice(
            (
                f"I watch all {duration} of the video, and nothing of the kind happens.",
                f"The video lasts {duration}; nothing of what is asked about happens in it.",
                f"I have seen all {duration} of the video, and nothing of the kind has happened.",
            )
        )

    def _grouped(self) -> Iterator[list[Fact]]:
        """Facts one by one; where they are counted, above level 1, equal ones in a row together."""
        counted = self.row["answer_text"].isdigit() and self.level > 1 and len(self._told) > 3
        group: list[Fact] = []
        for fact in self._told:
            alike = group and fact.phrases == group[0].phrases and counted
            if not alike and group:
                yield group
                group = []
            group.append(fact)
        if group:
            yield group

    def _telling(self, group: Sequence[Fact], before: Sequence[Fact], last: bool) -> str:
        phrase = self._phrase(group[0], told=bool(before))
        if len(group) > 1:
            times = f"at {self.times([fact.start for fact in group])} s"
            return self._sentence(f"{phrase} {say_count(len(group))}", times, group, before, last)
        return self._sentence(phrase, self.when(group[0]), group, before, last)

    def _phrase(self, fact: Fact, *, told: bool) -> str:
        """A fact in words; whom the chain has named before may be "it"."""
        phrase = self.stream.choice(fact.phrases)
        if not (told and self._alone and fact.event) or self.stream.chance(0.5):
            return phrase
        who = f"the {fact.event.actor} "
        if phrase.startswith("the distance between ") and fact.event.detail:
            return f"the distance {fact.event.detail}"
        about = self.ask.about(self.query)
        who = f"{about} " if about is not None and phrase.startswith(f"{about} ") else who
        return f"it {phrase.removeprefix(who)}" if phrase.startswith(who) else phrase

    def _sentence(
        self, phrase: str, when: str, group: Sequence[Fact], before: Sequence[Fact], last: bool
    ) -> str:
        comma = "," if "," in phrase or ":" in phrase or len(group) > 1 else ""
        if self._notes and len(group) == 1:
            spans = (
                when.removeprefix("from ")
                .removeprefix("at ")
                .replace("between ", "")
                .replace(" and ", " to ")
            )
            return f"{spans}: {phrase}."
        first = self.stream.chance(self._first)
        link = ""
        if not before:
            link = "First," if not last and self.stream.chance(0.4) else ""
        elif self.stream.chance(self._linked):
            overlaps = group[0].start < before[-1].end - 0.1
            link = self.stream.choice(_MEANWHILES if overlaps else _LASTS if last else _LINKS)
        if not link:
            return upper(
                f"{when}{self.stream.choice((',', ''))} {phrase}." if first else f"{phrase}{comma} {when}."
            )
        if first:
            return f"{link.removesuffix(',')}, {when}, {phrase}."
        return f"{link} {phrase}{comma} {when}."

    # --- what follows ---------------------------------------------------------------------------

    def _inferred(self) -> Iterator[str]:
        counts = self.clip.counted
        if counts is not None:
            yield from self._counted(
                counts.one, counts.several, [frame / self.clip.fps for frame in counts.frames]
            )
        else:
            yield from self._beside()
            yield from self.reason()

    def _counted(self, one: str, more: str, moments: Sequence[float]) -> Iterator[str]:
        number, times = len(moments), f"{self.times(moments)} s"
        if number == 1:
            yield self.stream.choice(
                (f"There is only one {one}, at {times}.", f"That is one {one}, at {times}.")
            )
        elif number > 1:
            yield self.stream.choice(
                (
                    f"That is at {times}: {several(number, one, more)}.",
                    f"{upper(more)} at {times}: that makes {say_number(number)}.",
                    f"The times that count are {times}, which makes {several(number, one, more)}.",
                    f"Counting them: {times}, {say_number(number)} in all.",
                    f"{upper(say_number(number))} {more}, then: at {times}.",
                )
            )

    def _lasts(self) -> str:
        span = parse_interval(self.row["answer_text"])
        assert span is not None, "the answer is an interval"
        length = f"{span[1]:.2f} - {span[0]:.2f} = {span[1] - span[0]:.2f}"
        return self.stream.choice(
            (f"It lasts {length} s.", f"That is {length} s in all.", f"In length, that is {length} s.")
        )

    def _beside(self) -> Iterator[str]:
        """What comes right before or after the thing that the question names."""
        told = list(self._told)
        step = 1 if "after" in (self.query.get("then"), self.query["ask"]) else -1
        for place, fact in enumerate(told):
            known = fact.event is not None and self.ask.known(fact.event, self.query)
            if known and 0 <= place + step < len(told):
                other = told[place + step]
                side = "after" if step > 0 else "before"
                one, two = self.at(fact.start if step < 0 else fact.end), self._span(other)
                thing, first, last = self.ask.thing, *(("next", "first") if step > 0 else ("last", "last"))
                yield self.stream.choice(
                    (
                        f"Right {side} {one} s comes the {thing} {two}.",
                        f"The {first} {thing} {side} {one} s is the one {two}.",
                        f"What comes right {side} {one} s is the {thing} {two}.",
                        f"{upper(side)} {one} s, the {last} {thing} is the one {two}.",
                    )
                )
                return

    def _span(self, fact: Fact) -> str:
        return f"from {self.at(fact.start)} to {self.at(fact.end)} s"

    def _compared(self) -> Iterator[str]:
        """How far one object goes in two half seconds in which its speed differs most."""
        moves = [
            fact
            for fact in self._told
            if fact.event and fact.event.kind in ("steady", "speed up", "slow down")
        ]
        if not (self._alone and moves and moves[0].event):
            return
        name, windows = moves[0].event.actor, []
        for fact in moves:
            if fact.end - fact.start >= 2 * _HALF:
                starts = (
                    (fact.start, fact.end - _HALF)
                    if fact.event and fact.event.kind != "steady"
                    else ((fact.start + fact.end - _HALF) / 2,)
                )
                windows += [(round(start, 1), round(start + _HALF, 1)) for start in starts]
        ways = [
            (window, distance)
            for window in windows
            if (distance := way(self.clip, name, *window)) is not None
        ]
        if len(ways) < 2:
            return
        (one, short), (two, long) = min(ways, key=_distance), max(ways, key=_distance)
        if long < 1.25 * short + 6:
            return
        (a, b), (c, d) = ((f"{start:.1f}", f"{end:.1f}") for start, end in (one, two))
        yield self.stream.choice(
            (
                f"It covers more ground between {c} and {d} s than between {a} and {b} s.",
                f"It covers about {short:.0f} pixels from {a} to {b} s, but {long:.0f} from {c} to {d} s.",
                f"From {c} to {d} s it covers about {long:.0f} pixels, from {a} to {b} s only {short:.0f}.",
                f"Between {a} and {b} s it covers less ground than between {c} and {d} s.",
            )
        )


def _distance(found: tuple[tuple[float, float], float]) -> float:
    return found[1]
