"""Keyed random streams: every draw in SynRL comes from one.

A stream is keyed by a digest of (generator version, family, split, root seed, index, stream name), so
row i is the same however many rows, shards or workers there are, and a new draw in one stream moves no
other. Adding an index to a seed, as many generators do, makes row i+1 of seed s equal row i of seed
s+1; a digest does not.

The bits are Philox's, whose output NumPy guarantees; the few distributions are ours, because those of
`numpy.random.Generator` may change between releases and would silently change every row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import TypeVar

import numpy as np

from synrl.checks import check_range, check_whole

GENERATOR_VERSION = "4"
"""Part of every key and of every row. It changes exactly when the rows of some seed change."""

T = TypeVar("T")


class Stream:
    """Draws from one keyed stream."""

    def __init__(self, key: bytes) -> None:
        self._bits = np.random.Philox(key=int.from_bytes(key, "little"))

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """A float in [low, high)."""
        return low + (high - low) * (int(self._bits.random_raw()) >> 11) * 2.0**-53

    def uniforms(self, count: int) -> np.ndarray:
        """So many floats in [0, 1)."""
        return (self._bits.random_raw(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def integer(self, low: int, high: int) -> int:
        """An integer from low to high, both included."""
        span = high - low + 1
        if span < 1:
            raise ValueError(f"no integer from {low} to {high}")
        shift = 64 - span.bit_length()
        while True:  # rejection keeps every value equally likely
            value = int(self._bits.random_raw()) >> shift
            if value < span:
                return low + value

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.uniform() < probability

    def choice(self, items: Sequence[T]) -> T:
        """One item."""
        return items[self.integer(0, len(items) - 1)]

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different items, in random order."""
        pool = list(items)
        if count > len(pool):
            raise ValueError(f"{count} items from {len(pool)}")
        for i in range(count):
            j = self.integer(i, len(pool) - 1)
            pool[i], pool[j] = pool[j], pool[i]
        return pool[:count]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """All items, in random order."""
        return self.sample(items, len(items))


SHIFT = "_shift"
"""End of the name of a split that shows another split's rows in a held-out style."""


def check_seed(seed: int) -> None:
    """Hold a root seed to a whole number that fits into 63 bits.

    Raises:
        ConfigError: it doesn't.
    """
    check_whole("seed", seed, 0, 2**63 - 1)


class Streams:
    """The seven streams of one row; each is opened when it is first used.

    A split named `<split>_shift` has the streams of `<split>`, but for the style.

    Args:
        attempt: which scene to draw. A row whose scene can't be told from the frames that are shown has
            another one drawn, of the same question and the same looks.
    """

    def __init__(self, family: str, split: str, seed: int, index: int, attempt: int = 0) -> None:
        check_seed(seed)
        check_range("row index", index, 0)
        self.shifted = split.endswith(SHIFT)
        """Whether the style comes from the held-out space."""
        self._family, self._split = family, split
        self._seed, self._index, self._attempt = str(seed), str(index), attempt

    def _open(self, name: str) -> Stream:
        split = self._split if name == "style" else self._split.removesuffix(SHIFT)
        parts = (GENERATOR_VERSION, self._family, split, self._seed, self._index, name)
        # Length-prefixed parts: no two different keys can be joined into the same text.
        text = "".join(f"{len(part)}:{part}" for part in parts)
        return Stream(hashlib.blake2b(text.encode(), digest_size=16).digest())

    @cached_property
    def scene(self) -> Stream:
        """Where things are and how they move."""
        return self._open(f"scene {self._attempt}" if self._attempt else "scene")

    @cached_property
    def style(self) -> Stream:
        """Colours and other looks: never the answer."""
        return self._open("style")

    @cached_property
    def question(self) -> Stream:
        """What is asked, and which answer the scene is to have."""
        return self._open("question")

    @cached_property
    def options(self) -> Stream:
        """Wrong options and the order of all."""
        return self._open("options")

    @cached_property
    def wording(self) -> Stream:
        """Which phrasing of the question."""
        return self._open("wording")

    @cached_property
    def eye(self) -> Stream:
        """By how much a viewer misjudges places, angles and sizes."""
        return self._open("eye")

    @cached_property
    def reasoning(self) -> Stream:
        """Which phrasing of the chain of thought."""
        return self._open("reasoning")
