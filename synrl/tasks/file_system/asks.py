"""The kinds of question about file_system: contents, the working directory, when a file comes or goes, plans.

`draw` chooses what is asked about a history; None means that the history lends itself to no such question.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from typing import Any

from synrl.evidence import Evidence
from synrl.seeds import Stream, Streams
from synrl.tasks.asks import PlanAsk
from synrl.tasks.base import Ask
from synrl.tasks.file_system import solver
from synrl.tasks.file_system.clip import Wish, proposer
from synrl.tasks.file_system.config import TREES, FileConfig
from synrl.tasks.shared.moments import ENDS, draw_when, hidden_end, say_moment, state_at
from synrl.tasks.shared.queries import LongQuery, Target
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
from synrl.world.files import NAMES, WORLD, apply
from synrl.world.history import History, When, rivals, told
from synrl.world.timeline import Timeline

MOST_LISTED = 4
"""Files in a directory whose contents are asked for."""


class ContentsQuery(LongQuery):
    directory: str
    when: When


class PlaceQuery(LongQuery):
    when: When
    places: list[str]


class ChangeQuery(LongQuery):
    file: str


class PlanQuery(LongQuery, Target[Mapping[str, Any]]):
    pass


class Contents(Ask[ContentsQuery, FileConfig]):
    """The files in a directory at some moment."""

    name = "contents"
    modes = ("forward", "retrodictive", "historical")
    answer_type = "ordering"

    def draw(
        self, history: History, common: LongQuery, wish: Wish, config: FileConfig, question: Stream
    ) -> ContentsQuery | None:
        """A directory that holds a few files, and others than can be read."""
        when = draw_when(config.mode, config.num_operations, question)
        there, readable = state_at(history, when), state_at(history, common["reveal"])
        changed = [
            directory
            for directory in ("/", *TREES[config.dirs])
            if 0 < len(_inside(there, directory)) <= MOST_LISTED
            and _inside(there, directory) != _inside(readable, directory)
        ]
        return ContentsQuery(**common, directory=question.choice(changed), when=when) if changed else None

    def wordings(self, query: ContentsQuery) -> Sequence[str]:
        directory, moment = query["directory"], say_moment(query["when"])
        sentences = (
            f"Which files are in {directory} itself {moment}, in alphabetical order?",
            f"List the names of the files right in {directory} {moment}, not those further down, "
            "in alphabetical order.",
        )
        return _posed(query, [with_form(sentence, query, "ordering") for sentence in sentences])

    def question(
        self, text: str, timeline: Timeline, query: ContentsQuery, config: FileConfig, streams: Streams
    ) -> Question:
        history = told(timeline.states, timeline.operations, apply)

        def asked(other: History) -> tuple[str, ...]:
            return _inside(state_at(other, query["when"]), query["directory"])

        truth = asked(history)
        if config.form == "open":
            # No set of names is likelier than one of the single ones.
            return Question(text, "ordering", ", ".join(truth), guess_rate=1 / len(NAMES))
        readable = _inside(state_at(history, query["reveal"]), query["directory"])

        def fits(rival: tuple[str, ...]) -> bool:
            # As many files as the truth: other histories tend to leave more, which would give it away.
            return len(rival) == len(truth) and rival != readable

        def otherwise(last: tuple[str, ...], stream: Stream) -> tuple[str, ...]:
            gone, come = stream.choice(last), stream.choice([name for name in NAMES if name not in last])
            return tuple(sorted({*last} - {gone} | {come}))

        propose = proposer(config, query["reveal"])
        wrong = rivals(
            history, query["reveal"], WORLD, propose, asked, fits, otherwise, NUM_OPTIONS - 1, streams.options
        )
        return choice(text, ", ".join(truth), [", ".join(rival) for rival in wrong], streams)

    def solve(self, evidence: Evidence, query: ContentsQuery) -> str | None:
        return solver.contents(evidence, query["directory"], query["when"])

    def conclude(self, query: ContentsQuery, row: Mapping[str, Any]) -> Sequence[str]:
        said = f"the files right in {query['directory']} are {row['answer_text']}"
        return at_moment(query["when"], said)

    def about(self, query: ContentsQuery) -> str:
        return f"directory {query['directory']}"


class WorkingDirectory(Ask[PlaceQuery, FileConfig]):
    """The working directory at some moment, after it was changed."""

    name = "cwd"
    modes = ("forward", "historical")
    answer_type = "text"

    def draw(
        self, history: History, common: LongQuery, wish: Wish, config: FileConfig, question: Stream
    ) -> PlaceQuery | None:
        when = draw_when(config.mode, config.num_operations, question)
        been = {state["cwd"] for state in history.states[: None if when == "end" else int(when) + 1]}
        fits = state_at(history, when)["cwd"] == wish.where and len(been) > 1
        return PlaceQuery(**common, when=when, places=["/", *TREES[config.dirs]]) if fits else None

    def wordings(self, query: PlaceQuery) -> Sequence[str]:
        moment = say_moment(query["when"])
        sentences = (
            f"What is the working directory {moment}?",
            f"In which directory would a command run {moment}?",
        )
        return _posed(query, [with_words(sentence, query, query["places"]) for sentence in sentences])

    def question(
        self, text: str, timeline: Timeline, query: PlaceQuery, config: FileConfig, streams: Streams
    ) -> Question:
        there = state_at(told(timeline.states, timeline.operations, apply), query["when"])["cwd"]
        return drawn(text, there, query["places"], config.form, streams)

    def solve(self, evidence: Evidence, query: PlaceQuery) -> str | None:
        return solver.working_directory(evidence, query["when"])

    def conclude(self, query: PlaceQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return at_moment(query["when"], f"commands run in {row['answer_text']}")


class Change(Ask[ChangeQuery, FileConfig]):
    """The number of the one command that makes a file come, or go."""

    modes = ("historical",)
    answer_type = "integer"

    def __init__(self, name: str, does: str, by: str, now: str, *, there: bool) -> None:
        """Ask for a change.

        Args:
            does, by: what the command does, in two wordings, with `{}` for the file.
            now: what is true of the file from then on.
            there: whether the file exists from then on.
        """
        self.name = name
        self._does, self._by, self._now, self._there = does, by, now, there

    def draw(
        self, history: History, common: LongQuery, wish: Wish, config: FileConfig, question: Stream
    ) -> ChangeQuery | None:
        paths = sorted({path for state in history.states for path in state["files"]})
        fitting = [path for path in paths if self._numbers(history, path) == [wish.number]]
        return ChangeQuery(**common, file=question.choice(fitting)) if fitting else None

    def _numbers(self, history: History, path: str) -> list[int]:
        """The numbers, from 1, of the commands after which the file is there (or gone) and was not before."""
        there, want = [path in state["files"] for state in history.states], self._there
        return [n for n in range(1, len(there)) if there[n] == want and there[n - 1] != want]

    def wordings(self, query: ChangeQuery) -> Sequence[str]:
        does, by = self._does.format(query["file"]), self._by.format(query["file"])
        sentences = (
            f"Counting commands from 1, which one does {does}?",
            f"What is the number of the command, counted from 1, {by}?",
        )
        return _posed(query, [with_form(sentence, query, "integer") for sentence in sentences])

    def question(
        self, text: str, timeline: Timeline, query: ChangeQuery, config: FileConfig, streams: Streams
    ) -> Question:
        (truth,) = self._numbers(told(timeline.states, timeline.operations, apply), query["file"])
        return integer_question(text, truth, range(1, config.num_operations + 1), config.form, streams)

    def solve(self, evidence: Evidence, query: ChangeQuery) -> str | None:
        return solver.change(evidence, query["file"], to=self._there)

    def conclude(self, query: ChangeQuery, row: Mapping[str, Any]) -> Sequence[str]:
        number, now = row["answer_text"], self._now
        return (
            f"From command {number} on, {query['file']} {now}",
            f"It is after command {number} that it {now}",
        )

    def about(self, query: ChangeQuery) -> str:
        return f"file {query['file']}"


class Plan(PlanAsk[PlanQuery, FileConfig]):
    """Commands from the hidden end of the clip to other files."""

    world = WORLD

    def wordings(self, query: PlanQuery) -> Sequence[str]:
        moment, target = ENDS[hidden_end(query["reveal"])], query["target"]
        listed = ", ".join([*(f"{path}/" for path in target["dirs"]), *target["files"]])
        most = f"at most {query['moves']} command{'s' if query['moves'] > 1 else ''}"
        words = "Commands are touch, rm and mv with absolute paths; mv moves a file into a directory."
        sentences = (
            f"Which {most} would lead from the files {moment} to exactly these: {listed}? {words}",
            f"{words} With {most}, how do you get from what is there {moment} of the video to exactly this: "
            f"{listed}?",
        )
        return _posed(
            query,
            [
                with_ending(sentence, query, 'Answer like "touch /a.txt; mv /b.txt /docs".')
                for sentence in sentences
            ],
        )

    def solve(self, evidence: Evidence, query: PlanQuery) -> str | None:
        return solver.plan(evidence)


ASKS = (
    Contents(),
    WorkingDirectory(),
    Change(
        "created",
        "make the file {} come to be",
        "from which on the file {} exists",
        "exists",
        there=True,
    ),
    Change(
        "removed",
        "make the file {} disappear",
        "from which on {} no longer exists",
        "no longer exists",
        there=False,
    ),
    Plan(),
)


def _posed(query: LongQuery, sentences: Sequence[str]) -> Sequence[str]:
    """Questions behind the rules that all of them need."""
    rules = (
        "Commands are typed in a terminal one by one. The working directory is / at first; a path "
        "without a leading / is relative to it, .. is the directory above, and * stands for any "
        f"characters. All files and directories are listed only {ENDS[query['reveal']]} of the video."
    )
    return [f"{rules} {sentence}" for sentence in sentences]


def _inside(state: Any, directory: str) -> tuple[str, ...]:
    """The names of the files right in a directory, in alphabetical order."""
    paths = (path for path in state["files"] if posixpath.dirname(path) == directory)
    return tuple(sorted(posixpath.basename(path) for path in paths))
