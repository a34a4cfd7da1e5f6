"""The names of metrics, as task files and results have them: `pass1_accuracy_count`.

A name is put together of how several samples count, what is measured, and the subset of items that it is of.
"""

from __future__ import annotations

from dataclasses import dataclass


def prefixes(samples: int) -> tuple[str, ...]:
    """Of metrics of so many outputs a question: none; or of the samples' mean, and of the best of them."""
    return ("",) if samples == 1 else ("pass1_", f"pass{samples}_")


@dataclass(frozen=True)
class Metric:
    """One score of a task."""

    name: str
    """What is measured: a mean of items, or a total."""
    prefix: str = ""
    """How several samples count; see `prefixes`."""
    subset: str = ""
    """The part of the benchmark that it is of; empty if it is the whole."""

    def __str__(self) -> str:
        return f"{self.prefix}{self.name}" + (f"_{self.subset}" if self.subset else "")
