"""Asking an OpenAI-compatible server for one chat completion, as often as it takes.

A server that is busy, ill or gone for a moment is asked again after a while, and the while follows from the
attempt alone. What will not get better is raised at once, in one line. The key goes into the header of the
request and nowhere else. A server may send anything, so no more of an answer is read than the longest output
can take, compressed or not.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self
from urllib.request import getproxies

import aiohttp
from yarl import URL

from synrl.chat.settings import JUDGE_KEY, KEY
from synrl.errors import ServerError

_AGAIN = (408, 409, 429)
_LONGEST = 60.0
"""Seconds between two attempts, unless the server asks for more."""
_LEAST_BYTES, _BYTES_A_TOKEN = 2**20, 64
"""What an answer may take: so much whatever is asked, and so much for each token of the longest output."""
_MOST_TOKENS = 10**9
"""Of a request; a server that says more says nothing."""
_ERROR_BYTES = 2**16
"""Of an answer that is an error, what is read."""
AGAIN = "what was answered is kept: the same command goes on from here"


@dataclass(frozen=True)
class Reply:
    """What a model said."""

    text: str
    problem: str | None
    """Why the text is no output to use: `truncated`, `refused` or `empty`."""
    prompt_tokens: int
    completion_tokens: int


class _Unusable(Exception):
    """An answer that is not whole, or not in the form of the protocol."""


class Client:
    """One server.

    Args:
        base: its address, to which `/chat/completions` is added.
        key: sent as a bearer token, if any.
        timeout: seconds to wait for an answer.
        max_tokens: longest output that is asked for; with it, an answer's size is limited.
        max_retries: how often a request that failed is sent again.
        connections: most requests at once.
        sleep: what waits; tests pass one that does not.
    """

    def __init__(
        self,
        base: str,
        key: str | None,
        *,
        timeout: float = 600.0,
        max_tokens: int = 16384,
        max_retries: int = 6,
        connections: int = 32,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.base = base.rstrip("/")
        self._url = URL(f"{self.base}/chat/completions")  # read once
        self._timeout, self._max_retries, self._sleep = timeout, max_retries, sleep
        self._most = _LEAST_BYTES + _BYTES_A_TOKEN * max_tokens
        self._headers = {
            "Content-Type": "application/json",
            "User-Agent": "synrl",
            "Accept-Encoding": "identity",
        }
        self._headers |= {"Authorization": f"Bearer {key}"} if key else {}
        self._connections = connections

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(
            headers=self._headers,
            timeout=aiohttp.ClientTimeout(total=self._timeout),  # of a whole answer
            connector=aiohttp.TCPConnector(limit=self._connections),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # which has no limit
            trust_env=bool(getproxies()),  # looked up at every request, which takes a while
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def chat(self, model: str, body: bytes) -> Reply:
        """One completion; `body` is the whole request, as JSON, and `model` the one that it names.

        Raises:
            ServerError: the server refuses, or is still not to be had after all attempts.
        """
        for attempt in range(self._max_retries + 1):
            pause = min(_LONGEST, 0.5 * 2**attempt)
            try:
                # A redirect would take the key elsewhere.
                async with self._http.post(self._url, data=body, allow_redirects=False) as response:
                    content, status = await self._content(response), response.status
                    asked = response.headers.get("Retry-After", "")
                if 200 <= status < 300:
                    return _read(content)
                if status < 500 and status not in _AGAIN:
                    raise ServerError(self._refusal(status, content, model))
                failed, pause = _said(status, content), max(pause, self._seconds(asked))
            except (TimeoutError, aiohttp.ClientError, _Unusable) as error:
                failed = f"{type(error).__name__.strip('_')} {error}".strip()
            if attempt < self._max_retries:
                await self._sleep(pause)
        raise ServerError(f"{self.base} failed {self._max_retries + 1} times, last: {failed}; {AGAIN}")

    async def _content(self, response: aiohttp.ClientResponse) -> bytes:
        """The body of a response, or the beginning of it if that is an error.

        Raises:
            _Unusable: it is longer than an answer can be, or encoded in a way that was not asked for.
        """
        fine = 200 <= response.status < 300
        most, parts, read, size = self._most if fine else _ERROR_BYTES, [], 0, 0
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("identity", "gzip", "deflate"):
            raise _Unusable(f"the answer is encoded as {encoding[:20]!r}")
        unzip = zlib.decompressobj(32 + zlib.MAX_WBITS) if encoding != "identity" else None
        async for chunk in response.content.iter_chunked(2**16):
            read += len(chunk)
            if unzip is not None:
                try:
                    chunk = unzip.decompress(chunk, most - size + 1)
                except zlib.error as error:
                    raise _Unusable("the answer is not compressed as it says") from error
            size += len(chunk)
            parts.append(chunk)
            if read > most or size > most:
                if fine:
                    raise _Unusable(f"the answer is longer than {most} bytes")
                break
        return b"".join(parts)[:most]

    def _seconds(self, asked: str) -> float:
        """The seconds that a server asks to be left alone, as far as an answer may take."""
        return min(float(asked), self._timeout) if asked.isascii() and asked.isdigit() else 0.0

    def _refusal(self, status: int, content: bytes, model: str) -> str:
        if status in (401, 403):
            return (
                f"{self.base} does not accept the key ({status}); set the environment variable {KEY}, or "
                f"{JUDGE_KEY} for a judge on a server of its own"
            )
        if status == 404:
            return (
                f"{self.base} knows no model {model!r}, or is not the base URL (404); "
                f"{self.base}/models lists what it has"
            )
        return f"{self.base} refused a request for {model!r}: {_said(status, content)}"


def _read(content: bytes) -> Reply:
    """A reply from the body of a response.

    Raises:
        _Unusable: it is none.
    """
    try:
        said = json.loads(content)
        choice = said["choices"][0]
        message, usage = choice["message"], said.get("usage") or {}
        text, refusal = message.get("content") or "", message.get("refusal")
        tokens = [int(usage.get(name) or 0) for name in ("prompt_tokens", "completion_tokens")]
        if not all(0 <= number < _MOST_TOKENS for number in tokens):
            raise ValueError("so many tokens")
        text.encode()  # halves of surrogate pairs, which JSON can say and no file can hold
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise _Unusable(f"the answer is no chat completion ({type(error).__name__})") from error
    finish, problem = choice.get("finish_reason"), None
    if refusal or finish == "content_filter":
        problem = "refused"
    elif finish == "length":
        problem = "truncated"
    elif not text.strip():
        problem = "empty"
    return Reply(text, problem, *tokens)


def _said(status: int, content: bytes) -> str:
    """Status and message of an error, in one short line."""
    try:
        said = json.loads(content)
        inner = said.get("error", said)
        text = inner.get("message", "") if isinstance(inner, dict) else inner
    except (ValueError, AttributeError, RecursionError):
        text = content.decode(errors="replace")
    return f"{status} {' '.join(str(text).split())[:200]}".strip()
