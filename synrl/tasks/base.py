"""The interface of a task family: what a new one has to say, and nothing else.

    simulate(config, streams)          -> Timeline    poses, events, operations, states; and what to ask
    draw(timeline)                     -> Scene       what each object looks like
    ask(timeline, config, streams)     -> Question    options and answer, from the simulation's log
    phrases(happening)                 -> clauses     an event or operation in words
    parts(state, query)                -> texts       what there is to say of a state
    conclude(row)                      -> sentences   how the answer follows
    observe(evidence)                  -> Observed    the same log again, read from the stored tracks alone
    solve(evidence)                    -> answer      independent of the simulation, from what is seen

`ask` and `solve` are two implementations of every answer: they may share names and parsers, never a
step that finds the truth. `observe` closes the chain: pixels agree with tracks, tracks with events and
operations, and those with the answer.

The answer is chosen before the scene: `simulate` draws what the answer is to be and then a scene that
has it, so that answers are balanced by construction.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from matplotlib.path import Path

from synrl.errors import ConfigError, allowed
from synrl.evidence import Evidence
from synrl.seeds import Streams
from synrl.video.outlines import SHAPES
from synrl.video.scene import Scene
from synrl.world.history import World
from synrl.world.plans import succeeds
from synrl.world.timeline import Event, Operation, State, Timeline

FORMS = ("choice", "open")
LEVELS = (1, 2, 3, 4, 5)
MODES = ("perception", "localisation", "forward", "retrodictive", "historical", "predict_operations")
WIDTH = HEIGHT = 448
FPS = 30


@dataclass(frozen=True, kw_only=True)
class Config:
    """What is asked of a family for one row; families add their own knobs, levels are presets of them.

    Raises:
        ConfigError: from a family's `__post_init__`, naming the field, its value and what is allowed.
    """

    level: int = 1
    mode: str
    form: str = "choice"
    """`choice` or `open`."""

    def __post_init__(self) -> None:
        self.require("form", FORMS)
        for name, value in list(vars(self).items()):
            if isinstance(value, float):  # some JSON readers change the last digit of a stored config
                object.__setattr__(self, name, round(value, 9))

    def require(self, name: str, values: Sequence[object]) -> None:
        """Check that a field has one of some values."""
        if getattr(self, name) not in values:
            raise ConfigError(f"{name} is {getattr(self, name)!r}; {allowed(values)}")

    def require_range(self, name: str, low: float, high: float) -> None:
        """Check that a field is a number from a closed range."""
        if not low <= getattr(self, name) <= high:
            raise ConfigError(f"{name} is {getattr(self, name)!r}; allowed: {low:g} to {high:g}")


@dataclass(frozen=True)
class Question:
    """A question with its truth, as the family's own log has it."""

    text: str
    answer_type: str
    answer_text: str
    options: tuple[str, ...] = ()
    guess_rate: float = 0.0

    @property
    def letter(self) -> str | None:
        """The letter of the answer, None for an open question."""
        return "ABCDEFGHIJ"[self.options.index(self.answer_text)] if self.options else None


@dataclass(frozen=True)
class Observed:
    """What `observe` reads back from the tracks; each must equal the stored column."""

    events: tuple[Event, ...] = ()
    operations: tuple[Operation, ...] = ()
    states: tuple[State, ...] = ()


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
    world: ClassVar[World | None] = None
    """For a family that asks for plans: the rules by which they are carried out."""
    levels: ClassVar[Mapping[int, Mapping[str, Any]]]
    """For each level, the values of the knobs that `config_type` adds."""

    def config(self, level: int, mode: str, form: str, length: int = 1) -> Config:
        """The preset of a level, with `length` times as many operations.

        Raises:
            ConfigError: there is no such level, mode, form or length.
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
        return self.config_type(level=level, mode=mode, form=form, **knobs)

    @abstractmethod
    def simulate(self, config: Any, streams: Streams) -> Timeline:
        """A clip in which the drawn answer is true and every stated margin holds."""

    @abstractmethod
    def draw(self, timeline: Timeline) -> Scene:
        """What the objects of a timeline look like."""

    def backwards(self, timeline: Timeline) -> Timeline | None:
        """The clip with its frames in opposite order, if the same question then has another answer."""
        return None

    @abstractmethod
    def wordings(self, query: Mapping[str, Any]) -> Sequence[str]:
        """Every phrasing of the question that a semantic key stands for."""

    @abstractmethod
    def ask(self, timeline: Timeline, config: Any, streams: Streams) -> Question:
        """The question that `timeline.query` stands for, with the truth from the timeline's log."""

    @abstractmethod
    def phrases(self, happening: Any) -> Sequence[str]:
        """Ways to say what an event or an operation shows, as a clause: "the red square moves left".

        Names stand in the order of who does something to whom; where that does not matter, both orders
        are given.
        """

    def concerns(self, event: Event, query: Mapping[str, Any]) -> bool:
        """Whether an event has to do with a question: by default, whether the question names who is in it."""
        return bool({event.actor, event.target} & set(texts(query)))

    def parts(self, state: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, str]:
        """What to keep in mind of a state to answer a question: `{"pile A": "holds 7♠, K♣"}`.

        Nothing for families without states.
        """
        return {}

    @abstractmethod
    def conclude(self, row: Mapping[str, Any]) -> Sequence[str]:
        """Ways to say what follows from everything that was told, as a sentence without its full stop.

        A question that is answered with an interval needs none.
        """

    @abstractmethod
    def observe(self, evidence: Evidence) -> Observed:
        """Events, operations and states as the tracks of the full clip show them."""

    @abstractmethod
    def solve(self, evidence: Evidence) -> str | None:
        """The answer's text (one of `evidence.options` if there are any), or None if it can't be told."""

    def outline(self, shape: str, size: float) -> Path:
        """The outline of a named shape as it is drawn at a size (px), upright around its centroid."""
        return SHAPES[shape](size)

    def plan_succeeds(self, row: Mapping[str, Any], plan: str) -> bool:
        """Whether a proposed plan is legal in every step and reaches the row's target.

        Raises:
            ConfigError: the family asks for no plans.
        """
        if self.world is None:
            raise ConfigError(f"family {self.name} has no plans")
        return succeeds(self.world, row, plan)


def texts(value: Any) -> Iterator[str]:
    """Every text in a query."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from itertools.chain.from_iterable(map(texts, value.values()))
    elif isinstance(value, Sequence):
        yield from itertools.chain.from_iterable(map(texts, value))
