"""One completion, whatever the server does: what may get better is asked again, the rest raised at once."""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
import zlib
from typing import Any

import pytest
from cot.server import Fault, Models

from synrl.chat.client import Client, Reply
from synrl.errors import ServerError

BODY = json.dumps({"model": "judge", "messages": []}).encode()


def ask(models: Models, waits: list[float], timeout: float = 30.0, base: str = "") -> Reply:
    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def once() -> Reply:
        async with Client(
            base or models.url, None, timeout=timeout, max_retries=3, sleep=sleep, connections=2
        ) as client:
            return await client.chat("judge", BODY)

    return asyncio.run(once())


@pytest.mark.parametrize(
    ("fault", "waited"),
    [
        (Fault("judge", 2, 500), [0.5, 1.0]),
        (Fault("judge", 3, 503), [0.5, 1.0, 2.0]),
        (Fault("judge", 1, 429, {"Retry-After": "7"}), [7.0]),
        (Fault("judge", 1, 429, {"Retry-After": "999999999"}), [30.0]),
        (Fault("judge", 1, 429, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}), [0.5]),
        (Fault("judge", 1, 408), [0.5]),
        (Fault("judge", 1, 409), [0.5]),
        (Fault("judge", 2, 0), [0.5, 1.0]),
        (Fault("judge", 1, 200, body=b"<html>busy</html>"), [0.5]),
        (Fault("judge", 1, 200, body=b'{"choices": []}'), [0.5]),
        (Fault("judge", 1, 200, body=b'{"choices": [{"message": {"content": "\\ud800"}}]}'), [0.5]),
        (Fault("judge", 1, 200, body=b'{"choices": [{"message": {"content": ["a"]}}]}'), [0.5]),
        (Fault("judge", 1, 200, body=b"[" * 100_000), [0.5]),
    ],
)
def test_what_may_get_better_is_asked_again_after_a_while(
    models: Models, waits: list[float], fault: Fault, waited: list[float]
) -> None:
    times = fault.times
    models.faults.append(fault)
    assert ask(models, waits).problem is None
    assert waits == waited and len(models.requests) == times + 1


def test_a_server_that_never_gets_better_is_given_up_in_one_line(models: Models, waits: list[float]) -> None:
    models.faults.append(Fault("judge", 99, 0))
    with pytest.raises(ServerError, match=r"failed 4 times, last: .*the same command goes on") as error:
        ask(models, waits)
    assert "\n" not in str(error.value) and len(models.requests) == 4


def test_an_answer_that_takes_too_long_is_not_waited_for(models: Models, waits: list[float]) -> None:
    models.delay = 5.0
    with pytest.raises(ServerError, match="Timeout"):
        ask(models, waits, timeout=0.1)
    assert len(waits) == 3


WHOLE = json.dumps({"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]}).encode()


def bomb(bits: int) -> bytes:
    """400 MB that take 0.4."""
    zip_ = zlib.compressobj(wbits=bits)
    return b"".join([*(zip_.compress(b" " * 1_000_000) for _ in range(400)), zip_.flush()])


@pytest.mark.parametrize(
    ("headers", "body", "said"),
    [
        ({}, WHOLE + b" " * 8_000_000, "longer than 2097152 bytes"),
        ({"Content-Encoding": "gzip"}, bomb(31), "longer than 2097152 bytes"),
        ({"Content-Encoding": "deflate"}, bomb(15), "longer than 2097152 bytes"),
        ({"Content-Encoding": "gzip"}, b"no gzip", "not compressed as it says"),
        ({"Content-Encoding": "br"}, WHOLE, "encoded as 'br'"),
    ],
)
def test_an_answer_takes_no_more_memory_than_an_output_can(
    models: Models, waits: list[float], headers: dict[str, str], body: bytes, said: str
) -> None:
    models.faults.append(Fault("judge", 99, 200, headers, body))
    tracemalloc.start()
    try:
        with pytest.raises(ServerError, match=f"failed 4 times, last: .*{said}"):
            ask(models, waits)
        assert tracemalloc.get_traced_memory()[1] < 60e6, "of the 400 MB that it would be"
    finally:
        tracemalloc.stop()


def test_an_error_of_any_length_is_one_line(models: Models, waits: list[float]) -> None:
    models.faults.append(Fault("judge", 99, 400, {}, b"x" * 40_000_000))
    with pytest.raises(ServerError) as error:
        ask(models, waits)
    assert len(str(error.value)) < 400


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_answer_is_read(models: Models, waits: list[float], encoding: str) -> None:
    body = {"gzip": gzip.compress, "deflate": zlib.compress}[encoding](WHOLE)
    models.faults.append(Fault("judge", 1, 200, {"Content-Encoding": encoding}, body))
    assert ask(models, waits).text == "yes" and not waits


def test_a_server_that_is_not_there_is_one_line(models: Models, waits: list[float]) -> None:
    with pytest.raises(ServerError, match=r"127\.0\.0\.1:9/v1 failed 4 times"):
        ask(models, waits, base="http://127.0.0.1:9/v1")


@pytest.mark.parametrize(
    ("status", "said"), [(400, "400 planted"), (401, "SYNRL_API_KEY"), (403, "(403)"), (404, "'judge'")]
)
def test_what_will_not_get_better_is_raised_at_once(
    models: Models, waits: list[float], status: int, said: str
) -> None:
    models.faults.append(Fault("judge", 99, status))
    with pytest.raises(ServerError) as error:
        ask(models, waits)
    assert said in str(error.value) and not waits and len(models.requests) == 1


@pytest.mark.parametrize(
    ("choice", "problem"),
    [
        ({"content": "yes"}, None),
        ({"content": "ye", "finish_reason": "length"}, "truncated"),
        ({"content": "yes", "refusal": "no"}, "refused"),
        ({"content": "yes", "finish_reason": "content_filter"}, "refused"),
        ({"content": None}, "empty"),
        ({}, "empty"),
    ],
)
def test_a_text_that_is_no_output_to_use_says_why(
    models: Models, waits: list[float], choice: dict[str, Any], problem: str | None
) -> None:
    models.says["judge"] = lambda _: choice
    reply = ask(models, waits)
    assert (reply.problem, reply.prompt_tokens, reply.completion_tokens) == (problem, 100, 10)
