"""The values of a column, all at once, and checks of them: each refuses the first value that is not right."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synrl.dataset.json_texts import MAX_SUM, strange
from synrl.errors import DataError, allowed, shown

_UNPRINTABLE = r"[\pC\p{Zl}\p{Zp}]"
"""What a terminal obeys instead of showing it, and what ends a line."""


@dataclass(frozen=True)
class Values:
    """All values of a column or of a part of it, with the way back from each to its row."""

    name: str
    array: pa.Array
    path: Path
    first: int
    """Row of the file that is the first here."""
    lengths: tuple[np.ndarray, ...] = ()
    """Of the lists that the values are in, the outermost first."""

    def parts(self, may_lack: Collection[str], counts: dict[str, int]) -> Iterator[Values]:
        """What a column is made of, down to its values.

        Args:
            may_lack: names of columns in which values may be absent.
            counts: by name, how many values a list may have.

        Raises:
            DataError: one is absent elsewhere, or there are more.
        """
        array = self.array
        if array.null_count and self.name not in may_lack:
            self.refuse(pc.index(array.is_null(), True).as_py(), "a value")
        if pa.types.is_list(array.type):
            lengths = np.diff(np.asarray(array.offsets))
            self.hold(lengths <= counts[self.name], f"at most {counts[self.name]}")
            yield from self._part(array.flatten(), (*self.lengths, lengths)).parts(may_lack, counts)
        elif pa.types.is_struct(array.type):
            for number, field in enumerate(array.type):
                part = replace(self, name=f"{self.name}.{field.name}", array=array.field(number))
                yield from part.parts(may_lack, counts)
        else:
            yield self._part(array.storage) if isinstance(array, pa.ExtensionArray) else self

    def _part(self, array: pa.Array, lengths: tuple[np.ndarray, ...] | None = None) -> Values:
        return replace(self, array=array, lengths=self.lengths if lengths is None else lengths)

    @property
    def numbers(self) -> np.ndarray:
        """As an array of numpy."""
        return np.asarray(self.array)

    def row(self, number: int) -> int:
        """The row of the file that a value is in, counted from 0."""
        for lengths in reversed(self.lengths):
            number = int(np.searchsorted(np.cumsum(lengths), number, side="right"))
        return self.first + number

    def hold(self, right: pa.Array | np.ndarray, wanted: str) -> None:
        """Refuse the first value of which it is said that it is not right.

        Raises:
            DataError: there is one.
        """
        right = np.asarray(right)
        if not right.all():
            self.refuse(int(np.argmin(right)), wanted)

    def refuse(self, number: int, wanted: str) -> NoReturn:
        """Say that a value is not what it may be."""
        value = self.array[number]
        if value.is_valid and pa.types.is_list(value.type):
            said = f"has {len(value)} values"
        else:
            said = f"is {shown(value.as_py())}"
        raise DataError(f"{self.path}, row {self.row(number)}: {self.name} {said}; allowed: {wanted}")


Check = Callable[[Values], None]


def anything(values: Values) -> None:
    """Take whatever the type allows."""


def between(low: float, high: float) -> Check:
    """Numbers within limits, both allowed."""

    def check(values: Values) -> None:
        numbers = values.numbers
        if not (low <= numbers.min() and numbers.max() <= high):  # NaN is on no side of anything
            values.hold((low <= numbers) & (numbers <= high), f"{low} to {high}")

    return check


def even(low: int, high: int) -> Check:
    """Even numbers within limits."""
    check_range = between(low, high)

    def check(values: Values) -> None:
        check_range(values)
        values.hold(values.numbers % 2 == 0, "even numbers")

    return check


def text(longest: int) -> Check:
    """UTF-8 of at most so many characters, on any number of lines."""

    def check(values: Values) -> None:
        _check_utf8(values)
        lengths = pc.utf8_length(values.array)
        if (pc.max(lengths).as_py() or 0) > longest:
            values.hold(pc.fill_null(lengths, 0).to_numpy() <= longest, f"at most {longest} characters")

    return check


def name(longest: int, *, empty: bool = False) -> Check:
    """A text that a message may repeat: on one line, of characters that can be shown."""
    check_text = text(longest)

    def check(values: Values) -> None:
        check_text(values)
        if pc.any(bad := pc.match_substring_regex(values.array, _UNPRINTABLE)).as_py():
            values.refuse(pc.index(bad, True).as_py(), "characters that can be shown")
        lengths = pc.binary_length(values.array)
        if not empty and pc.min(lengths).as_py() == 0:
            values.refuse(pc.index(lengths, 0).as_py(), "one character or more")

    return check


def one_of(words: Callable[[], Collection[str]]) -> Check:
    """One of some words, which are asked for when they are needed."""

    def check(values: Values) -> None:
        _check_utf8(values)
        if not set(values.array.unique().to_pylist()) <= set(words()):
            right = pc.is_in(values.array, pa.array(list(words())))
            values.hold(right, allowed(words()).removeprefix("allowed: "))

    return check


def size(most: int) -> Check:
    """At most so many bytes."""

    def check(values: Values) -> None:
        values.hold(pc.binary_length(values.array).to_numpy() <= most, f"at most {most} bytes")

    return check


def json_text(values: Values) -> None:
    """JSON that can be decoded, or is seen to be none, and not too much of it in a row."""
    _check_utf8(values)
    if found := strange(values.array):
        values.refuse(*found)
    sizes = pc.cast(pc.binary_length(values.array), pa.int64()).to_numpy()
    if sizes.sum() > MAX_SUM:
        owners = np.arange(len(sizes))
        for lengths in reversed(values.lengths):
            owners = np.repeat(np.arange(len(lengths)), lengths)[owners]
        sums = np.bincount(owners, sizes)
        values.hold(sums[owners] <= MAX_SUM, f"at most {MAX_SUM} bytes in a row")


def _check_utf8(values: Values) -> None:
    """Parquet only says that its texts are UTF-8; whether they are, its readers don't look."""
    try:
        values.array.validate(full=True)
    except pa.ArrowInvalid:
        stored = replace(values, array=values.array.view(pa.binary()))
        for number, value in enumerate(stored.array):
            try:
                (value.as_py() or b"").decode()
            except UnicodeDecodeError:
                stored.refuse(number, "UTF-8")
        raise
