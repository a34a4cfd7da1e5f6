"""A stop for what does not end: patterns that go back and forth, loops without a way out."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def stopped_after(minutes: float) -> Iterator[None]:
    """Raise TimeoutError in what takes so many minutes of this process's own time.

    No measure of speed: meant for work that takes a fraction of a second, or else ages. Other processes do
    not count, however busy the machine, and patterns are stopped in the middle of a match.
    """

    def stop(*_: Any) -> None:
        raise TimeoutError(f"not done after {minutes:g} minutes of CPU time")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, 60 * minutes)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
