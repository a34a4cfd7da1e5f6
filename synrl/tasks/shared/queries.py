"""What is stored of a question, and how a long family's questions are drawn from the histories it plays.

Nothing here answers anything: a clip is made with no more of its kinds of question than `HistoryAsk`.
"""

from __future__ import annotations

from typing import Generic, Protocol, TypedDict, TypeVar

from synrl.seeds import Stream
from synrl.world.history import History

T = TypeVar("T")


class Query(TypedDict):
    """The semantic key of a question, as the row stores it; each kind of question adds what it is about."""

    ask: str
    """Which kind of question it is: the name of an `Ask`."""
    form: str
    """`choice` or `open`."""


class LongQuery(Query):
    """What every question about a long clip says."""

    reveal: str
    """The end at which the state can be read: `start` or `end`."""


class Target(TypedDict, Generic[T]):
    """What a question for a plan says: how to get where."""

    moves: int
    """The most that a plan may have."""
    target: T
    """The state to reach."""


Q = TypeVar("Q", bound=LongQuery)
W = TypeVar("W", contravariant=True)
C = TypeVar("C", contravariant=True)


class HistoryAsk(Protocol[Q, W, C]):
    """A kind of question, as far as the clip it is asked about has to know it."""

    @property
    def name(self) -> str: ...

    @property
    def modes(self) -> tuple[str, ...]: ...

    def draw(self, history: History, common: Q, wish: W, config: C, question: Stream, /) -> Q | None:
        """What is asked about a history; None if it lends itself to no such question.

        Args:
            common: what every question about the clip says; the query says that first.
            wish: what was drawn before the history.
        """


class EvenAsk(Protocol[Q, W, C]):
    """The same for a clip that is chosen with the question, from all that look alike."""

    @property
    def name(self) -> str: ...

    @property
    def modes(self) -> tuple[str, ...]: ...

    def draw(
        self, history: History, common: Q, wish: W, config: C, question: Stream, /
    ) -> tuple[History, Q] | None:
        """A history like the one that was played, and what is asked about it; None if there is none.

        Args:
            common: what every question about the clip says; the query says that first.
            wish: what gives the histories that are like it, with the end in common that can be read.
        """
