"""What chains about short and long clips have in common: times, options that are ruled out, answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from synrl.answers import LETTERS, parse_interval
from synrl.cot.facts import INSTANT, ClipFacts, Fact
from synrl.cot.openings import upper
from synrl.seeds import Stream
from synrl.tasks.base import texts
from synrl.tasks.shared.telling import say_number

_TO_THE_ANSWER = ("The answer: {}", "My answer: {}", "So the answer: {}")
_TO_THE_NUMBER = (*_TO_THE_ANSWER, "So the answer is {}.", "The answer is {}.", "So my answer is {}.")
_TO_THE_OPTION = (
    *("That is option {}.", "So the answer is option {}.", "So it is option {}.", "That makes it option {}."),
)


class Writer:
    """Writes one chain.

    Args:
        row: with its JSON columns decoded.
        stream: what words are drawn from.
    """

    def __init__(self, row: Mapping[str, Any], stream: Stream) -> None:
        self.row, self.stream = row, stream
        self.clip = ClipFacts(row)
        self.query: Mapping[str, Any] = row["config"]["query"]
        self.ask = self.clip.ask
        self.level: int = row["level"]
        self._digits = 2 if self.ask.answer_type == "interval" else 1

    def at(self, seconds: float) -> str:
        """A time in seconds: to tenths, or to hundredths where the answer is given in those."""
        return f"{seconds:.{self._digits}f}"

    def moment(self, fact: Fact) -> str:
        """The time of what takes none: a frame is its last before and one its first after it."""
        start, end = self.at(fact.start), self.at(fact.end)
        return end if end in self.row["answer_text"] and start not in self.row["answer_text"] else start

    def times(self, seconds: Sequence[float]) -> str:
        """Several times, in order: "1.2, 3.4 and 5.0"."""
        return listed([self.at(time) for time in seconds])

    def when(self, fact: Fact) -> str:
        """The time of a fact."""
        start, end = self.at(fact.start), self.at(fact.end)
        if start == end or fact.end - fact.start < INSTANT:
            return f"at {self.moment(fact)} s"
        return self.stream.choice((f"from {start} to {end} s", f"between {start} and {end} s"))

    def often(self, least: float, more: float) -> bool:
        """A chance that grows with the level."""
        return self.stream.chance(least + more * (self.level - 1))

    def named(self) -> list[str]:
        """The objects that the question names."""
        asked = set(texts(self.query))
        said = " ".join((self.row["question"], *self.row["options"]))  # a query may hold more than is asked
        return [
            item["name"] for item in self.row["objects"] if item["name"] in asked and item["name"] in said
        ]

    def reason(self) -> Iterator[str]:
        """The last step before the conclusion, if the family says one."""
        said = self.ask.reason(self.query, self.row)
        if said:
            yield f"{upper(self.stream.choice(tuple(said)))}."

    def conclusion(self) -> str:
        """What follows from everything that was told, without its full stop."""
        return self.stream.choice(tuple(self.ask.conclude(self.query, self.row)))

    def ruled_out(self) -> Iterator[str]:
        """What speaks against the other options."""
        options, right = self.row["options"], self.row["answer"]
        others = [letter for letter in LETTERS[: len(options)] if letter != right]
        if not others or not self.often(0.2, 0.1):
            return
        if reasons := self._off(others):
            yield f"{upper(', and '.join(reasons))}."
            return
        named = f"option{'s' if len(others) > 1 else ''} {listed(others)}"
        fit = "does not fit" if len(others) == 1 else "do not fit"
        yield self.stream.choice(
            (
                f"That rules out {named}.",
                f"{upper(named)} {fit}.",
                f"{upper(named)} {'is' if len(others) == 1 else 'are'} out.",
                f"So {named} {fit}, and that leaves option {right}.",
            )
        )

    def _off(self, others: Sequence[str]) -> list[str]:
        """Which options are too low and too high, or too early and too late, where that can be said."""
        options, truth = self.row["options"], self.row["answer_text"]
        given = {letter: options[LETTERS.index(letter)] for letter in others}
        # Of some, options are numbers and letters.
        if truth.isdecimal() and all(text.removeprefix("-").isdecimal() for text in given.values()):
            values = {letter: float(text) for letter, text in given.items()}
            aim, verbs, right = self.ask.aim(self.query), ("is", "are"), float(truth)
            if aim.startswith(("how many", "how often")):
                low, high = "too few", "too many"
            elif aim.startswith(f"which {self.clip.family.noun} "):
                low, high, verbs = "too early", "too late", ("comes", "come")
            elif aim.endswith("worth") or " worth " in aim:
                low, high = "too low", "too high"
            else:
                return []
        elif (span := parse_interval(truth)) is not None:
            spans = {letter: parse_interval(text) for letter, text in given.items()}
            values = {letter: own[0] for letter, own in spans.items() if own is not None}
            right, low, high, verbs = span[0], "too early", "too late", ("starts", "start")
        else:
            return []
        said = []
        for way, word in ((-1, low), (1, high)):
            letters = [letter for letter, value in values.items() if (value - right) * way > 0]
            if letters:
                named = f"option{'s' if len(letters) > 1 else ''} {listed(letters)}"
                said.append(f"{named} {verbs[len(letters) > 1]} {word}")
        return said

    def end(self, before: str) -> str:
        """The last sentence: the answer, as the question wants it, after what it follows from."""
        plain = self.ask.answer_type in ("integer", "interval")
        forms = _TO_THE_OPTION if self.row["options"] else _TO_THE_NUMBER if plain else _TO_THE_ANSWER
        fitting = [form for form in forms if not (form.startswith("So ") and before.startswith("So "))]
        return self.stream.choice(fitting).format(self.row["answer"])


def listed(items: Sequence[str]) -> str:
    """Words in a row: "A, B and C"."""
    return " and ".join(", ".join(items).rsplit(", ", 1))


def several(count: int, one: str, more: str) -> str:
    """So many of something, in words: "three contacts"."""
    return f"{say_number(count)} {one if count == 1 else more}"
