"""The kinds of question about file_system: contents, the working directory, when a file comes or goes, plans.

Each kind plays histories until one lends itself to it. What is drawn from `streams.question` comes first and
does not depend on them; or the answer is drawn evenly from those of histories that look alike.
"""

from __future__ import annotations

import posixpath
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from synrl.evidence import Evidence
from synrl.seeds import Stream, Streams
from synrl.tasks.base import Ask, Q
from synrl.tasks.file_system import solver
from synrl.tasks.file_system.config import TREES, FileConfig
from synrl.tasks.file_system.plans import Route, conceivable, routes
from synrl.tasks.file_system.play import (
    Forced,
    initial_paths,
    making,
    others,
    played,
    spelled,
    start,
    start_in,
    unmaking,
)
from synrl.tasks.file_system.walks import draw_numbers, draw_walk
from synrl.tasks.shared.evenly import Answers, evenly
from synrl.tasks.shared.moments import ENDS, brief_moment, draw_reveal, draw_when, hidden_end, state_at
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
from synrl.world.files import WORLD, Effect, State, apply
from synrl.world.history import History, Step, When, told
from synrl.world.plans import leads
from synrl.world.timeline import Timeline

MOST_LISTED = 4
"""Files in a directory whose contents are asked for."""


class ContentsQuery(LongQuery, Answers):
    directory: str
    when: When


class PlaceQuery(LongQuery):
    when: When
    places: list[str]


class ChangeQuery(LongQuery):
    file: str


class PlanQuery(LongQuery, Answers, Target[Mapping[str, Any]]):
    pass


class FileAsk(Ask[Q, FileConfig]):
    """A kind of question with the histories that it is asked about."""

    def reveal(self, config: FileConfig, question: Stream) -> str:
        """The end at which all files are listed."""
        return draw_reveal(config.mode, question)

    @abstractmethod
    def draw(self, common: LongQuery, config: FileConfig, streams: Streams) -> tuple[History, Q]:
        """A history, and what is asked about it."""


class Contents(FileAsk[ContentsQuery]):
    """The files in a directory at some moment."""

    name = "contents"
    modes = ("forward", "retrodictive", "historical")
    answer_type = "ordering"

    def draw(self, common: LongQuery, config: FileConfig, streams: Streams) -> tuple[History, ContentsQuery]:
        """A directory that holds a few files, and others than can be read."""
        question, scene, reveal = streams.question, streams.scene, common["reveal"]
        when = draw_when(config.mode, config.num_operations, question)

        def asked(other: History, directory: str) -> str | None:
            inside, readable = (_inside(state_at(other, at), directory) for at in (when, reveal))
            return ", ".join(inside) if 0 < len(inside) <= MOST_LISTED and inside != readable else None

        while True:
            history = played(start(scene, config), config, reveal, scene)
            alike = others(history, reveal, config, scene)
            found = evenly(("/", *TREES[config.dirs]), alike, asked, scene)
            if found is not None:
                query = ContentsQuery(**common, directory=found.subject, when=when, answers=found.answers)
                return found.history, query

    def aim(self, query: ContentsQuery) -> str:
        return f"which files lie directly in {query['directory']} {brief_moment(query['when'], 'command')}"

    def wordings(self, query: ContentsQuery) -> Sequence[str]:
        directory, moment = query["directory"], _moment(query["when"])
        sentences = (
            f"Which files are in {directory} itself, not in directories below it, {moment}, in alphabetical "
            "order?",
            f"Leaving out files in directories below {directory}, what are the names of the files in "
            f"{directory} {moment}, in alphabetical order?",
        )
        return _posed(query, [with_form(sentence, query, "ordering") for sentence in sentences])

    def question(
        self, text: str, timeline: Timeline, query: ContentsQuery, config: FileConfig, streams: Streams
    ) -> Question:
        history = told(timeline.states, timeline.operations, apply)
        truth = ", ".join(_inside(state_at(history, query["when"]), query["directory"]))
        return drawn(text, truth, query["answers"], config.form, streams, self.answer_type)

    def solve(self, evidence: Evidence, query: ContentsQuery) -> str | None:
        return solver.contents(evidence, query["directory"], query["when"])

    def conclude(self, query: ContentsQuery, row: Mapping[str, Any]) -> Sequence[str]:
        said = f"the list of the files directly in {query['directory']} is {row['answer_text']}"
        return at_moment(query["when"], said, "command")

    def about(self, query: ContentsQuery) -> str:
        return f"directory {query['directory']}"


class WorkingDirectory(FileAsk[PlaceQuery]):
    """The working directory at some moment, after it was changed."""

    name = "cwd"
    modes = ("forward", "historical")
    answer_type = "text"

    def reveal(self, config: FileConfig, question: Stream) -> str:
        """The start: at the end, most new files are where the working directory was."""
        return "start"

    def draw(self, common: LongQuery, config: FileConfig, streams: Streams) -> tuple[History, PlaceQuery]:
        """The last change of directory before the moment may lead to any of the answers, drawn evenly."""
        question, scene = streams.question, streams.scene
        last = config.num_operations
        when: When = "end" if config.mode == "forward" else question.integer(3, last - 1)
        steps = last if isinstance(when, str) else when
        walk = draw_walk(steps, question)
        cds = dict(zip(draw_numbers(len(walk.places), steps, question), walk.places, strict=True))
        if steps < last:  # so that the last directory that is named anywhere tells nothing
            back = walk.later == walk.places[-2]  # which takes another command in between to be a new state
            number = question.integer(min(steps + back, last - 1), last - 1)
            cds[number] = "/" if back and number == steps else walk.later

        def change(number: int, where: str) -> Callable[[State, Stream], Step]:
            # The last ones are relative: what they name is the same wherever they lead.
            plain = replace(config, absolute=config.absolute and where not in walk.relative)
            return lambda state, scene: Step("cd", {"words": [spelled(where, state, plain, scene)]})

        def spoils(number: int, state: State, effect: Effect) -> bool:
            return effect.cwd != state["cwd"] and number < max(steps, *cds)

        forced = Forced({number: change(number, where) for number, where in cds.items()}, spoils)
        history = played(start_in(walk.tree, scene, config), config, common["reveal"], scene, forced)
        return history, PlaceQuery(**common, when=when, places=list(walk.answers))

    def aim(self, query: PlaceQuery) -> str:
        return f"what the working directory is {brief_moment(query['when'], 'command')}"

    def wordings(self, query: PlaceQuery) -> Sequence[str]:
        moment = _moment(query["when"])
        sentences = (
            f"What is the working directory {moment}?",
            f"Which directory is the working directory {moment}?",
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
        return at_moment(query["when"], f"the working directory is {row['answer_text']}", "command")

    def about(self, query: PlaceQuery) -> str:
        return "the working directory"


class Change(FileAsk[ChangeQuery]):
    """The number of the one command that makes a file come, or go."""

    modes = ("historical",)
    answer_type = "integer"

    def __init__(self, name: str, sentences: Sequence[str], now: str, *, there: bool) -> None:
        """Ask for a change.

        Args:
            sentences: the question, with `{}` for the file.
            now: what is true of the file from then on.
            there: whether the file exists from then on.
        """
        self.name = name
        self._sentences, self._now, self._there = sentences, now, there

    def draw(self, common: LongQuery, config: FileConfig, streams: Streams) -> tuple[History, ChangeQuery]:
        """File and number are drawn evenly; no other command makes the file or takes it away."""
        question, scene = streams.question, streams.scene
        path = question.choice(initial_paths(config))
        number = question.integer(0, config.num_operations - 1)

        def spoils(_: int, state: State, effect: Effect) -> bool:
            return path in (*effect.new_files, *effect.gone_files)

        if self._there:
            first, any_of = start(scene, config, without=path), making(path, config)
        else:
            first = start(scene, config, including=path)
            any_of = unmaking(path, config, common["reveal"])
        history = played(first, config, common["reveal"], scene, Forced({number: any_of}, spoils))
        return history, ChangeQuery(**common, file=path)

    def _numbers(self, history: History, path: str) -> list[int]:
        """The numbers, from 1, of the commands after which the file is there (or gone) and was not before."""
        there, want = [path in state["files"] for state in history.states], self._there
        return [n for n in range(1, len(there)) if there[n] == want and there[n - 1] != want]

    def aim(self, query: ChangeQuery) -> str:
        return f"which command makes {query['file']} {'exist' if self._there else 'disappear'}"

    def wordings(self, query: ChangeQuery) -> Sequence[str]:
        sentences = [sentence.format(query["file"]) for sentence in self._sentences]
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
            f"After command {number}, {query['file']} {now}",
        )

    def about(self, query: ChangeQuery) -> str:
        return f"file {query['file']}"


class Plan(FileAsk[PlanQuery]):
    """Commands from the hidden end of the clip to other files.

    Every option is right for an end that some other history with the same list would have had, and wrong for
    all others, because each command of a plan can be taken back.
    """

    name = "plan"
    modes = ("predict_operations",)
    answer_type = "plan"

    def draw(self, common: LongQuery, config: FileConfig, streams: Streams) -> tuple[History, PlanQuery]:
        scene, reveal = streams.scene, common["reveal"]
        while True:
            history = played(start(scene, config), config, reveal, scene)
            told_otherwise = others(history, reveal, config, scene)
            ends = [state_at(other, hidden_end(reveal)) for other in told_otherwise]
            seen = _seen_by(told_otherwise, reveal)
            found = routes(ends, config.plan_moves, NUM_OPTIONS, scene, seen)
            if found is not None:
                return told_otherwise[found[0].number], self._query(common, config, found, found[0])

    def _query(
        self, common: LongQuery, config: FileConfig, found: Sequence[Route], right: Route
    ) -> PlanQuery:
        answers = sorted(WORLD.format_plan(route.plan) for route in found)
        return PlanQuery(**common, moves=config.plan_moves, target=right.target, answers=answers)

    def aim(self, query: PlanQuery) -> str:
        return "how to get to the files that are asked for"

    def wordings(self, query: PlanQuery) -> Sequence[str]:
        moment, target = ENDS[hidden_end(query["reveal"])], query["target"]
        listed = ", ".join([*(f"{path}/" for path in target["dirs"]), *target["files"]])
        moves = query["moves"]
        plan = "single command" if moves == 1 else f"plan of at most {moves} commands"
        words = "A plan may use touch, rm and mv, with absolute paths; mv moves a file into a directory."
        sentences = (
            f"Which {plan} leads from what exists {moment} of the video to exactly these directories and "
            f"files: {listed}? {words}",
            f"{words} Which {plan} turns the directories and files that exist {moment} of the video into "
            f"exactly these: {listed}?",
        )
        # The example moves a file away that the target has, so it is never right.
        there = query["target"]["files"] or ["/a.txt"]
        first, last = there[0], there[-1]
        into = next(path for path in ("/", *query["target"]["dirs"]) if path != posixpath.dirname(last))
        example = f"mv {last} {into}" if moves == 1 else f"touch {first}; mv {last} {into}"
        ending = f'Answer like "{example}".'
        return _posed(query, [with_ending(sentence, query, ending) for sentence in sentences])

    def question(
        self, text: str, timeline: Timeline, query: PlanQuery, config: FileConfig, streams: Streams
    ) -> Question:
        history = told(timeline.states, timeline.operations, apply)
        hidden = state_at(history, hidden_end(query["reveal"]))
        (truth,) = (
            plan
            for plan in query["answers"]
            if leads(WORLD, hidden, WORLD.parse_plan(plan) or (), query["target"])
        )
        if config.form == "open":
            return Question(text, "plan", truth, guess_rate=1 / conceivable(query["target"], query["moves"]))
        return choice(text, truth, [other for other in query["answers"] if other != truth], streams)

    def solve(self, evidence: Evidence, query: PlanQuery) -> str | None:
        return solver.plan(evidence)

    def conclude(self, query: PlanQuery, row: Mapping[str, Any]) -> Sequence[str]:
        return "That is the state asked for", "These are the files asked for"


ASKS: tuple[FileAsk[Any], ...] = (
    Contents(),
    WorkingDirectory(),
    Change(
        "created",
        (
            "Which command, counting from 1, brings the file {} into existence, whether by creating, "
            "copying, moving or renaming?",
            "What is the number of the command, counting from 1, after which the file {} first exists?",
        ),
        "exists",
        there=True,
    ),
    Change(
        "removed",
        (
            "Which command, counting from 1, deletes, moves or renames the file {}?",
            "What is the number of the first command, counting from 1, after which the file {} no longer "
            "exists?",
        ),
        "no longer exists",
        there=False,
    ),
    Plan(),
)


def _posed(query: LongQuery, sentences: Sequence[str]) -> Sequence[str]:
    """Questions behind the rules that all of them need."""
    rules = (
        "Commands are typed in a terminal one after another. The working directory is / at first; a path "
        "without a leading / is relative to the working directory, .. is the directory above, and * stands "
        "for any characters in a name. Every command succeeds, and nothing that touch, mkdir, cp or mv makes "
        f"was there before. All files and directories are listed only {ENDS[query['reveal']]} of the video."
    )
    return [f"{rules} {sentence}" for sentence in sentences]


def _moment(when: When) -> str:
    """A moment in words."""
    if isinstance(when, str):
        return f"{ENDS[when]} of the video"
    return f"right after command {when} (counting from 1)"


def _inside(state: Any, directory: str) -> tuple[str, ...]:
    """The names of the files right in a directory, in alphabetical order."""
    paths = (path for path in state["files"] if posixpath.dirname(path) == directory)
    return tuple(sorted(posixpath.basename(path) for path in paths))


def _seen_by(histories: Sequence[History], reveal: str) -> Callable[[int, Sequence[Step]], tuple[int, ...]]:
    """What the clip of a history, given by its number, shows of the files that a plan names.

    A viewer of one frame sees a command or two, or the list, and could look for a plan that names the same
    files. So the wrong plans name as much that is typed or listed as the right one does.
    """
    listed = set(state_at(histories[0], reveal)["files"])
    typed = [_names(other.steps) for other in histories]
    hidden = slice(-2, None) if reveal == "start" else slice(2)
    near = [_names(other.steps[hidden]) for other in histories]

    def seen(number: int, plan: Sequence[Step]) -> tuple[int, ...]:
        paths = [step.arguments["words"][0] for step in plan]
        files = [posixpath.basename(path) for path in paths]
        fits = [(step.kind == "touch") == (path in listed) for step, path in zip(plan, paths, strict=True)]
        return (
            sum(file in typed[number] for file in files),
            sum(file in near[number] for file in files),
            sum(fits),
        )

    return seen


def _names(steps: Sequence[Step]) -> set[str]:
    """The names of files and directories in commands."""
    return {posixpath.basename(word) for step in steps for word in step.arguments["words"]}
