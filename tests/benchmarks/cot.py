"""How much `synrl cot` itself costs beside the models, in one run on the machine as it is.

    python tests/benchmarks/cot.py [--rows 1536] [--concurrency 32]

A server in a process of its own plays the models: it knows the right chains and says them after a fixed
delay. Prints CPU time of ours a row, four calls each, when the server answers at once, beside reading the
rows and nothing else; and how many requests were in flight on average, as the server counts them, when
every answer takes 200 ms: until the last row is begun, after which there is nothing to fill up with, and to
the end. Machines differ, and so do the hours of a shared one, so the time of a fixed loop stands beside.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import json
import multiprocessing
import re
import tempfile
import time
from pathlib import Path
from typing import Any

from synrl.cot import run, trace
from synrl.cot.run import add_chains
from synrl.cot.settings import CotConfig
from synrl.dataset.generate import generate
from synrl.dataset.reading import Source
from synrl.dataset.recipes import get_recipe

PASS = {"reaches_answer": True, "follows_order": True, "times_within_tolerance": True, "reasons": []}
VIDEO = re.compile(rb'"data:video/mp4;base64,([^"]+)"')
FENCE = re.compile(r"<<REASONING (\w+)>>\n(.*?)\n<</REASONING \1>>", re.DOTALL)


def serve(chains: dict[str, str], delay: float, told: Any) -> None:
    """Answer on a free port, which is told; when asked, tell the mean numbers of requests in flight."""
    asyncio.run(_serve(chains, delay, told))


async def _serve(chains: dict[str, str], delay: float, told: Any) -> None:
    starts: list[float] = []
    ends: list[float] = []
    begun = 0.0

    def said(body: bytes) -> str:
        if video := VIDEO.search(body):
            return chains[hashlib.sha256(video[1]).hexdigest()]
        if b'"model": "judge"' in body[:40]:
            return json.dumps(PASS)
        return f"<reasoning>{FENCE.findall(json.loads(body)['messages'][1]['content'])[-1][1]}</reasoning>"

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal begun
        while head := await _head(reader):
            length = int(re.findall(rb"(?i)content-length: (\d+)", head)[0])
            body = await reader.readexactly(length)
            start = time.monotonic()
            if VIDEO.search(body):
                begun = start
            choice = {"message": {"content": said(body)}, "finish_reason": "stop"}
            usage = {"prompt_tokens": 1000, "completion_tokens": 100}
            answer = json.dumps({"choices": [choice], "usage": usage}).encode()
            if delay:
                await asyncio.sleep(delay - (time.monotonic() - start))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
            starts.append(start)
            ends.append(time.monotonic())
        writer.close()

    server = await asyncio.start_server(client, "127.0.0.1", 0, limit=1 << 24)
    told.send(server.sockets[0].getsockname()[1])
    while not told.poll():
        await asyncio.sleep(0.05)
    told.recv()
    told.send([_mean(starts, ends, until) for until in (begun, max(ends))])


def _mean(starts: list[float], ends: list[float], until: float) -> float:
    """Of the number of requests in flight."""
    spans = zip(starts, ends, strict=True)
    return sum(min(end, until) - min(start, until) for start, end in spans) / (until - min(starts))


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


def measure(data: Path, out: Path, chains: dict[str, str], delay: float, concurrency: int) -> tuple[Any, ...]:
    """CPU seconds of ours, those for writing, seconds on the clock, and the mean requests in flight."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(chains, delay, there))
    process.start()
    names = dict(writer_model="writer", judge_model="judge", polish_model="polisher")
    config = CotConfig(writer=f"http://127.0.0.1:{here.recv()}/v1", concurrency=concurrency, **names)
    written: list[float] = []

    def assemble(*arguments: Any) -> Any:
        began = time.process_time()
        summary = real(*arguments)
        written.append(time.process_time() - began)
        return summary

    real, run._assemble = run._assemble, assemble
    cpu, clock = time.process_time(), time.perf_counter()
    said = add_chains(str(data), out, config, progress=False)
    spent = time.process_time() - cpu, written[0], time.perf_counter() - clock
    run._assemble = real
    assert said["dropped"] == said["unpolished"] == 0
    here.send(None)
    in_flight = here.recv()
    process.join()
    return *spent, in_flight


def loop() -> float:
    """CPU seconds of five million additions of whole numbers in Python."""
    began, total = time.process_time(), 0
    for number in range(5_000_000):
        total += number
    return time.process_time() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1536)
    parser.add_argument("--concurrency", type=int, default=32)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data")
        generate(get_recipe("rl_7k").scaled(arguments.rows), data, num_proc=2, progress=False)
        chains, count = {}, 0
        for group in Source.open(str(data)).groups:
            for row in group.rows():
                digest = hashlib.sha256(base64.b64encode(row["video"]["bytes"])).hexdigest()
                chain = trace.write(row)
                chains[digest] = chain.replace("<think>", "<reasoning>").replace("</think>", "</reasoning>")
                count += 1
        cpu = time.process_time()
        for group in Source.open(str(data)).groups:
            group.rows()
        reading = (time.process_time() - cpu) / count
        measure(data, Path(folder, "warm"), chains, 0.0, arguments.concurrency)
        before = loop()
        cpu, writing, clock, _ = measure(data, Path(folder, "fast"), chains, 0.0, arguments.concurrency)
        after = loop()
        own = cpu / count - writing / count - reading
        print(
            f"{count} rows, server at once: {1e3 * cpu / count:.1f} ms of CPU a row: {1e3 * reading:.1f} "
            f"reading it, {1e3 * writing / count:.1f} writing it, {1e3 * own:.1f} asking and checking; "
            f"{1e3 * clock / count:.1f} ms on the clock; the loop: {before:.2f}, {after:.2f} s"
        )
        cpu, writing, clock, means = measure(data, Path(folder, "slow"), chains, 0.2, arguments.concurrency)
        busy, whole = (f"{mean / arguments.concurrency:.1%}" for mean in means)
        print(
            f"answers take 200 ms: {busy} of {arguments.concurrency} requests in flight until the last row "
            f"is begun, {whole} to the end; {count / clock:.1f} rows a second"
        )


if __name__ == "__main__":
    main()
