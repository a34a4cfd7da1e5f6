"""The interface of a task family and its kinds of question: what a new family must define, and nothing else.

A family says what its clips show, and `asks` what can be asked about them. A kind of question is one object:

    draw (as the family wants it)            what is asked about, and what the clip needs for that
    wordings(query)           -> texts       every phrasing
    question(text, timeline)  -> Question    the truth from the simulation's log, and the options
    backwards(timeline)       -> Timeline    the clip backwards, if the question then has another answer
    solve(evidence, query)    -> answer      independent of the simulation, from what is seen
    aim(query)                -> clause      what it asks for, for chains of thought
    conclude(query, row)      -> sentences   how the answer follows

and of the clip, whatever is asked about it, the family says

    simulate(config, streams) -> Timeline    poses, events, operations, states; and the query: what to ask
    draw(timeline)            -> Scene       what each object looks like
    phrases(happening)        -> clauses     an event or operation in words; `words` and `names` list them
    parts(state, query)       -> texts       what there is to say of a state, in its `verbs`
    observe(evidence)         -> Observed    the same log again, read from the stored tracks alone

`question` and `solve` are two implementations of every answer: they may share names and parsers, never a
step that finds the truth. `observe` closes the chain: pixels agree with tracks, tracks with events and
operations, and those with the answer.

The answer is chosen before the scene: `simulate` draws what the answer is to be and then a scene that
has it, so that answers are balanced by construction.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from matplotlib.path import Path

from synrl import view
from synrl.errors import ConfigError, allowed
from synrl.evidence import Evidence, Observed
from synrl.seeds import Streams
from synrl.tasks.config import Config
from synrl.tasks.shared.queries import Query
from synrl.tasks.shared.questions import Question
from synrl.video.outlines import SHAPES
from synrl.video.scene import Scene
from synrl.world.history import World
from synrl.world.timeline import Event, Timeline
from synrl.world.worlds import WORLDS

__all__ = ["Ask", "Counted", "Family", "Query"]

Q = TypeVar("Q", bound=Query)
C = TypeVar("C", bound=Config)


class Counted(NamedTuple):
    """What a question counts, and when it happens."""

    one: str
    several: str
    frames: Sequence[int]


class Ask(ABC, Generic[Q, C]):
    """One kind of question of a family, the same for every row.

    `Q` is the type of its queries, `C` that of the family's config.
    """

    name: str
    modes: tuple[str, ...]
    """In which of the family's modes it is asked."""
    answer_type: str
    """Of its open form: `integer`, `text`, `ordering`, `interval` or `plan`."""
    thing: str = "event"
    """What chains call what happens in its clips: "move"."""
    unordered: bool = False
    """Whether it asks how often, how fast or along what: that takes all frames, but hardly their order."""

    @abstractmethod
    def wordings(self, query: Q) -> Sequence[str]:
        """Every phrasing of the question."""

    @abstractmethod
    def aim(self, query: Q) -> str:
        """What a question asks for, as a clause: "how often the red circle hits a wall"."""

    @abstractmethod
    def question(self, text: str, timeline: Timeline, query: Q, config: C, streams: Streams) -> Question:
        """The question in one phrasing, with the truth from the timeline's log, and options if it has any."""

    def backwards(self, timeline: Timeline, query: Q) -> Timeline | None:
        """The clip with its frames in opposite order, if the question then has another answer."""
        return None

    @abstractmethod
    def solve(self, evidence: Evidence, query: Q) -> str | None:
        """The answer's text (one of `evidence.options` if there are any), or None if it can't be told."""

    @abstractmethod
    def conclude(self, query: Q, row: Mapping[str, Any]) -> Sequence[str]:
        """Ways to say what follows from everything that was told, as a sentence without its full stop."""

    def about(self, query: Q) -> str | None:
        """What a question is about, if that is no object of the clip: "pile A"."""
        return None

    def counted(self, query: Q, row: Mapping[str, Any]) -> Counted | None:
        """What is counted, if the question is how often something happens at a moment or in a span."""
        return None

    def reason(self, query: Q, row: Mapping[str, Any]) -> Sequence[str]:
        """Ways to say the last step before the conclusion, such as a sum, like `conclude`; or none."""
        return ()

    def known(self, event: Event, query: Q) -> bool:
        """Whether an event is what the question is put relative to: what comes right before or after it?"""
        return False

    def concerns(self, event: Event, query: Q) -> bool:
        """Whether an event has to do with a question: by default, whether the question names who is in it."""
        return bool({event.actor, event.target} & set(texts(query)))


class Caption(NamedTuple):
    """A text that an object bears, and the frames on which a viewer can read it: [start, end)."""

    name: str
    """The object's."""
    text: str
    start: int
    end: int
    inset: tuple[float, float]
    """Px at the sides of the object's box, and above and below, that do not belong to the text's ground."""
    rivals: tuple[str, ...] = ()
    """What it is easily taken for, and what must fit worse."""


class Family(ABC):
    """One task family. Instances hold no state."""

    name: ClassVar[str]
    summary: ClassVar[str]
    """One line for `synrl families`."""
    category: ClassVar[str]
    horizon: ClassVar[str]
    primitive: ClassVar[str]
    modes: ClassVar[tuple[str, ...]]
    config_type: ClassVar[type[Config]]
    asks: ClassVar[tuple[Ask[Any, Any], ...]]
    """Every kind of question about its clips."""
    words: ClassVar[Mapping[str, str]] = {}
    """The words by which its happenings are told apart, and what each means; several may mean the same.

    Words that other families say too are taken from `synrl.tasks.shared.lexicon`.
    """
    aspects: ClassVar[frozenset[str]] = frozenset()
    """What words may mean that don't say by themselves that anything happens: `colour`."""
    names: ClassVar[tuple[str, ...]] = ()
    """Regular expressions for what its phrases name that is no object of a clip: `tile \\d+`.

    If a pattern has groups, each of them is a name by itself: `piles? ([A-Z])(?: and ([A-Z]))?`. Patterns
    stand beside others in one expression, so they can't refer back to a group.
    """
    verbs: ClassVar[tuple[str, ...]] = ()
    """How everything begins that `parts` says, as regular expressions: `holds`, `is empty`."""
    ordered: ClassVar[bool] = True
    """Whether the order matters in which `parts` and `statements` list things."""
    noun: ClassVar[str] = "operation"
    """What a chain may call one of its operations, beside `operation`: `swap` if "swap 3" is the third."""
    content: ClassVar[str] = "the states"
    """What can be read at one end of a long clip, in the plural: "the cards"."""
    levels: ClassVar[Mapping[int, Mapping[str, Any]]]
    """For each level, the values of the knobs that `config_type` adds."""

    @property
    def world(self) -> World | None:
        """For a family that asks for plans: the rules by which they are carried out."""
        return WORLDS.get(self.name)

    def config(self, level: int, mode: str, form: str, length: int = 1, view: str = view.DEFAULT) -> Config:
        """The preset of a level, with `length` times as many operations.

        Raises:
            ConfigError: there is no such level, mode, form, length or view.
        """
        if mode not in self.modes:
            raise ConfigError(f"{self.name} has no mode {mode!r}; {allowed(self.modes)}")
        if level not in self.levels:
            raise ConfigError(f"{self.name} has no level {level!r}; {allowed(self.levels)}")
        knobs = dict(self.levels[level])
        if length != 1:
            if "num_operations" not in knobs:
                raise ConfigError(
                    f"length is {length!r} for {self.name}, which has no operations; allowed: 1"
                )
            knobs["num_operations"] *= length
        return self.config_type(level=level, mode=mode, form=form, view=view, **knobs)

    @abstractmethod
    def simulate(self, config: Any, streams: Streams) -> Timeline:
        """A clip in which the drawn answer is true and every stated margin holds."""

    @abstractmethod
    def draw(self, timeline: Timeline) -> Scene:
        """What the objects of a timeline look like."""

    def asked(self, query: Mapping[str, Any]) -> Ask[Any, Any]:
        """The kind of question that a query belongs to.

        Raises:
            ConfigError: the family has none of that name.
        """
        for ask in self.asks:
            if ask.name == query.get("ask"):
                return ask
        names = allowed(ask.name for ask in self.asks)
        raise ConfigError(f"{self.name} asks nothing called {query.get('ask')!r}; {names}")

    def backwards(self, timeline: Timeline) -> Timeline | None:
        """The clip with its frames in opposite order, if the same question then has another answer."""
        return self.asked(timeline.query).backwards(timeline, timeline.query)

    def wordings(self, query: Mapping[str, Any]) -> Sequence[str]:
        """Every phrasing of the question that a query stands for."""
        return self.asked(query).wordings(query)

    def ask(self, timeline: Timeline, config: Any, streams: Streams) -> Question:
        """The question that `timeline.query` stands for, with the truth from the timeline's log."""
        query, ask = timeline.query, self.asked(timeline.query)
        text = streams.wording.choice(ask.wordings(query))
        return ask.question(text, timeline, query, config, streams)

    @abstractmethod
    def phrases(self, happening: Any) -> Sequence[str]:
        """Ways to say what an event or an operation shows, as a clause: "the red square moves left".

        Names stand in the order of who does something to whom; where that does not matter, both orders
        are given.
        """

    def concerns(self, event: Event, query: Mapping[str, Any]) -> bool:
        """Whether an event has to do with a question."""
        return self.asked(query).concerns(event, query)

    def parts(self, state: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, str]:
        """What to keep in mind of a state to answer a question: `{"pile A": "holds 7♠, K♣"}`.

        Each text begins with one of `verbs`. Nothing for families without states.
        """
        return {}

    def effects(self, before: Any, happening: Any, after: Any) -> Sequence[str]:
        """What else may be said of an event, or of an operation by who knows the states, as clauses.

        "the 9♥ moves from pile A to pile C". The check of chains reads it; chains by code may say the first.
        """
        return ()

    def statements(self, state: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
        """What else may be said of a state, whatever is asked: `{"pile A": ("holds 2 cards",)}`.

        The check of chains holds what it reads against these and against `parts`.
        """
        return {}

    def speed(self, event: Event) -> float | None:
        """How fast the object of an event is all the while (px per frame), if that is what the event says."""
        return None

    def conclude(self, row: Mapping[str, Any]) -> Sequence[str]:
        """Ways to say what follows from everything that was told; see `Ask.conclude`."""
        query = row["config"]["query"]
        return self.asked(query).conclude(query, row)

    def captions(self, evidence: Evidence) -> Iterable[Caption]:
        """What can be read in the full clip: faces of cards, numbers of tiles, lines of a terminal."""
        return ()

    @abstractmethod
    def observe(self, evidence: Evidence) -> Observed:
        """Events, operations and states as the tracks of the full clip show them."""

    def solve(self, evidence: Evidence) -> str | None:
        """The answer's text (one of `evidence.options` if there are any), or None if it can't be told."""
        return self.asked(evidence.query).solve(evidence, evidence.query)

    def outline(self, shape: str, size: float) -> Path:
        """The outline of a named shape as it is drawn at a size (px), upright around its centroid."""
        return SHAPES[shape](size)


def texts(value: Any) -> Iterator[str]:
    """Every text in a query."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from itertools.chain.from_iterable(map(texts, value.values()))
    elif isinstance(value, Sequence):
        yield from itertools.chain.from_iterable(map(texts, value))
