"""Sharing work among processes: results in order, and no process left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any

from synrl.checks import check_range
from synrl.errors import OutputError


def check_num_proc(num_proc: int) -> None:
    """Check a number of processes.

    Raises:
        ConfigError: it is out of range.
    """
    check_range("number of processes", num_proc, 1, 1024)


@contextmanager
def ordered_map(num_proc: int) -> Iterator[Callable[..., Iterator[Any]]]:
    """A `map` in this process or over several; inside the block it can be called again and again.

    Raises:
        ConfigError: `num_proc` is out of range.
        OutputError: a process was killed.
    """
    check_num_proc(num_proc)
    if num_proc == 1:
        yield map
        return
    # Spawned, not forked: pyarrow's threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    with ProcessPoolExecutor(num_proc, mp_context=context, initializer=_leave_with_parent) as pool:

        def run(*work: Any) -> Iterator[Any]:
            with _interrupts_held():
                return pool.map(*work)  # which starts processes

        try:
            yield run
        except BrokenProcessPool as error:
            raise OutputError("a worker process was killed; run the same command again to go on") from error
        except KeyboardInterrupt:
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()  # rather than wait for what nobody will look at
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Put off interrupts from the keyboard, which reach every process, and keep them for good from those that
    are started meanwhile: they inherit this thread's mask."""
    came: list[int] = []
    is_main = threading.current_thread() is threading.main_thread()
    resource_tracker.ensure_running()  # which would let them through again if it were started later
    handler = signal.signal(signal.SIGINT, lambda number, _: came.append(number)) if is_main else None
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if is_main:
            signal.signal(signal.SIGINT, handler or signal.SIG_DFL)
    if came:
        raise KeyboardInterrupt


def _leave_with_parent() -> None:
    """End this process when the one that started it is gone, which a killed one cannot see to itself."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "runs in the processes of a pool"

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
