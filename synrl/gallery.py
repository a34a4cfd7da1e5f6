"""The gallery of the documentation: one example of each family at each level, made by the code it shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from synrl.preview import write_page
from synrl.rows import make_row
from synrl.tasks import families

SPLIT = "gallery"


def write_gallery(path: Path, *, progress: bool = True) -> int:
    """Write the page and return the number of examples.

    Raises:
        OutputError: the page can't be written there.
    """
    count = sum(len(family.levels) for family in families().values())
    with tqdm(total=count, unit="row", disable=not progress) as bar:
        return write_page(_examples(bar), path, title="SynRL: every family at every level")


def _examples(bar: Any) -> Iterator[dict[str, Any]]:
    for family in families().values():
        for index in range(len(family.levels)):  # as scheduled, levels come first
            yield make_row(family.name, split=SPLIT, seed=0, index=index).to_dict()
            bar.update()
