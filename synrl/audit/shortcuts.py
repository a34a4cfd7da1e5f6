"""Ways to an answer that must not work: guessing from the text, from one frame, from frames in disorder.

Each shortcut answers every row of a family; what it is trained on is never what it is tested on: it
learns from one half of the rows for the other, and the other way round. Where a solver of a family is
shown too little to say anything, nothing is counted: a guess would do as well as chance.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from synrl.answers import LETTERS, format_interval, parse_interval
from synrl.dataset.rows import TWINS, answers
from synrl.evidence import Evidence
from synrl.scoring import score
from synrl.seeds import Stream, Streams
from synrl.tasks import get_family

POSITIONS = 9
"""Places in the clip, evenly from first to last frame, at which single frames are tried."""


@dataclass(frozen=True)
class Exam:
    """What an audit keeps of a row."""

    row_id: str
    family: str
    split: str
    half: int
    """0 or 1, as if by coin: which rows are learnt from while the others are tried."""
    key: tuple[Any, ...]
    """What kind of question it is: mode, level, ask, answer type."""
    question: str
    options: tuple[str, ...]
    answer_type: str
    answer: str
    answer_text: str
    guess_rate: float
    digest: str
    """Of everything that moves and happens, whatever it is called and looks like."""
    single: tuple[bool | None, ...]
    """Whether the family's solver is right from the frame at each position; None if it says nothing."""
    shuffled: bool | None
    """The same from all frames in random order."""
    looks: tuple[tuple[tuple[Any, ...], ...], ...] = ((),) * POSITIONS
    """For each position, roughly where and how the shapes that the question names are in that frame."""

    def right(self, given: str) -> bool:
        """Whether an answer is right; of plans, only the stored one counts."""
        if self.answer_type == "plan":
            return given == self.answer
        row = {"answer_type": self.answer_type, "answer": self.answer, "options": self.options}
        return score(given, row) == 1.0


def examine(row: Mapping[str, Any]) -> Exam:
    """A stored row as an exam."""
    family, evidence, config = get_family(row["family"]), Evidence.from_row(row), row["config"]
    order = Streams(row["family"], "audit", row["seed"], config["index"] % TWINS).scene
    last = row["num_frames"] - 1
    places = [round(last * k / (POSITIONS - 1)) for k in range(POSITIONS)]
    return Exam(
        row_id=row["id"],
        family=row["family"],
        split=config["split"],
        half=hashlib.blake2b(row["id"].encode(), digest_size=1).digest()[0] % 2,
        key=(row["mode"], row["level"], config["query"].get("ask"), row["answer_type"]),
        question=row["question"],
        options=tuple(row["options"]),
        answer_type=row["answer_type"],
        answer=row["answer"],
        answer_text=row["answer_text"],
        guess_rate=row["guess_rate"],
        digest=_digest(row),
        single=tuple(_attempt(family, row, evidence.sampled(last + 1, frame)) for frame in places),
        shuffled=_attempt(family, row, _shuffled(evidence, order)),
        looks=tuple(_look(row, frame) for frame in places),
    )


def _attempt(family: Any, row: Mapping[str, Any], evidence: Evidence) -> bool | None:
    """Whether the solver's answer is right; None if it has none."""
    try:
        return None if family.solve(evidence) is None else answers(family, row, evidence)
    except (ValueError, LookupError, ArithmeticError):
        return None  # frames in an order that no clip has can lead a solver anywhere


def _shuffled(evidence: Evidence, draws: Stream) -> Evidence:
    """Frames, and what happens in them, in random order."""
    order = np.array(draws.shuffled(range(len(evidence.frames))))
    operations = draws.shuffled(evidence.operations)
    return replace(
        evidence,
        tracks={
            name: replace(track, **{key: values[order] for key, values in vars(track).items()})
            for name, track in evidence.tracks.items()
        },
        operations=tuple(replace(operation, index=k) for k, operation in enumerate(operations)),
    )


def _look(row: Mapping[str, Any], frame: int) -> tuple[tuple[Any, ...], ...]:
    """What a glance at one frame gives: places on a grid of 8 by 8, angles to an eighth of a turn, sizes."""
    named = [track for track in row["tracks"] if track["name"] in row["question"]]
    named.sort(key=lambda track: row["question"].index(track["name"]))
    found: list[tuple[Any, ...]] = []
    for number, track in enumerate(named[:3]):
        if track["visible"][frame]:
            x, y = track["x"][frame] * 8 // row["width"], track["y"][frame] * 8 // row["height"]
            found += [
                (number, "x", x),
                (number, "y", y),
                (number, "angle", track["angle"][frame] % 360 // 45),
            ]
            found.append((number, "size", track["size"][frame] // 6))
        else:
            found.append((number, "hidden"))
    if len(named) > 1:
        dx, dy = (named[0][axis][frame] - named[1][axis][frame] for axis in ("x", "y"))
        found += [("gap", math.hypot(dx, dy) // 30), ("from", round(math.atan2(dy, dx) / math.pi * 4) % 8)]
    return tuple(found)


def _digest(row: Mapping[str, Any]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for track in row["tracks"]:
        for name in ("x", "y", "angle", "size", "visible"):
            digest.update(np.asarray(track[name], np.float32).tobytes())
    for operation in row["operations"]:
        digest.update(repr((operation["kind"], sorted(operation["arguments"].items()))).encode())
    for state in row["states"]:
        digest.update(repr(sorted(state["state"].items())).encode())
    return digest.hexdigest()


Passed = list[bool | None]
Solver = Callable[[Sequence[Exam], Sequence[Exam]], Passed]
"""From exams to learn from and exams to take, whether each is passed; None if it isn't answered."""


def first_option(known: Sequence[Exam], asked: Sequence[Exam]) -> Passed:
    """Always A."""
    return [exam.answer == "A" if exam.options else None for exam in asked]


def longest_option(known: Sequence[Exam], asked: Sequence[Exam]) -> Passed:
    """The longest text, the first of them."""
    return [max(e.options, key=len) == e.answer_text if e.options else None for e in asked]


def majority(known: Sequence[Exam], asked: Sequence[Exam]) -> Passed:
    """The most frequent answer to questions of the same kind."""
    groups: dict[tuple[Any, ...], list[Exam]] = defaultdict(list)
    for exam in known:
        groups[exam.key].append(exam)
    best = {key: _favourite(group) for key, group in groups.items()}
    return [exam.key in best and exam.right(best[exam.key]) for exam in asked]


def options_only(known: Sequence[Exam], asked: Sequence[Exam]) -> Passed:
    """Naive Bayes on what an option says, where it stands among the others, and what it shares with them."""
    right: Counter[tuple[Any, ...]] = Counter()
    seen: Counter[tuple[Any, ...]] = Counter()
    for exam in known:
        for option, features in zip(exam.options, _features(exam), strict=True):
            seen.update(features)
            if option == exam.answer_text:
                right.update(features)

    def passed(exam: Exam) -> bool | None:
        if not exam.options:
            return None
        base = 1 / len(exam.options)
        odds = [
            sum(math.log((right[f] + 2 * base) / (seen[f] + 2) / base) for f in features)
            for features in _features(exam)
        ]
        return exam.answer == LETTERS[odds.index(max(odds))]

    return [passed(exam) for exam in asked]


def question_only(known: Sequence[Exam], asked: Sequence[Exam]) -> Passed:
    """The most frequent answer to an open question of the same kind with the same words.

    If those words did not occur, the most frequent one to a question of the same kind.
    """
    by_words: dict[tuple[Any, ...], list[Exam]] = defaultdict(list)
    for exam in known:
        by_words[*exam.key, exam.question].append(exam)
        by_words[exam.key].append(exam)
    favourites = {words: _favourite(group) for words, group in by_words.items()}

    def passed(exam: Exam) -> bool | None:
        if exam.options:
            return None
        words = (*exam.key, exam.question)
        favourite = favourites.get(words if words in favourites else exam.key)
        return favourite is not None and exam.right(favourite)

    return [passed(exam) for exam in asked]


def best_single_frame(known: Sequence[Exam], asked: Sequence[Exam]) -> Passed:
    """The family's solver on the one frame that does best for what is known."""
    gains = [0.0] * POSITIONS
    for exam in known:
        for k, passed in enumerate(exam.single):
            gains[k] += 0.0 if passed is None else passed - exam.guess_rate
    best = gains.index(max(gains))
    return [exam.single[best] for exam in asked]


def learnt_single_frame(known: Sequence[Exam], asked: Sequence[Exam]) -> Passed:
    """Naive Bayes on what a glance at one frame gives, at the position that does best for what is known."""
    halves = known[: len(known) // 2], known[len(known) // 2 :]
    scores = [sum(_glanced(halves[0], halves[1], k)) for k in range(POSITIONS)]
    return [*_glanced(known, asked, scores.index(max(scores)))]


def _glanced(known: Sequence[Exam], asked: Sequence[Exam], position: int) -> list[bool]:
    """Whether each exam is passed by the answer that is likeliest given one frame."""
    counts: Counter[tuple[Any, ...]] = Counter()
    answers_known: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for exam in known:
        answers_known[exam.key[2]][exam.answer_text] += 1
        counts.update((exam.key[2], exam.answer_text, look) for look in exam.looks[position])

    def likeliest(exam: Exam) -> str | None:
        prior = answers_known[exam.key[2]]
        space = exam.options or tuple(sorted(prior))

        def weight(answer: str) -> float:
            seen = prior[answer]
            evidence = sum(
                math.log((counts[exam.key[2], answer, look] + 0.5) / (seen + 4))
                for look in exam.looks[position]
            )
            return math.log(seen + 0.5) + evidence

        return max(space, key=weight) if space else None

    passed = []
    for exam in asked:
        answer = likeliest(exam)
        passed.append(answer == exam.answer_text if exam.options else bool(answer and exam.right(answer)))
    return passed


def shuffled_frames(known: Sequence[Exam], asked: Sequence[Exam]) -> Passed:
    """The family's solver on all frames in random order."""
    return [exam.shuffled for exam in asked]


def _features(exam: Exam) -> list[list[tuple[Any, ...]]]:
    """For every option, what may give it away."""
    numbers = [_number(option) for option in exam.options]
    words = [set(option.replace(",", " ").split()) for option in exam.options]
    shared = [sum(len(one & two) for two in words) for one in words]
    found = []
    for k, option in enumerate(exam.options):
        features: list[tuple[Any, ...]] = [
            (exam.key, "text", option),
            (exam.key, "letter", k),
            (exam.key, "length", _rank([len(o) for o in exam.options], k)),
            (exam.key, "shared", _rank(shared, k)),
        ]
        if None not in numbers:
            features.append((exam.key, "size", _rank([n for n in numbers if n is not None], k)))
        found.append(features)
    return found


def _number(option: str) -> float | None:
    """The number, or the start of the interval, that an option is."""
    span = parse_interval(option)
    if span is not None:
        return span[0]
    try:
        return float(option)
    except ValueError:
        return None


def _rank(values: Sequence[float], k: int) -> int:
    return sum(value < values[k] for value in values)


def _favourite(group: Sequence[Exam]) -> str:
    """The answer that is right for most exams of a kind; of intervals, some longer ones are tried too."""
    given = sorted({exam.answer for exam in group})
    if group[0].answer_type != "interval":
        counts = Counter(exam.answer for exam in group)
        return max(given, key=counts.__getitem__)
    spans = [span for span in map(parse_interval, given[:: 1 + len(given) // 40]) if span is not None]
    tried = [*spans, *((1.5 * a - 0.5 * b, 1.5 * b - 0.5 * a) for a, b in spans)]
    texts = [format_interval(max(start, 0.0), end) for start, end in tried]
    return max(texts, key=lambda text: sum(exam.right(text) for exam in group))
