"""The four stages of a row's chain: write, examine, send back, polish.

Code examines first and outranks the judge: what fails there goes back with the code's reasons, and no opinion
is asked. What passes has to convince the judge as well. A polished chain is examined like a new one, because
a model has rewritten it; if it fails, the chain that passed before polishing is kept. Nothing that is cut
off, refused, empty or out of form passes anywhere.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synrl.chat.client import Reply
from synrl.cot import prompting
from synrl.cot.check import check_against
from synrl.cot.facts import ClipFacts
from synrl.cot.settings import CotConfig

Ask = Callable[[str, int, Sequence[prompting.Message]], Awaitable[Reply]]
"""Asks the model of a stage: `write`, `judge` or `polish`. The number tells a row's equal questions apart."""

REASONS = ("refused", "empty", "truncated", "malformed", "check", "unchecked", "judge", "verdict")
"""Why a row is dropped: what its last attempt failed at. `verdict`: no readable one was to be had."""
_MOST_REASONS, _LONGEST_REASON = 10, 500
"""Of a judge's reasons, what the writer is shown: a judge that raves is not to fill its context."""


@dataclass(frozen=True)
class Outcome:
    """What became of a row."""

    cot: str | None
    """None: the row is dropped."""
    reason: str = ""
    """One of `REASONS` for a dropped row, else empty."""
    detail: str = ""
    """The reasons of the last examination."""
    reflections: int = 0
    """How often it went back to the writer."""
    polished: bool = False
    """Whether the polished chain has passed, too."""
    checked: int = 0
    """How many claims of the chain code has checked."""
    unchecked: Sequence[str] = ()
    """Claims of the chain that it could not."""


@dataclass(frozen=True)
class Examined:
    """What code and judge say of a chain."""

    reason: str = ""
    """Empty: it has passed."""
    reasons: tuple[str, ...] = ()
    checked: int = 0
    unchecked: Sequence[str] = ()


async def make_chain(row: Mapping[str, Any], ask: Ask, config: CotConfig) -> Outcome:
    """Take a row through all stages.

    Raises:
        ServerError: a server refused, or was not to be had.
    """
    return await _Row(row, ask, config).write()


class _Row:
    """A row on its way; what is known of it is put into words, and into facts, once."""

    def __init__(self, row: Mapping[str, Any], ask: Ask, config: CotConfig) -> None:
        self._known, self._facts = prompting.known_text(row), ClipFacts(row)
        self._send, self._config, self._numbers = ask, config, itertools.count()

    async def write(self) -> Outcome:
        """Write, examine and send back until a chain passes, and polish that."""
        first = messages = prompting.write_messages(self._known)
        examined = Examined()
        for reflections in range(self._config.rounds + 1):
            reply = await self._ask("write", messages)
            chain = None if reply.problem else prompting.read_chain(reply.text)
            if chain is None:
                # There is nothing to send back: the writer is asked as at first.
                examined = Examined(reply.problem or "malformed", ("the writer's output is no chain",))
                messages = first
                continue
            examined = await self._examine(chain)
            if not examined.reason:
                return await self._polish(chain, examined, reflections)
            messages = prompting.reflect_messages(self._known, chain, examined.reasons)
            if examined.reason == "verdict":  # nothing is known to be wrong with the chain
                messages = first
        return Outcome(None, examined.reason, "; ".join(examined.reasons), self._config.rounds)

    async def _ask(self, stage: str, messages: Sequence[prompting.Message]) -> Reply:
        return await self._send(stage, next(self._numbers), messages)

    async def _polish(self, chain: str, examined: Examined, reflections: int) -> Outcome:
        reply = await self._ask("polish", prompting.polish_messages(chain))
        reasoning = None if reply.problem else prompting.read_reasoning(reply.text)
        if reasoning is not None:
            polished = prompting.repolished(chain, reasoning)
            again = await self._examine(polished)
            if not again.reason:
                return Outcome(polished, "", "", reflections, True, again.checked, again.unchecked)
        return Outcome(chain, "", "", reflections, False, examined.checked, examined.unchecked)

    async def _examine(self, chain: str) -> Examined:
        report = check_against(chain, self._facts, self._config.tolerance)
        if not report.ok:
            return Examined("check", report.problems)
        if report.share_unchecked > self._config.max_unchecked:
            shown = (sentence[:_LONGEST_REASON] for sentence in report.unchecked[:_MOST_REASONS])
            return Examined("unchecked", tuple(f"{s!r} can't be checked; say it plainly" for s in shown))
        messages = prompting.judge_messages(self._known, chain, self._config.tolerance)
        for _ in range(self._config.max_retries + 1):
            reply = await self._ask("judge", messages)
            reasons = None if reply.problem else read_verdict(reply.text)
            if reasons is not None:
                return Examined("judge" if reasons else "", reasons, len(report.checked), report.unchecked)
        return Examined("verdict", ("the judge gave no readable verdict",))


def read_verdict(text: str) -> tuple[str, ...] | None:
    """A judge's reasons against a chain, none if it passes; None if the text is no verdict of our form."""
    try:
        said = json.loads(text.rpartition("</think>")[2])
    except (ValueError, RecursionError):
        return None
    names = prompting.VERDICT_SCHEMA["required"]
    if not isinstance(said, dict) or set(said) != set(names):
        return None
    *verdicts, reasons = (said[name] for name in names)
    if not all(isinstance(value, bool) for value in verdicts) or not isinstance(reasons, list):
        return None
    if not all(isinstance(reason, str) for reason in reasons):
        return None
    if all(verdicts):
        return ()
    failed = [name for name, value in zip(names, verdicts, strict=False) if not value]
    shown = [reason[:_LONGEST_REASON] for reason in reasons if reason.strip()][:_MOST_REASONS]
    return tuple(shown) or (f"not true of the reasoning: {', '.join(failed)}",)
