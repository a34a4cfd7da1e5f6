"""Taking many rows through the stages at once, and keeping every answer.

A fixed number of workers take rows as they get free, in whatever order they finish; the journal holds what
came out, so nothing waits for a slow row, and no more rows are in memory than are under way or next.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, NamedTuple

from synrl.chat.client import Client, Reply
from synrl.chat.journal import Journal
from synrl.cot.prompting import VERDICT_SCHEMA, Message, with_video
from synrl.cot.settings import CotConfig
from synrl.cot.stages import Outcome, make_chain
from synrl.dataset.reading import Group, reading
from synrl.schema import COLUMNS, decode_json

ROW = "row|"
"""Before a row's id: the key of what became of it. Other keys are of paid answers."""
_SYNC = 1.0
"""Seconds between two times that the journal is brought to the disk."""

Sleep = Callable[[float], Awaitable[None]]
Tell = Callable[[Outcome, int], None]
"""Told of every row that is finished, with the number of tokens since the last."""


class _Model(NamedTuple):
    client: Client
    name: str
    options: Mapping[str, Any]


def ask_all(
    groups: Sequence[Group], journal: Journal, config: CotConfig, tell: Tell, sleep: Sleep = asyncio.sleep
) -> None:
    """Bring the outcome of every row into the journal, as far as it is not there.

    Raises:
        ServerError: a server refused, or was not to be had.
        DataError: a file is damaged.
    """
    try:
        asyncio.run(_ask_all(groups, journal, config, tell, sleep))
    except BaseExceptionGroup as errors:  # the first that failed; the others were stopped for it
        raise errors.exceptions[0] from None


async def _ask_all(
    groups: Sequence[Group], journal: Journal, config: CotConfig, tell: Tell, sleep: Sleep
) -> None:
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        writer_key, judge_key = config.keys()
        clients = {
            (url, key): await stack.enter_async_context(
                Client(
                    url,
                    key,
                    timeout=config.timeout,
                    max_tokens=config.max_tokens,
                    max_retries=config.max_retries,
                    connections=config.concurrency,
                    sleep=sleep,
                )
            )
            for url, key in {(config.writer, writer_key), (config.judge_url, judge_key)}
        }
        session = _Session(
            _models(clients[config.writer, writer_key], clients[config.judge_url, judge_key], config),
            journal,
            config,
            tell,
        )
        queue: asyncio.Queue[tuple[Any, int] | None] = asyncio.Queue(1)
        tasks.create_task(_feed(groups, journal, queue, config.concurrency))
        for _ in range(config.concurrency):
            tasks.create_task(session.work(queue))


def _models(writer: Client, judge: Client, config: CotConfig) -> dict[str, _Model]:
    """By stage."""
    verdict = {
        "type": "json_schema",
        "json_schema": {"name": "verdict", "strict": True, "schema": VERDICT_SCHEMA},
    }
    sampled = {"mm_processor_kwargs": {"fps": config.fps, "do_sample_frames": True}} if config.fps else {}

    def options(temperature: float, **more: Any) -> dict[str, Any]:
        return {"temperature": temperature, "max_tokens": config.max_tokens, **more}

    return {
        "write": _Model(writer, config.writer_model, options(config.writer_temperature, **sampled)),
        "judge": _Model(
            judge, config.judge_model, options(config.judge_temperature, response_format=verdict)
        ),
        "polish": _Model(judge, config.polish_model, options(config.polish_temperature)),
    }


_NEEDED = (
    *(name for name in COLUMNS if name != "tracks"),
    *("tracks.list.element.name", "tracks.list.element.visible"),
)
"""Columns that a chain is made and checked from: without poses, which are most of a row beside its video."""


async def _feed(
    groups: Iterable[Group], journal: Journal, queue: asyncio.Queue[tuple[Any, int] | None], workers: int
) -> None:
    """Hand out the rows that are to be done, one row group in memory at a time, and then the ends."""
    for group in groups:
        ids = [row["id"] for row in group.columns(["id"])]
        todo = [number for number, row_id in enumerate(ids) if ROW + row_id not in journal]
        if todo:
            table = await asyncio.to_thread(group.table, _NEEDED)
            for number in todo:
                await queue.put((table, number))
    for _ in range(workers):
        await queue.put(None)


class _Session:
    """What the workers share."""

    def __init__(self, models: Mapping[str, _Model], journal: Journal, config: CotConfig, tell: Tell) -> None:
        self._models, self._journal, self._config, self._tell = models, journal, config, tell
        self._tokens, self._synced = 0, time.monotonic()

    async def work(self, queue: asyncio.Queue[tuple[Any, int] | None]) -> None:
        """Take rows through the stages until there are no more."""
        while (item := await queue.get()) is not None:
            table, number = item
            row = decode_json(table.slice(number, 1).to_pylist()[0])
            del item, table  # not to keep a whole row group for as long as this row takes
            with reading(row):
                outcome = await make_chain(row, partial(self._ask, row), self._config)
            self._journal.put(ROW + row["id"], dict(vars(outcome)))
            self._tell(outcome, self._tokens)
            self._tokens = 0

    async def _ask(
        self, row: Mapping[str, Any], stage: str, number: int, messages: Sequence[Message]
    ) -> Reply:
        """An answer from the journal, which belongs to these videos, or else from the server."""
        model = self._models[stage]
        body = json.dumps({"model": model.name, "messages": messages, **model.options}).encode()
        key = f"{row['id']}|{stage} {number}|{hashlib.sha256(body).hexdigest()}"
        if key in self._journal:
            reply = Reply(**self._journal.get(key))
        else:
            sent = with_video(body, row) if stage == "write" else body
            reply = await model.client.chat(model.name, sent)
            self._journal.put(key, dict(vars(reply)))
            if time.monotonic() - self._synced > _SYNC:
                self._synced = time.monotonic()
                await asyncio.to_thread(self._journal.sync)  # a slow disk is not to hold up the others
        self._tokens += reply.prompt_tokens + reply.completion_tokens
        return reply
