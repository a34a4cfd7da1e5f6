"""One pass over the sentences of a chain, with what has to be remembered from one to the next."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from synrl.cot.asked import claimed
from synrl.cot.claims import Claim, Reader, whole
from synrl.cot.english import CONCLUDES
from synrl.cot.facts import ClipFacts, Fact
from synrl.cot.following import concluded, last_number, sums
from synrl.cot.judging import Judge, Verdict, close, has, off
from synrl.cot.measures import ways_said
from synrl.cot.numbering import ORDINALS, numbered
from synrl.cot.options import last_option, options_said
from synrl.cot.ordering import beside, counted, extreme
from synrl.cot.states import Statement, Statements, plain
from synrl.cot.times import SECONDS, UNIT, Taken, Times, take_times
from synrl.errors import IllegalOperation
from synrl.scoring import score

_LENGTH = re.compile(rf"\bvideo (?:lasts|takes) {SECONDS}{UNIT}|\ball {SECONDS}{UNIT} of the video")
_NOTHING = re.compile(r"\bnothing of (?:the kind|what is asked)", re.IGNORECASE)
_STEP = re.compile(r'(?:\w+,? )?step \d+, "([^"]*)"', re.IGNORECASE)
"""How a sentence begins that carries out a step of a plan."""
_SEEN = re.compile(r"\b(?:see|seen|visible|readable|can read|be read|shown|revealed)\b", re.IGNORECASE)
_EARLIER = re.compile(r"^(?:before that|earlier)\b", re.IGNORECASE)
_LATER = re.compile(r"^(?:then|next|after that|afterwards|later|finally|last)\b", re.IGNORECASE)
_ANSWER = re.compile(r"\banswer(?: is|:) (.+?)\.?$", re.MULTILINE)
_ANSWERS = re.compile(
    r"\s*(?:so |thus,? |therefore,? )?(?:the |my )?(?:final )?answer(?: is|:)", re.IGNORECASE
)
_UNTOUCHED = re.compile(
    r"\b(?:not (?:touched|moved|affected|changed|involved)|leave|without)\b", re.IGNORECASE
)
_CHANGES = re.compile(r"\b(?:change|move|touch|affect|involve|concern|shift)(?:s|d|ed)?\b", re.IGNORECASE)
_RANKS = re.compile(r"\bfrom (?:the )?(?:fastest|slowest)\b|\b(?:order|ranking)\b.*:", re.IGNORECASE)
_BEGINNING = re.compile(
    r"\b(?:(?:at the (?:very )?|in the |to )(?:beginning|start|outset|begin with)|initially|^at first"
    r"|starts? (?:out|off|with|empty)|begins? with|(?:as|when) the video (?:begins|starts))\b",
    re.IGNORECASE,
)
_END = re.compile(
    r"\b(?:(?:at|in) the (?:very )?end|^finally|after (?:all|every)|ends? up)\b",
    re.IGNORECASE,
)


class Reading:
    """Reads a chain sentence by sentence; `problems`, `checked` and `unchecked` grow."""

    def __init__(self, clip: ClipFacts, tolerance: float) -> None:
        self.clip, self.tolerance = clip, tolerance
        self.problems: list[str] = []
        self.checked: list[str] = []
        self.unchecked: list[str] = []
        self._reader = Reader(clip)
        self._states = Statements(clip)
        self._judge = Judge(clip, tolerance)
        self._numbered = numbered(clip.family.noun)
        self._last: float | None = None
        self._backwards = False
        self._state: int | None = None
        """How many operations there have been when the state is as the last sentence has it."""
        self._planned: Any = None
        """The state after the steps of a plan that have been told."""
        self._answer = whole(clip.row["answer_text"]) if clip.counts else None
        self._open = False
        """Whether a part of the sentence could not be held against the row."""
        self._held = False
        """Whether a part of it was."""

    def read(self, sentence: str, *, last: bool) -> None:
        """Check one sentence; the last ones draw the conclusion."""
        if match := _STEP.match(sentence):
            self._carry_out(sentence, match[1])
            return
        if _ANSWERS.match(sentence):
            return  # see `conclusion`
        given = self._ordinals(plain(sentence))
        wrong, text = sums(given)
        taken = take_times(text, self.clip.fps)
        taken = taken._replace(text=claimed(taken.text))
        every, duration = taken.all(), self.clip.row["duration"]
        if said := _LENGTH.search(sentence):
            if abs(float(said[1] or said[2]) - duration) > self.tolerance:
                self.problems.append(f"{sentence!r}: the video lasts {duration:.1f} s")
            elif _NOTHING.search(sentence) and self.clip.concerned:
                self._is_wrong(sentence, self.clip.concerned[0].phrases[0])
            else:
                self.checked.append(sentence)
            return
        for time in every.all():
            if time > duration + self.tolerance:
                self.problems.append(f"{sentence!r}: the video ends at {duration:.1f} s")
                return
        known = len(self.problems)
        self._open, self._held = False, text != given
        if wrong:
            self._is_wrong(sentence, wrong)
        recalls = bool(CONCLUDES.match(sentence))
        concludes = recalls or last
        rest, chosen = options_said(taken.text, self.clip.row, partial(self._is_wrong, sentence))
        listed = self._numbered.several.search(rest)
        listed = listed if listed and (_CHANGES.search(rest) or _UNTOUCHED.search(rest)) else None
        states, rest = ([], rest) if listed else self._states.take(rest)
        taken = taken._replace(text=rest)
        backwards = bool(self._numbered.back.search(sentence))
        self._held = self._held or chosen
        if chosen and not every.all() and not self._tells(rest):
            pass
        elif listed:
            self._several(sentence, listed, taken, every)
        elif self._alone(sentence, taken):
            self._held = True
        elif (
            _SEEN.search(rest)
            and (states or every.all())
            and not self._tells(rest)
            and self._seen(sentence, every, rest)
        ):
            pass
        elif concludes and self._answered(sentence, rest, every):
            self._held = True
        elif (
            _RANKS.search(rest)
            and self.clip.ask.answer_type == "ordering"
            and (ranked := concluded(self.clip, rest)) is not None
        ):
            self._held = ranked
            if not ranked:
                self.problems.append(f"{sentence!r} is not the order that is asked for")
        else:
            self._claims(sentence, taken, backwards, recalls)
        self._place(sentence, backwards)
        told = False
        for claim in states:
            told = self._stated(sentence, self._state, claim) or told
        if len(self.problems) > known:
            return
        if concludes and not told and (self._open or not self._held) and self._wrong_answer(sentence, rest):
            return
        if self._open:
            self.unchecked.append(sentence)
        elif self._held:
            self.checked.append(sentence)

    def _is_wrong(self, sentence: str, why: str) -> None:
        self.problems.append(f"{sentence!r} is wrong: {why}")

    def _alone(self, sentence: str, taken: Taken) -> bool:
        """Check what is said of moments or of ways alone; returns whether a sentence is about those."""
        wrong = partial(self._is_wrong, sentence)
        if not taken.times or self.clip.row["operations"]:
            return False
        marked = self.clip.marked(taken.text)
        about, complete = ways_said(marked, taken.times, self.clip, wrong)
        if about:
            self._open = not complete
            return complete
        tokens = self.clip.vocabulary.tokens(marked)
        return counted(taken.times, self.clip, tokens, self.tolerance, wrong) or any(
            holds(marked, taken.times, self.clip, tokens, self.tolerance, wrong)
            for holds in (beside, extreme)
        )

    # --- what happens ---------------------------------------------------------------------------

    def _claims(self, sentence: str, taken: Taken, backwards: bool, recalls: bool) -> None:
        claims = self._reader.claims(taken)
        about = any(claim.names_something or claim.times.all() or claim.number for claim in claims)
        found: list[list[Fact]] = []
        number, said = self._state, False
        for claim in claims:
            if claim.unchanged and claim.number is None:
                claim.number = number
            verdict = self._judged(sentence, claim, number if said else None)
            facts = verdict.facts
            said = said or bool(facts)
            found.append(facts)
            number = claim.number or next((fact.number for fact in facts), None) or number
            if verdict.true is False:
                self.problems.append(self._wrong(sentence, claim))
                return
            if verdict.true:
                self._held = True
            elif verdict.says and about:
                self._open = True
        linked = self._linked(sentence, claims, found)
        for claim, facts in zip(claims, found, strict=True):
            if facts and not (claim.denied or linked or recalls) and (claim.times.all() or claim.number):
                start = claim.times.start if claim.times.all() else facts[0].start
                self._order(sentence, start, backwards)
            if facts and facts[-1].number is not None and not claim.denied:
                self._state = facts[-1].number - backwards

    def _judged(self, sentence: str, claim: Claim, number: int | None) -> Verdict:
        """What is found of a claim; one that does not say when it happens may be about the last operation."""
        if number is not None and claim.number is None and not claim.times.all() and not claim.denied:
            claim.number = number
            if (verdict := self._judge.judge(sentence, claim)).true:
                return verdict
            claim.number = None
        return self._judge.judge(sentence, claim)

    def _linked(self, sentence: str, claims: Sequence[Claim], found: Sequence[list[Fact]]) -> bool:
        """Check what is said to come before or after what; returns whether anything is."""
        linked = False
        for place, claim in enumerate(claims):
            other = place + 1 if place == 0 else place - 1
            if claim.link not in ("before", "after", "then") or (claim.link == "then" and place == 0):
                continue
            linked = linked or claim.link != "then"
            if other >= len(claims) or not found[place] or not found[other]:
                continue
            if claims[other].denied or claim.denied or claims[other].maybe or claim.maybe:
                continue
            early, late = (other, place) if claim.link in ("before", "then") else (place, other)
            first, last = min(f.start for f in found[early]), max(f.start for f in found[late])
            if first > last + self.tolerance:
                self.problems.append(f"{sentence!r} has it in another order than the video")
        return linked

    def _wrong(self, sentence: str, claim: Claim) -> str:
        if claim.count is not None:
            return f"{sentence!r} is not as often as it happens"
        if claim.denied or claim.missed:
            return f"{sentence!r} does not agree with the video; it does happen"
        times = [*claim.times.spans, *((time,) for time in claim.times.moments)]
        fits = [
            fact
            for fact in self.clip.facts
            if has(fact, claim.number) and all(off(fact, span) <= self.tolerance for span in times)
        ]
        if not times and claim.number is None:
            return f"{sentence!r} does not agree with the video; it shows nothing of the kind"
        truth = f"what happens then is: {fits[0].phrases[0]}" if fits else "nothing happens just then"
        return f"{sentence!r} does not agree with the video; {truth}"

    def _order(self, sentence: str, start: float, backwards: bool) -> None:
        if self._last is not None and backwards == self._backwards:
            early, late = start < self._last - self.tolerance, start > self._last + self.tolerance
            if late if backwards else early and not _EARLIER.search(sentence):
                self.problems.append(f"{sentence!r} is told out of order")
            elif not backwards and late and _EARLIER.search(sentence):
                self.problems.append(f"{sentence!r} says that it came earlier, but it came later")
            elif backwards and early and _LATER.search(sentence):
                self.problems.append(f"{sentence!r} says that it came later, but it came earlier")
        self._last, self._backwards = start, backwards

    def _several(self, sentence: str, match: re.Match[str], taken: Taken, times: Times) -> None:
        """Check that some operations leave a part of the state as it is, or that each of them changes it."""
        facts, states = self.clip.facts, self.clip.states
        numbers = [whole(number) for number in re.findall(r"\d+", match[1])]
        back = numbers[0] > numbers[-1]
        if match["to"]:
            numbers = list(range(min(numbers), min(max(numbers), len(states)) + 1))
        tokens = self.clip.vocabulary.tokens(self.clip.marked(taken.text))
        kinds = {token.kind for token in tokens}
        if not all(1 <= number < len(states) for number in numbers):
            self._open = True
            return
        alone = bool(_UNTOUCHED.search(taken.text)) or "unchanged" in kinds
        labels = sorted(
            (label for label in self.clip.labels if label.casefold() in sentence.casefold()), key=len
        )
        if not labels or not (alone or _CHANGES.search(taken.text)) or kinds & {"maybe", "missed"}:
            self._open = True
            return
        label = labels[-1]
        same = [
            self.clip.stated_of(label, number - 1) == self.clip.stated_of(label, number) for number in numbers
        ]
        if not (all(same) if alone else not any(same)):
            self._is_wrong(sentence, f"one of them {'changes' if alone else 'does not change'} {label}")
        starts = [facts[number - 1].start for number in numbers]
        if times.moments and not close(list(times.moments), starts, self.tolerance):
            self.problems.append(f"{sentence!r} gives other times than those of these operations")
        many = [token.value for token in tokens if token.kind in ("cardinal", "times")]
        if many and not alone and many[-1] != len(numbers):
            self._is_wrong(sentence, f"that is {len(numbers)}")
        self._held = True
        if alone:
            self._order(sentence, starts[0], back)

    def _carry_out(self, sentence: str, step: str) -> None:
        """Check a step of a plan, from the hidden end of the clip on, and what is said of the state then."""
        clip, world = self.clip, self.clip.family.world
        steps = world.parse_plan(step) if world is not None else None
        if world is None or not steps:
            self.problems.append(f"{sentence!r} is no step of a plan")
            return
        if self._planned is None:
            self._planned = clip.row["states"][-1 if clip.read_first else 0]["state"]
        try:
            for kind, arguments in steps:
                self._planned = world.rules(self._planned, kind, arguments)
        except IllegalOperation as error:
            self.problems.append(f"{sentence!r} is not possible: {error}")
            return
        self.checked.append(sentence)
        statements = clip.stated(self._planned)
        for claim in self._states.take(sentence)[0]:
            self._said(sentence, statements, claim)

    # --- what can be seen -----------------------------------------------------------------------

    def _seen(self, sentence: str, times: Times, rest: str) -> bool:
        """Whether a sentence is about what can be seen at its times; a problem if it can't be."""
        clip = self.clip
        if clip.readable is not None:
            start, end = clip.readable
            hidden = [t for t in times.all() if not start - self.tolerance <= t <= end + self.tolerance]
            if hidden:
                self.problems.append(f"{sentence!r} claims to see what is hidden at {hidden[0]:g} s")
            elif any(not close(list(span), [start, end], self.tolerance) for span in times.spans):
                self.problems.append(f"{sentence!r}: it can be seen from {start:.1f} to {end:.1f} s")
            else:
                self._held = True
                if times.all():
                    self._order(sentence, times.start, False)
            self._state = 0 if clip.read_first else len(clip.states) - 1
            return True
        named = {track["name"]: track for track in clip.row["tracks"]}
        names = dict.fromkeys(clip.terms(rest).names)
        about = [named[name] for name in names if isinstance(name, str) and name in named]
        for track in about:
            if not all(self._visible(track, time) for time in set(times.all())):
                self.problems.append(f"{sentence!r} claims to see the {track['name']}, which is hidden then")
        self._held = bool(about)
        return bool(about)

    def _tells(self, text: str) -> bool:
        """Whether a text tells what happens, or what does not, rather than what can be seen."""
        return any(
            token.kind in ("word", "denied", "missed", "maybe") for token in self.clip.vocabulary.tokens(text)
        )

    def _visible(self, track: Mapping[str, Any], time: float) -> bool:
        """Whether an object can be seen at about that time."""
        frame = min(round(time * self.clip.fps), self.clip.row["num_frames"] - 1)
        reach = round(self.tolerance * self.clip.fps)
        return any(track["visible"][max(0, frame - reach) : frame + reach + 1])

    # --- what is known of the state --------------------------------------------------------------

    def _place(self, sentence: str, backwards: bool) -> None:
        """Find out after which operation the state is that a sentence speaks of, if there are states."""
        if not self.clip.states:
            return
        number = self._numbered.one.search(self._ordinals(sentence))
        if number and 1 <= whole(number[1]) < len(self.clip.states):
            self._state = whole(number[1]) - backwards
        elif _BEGINNING.search(sentence):
            self._state = 0
        elif _END.search(sentence):
            self._state = len(self.clip.states) - 1

    def _stated(self, sentence: str, after: int | None, claim: Statement) -> bool:
        """Check what is said of the state after so many operations; returns whether that could be."""
        if after is not None:
            return self._said(sentence, self.clip.statements(after), claim)
        self.unchecked.append(f"{claim.label} {claim.said}")
        return False

    def _said(self, sentence: str, statements: Mapping[str, Sequence[str]], claim: Statement) -> bool:
        verdict = self._states.holds(statements, claim)
        said = f"{claim.label} {claim.said}"
        if verdict is None:
            self.unchecked.append(said)
        elif verdict:
            self.checked.append(said)
        else:
            truth = statements.get(claim.label)
            then = f"{claim.label} {truth[0]} then" if truth else f"there is no {claim.label}"
            self.problems.append(f"{sentence!r} is wrong: {then}")
        return verdict is not None

    def _ordinals(self, sentence: str) -> str:
        """A sentence with the numbers of operations in digits: "the last swap" is the fourth of four."""
        count = len(self.clip.states) - 1
        if count < 1:
            return sentence

        def numbered(match: re.Match[str]) -> str:
            which = match[1].casefold()
            return f"{match[2]} {ORDINALS.index(which) + 1 if which in ORDINALS else count}"

        return self._numbered.ordinal.sub(numbered, sentence)

    # --- what follows ------------------------------------------------------------------------------

    def _answered(self, sentence: str, rest: str, times: Times) -> bool:
        """Whether a sentence draws the right conclusion about a number."""
        if (
            times.all()
            or not self.clip.counts
            or last_number(self._numbered.one.sub(" ", rest)) != self._answer
        ):
            return False
        return not any(t.kind in ("denied", "missed", "maybe") for t in self.clip.vocabulary.tokens(rest))

    def _wrong_answer(self, sentence: str, rest: str) -> bool:
        """Whether a conclusion that could not be held against the clip is another than the answer."""
        if self.clip.counts and (number := last_number(self._numbered.one.sub(" ", rest))) is not None:
            if number != self._answer:
                self.problems.append(f"{sentence!r} comes to {number}, which is not right")
                return True
            return False
        verdict = concluded(self.clip, claimed(sentence))
        if verdict is False:
            self.problems.append(f"{sentence!r} is not what follows")
            return True
        if verdict:
            self._held, self._open = True, False
        return False

    def conclusion(self, text: str) -> None:
        """Check that the reasoning ends in the right answer, if it says one."""
        stated = _ANSWER.findall(text)
        if stated and not stated[-1].startswith("option") and score(stated[-1], self.clip.row) != 1.0:
            self.problems.append(f"the reasoning ends in the answer {stated[-1]!r}, which is not right")
        option = last_option(text)
        if option and self.clip.row["options"] and option != self.clip.row["answer"]:
            self.problems.append(f"the reasoning ends in option {option}, which is not right")
